"""The contract of listing records: everything once, in an order that writing does not change."""

from __future__ import annotations

from memos.model.cube import Cube
from memos.model.memory import Kind
from memos.model.message import Message
from memos.model.scope import ReadScope
from memos.model.time import Instant
from memos.model.user import User
from memos.testing.build import TENANT, UNKNOWN, Backends, Desk
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class ListingContract(SystemContract):
    """Memories by id, messages as they were added, users by name: in pages."""

    @scenario
    async def test_memories_are_listed_by_id_from_all_cubes(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        kinds = (Kind.FACT, Kind.PREFERENCE, Kind.EPISODE)
        made = [
            await by.remember(f"{n}", kind=kinds[n % 3])
            for n, by in enumerate((desk, other, desk, desk, other, desk, desk))
        ]
        ids = sorted((memory.id for memory in made), reverse=True)
        both = desk.reads(desk.key.cube_id, "user:bob")
        for size in (1, 2, 3, 7, 8):
            assert await _pages(system, both, size) == ids
        mine = {memory.id for memory in made if memory.cube_id == desk.key.cube_id}
        assert await _pages(system, desk.reads(), 2) == [one for one in ids if one in mine]
        facts = {memory.id for memory in made if memory.kind is Kind.FACT}
        scope = desk.reads(desk.key.cube_id, "user:bob", kinds=frozenset({Kind.FACT}))
        assert await _pages(system, scope, 2) == [one for one in ids if one in facts]
        nothing = desk.reads(kinds=frozenset[Kind]())
        assert await system.records.listed(nothing, 5) == []
        assert await system.records.listed(both, 0) == []

    @scenario
    async def test_what_is_written_meanwhile_moves_nothing(self, system: Backends) -> None:
        desk = Desk(system)
        made = [await desk.remember(f"{n}") for n in range(6)]
        ids = [memory.id for memory in reversed(made)]
        first = await system.records.listed(desk.reads(), 2)
        newer = await desk.remember("newer")
        changed = await desk.revise(made[2], "changed")
        await desk.commit(forget=(first[1].id, made[1].id))
        rest = await system.records.listed(desk.reads(), 9, first[1].id)
        assert [memory.id for memory in first] == ids[:2]
        assert [memory.id for memory in rest] == [made[3].id, made[2].id, made[0].id]
        assert rest[1].ref == changed.ref
        then = await system.records.listed(desk.reads(known_at=made[-1].recorded_at), 9)
        assert newer.id not in {memory.id for memory in then}
        assert [memory.content for memory in then] == ["5", "3", "2", "0"]

    @scenario
    async def test_a_narrowing_narrows_a_list(self, system: Backends) -> None:
        desk = Desk(system)
        past = await desk.remember("past", valid_to=Instant(100))
        here = await desk.remember("here", conversation_id="c2")
        assert await _pages(system, desk.reads(), 1) == [here.id]
        assert await _pages(system, desk.reads(as_of=Instant(99)), 1) == [here.id, past.id]
        assert await _pages(system, desk.reads(by_name=True), 1) == [here.id, past.id]
        assert await _pages(system, desk.reads(conversation_id="c1"), 1) == []

    @scenario
    async def test_an_unknown_id_is_a_place_like_any_other(self, system: Backends) -> None:
        desk = Desk(system)
        made = await desk.remember("one")
        assert await system.records.listed(desk.reads(), 9, UNKNOWN) == []
        last = "ffffffff-ffff-7fff-bfff-ffffffffffff"
        (found,) = await system.records.listed(desk.reads(), 9, last)
        assert found.ref == made.ref
        assert await system.records.listed(desk.reads(), 9, made.id) == []

    @scenario
    async def test_messages_are_read_onwards_as_well(self, system: Backends) -> None:
        desk = Desk(system)
        added: list[Message] = []
        for n in range(3):
            added += [desk.message(f"{n}", "c1", said_at=Instant(9 - n)), desk.message("-", "c2")]
            await desk.say(*added[-2:])

        async def ids(*args: object, **more: object) -> list[str]:
            found = await system.records.messages(desk.reads(), *args, **more)  # type: ignore[arg-type]
            return [message.id for message in found]

        everything = [message.id for message in added]
        assert await ids(limit=4, after="") == everything[:4]
        assert await ids(limit=4, after=everything[3]) == everything[4:]
        assert await ids("c1", limit=2, after="") == [everything[0], everything[2]]
        assert await ids("c2", limit=9, after=everything[2]) == [everything[3], everything[5]]
        assert await ids(limit=9, before=everything[4], after=everything[1]) == everything[2:4]
        for unknown in (UNKNOWN, "no uuid"):
            assert await ids(after=unknown) == []

    @scenario
    async def test_users_are_listed_with_what_they_have(self, system: Backends) -> None:
        desks = {name: Desk(system, f"user:{name}") for name in ("b", "B", "é", "a", "用户")}
        for desk in desks.values():
            await desk.say(desk.message("said"), desk.message("said as well"))
        last = desks["用户"]
        gone = last.message("gone")
        await last.say(gone)
        await last.commit(forget_messages=(gone.id,))
        await last.revise(await last.remember("known"), "known better")
        await Desk(system, "agent:a").remember("an agent's")
        await Desk(system, "user:c", "elsewhere").remember("another tenant's")
        await system.records.create_cube(TENANT, Cube("shared", "user:a", "shared", Instant(1)))
        names = sorted(desks)
        found = await system.records.users(TENANT, 9)
        assert [user.user_id for user in found] == names
        assert [(user.messages, user.memories) for user in found] == [(2, 2)] * 4 + [(2, 3)]
        page = await system.records.users(TENANT, 2, names[1])
        assert [user.user_id for user in page] == names[2:4]
        assert page[0] == User(names[2], found[2].created_at, 2, 2)
        assert await system.records.users(TENANT, 9, names[-1]) == []


async def _pages(system: Backends, scope: ReadScope, size: int) -> list[str]:
    """Ids of everything, read in pages of `size`."""
    ids: list[str] = []
    while page := await system.records.listed(scope, size, ids[-1] if ids else None):
        assert len(page) <= size
        ids += (memory.id for memory in page)
    return ids
