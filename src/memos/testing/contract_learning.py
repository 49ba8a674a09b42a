"""The contract of what learning asks of records: marks, what was said since, what came of it."""

from __future__ import annotations

import pytest

from memos.errors import Conflict
from memos.model.changes import Mark
from memos.model.memory import Kind, State
from memos.model.scope import SystemScope
from memos.testing.build import UNKNOWN, Backends, Desk
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class LearningContract(SystemContract):
    """Marks that fence off who was slower, and the way from episodes to what was learned."""

    @scenario
    async def test_marks_move_with_a_commit(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        assert await system.records.marks(desk.key) == {}
        await desk.commit(marks=(Mark("learned", 0, 7), Mark("é", 0, 1)))
        await desk.commit(marks=(Mark("learned", 7, 9),))
        assert await system.records.marks(desk.key) == {"learned": 9, "é": 1}
        assert await system.records.marks(other.key) == {}
        await other.commit(marks=(Mark("learned", 0, 1),))
        assert (await system.records.marks(desk.key))["learned"] == 9

    @scenario
    async def test_a_mark_that_has_moved_writes_nothing(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.commit(marks=(Mark("learned", 0, 7),))
        memory = desk.memory("late")
        for was in (0, 6, 8):
            with pytest.raises(Conflict):
                await desk.commit(
                    memories=(memory,), marks=(Mark("fresh", 0, 1), Mark("learned", was, 9))
                )
        assert await system.records.marks(desk.key) == {"learned": 7}
        assert await desk.look(memory) is None

    @scenario
    async def test_what_was_said_since_a_commit(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        (first,) = await desk.say(desk.message("one"))
        await desk.remember("a fact")
        batch = await desk.say(*(desk.message(f"batch {n}") for n in range(3)))
        (last,) = await desk.say(desk.message("last"))
        await other.say(other.message("of another cube"))

        async def after(seq: int, limit: int = 99) -> tuple[list[str], int]:
            found, last = await system.records.episodes_after(desk.key, seq, limit)
            return [memory.content for memory in found], last

        said = [memory.content for memory in (first, *batch, last)]
        assert await after(0) == (said, 4)
        assert await after(1) == (said[1:], 4)
        assert await after(4) == ([], 4)
        assert await after(0, 1) == (said[:1], 1)
        for limit in (2, 3, 4):  # whole commits
            assert await after(0, limit) == (said[:4], 3)
        assert await after(0, 5) == (said, 4)

    @scenario
    async def test_what_a_change_has_tainted(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        one, two = await desk.say(desk.message("one"), desk.message("two"))
        of_one = await desk.remember("of one", one)
        await desk.remember("of both", one, two)
        await desk.remember("of two", two)

        async def told(*ids: str) -> list[str]:
            found = await system.records.tainted_by(desk.key, ids)
            return [memory.content for memory in found]

        assert await told(one.id, two.id) == []
        await desk.commit(forget=(one.id,))
        assert sorted(await told(one.id, one.id, UNKNOWN)) == ["of both", "of one"]
        assert await told(two.id) == ["of both"]
        assert await system.records.tainted_by(other.key, (one.id,)) == []
        await desk.commit(forget=(of_one.id,))
        assert await told(one.id) == ["of both"]

    @scenario
    async def test_what_was_said_since_is_told_as_it_is_now(self, system: Backends) -> None:
        desk = Desk(system)
        gone, kept = await desk.say(desk.message("gone"), desk.message("kept"))
        await desk.revise(kept, "mended")
        await desk.commit(forget=(gone.id,))
        for limit in (1, 99):
            (found,), last = await system.records.episodes_after(desk.key, 0, limit)
            assert (found.content, found.version, last) == ("mended", 2, 1)

    @scenario
    async def test_what_was_made_of_memories(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        one, two, bare = await desk.say(*(desk.message(text) for text in ("1", "2", "3")))
        both = await desk.remember("both", one, two)
        over = await desk.remember("over", one, valid_to=system.clock.now())
        await desk.remember("away", one, state=State.ARCHIVED)
        await other.remember("foreign", one)
        scope = desk.reads()
        found = await system.records.derived(scope, [one.id, two.id, bare.id, UNKNOWN, one.id])
        assert {source: [made.content for made in each] for source, each in found.items()} == {
            one.id: [each.content for each in sorted((both, over), key=lambda each: each.id)],
            two.id: ["both"],
        }
        assert await system.records.derived(scope, []) == {}
        preferences = desk.reads(kinds=frozenset({Kind.PREFERENCE}))
        assert await system.records.derived(preferences, [one.id]) == {}

    @scenario
    async def test_what_was_made_of_memories_is_told_as_it_is_now(self, system: Backends) -> None:
        desk = Desk(system)
        one, two = await desk.say(desk.message("1"), desk.message("2"))
        first = await desk.remember("a", one)
        await desk.remember("b", two)
        await desk.revise(first, "a2")
        await desk.commit(forget=(two.id,))  # which taints what was made of it
        found = await system.records.derived(desk.reads(), [one.id, two.id])
        assert {source: [made.content for made in each] for source, each in found.items()} == {
            one.id: ["a2"]
        }
        assert (await system.records.count(SystemScope()))["tainted"] == 1
