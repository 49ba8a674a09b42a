"""The contract of forgetting, and of taint: what derives from what is no longer there."""

from __future__ import annotations

import pytest

from memos.contracts.records import Records
from memos.errors import NotFound
from memos.model.changes import Derivation
from memos.model.cube import Cube
from memos.model.memory import Memory
from memos.model.scope import SystemScope
from memos.testing.build import UNKNOWN, Backends, Desk, derivation
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class ForgettingContract(SystemContract):
    """What becomes invisible, and what becomes unreliable with it."""

    @scenario
    async def test_a_forgotten_memory_is_invisible_at_every_moment(self, system: Backends) -> None:
        desk = Desk(system)
        start = system.clock.now()
        memory = await desk.remember("a secret")
        await desk.revise(memory, "another secret")
        middle = system.clock.now()
        commit = await desk.commit(forget=(memory.id,))
        assert (commit.seq, commit.tainted) == (3, ())
        for moment in ({}, {"known_at": start}, {"known_at": middle}, {"as_of": middle}):
            assert await desk.look(memory, include_archived=True, **moment) is None
        assert await system.records.memories(desk.reads(), [(memory.id, 1), (memory.id, 2)]) == {}
        assert await system.records.recent(desk.reads(), 10) == []
        assert await system.records.history(desk.reads(), memory.id) == []
        (state,) = await system.records.states(desk.key, [memory.id])
        assert (state.seq, state.versions) == (3, ())
        assert (await system.records.count(SystemScope()))["forgotten"] == 1

    @scenario
    async def test_forgetting_again_changes_nothing(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message("hello")
        (episode,) = await desk.say(message)
        await desk.commit(forget=(episode.id, episode.id), forget_messages=(message.id,))
        (before,) = await system.records.states(desk.key, [episode.id])
        again = await desk.commit(forget=(episode.id,), forget_messages=(message.id,))
        assert (again.seq, again.tainted) == (3, ())
        assert await system.records.states(desk.key, [episode.id]) == [before]

    @scenario
    async def test_what_is_unknown_cannot_be_forgotten(self, system: Backends) -> None:
        desk, other, stranger = Desk(system), Desk(system, "user:bob"), Desk(system, tenant="evil")
        message = desk.message("hello")
        (episode,) = await desk.say(message)
        for outsider in (other, stranger):
            with pytest.raises(NotFound) as caught:
                await outsider.commit(forget=(episode.id,))
            assert (caught.value.kind, caught.value.id) == ("memory", episode.id)
            with pytest.raises(NotFound) as caught:
                await outsider.commit(forget_messages=(message.id,))
            assert (caught.value.kind, caught.value.id) == ("message", message.id)
        with pytest.raises(NotFound):
            await desk.commit(forget=("no uuid at all",))
        assert await desk.look(episode) is not None

    @scenario
    async def test_a_forgotten_message_takes_its_episodes_along(self, system: Backends) -> None:
        desk = Desk(system)
        message, kept = desk.message("long", message_id="m"), desk.message("kept")
        (stays,) = await desk.say(kept)
        pieces = [desk.episode(message, chunk=n) for n in range(2)]
        fact = desk.memory("a fact")
        await desk.commit(
            messages=(message,),
            memories=(*pieces, fact),
            derivations=tuple(derivation(message, made) for made in (*pieces, fact)),
        )
        commit = await desk.commit(forget_messages=(message.id,))
        assert commit.tainted == (fact.id,)
        assert [m.id for m in await system.records.messages(desk.reads())] == [kept.id]
        for piece in (*pieces, fact):
            assert await desk.look(piece) is None
        assert await desk.look(stays) is not None
        assert await _tainted(system.records) == 1

    @scenario
    async def test_a_message_goes_with_the_last_of_its_episodes(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message("long")
        pieces = [desk.episode(message, chunk=n) for n in range(2)]
        fact = desk.memory("a fact")
        await desk.commit(
            messages=(message,),
            memories=(*pieces, fact),
            derivations=tuple(derivation(message, made) for made in (*pieces, fact)),
        )
        assert (await desk.commit(forget=(pieces[0].id,))).tainted == ()
        assert len(await system.records.messages(desk.reads())) == 1
        assert (await desk.commit(forget=(pieces[1].id,))).tainted == (fact.id,)
        assert await system.records.messages(desk.reads()) == []

    @scenario
    async def test_editing_an_episode_leaves_its_message_alone(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message("my flat is red")
        (episode,) = await desk.say(message)
        of_message = await desk.remember("from the message", message)
        of_episode = await desk.remember("from the episode", episode)
        commit = await desk.commit(memories=(desk.next_version(episode, "my flat is blue"),))
        assert commit.tainted == (of_episode.id,)
        (found,) = await system.records.messages(desk.reads())
        assert found.content == "my flat is red"
        assert await desk.look(of_message) is not None

    @scenario
    async def test_taint_reaches_everything_that_derives(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        child = await desk.remember("child", root)
        grandchild = await desk.remember("grandchild", child)
        bystander = await desk.remember("bystander")
        commit = await desk.commit(memories=(desk.next_version(root, "new root"),))
        assert commit.tainted == tuple(sorted((child.id, grandchild.id)))
        for memory in (child, grandchild):
            assert await desk.look(memory, include_archived=True) is None
            assert await desk.look(memory, known_at=memory.recorded_at) is None
            (state,) = await system.records.states(desk.key, [memory.id])
            assert (state.seq, state.versions) == (commit.seq, ())
        assert await desk.look(bystander) is not None
        assert await _tainted(system.records) == 2

    @scenario
    async def test_taint_asks_who_is_meant_not_what_kind_it_is(self, system: Backends) -> None:
        desk = Desk(system)
        root, summary = await desk.remember("root"), desk.memory("summary")
        await desk.commit(
            memories=(summary,),
            derivations=(
                derivation(root, summary, kind="summary"),
                Derivation(root.id, 1, "vector", "anything at all"),
            ),
        )
        assert (await desk.commit(forget=(root.id,))).tainted == (summary.id,)

    @scenario
    async def test_what_derives_from_the_current_version_is_sound(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        root = await desk.revise(root, "second")
        child = await desk.remember("child", root)
        assert (await desk.commit()).tainted == ()
        assert await desk.look(child) is not None
        root = await desk.revise(root, "third")
        assert await desk.look(child) is None

    @scenario
    async def test_forgetting_taints_what_came_from_any_version(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        old = await desk.remember("old", root)
        root = await desk.revise(root, "second")
        renewed = desk.next_version(old, "renewed")
        await desk.commit(memories=(renewed,), derivations=(derivation(root, renewed),))
        assert await desk.look(old) is not None
        assert (await desk.commit(forget=(root.id,))).tainted == (old.id,)

    @scenario
    async def test_a_new_version_clears_taint(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        child = await desk.remember("child", root)
        root = await desk.revise(root, "second")
        renewed = desk.next_version(child, "renewed")
        commit = await desk.commit(memories=(renewed,), derivations=(derivation(root, renewed),))
        assert commit.tainted == ()
        found = await desk.look(child)
        assert found is not None
        assert (found.content, found.tainted) == ("renewed", False)
        assert await _tainted(system.records) == 0
        events = await system.records.history(desk.reads(), child.id)
        assert [(entry.event, entry.version) for entry in events] == [
            ("created", 1), ("tainted", 1), ("updated", 2),
        ]  # fmt: skip
        (state,) = await system.records.states(desk.key, [child.id])
        assert [version.version for version in state.versions] == [1, 2]

    @scenario
    async def test_a_source_and_what_derives_may_be_renewed_together(
        self, system: Backends
    ) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        child = await desk.remember("child", root)
        for n in (2, 3):
            root, child = desk.next_version(root, f"{n}"), desk.next_version(child, f"{n}")
            together = (root, child) if n == 2 else (child, root)
            commit = await desk.commit(memories=together, derivations=(derivation(root, child),))
            assert commit.tainted == ()
            found = await desk.look(child)
            assert found is not None
            assert found.content == f"{n}"

    @scenario
    async def test_what_is_forgotten_with_its_source_is_not_tainted(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("root")
        child = await desk.remember("child", root)
        assert (await desk.commit(forget=(root.id, child.id))).tainted == ()
        assert await _tainted(system.records) == 0

    @scenario
    async def test_what_arrives_after_its_source_changed_is_tainted(self, system: Backends) -> None:
        desk = Desk(system)
        message = desk.message("hello")
        await desk.say(message)
        root = await desk.remember("root")
        gone = await desk.remember("gone")
        await desk.revise(root, "second")
        await desk.commit(forget=(gone.id,), forget_messages=(message.id,))
        for source in (root, gone, message):
            late = desk.memory("late")
            commit = await desk.commit(memories=(late,), derivations=(derivation(source, late),))
            assert commit.tainted == (late.id,)
            assert await desk.look(late) is None

    @scenario
    async def test_circles_end(self, system: Backends) -> None:
        desk = Desk(system)
        first, second = desk.memory("first"), desk.memory("second")
        circle = (derivation(first, second), derivation(second, first), derivation(first, first))
        await desk.commit(memories=(first, second), derivations=circle)
        renewed = desk.next_version(first, "new")
        commit = await desk.commit(memories=(renewed,))
        assert commit.tainted == (second.id,)
        assert await desk.look(first) is not None
        newest = desk.next_version(renewed, "newest")
        from_itself = derivation(renewed, newest)
        assert (await desk.commit(memories=(newest,), derivations=(from_itself,))).tainted == ()
        assert await desk.look(first) is not None

    @scenario
    async def test_taint_crosses_the_cubes_of_a_tenant(self, system: Backends) -> None:
        desk, team = Desk(system), Desk(system, "team")
        await system.records.create_cube(
            "acme", Cube("team", "user:ann", "Team", system.clock.now())
        )
        root = await desk.remember("apple pie")
        shared = await team.remember("apple cake", root)
        bystander = await team.remember("apple tart")
        commit = await desk.commit(forget=(root.id,))
        assert (commit.seq, commit.tainted) == (2, (shared.id,))
        assert await team.look(shared) is None
        assert await team.look(bystander) is not None
        cube = await system.records.cube(team.key)
        assert cube is not None
        assert cube.seq == 3
        (state,) = await system.records.states(team.key, [shared.id])
        assert (state.seq, state.versions) == (3, ())
        await system.settle()
        assert list(await system.text.contents(team.key)) == [bystander.ref]
        assert (await team.commit()).seq == 4

    @scenario
    async def test_no_derivation_leads_into_another_tenant(self, system: Backends) -> None:
        desk, stranger = Desk(system), Desk(system, tenant="evil")
        victim = await desk.remember("victim")
        bait = await stranger.remember("bait")
        await stranger.commit(derivations=(derivation(bait, victim),))
        assert (await stranger.commit(forget=(bait.id,))).tainted == ()
        assert await desk.look(victim) is not None
        with pytest.raises(NotFound):
            await stranger.commit(derivations=(derivation(victim, bait),))
        cube = await system.records.cube(desk.key)
        assert cube is not None
        assert cube.seq == 1

    @scenario
    async def test_inline_projections_follow_in_the_same_commit(self, system: Backends) -> None:
        desk = Desk(system)
        root = await desk.remember("plums")
        child = await desk.remember("prunes", root)
        kept = await desk.remember("figs")
        await _projected(system, desk, root, child, kept)
        root = await desk.revise(root, "fresh plums")
        await _projected(system, desk, root, kept, versions=3)
        await desk.commit(forget=(root.id,))
        await _projected(system, desk, kept)
        child = await desk.revise(child, "dried plums")
        await _projected(system, desk, child, kept, versions=3)

    @scenario
    async def test_unknown_states_come_empty_and_current(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        known = await desk.remember("known")
        foreign = await other.remember("foreign")
        await desk.commit()
        states = await system.records.states(desk.key, [UNKNOWN, known.id, foreign.id])
        assert [(state.memory_id, state.seq, len(state.versions)) for state in states] == [
            (UNKNOWN, 2, 0), (known.id, 1, 1), (foreign.id, 2, 0),
        ]  # fmt: skip
        assert await system.records.states(Desk(system, "nobody").key) == []


async def _tainted(records: Records) -> int:
    assert await records.check() == []
    return (await records.count(SystemScope()))["tainted"]


async def _projected(
    system: Backends, desk: Desk, *memories: Memory, versions: int | None = None
) -> None:
    """The text index holds what the records say, and that is versions of `memories`."""
    await system.settle()
    states = await system.records.states(desk.key)
    expected = {
        version.ref: system.text.expected(version) for state in states for version in state.versions
    }
    assert {memory_id for memory_id, _ in expected} == {memory.id for memory in memories}
    assert len(expected) == (versions or len(memories))
    assert await system.text.contents(desk.key) == expected
