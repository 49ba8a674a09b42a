"""The contract of `Records.commit`: all or nothing, counted, in versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from memos.errors import (
    Conflict,
    InvalidInput,
    MemOSError,
    MessageExists,
    NotFound,
    VersionConflict,
)
from memos.model.changes import Derivation
from memos.model.cube import Cube
from memos.model.memory import Kind, State, Trust, Visibility
from memos.model.scope import SystemScope
from memos.model.task import Lease
from memos.model.time import SECOND, Instant
from memos.testing.build import UNKNOWN, Backends, Desk, derivation
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class CommitContract(SystemContract):
    """What a commit writes, fills in, and refuses."""

    @scenario
    async def test_a_memory_comes_back_as_it_was_written(self, system: Backends) -> None:
        desk = Desk(system)
        memory = desk.memory(
            "Grüße 你好 \0 \N{SNOWMAN}",
            Kind.PREFERENCE,
            user_id="ann",
            agent_id="bot",
            app_id="app",
            conversation_id="c9",
            ordinal=7,
            chunk=2,
            role="assistant",
            name="Ann",
            labels=("food", "é"),
            metadata={"n": 1, "deep": {"list": [1.5, None, True]}, "é": "e\u0301"},
            sources=("m-1", "m-2"),
            trust=Trust.OPERATOR,
            importance=0.25,
            said_at=Instant(-5),
            valid_from=Instant(10),
            valid_to=Instant(9_000_000_000_000_000),
        )
        commit = await desk.commit(memories=(memory,))
        assert commit.tainted == ()
        assert await desk.look(memory) == replace(memory, seq=1, changed_seq=1)

    @scenario
    async def test_a_message_comes_back_as_it_was_written(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message(
            "Grüße 你好",
            conversation_id=None,
            message_id="mine",
            role="tool",
            name="Ann",
            user_id="ann",
            agent_id="bot",
            app_id="app",
            visibility=Visibility.AGENT,
            trust=Trust.UNTRUSTED,
            metadata={"é": [1, {"a": None}]},
            echo=True,
            said_at=Instant(-1),
        )
        await desk.commit(messages=(message,))
        found = await system.records.messages(desk.reads(agent_id="bot"))
        assert found == [replace(message, ordinal=1, seq=1)]

    @scenario
    async def test_seq_counts_each_cubes_commits_without_gaps(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        for expected in (1, 2, 3):
            assert (await desk.commit(memories=(desk.memory("x"),))).seq == expected
            with pytest.raises(NotFound):
                await desk.commit(forget=(UNKNOWN,))
        assert (await other.commit()).seq == 1
        assert (await desk.commit()).seq == 4
        cube = await system.records.cube(desk.key)
        assert cube is not None
        assert cube.seq == 4

    @scenario
    async def test_ordinals_count_each_conversation(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        await desk.say(desk.message("a"), desk.message("b"), desk.message("c", "c2"))
        await desk.say(desk.message("d"), desk.message("e", None), desk.message("f", "c2"))
        await other.say(other.message("g"))
        found = await system.records.messages(desk.reads())
        assert {message.content: message.ordinal for message in found} == {
            "a": 1, "b": 2, "c": 1, "d": 3, "e": 1, "f": 2,
        }  # fmt: skip
        assert [m.ordinal for m in await system.records.messages(other.reads())] == [1]

    @scenario
    async def test_a_memory_stands_where_its_first_source_does(self, system: Backends) -> None:
        desk = Desk(system)
        first = desk.message("a", message_id="m1")
        second, elsewhere = desk.message("b", message_id="m2"), desk.message("c", "c2")
        cases = {
            "episode": desk.episode(second),
            "fact": desk.memory("x", conversation_id="c1", sources=("m2", "m1")),
            "other conversation": desk.memory("y", conversation_id="c2", sources=("m2",)),
            "given": desk.memory("z", conversation_id="c1", sources=("m9",), ordinal=5),
            "no source": desk.memory("w", conversation_id="c1"),
        }
        await desk.commit(messages=(first, second, elsewhere), memories=tuple(cases.values()))
        ordinals = {}
        for name, memory in cases.items():
            found = await desk.look(memory)
            assert found is not None
            ordinals[name] = found.ordinal
        assert ordinals == {
            "episode": 2, "fact": 2, "other conversation": None, "given": 5, "no source": None,
        }  # fmt: skip

    @scenario
    async def test_a_message_id_is_taken_once_in_its_conversation(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        await desk.commit(messages=(desk.message("a", message_id="m"),))
        for free in (desk.message("a", "c2", message_id="m"), desk.message("b", message_id="M")):
            await desk.commit(messages=(free,))
        await other.commit(messages=(other.message("a", message_id="m"),))
        fresh = desk.message("new", message_id="n")
        with pytest.raises(MessageExists) as caught:
            await desk.commit(messages=(fresh, desk.message("a", message_id="m")))
        assert caught.value.taken == (("c1", "m"),)
        with pytest.raises(MessageExists) as caught:
            await desk.commit(messages=(fresh, desk.message("twice", message_id="n")))
        assert caught.value.taken == (("c1", "n"),)

    @scenario
    async def test_the_message_id_of_a_forgotten_message_stays_taken(
        self, system: Backends
    ) -> None:
        desk = Desk(system)
        message = desk.message("a", message_id="m")
        await desk.commit(messages=(message,))
        await desk.commit(forget_messages=(message.id,))
        with pytest.raises(MessageExists):
            await desk.commit(messages=(desk.message("b", message_id="m"),))
        await desk.commit(messages=(desk.message("c", message_id="n"),))
        (left,) = await system.records.messages(desk.reads())
        assert (left.content, left.ordinal) == ("c", 2)

    @scenario
    async def test_a_new_version_closes_the_one_before(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("lives in Rome")
        second = desk.next_version(first, "lives in Oslo", kind=Kind.PROFILE)
        at = system.clock.advance(5)
        await desk.commit(memories=(second,))
        (state,) = await system.records.states(desk.key, [first.id])
        assert state.seq == 2
        assert state.versions == (
            replace(first, superseded_at=at, seq=1, changed_seq=2),
            replace(second, seq=2, changed_seq=2),
        )

    @scenario
    async def test_versions_in_one_change_set_follow_each_other(self, system: Backends) -> None:
        desk = Desk(system)
        first = desk.memory("one")
        second = desk.next_version(first, "two")
        await desk.commit(memories=(first, second))
        found = await desk.look(first)
        assert found is not None
        assert (found.version, found.content) == (2, "two")

    @scenario
    async def test_an_archived_version_is_read_only_on_request(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("old news")
        await desk.commit(memories=(desk.next_version(memory, state=State.ARCHIVED),))
        assert await desk.look(memory) is None
        found = await desk.look(memory, include_archived=True)
        assert found is not None
        assert (found.version, found.state) == (2, State.ARCHIVED)

    @scenario
    async def test_only_the_next_version_is_taken(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("one")
        await desk.revise(memory, "two")
        for version in (1, 2, 4):
            with pytest.raises(VersionConflict) as caught:
                await desk.commit(memories=(replace(memory, version=version),))
            error = caught.value
            assert (error.memory_id, error.expected, error.actual) == (memory.id, version - 1, 2)

    @scenario
    async def test_what_is_unknown_cannot_be_superseded(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        gone, foreign = await desk.remember("gone"), await other.remember("theirs")
        await desk.commit(forget=(gone.id,))
        for memory in (gone, foreign, replace(gone, id=UNKNOWN)):
            mine = desk.next_version(memory, cube_id=desk.key.cube_id)
            with pytest.raises(NotFound) as caught:
                await desk.commit(memories=(mine,))
            assert (caught.value.kind, caught.value.id) == ("memory", memory.id)

    @scenario
    async def test_a_memory_id_belongs_to_one_cube(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        memory = await desk.remember("mine")
        with pytest.raises(Conflict) as caught:
            await other.commit(memories=(replace(memory, cube_id="user:bob"),))
        assert not isinstance(caught.value, VersionConflict)  # it would tell another's version
        assert await desk.look(memory) is not None

    @scenario
    async def test_personal_cubes_appear_shared_ones_have_to_be_made(
        self, system: Backends
    ) -> None:
        personal, shared = Desk(system, "agent:bot"), Desk(system, "team")
        with pytest.raises(NotFound) as caught:
            await shared.remember("x")
        assert (caught.value.kind, caught.value.id) == ("cube", "team")
        assert await system.records.cube(personal.key) is None
        at = system.clock.now()
        await personal.remember("x")
        assert await system.records.cube(personal.key) == Cube(
            "agent:bot", "agent:bot", "agent:bot", at, seq=1
        )
        made = Cube("team", "user:ann", "Team", at)
        await system.records.create_cube("acme", made)
        await shared.remember("x")
        assert await system.records.cube(shared.key) == replace(made, seq=1)

    @scenario
    async def test_a_failing_commit_writes_nothing(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        taken = desk.message("Hello Maria", message_id="m")
        await desk.say(taken)
        memory = await desk.remember("Maria likes tea")
        foreign = await other.remember("theirs")
        before = await _everything(desk)
        for error, parts in _refused(desk, memory.id, foreign.id).items():
            good = {
                "messages": (desk.message("Maria is back"),),
                "memories": (desk.memory("Maria likes figs"), desk.next_version(memory, "gone")),
                "outbox": (desk.task(),),
            }
            for field, items in parts.items():
                good[field] = (*good.get(field, ()), *items)
            with pytest.raises(error[1]):
                await desk.commit(**good)
            assert await _everything(desk) == before, error[0]

    @scenario
    async def test_a_failing_first_commit_makes_no_cube(self, system: Backends) -> None:
        desk = Desk(system)
        with pytest.raises(NotFound):
            await desk.commit(memories=(desk.memory("x"),), forget=(UNKNOWN,))
        assert await system.records.cube(desk.key) is None
        assert await system.records.cube_keys(SystemScope()) == []

    @scenario
    async def test_the_tasks_of_a_commit_are_enqueued(self, system: Backends) -> None:
        desk = Desk(system)
        task = desk.task(payload={"n": 1, "s": "é"})
        await desk.commit(outbox=(task,))
        (leased,) = await system.outbox.claim("w", 10, SECOND)
        assert (leased.kind, leased.tenant, leased.cube_id, leased.subject, leased.lane) == (
            task.kind, task.tenant, task.cube_id, task.subject, task.lane,
        )  # fmt: skip
        assert dict(leased.payload) == {"n": 1, "s": "é"}

    @scenario
    async def test_a_commit_completes_the_task_whose_effect_it_is(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.commit(outbox=(desk.task(),))
        (task,) = await system.outbox.claim("w", 1, SECOND)
        effect = {"memories": (desk.memory("learned"),), "completes": (Lease(task.id, 1),)}
        with pytest.raises(NotFound):
            await desk.commit(**effect, forget=(UNKNOWN,))
        assert (await system.outbox.backlog(SystemScope())).running == 1
        await desk.commit(**effect)
        assert (await system.outbox.backlog(SystemScope())).open == 0
        with pytest.raises(Conflict):
            await desk.commit(completes=(Lease(task.id, task.epoch),))

    @scenario
    async def test_a_lost_lease_commits_nothing(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.commit(outbox=(desk.task(subject="a"), desk.task(subject="b")))
        lost, kept = await system.outbox.claim("slow", 2, SECOND)
        system.clock.advance(2)
        (again,) = await system.outbox.claim("fast", 1, 60 * SECOND)
        assert (again.id, again.epoch) == (lost.id, lost.epoch + 1)
        before = await _everything(desk)
        stale = (Lease(kept.id, kept.epoch), Lease(lost.id, lost.epoch))
        with pytest.raises(Conflict):
            await desk.commit(memories=(desk.memory("late"),), completes=stale)
        assert await _everything(desk) == before
        await desk.commit(completes=(Lease(again.id, again.epoch),))
        assert (await system.outbox.backlog(SystemScope())).open == 1


def _refused(
    desk: Desk, memory_id: str, foreign_id: str
) -> dict[tuple[str, type[MemOSError]], dict[str, Any]]:
    """What is wrong -> the parts that, added to a good change set, make it so."""
    new = desk.memory("Maria naps")
    return {
        ("message id taken", MessageExists): {"messages": (desk.message("x", message_id="m"),)},
        ("unknown memory", NotFound): {"memories": (replace(new, id=UNKNOWN, version=2),)},
        ("wrong version", VersionConflict): {"memories": (replace(new, id=memory_id, version=9),)},
        ("no such memory", NotFound): {"forget": (memory_id, UNKNOWN)},
        ("another cube's memory", NotFound): {"forget": (foreign_id,)},
        ("no such message", NotFound): {"forget_messages": (UNKNOWN,)},
        ("no such source", NotFound): {"derivations": (Derivation(UNKNOWN, 1, "memory", new.id),)},
        ("no such message as source", NotFound): {
            "derivations": (Derivation(UNKNOWN, 0, "memory", new.id),)
        },
        ("no such version as source", NotFound): {
            "derivations": (derivation(replace(new, id=memory_id, version=7), new),)
        },
        ("lease lost", Conflict): {"completes": (Lease(999, 1),)},
        ("a message of another cube", InvalidInput): {
            "messages": (desk.message("x", cube_id="user:bob"),)
        },
        ("a memory of another cube", InvalidInput): {
            "memories": (desk.memory("x", cube_id="user:bob"),)
        },
        ("forgotten from the start", InvalidInput): {
            "memories": (desk.memory("x", state=State.FORGOTTEN),)
        },
    }


async def _everything(desk: Desk) -> tuple[object, ...]:
    """All that a failing commit could have left behind."""
    records, outbox = desk.system.records, desk.system.outbox
    return (
        await records.cube(desk.key),
        await records.messages(desk.reads()),
        await records.states(desk.key),
        await records.count(SystemScope()),
        await records.check(),
        await desk.system.text.contents(desk.key),
        await desk.system.graph.contents(desk.key),
        await outbox.backlog(SystemScope()),
    )
