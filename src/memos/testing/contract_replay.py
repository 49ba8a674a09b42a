"""The contract of reads that a replay makes: as a cube stood at a commit, and without something."""

from __future__ import annotations

from memos.testing.build import Backends, Desk
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class ReplayContract(SystemContract):
    """What records and text index have to tell so that a recall can be run again."""

    @scenario
    async def test_a_commit_has_a_moment_at_which_its_cube_is_read(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        message = desk.message("said")
        (episode,) = await desk.say(message)
        first = await desk.remember("one")
        second = await desk.revise(first, "two")
        foreign = await other.remember("of another cube")
        await desk.commit(forget=(episode.id,))
        cases = {
            0: None, 1: episode.recorded_at, 2: first.recorded_at, 3: second.recorded_at,
            4: second.recorded_at, 99: second.recorded_at,
        }  # fmt: skip
        for seq, expected in cases.items():
            assert await system.records.recorded_by(desk.key, seq) == expected
        assert await system.records.recorded_by(other.key, 1) == foreign.recorded_at
        for nothing in (Desk(system, "user:eve").key, Desk(system, tenant="other").key):
            assert await system.records.recorded_by(nothing, 99) is None
        for seq, text in ((1, None), (2, "one"), (3, "two")):
            known_at = await system.records.recorded_by(desk.key, seq)
            found = await desk.look(first, known_at=known_at)
            assert (found and found.content) == text

    @scenario
    async def test_without_leaves_out_memories_and_what_names_them(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message("said", message_id="m1")
        (episode,) = await desk.say(message)
        first = await desk.remember("tea")
        made = await desk.remember("made of tea", first, sources=(first.id,))
        await system.settle()
        for without, expected in (
            (["nope"], {episode.id, first.id, made.id}),
            (["m1"], {first.id, made.id}),
            ([first.id], {episode.id}),
            ([made.id, episode.id], {first.id}),
        ):
            left = desk.reads(without=frozenset(without))
            assert {memory.id for memory in await system.records.recent(left, 9)} == expected
            hits = (await system.text.search(left, ["tea", "said"], 9)).hits
            assert {hit.ref[0] for hit in hits} == expected
