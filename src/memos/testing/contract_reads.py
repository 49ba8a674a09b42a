"""The contract of reading records: nothing from outside the scope, everything inside it."""

from __future__ import annotations

from memos.contracts.outline import (
    ASKS,
    ASSISTANT,
    KINDS,
    NUMBER,
    OTHER,
    STANDING,
    TIME,
    USER,
    Wanted,
)
from memos.model.changes import HistoryEntry
from memos.model.filter import parse_filter
from memos.model.memory import Kind, Ref, Visibility
from memos.model.message import Message
from memos.model.time import SECOND, Instant
from memos.testing.build import UNKNOWN, Backends, Desk, derivation
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario

ALIKE = ("user:a", "user:A", "user:é", "user:e\u0301", "user:a ", "user:ａ")
"""Ids that only careless comparison takes for one another."""


NO_WORDS = Wanted((), ())


class ReadingContract(SystemContract):
    """Which memories and messages a read sees, and in which order."""

    @scenario
    async def test_versions_are_read_by_reference(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("one")
        second = await desk.revise(first, "two")
        refs = [first.ref, second.ref, (first.id, 3), (UNKNOWN, 1), ("no uuid", 1)]
        now = await system.records.memories(desk.reads(), refs)
        assert {ref: memory.content for ref, memory in now.items()} == {second.ref: "two"}
        then = await system.records.memories(desk.reads(known_at=first.recorded_at), refs)
        assert {ref: memory.content for ref, memory in then.items()} == {first.ref: "one"}

    @scenario
    async def test_known_at_reads_what_was_known_then(self, system: Backends) -> None:
        desk = Desk(system)
        before = Instant(system.clock.now() - 1)
        first = await desk.remember("Rome", valid_from=Instant(0))
        between = Instant(system.clock.now() - 1)
        turn = system.clock.now()
        await desk.revise(first, "Oslo")
        cases = {
            None: "Oslo", before: None, first.recorded_at: "Rome", between: "Rome", turn: "Oslo",
            system.clock.now(): "Oslo",
        }  # fmt: skip
        for known_at, expected in cases.items():
            found = await desk.look(first, known_at=known_at)
            assert (found and found.content) == expected

    @scenario
    async def test_as_of_reads_what_was_true_then(self, system: Backends) -> None:
        desk = Desk(system)
        now = system.clock.now()
        past = await desk.remember("past", valid_to=Instant(100))
        present = await desk.remember("present", valid_from=Instant(100))
        future = await desk.remember("future", valid_from=Instant(now + 3600 * SECOND))
        always = await desk.remember("always")
        for as_of, expected in (
            (Instant(99), {"past", "always"}),
            (Instant(100), {"present", "always"}),
            (None, {"present", "future", "always"}),
        ):
            scope = desk.reads(as_of=as_of)
            ids = [memory.id for memory in (past, present, future, always)]
            found = await system.records.by_id(scope, ids)
            assert {memory.content for memory in found.values()} == expected
            listed = await system.records.recent(scope, 10)
            assert {memory.content for memory in listed} == expected

    @scenario
    async def test_a_narrowing_narrows_every_read(self, system: Backends) -> None:
        desk = Desk(system)
        public = await desk.remember("public", said_at=Instant(1), labels=("x",))
        private = await desk.remember(
            "private", said_at=Instant(2), agent_id="bot", visibility=Visibility.AGENT
        )
        order = await desk.remember(
            "order", said_at=Instant(3), kind=Kind.INSTRUCTION, conversation_id="c2"
        )
        mine = parse_filter({"labels": {"contains": "x"}})
        for narrowing, expected in (
            ({}, {public.ref, order.ref}),
            ({"agent_id": "bot"}, {public.ref, private.ref, order.ref}),
            ({"agent_id": "Bot"}, {public.ref, order.ref}),
            ({"kinds": frozenset({Kind.INSTRUCTION})}, {order.ref}),
            ({"kinds": frozenset[Kind]()}, set()),
            ({"conversation_id": "c2"}, {order.ref}),
            ({"filter": mine}, {public.ref}),
        ):
            scope = desk.reads(**narrowing)
            refs = [memory.ref for memory in (public, private, order)]
            assert set(await system.records.memories(scope, refs)) == expected
            found = await system.records.by_id(scope, [memory_id for memory_id, _ in refs])
            assert {memory.ref for memory in found.values()} == expected
            assert {m.ref for m in await system.records.recent(scope, 10)} == expected
            assert {m.ref for m in await system.records.said_between(scope, 0, 9, 10)} == expected
            seen = {ref for ref in refs if await system.records.history(scope, ref[0])}
            assert seen == expected

    @scenario
    async def test_cubes_and_tenants_are_told_apart_by_code_points(self, system: Backends) -> None:
        desks = [Desk(system, cube_id, tenant) for tenant in ALIKE for cube_id in ALIKE]
        for desk in desks:
            await desk.say(desk.message(f"{desk.key}"))
        for desk in desks:
            await _sees_only_itself(desk, desks)
        wide = desks[0].reads(*ALIKE)
        found = await system.records.recent(wide, 100)
        assert {memory.cube_id for memory in found} == set(ALIKE)
        assert len(found) == len(await system.records.messages(wide)) == len(ALIKE)

    @scenario
    async def test_conversations_and_message_ids_are_told_apart_by_code_points(
        self, system: Backends
    ) -> None:
        desk = Desk(system)
        messages = [
            desk.message(f"{thread}/{name}", thread, message_id=name)
            for thread in ALIKE
            for name in ALIKE
        ]
        await desk.say(*messages)
        for thread in ALIKE:
            found = await system.records.messages(desk.reads(), thread)
            assert [message.message_id for message in found] == list(ALIKE)
            assert [message.ordinal for message in found] == list(range(1, len(ALIKE) + 1))
            told = await system.records.recent(desk.reads(conversation_id=thread), 100)
            assert {memory.sources[0] for memory in told} == set(ALIKE)
        name = (ALIKE[2], ALIKE[3])
        found_by_name = await system.records.messages_named(desk.reads(), [name])
        assert found_by_name[name][0].content == f"{ALIKE[2]}/{ALIKE[3]}"

    @scenario
    async def test_recent_lists_the_newest_recorded_first(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        made = [await desk.remember("first"), await other.remember("second")]
        together = [desk.memory(f"{n}", said_at=Instant(9 - n)) for n in range(3)]
        await desk.commit(memories=tuple(together))
        made += together
        made.append(await desk.remember("fact", kind=Kind.SUMMARY))
        both = desk.reads("user:ann", "user:bob")
        expected = [memory.id for memory in reversed(made)]
        assert [m.id for m in await system.records.recent(both, 10)] == expected
        assert [m.id for m in await system.records.recent(both, 4)] == expected[:4]
        assert await system.records.recent(both, 0) == []
        summaries = await system.records.recent(both, 10, [Kind.SUMMARY, Kind.TOOL])
        assert [m.id for m in summaries] == expected[:1]
        assert await system.records.recent(both, 10, []) == []

    @scenario
    async def test_said_between_is_half_open_and_oldest_first(self, system: Backends) -> None:
        desk = Desk(system)
        moments = (30, 10, 20, 40, -10)
        said = {n: await desk.remember(f"{n}", said_at=Instant(n)) for n in moments}
        twin = await desk.remember("20 again", said_at=Instant(20))
        await desk.remember("never said", valid_from=Instant(20))
        found = await system.records.said_between(desk.reads(), 10, 40, 10)
        expected = [said[10].id, *sorted((said[20].id, twin.id)), said[30].id]
        assert [memory.id for memory in found] == expected
        found = await system.records.said_between(desk.reads(), -10, 40, 2)
        assert [memory.id for memory in found] == [said[-10].id, said[10].id]
        assert await system.records.said_between(desk.reads(), 41, 99, 10) == []

    @scenario
    async def test_an_outline_reaches_around_in_the_conversation(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        for thread in ("c1", None):
            await desk.say(*(desk.message(f"{thread}{n}", thread) for n in range(1, 8)))
        await other.say(*(other.message(f"b{n}") for n in range(1, 8)))
        fact = await desk.remember("a fact", conversation_id="c1", ordinal=3)
        text = {m.ref: m.content for m in await system.records.recent(desk.reads(), 99)}
        text |= {m.ref: m.content for m in await system.records.recent(other.reads(), 99)}
        ref = {content: one for one, content in text.items()}
        await desk.commit(forget=(ref["c14"][0],))

        async def around(*contents: str, before: int, after: int, **narrowing: object) -> set[str]:
            refs = [ref[content] for content in contents]
            scope = desk.reads(**narrowing)
            outline = await system.records.outline(scope, refs, NO_WORDS, before, after)
            assert len(outline) == len(set(outline.refs))
            mark = {True: "", False: "*"}
            return {
                mark[bool(admitted)] + text[one]
                for one, admitted in zip(outline.refs, outline.admitted, strict=True)
            }

        assert await around("c13", before=1, after=2) == {"c12", "c13", "c15"}
        assert await around("c11", "c12", "None7", before=1, after=1) == {
            "c11", "c12", "c13", "None6", "None7",
        }  # fmt: skip
        assert await around("c12", "c14", before=0, after=0) == {"c12"}
        assert await around("a fact", before=9, after=9) == {"a fact"}
        assert await around("b3", before=9, after=9) == set()
        assert await around(before=1, after=1) == set()
        only = parse_filter({"content": {"contains": "c12"}})
        assert await around("c12", "c13", before=1, after=1, filter=only) == {"*c11", "c12", "*c13"}
        kinds = frozenset({Kind.FACT})
        assert await around("c12", fact.content, before=1, after=1, kinds=kinds) == {"a fact"}

    @scenario
    async def test_an_outline_hides_what_is_hidden(self, system: Backends) -> None:
        desk = Desk(system)
        one = await desk.remember("one")
        later = Instant(system.clock.now())
        mine = await desk.remember("two", agent_id="a1", visibility=Visibility.AGENT)
        over = await desk.remember("three", valid_to=later)
        to_come = await desk.remember("four", valid_from=Instant(later + 9))
        refs = [memory.ref for memory in (one, mine, over, to_come)]

        async def seen(**narrowing: object) -> set[Ref]:
            scope = desk.reads(**narrowing)
            outline = await system.records.outline(scope, refs, NO_WORDS, 9, 9)
            assert outline.admitted.all()
            return set(outline.refs)

        assert await seen() == {one.ref, to_come.ref}
        assert await seen(agent_id="a1") == {one.ref, mine.ref, to_come.ref}
        assert await seen(as_of=Instant(later - 1)) == {one.ref, over.ref}
        assert await seen(without=frozenset({one.id})) == {to_come.ref}
        assert await seen(known_at=one.recorded_at) == {one.ref}

    @scenario
    async def test_the_columns_of_an_outline(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        said, asked = Instant(5), Instant(7)
        await desk.say(
            desk.message(
                "Give me two trains, two, by Tuesday", "c1", name="Ada Byron", said_at=said
            ),
            desk.message("Which one, Ada, or Charles?", "c1", role="assistant", said_at=asked),
        )
        order = await desk.remember("Answer in French", kind=Kind.INSTRUCTION, said_at=None)
        await other.say(other.message("trains", "c1", name="Charles"))
        scope = desk.reads("user:ann", "user:bob")
        memories = {m.ref: m for m in await system.records.recent(scope, 9)}
        wanted = Wanted(["train", "two", "zebra"], ["charles", "byron"])
        found = await system.records.outline(scope, list(memories), wanted, 0, 0)
        rows = {memories[ref].content[:4]: row for row, ref in enumerate(found.refs)}
        give, which, answer, trains = (rows[one] for one in ("Give", "Whic", "Answ", "trai"))
        assert len(rows) == len(found) == 4
        assert found.cubes[[give, which, answer, trains]].tolist() == [0, 0, 0, 1]
        assert [KINDS[at] for at in found.kinds[[give, answer]]] == [Kind.EPISODE, Kind.INSTRUCTION]
        assert found.when[[give, which]].tolist() == [said, asked]
        assert found.when[answer] == order.recorded_at
        assert found.threads[give] == found.threads[which]
        assert len({found.threads[at] for at in (give, answer, trains)}) == 3
        assert found.ordinals[[give, which, answer, trains]].tolist() == [1, 2, 0, 1]
        assert found.chunks.tolist() == [0] * 4
        assert found.roles[[give, which, answer]].tolist() == [USER, ASSISTANT, OTHER]
        assert found.cues[[give, which, answer]].tolist() == [NUMBER | TIME, ASKS, STANDING]
        assert found.names[[give, which, trains]].tolist() == [0, 2, 0]
        assert found.counts[[give, which, trains]].tolist() == [[1, 2, 0], [0, 0, 0], [1, 0, 0]]
        assert found.lengths[give] > found.lengths[trains] == 1
        assert found.named[[give, which, trains]].tolist() == [False, True, False]
        assert found.spoken[[give, which, trains]].tolist() == [True, False, True]

    @scenario
    async def test_history_tells_what_happened(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("one")
        source = await desk.remember("source")
        second = await desk.revise(first, "two")
        entries = await system.records.history(desk.reads(), first.id)
        assert entries == [
            HistoryEntry(first.id, "created", 1, first.recorded_at, "tester", "one"),
            HistoryEntry(first.id, "updated", 2, second.recorded_at, "tester", "two"),
        ]
        early = desk.reads(known_at=first.recorded_at)
        assert await system.records.history(early, first.id) == []
        assert await system.records.history(Desk(system, "user:bob").reads(), source.id) == []
        assert await system.records.history(desk.reads(), UNKNOWN) == []

    @scenario
    async def test_messages_are_the_last_ones_in_the_order_of_adding(
        self, system: Backends
    ) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        added = []
        for n in range(4):
            added += [desk.message(f"{n}", "c1", said_at=Instant(9 - n)), desk.message("-", "c2")]
            await desk.say(*added[-2:])
        theirs = other.message("theirs")
        await other.say(theirs)

        async def ids(*args: object, **more: object) -> list[str]:
            found = await system.records.messages(desk.reads(), *args, **more)  # type: ignore[arg-type]
            return [message.id for message in found]

        everything = [message.id for message in added]
        assert await ids() == everything
        assert await ids(limit=3) == everything[-3:]
        assert await ids(limit=0) == []
        assert await ids("c1") == everything[::2]
        assert await ids("c1", 2, added[6].id) == [everything[2], everything[4]]
        assert await ids("c1", before=added[3].id) == [everything[0], everything[2]]
        assert await ids(before=added[0].id) == []
        assert await ids("nowhere") == []
        for unknown in (UNKNOWN, "no uuid", theirs.id):
            assert await ids(before=unknown) == []
        both = await system.records.messages(desk.reads("user:bob", "user:ann"), limit=2)
        assert [message.id for message in both] == [everything[-1], theirs.id]

    @scenario
    async def test_messages_obey_time_agent_and_forgetting(self, system: Backends) -> None:
        desk = Desk(system)
        early = desk.message("early", said_at=Instant(10))
        await desk.commit(messages=(early,))
        late = desk.message("late", said_at=Instant(20))
        await desk.commit(messages=(late,))
        private = desk.message("private", agent_id="bot", visibility=Visibility.AGENT)
        gone = desk.message("gone")
        await desk.commit(messages=(private, gone))
        await desk.commit(forget_messages=(gone.id,))
        for narrowing, expected in (
            ({}, [early, late]),
            ({"as_of": Instant(10)}, [early]),
            ({"as_of": Instant(9)}, []),
            ({"known_at": late.recorded_at}, [early, late]),
            ({"known_at": Instant(late.recorded_at - 1)}, [early]),
            ({"agent_id": "bot"}, [early, late, private]),
        ):
            found = await system.records.messages(desk.reads(**narrowing))
            assert _ids(found) == _ids(expected)
        assert await system.records.messages(desk.reads(), before=gone.id) == []

    @scenario
    async def test_messages_are_found_by_name_even_when_forgotten(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        kept, gone = desk.message("kept", message_id="m"), desk.message("gone", None)
        pieces = [desk.episode(kept, chunk=n) for n in range(3)]
        (lost,) = await desk.say(gone)
        await desk.commit(messages=(kept,), memories=tuple(pieces))
        fact = await desk.remember("a fact", kept)
        for piece in pieces:
            await desk.commit(derivations=(derivation(kept, piece),))
        await desk.commit(forget_messages=(gone.id,))
        names = [("c1", "m"), (None, gone.message_id), ("c2", "m"), ("c1", "absent")]
        found = await system.records.messages_named(desk.reads(), names)
        assert {name: message.content for name, (message, _) in found.items()} == {
            ("c1", "m"): "kept", (None, gone.message_id): "gone",
        }  # fmt: skip
        assert found["c1", "m"][1] == tuple(sorted(piece.id for piece in pieces))
        assert fact.id not in found["c1", "m"][1]
        assert found[None, gone.message_id][1] == (lost.id,)
        assert await system.records.messages_named(other.reads(), names) == {}
        assert await system.records.messages_named(desk.reads(), []) == {}


def _ids(messages: list[Message]) -> list[str]:
    return [message.id for message in messages]


async def _sees_only_itself(desk: Desk, desks: list[Desk]) -> None:
    records, text = desk.system.records, f"{desk.key}"
    assert [memory.content for memory in await records.recent(desk.reads(), 100)] == [text]
    (message,) = await records.messages(desk.reads())
    assert (message.content, message.ordinal) == (text, 1)
    (state,) = await records.states(desk.key)
    foreign = [other for other in desks if other.key != desk.key]
    for other in foreign:
        assert await records.by_id(other.reads(), [state.memory_id]) == {}
    cube = await records.cube(desk.key)
    assert cube is not None
    assert (cube.cube_id, cube.seq) == (desk.key.cube_id, 1)
