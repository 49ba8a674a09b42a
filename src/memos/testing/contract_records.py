"""The contract suite of `Records`: subclass `RecordsContract` and override its two fixtures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memos.errors import Conflict, NotFound
from memos.model.cube import Cube, Grant, Role
from memos.model.scope import CubeKey, SystemScope
from memos.model.task import Lane
from memos.model.time import SECOND
from memos.testing.build import CUBE, Backends, Desk
from memos.testing.contract_commit import CommitContract
from memos.testing.contract_forget import ForgettingContract
from memos.testing.contract_learning import LearningContract
from memos.testing.contract_listing import ListingContract
from memos.testing.contract_reads import ReadingContract
from memos.testing.contract_replay import ReplayContract
from memos.testing.scenario import scenario


class CubesContract:
    """Cubes, who may use them, and what jobs and doctor ask."""

    @scenario
    async def test_a_shared_cube_is_made_once_in_its_tenant(self, system: Backends) -> None:
        made = Cube("team", "user:ann", "Team", system.clock.now())
        await system.records.create_cube("acme", replace(made, seq=7))
        with pytest.raises(Conflict):
            await system.records.create_cube("acme", replace(made, owner="user:bob"))
        await system.records.create_cube("other", replace(made, owner="user:bob"))
        assert await system.records.cube(CubeKey("acme", "team")) == made
        theirs = await system.records.cube(CubeKey("other", "team"))
        assert theirs is not None
        assert theirs.owner == "user:bob"
        assert await system.records.cube(CubeKey("acme", "Team")) is None

    @scenario
    async def test_grants_are_given_replaced_and_taken(self, system: Backends) -> None:
        at, key = system.clock.now(), CubeKey("acme", "team")
        first = Grant("agent:bot", Role.READER, at, "user:ann")
        await system.records.create_cube("acme", Cube("team", "user:ann", "Team", at, 0, (first,)))
        second = Grant("agent:Bot", Role.WRITER, at, "user:ann")
        changed = replace(first, role=Role.ADMIN)
        await system.records.set_grant(key, second)
        await system.records.set_grant(key, changed)
        assert await _grants(system, key) == (second, changed)
        assert await system.records.drop_grant(key, "agent:Bot") is True
        assert await system.records.drop_grant(key, "agent:Bot") is False
        assert await _grants(system, key) == (changed,)

    @scenario
    async def test_grants_need_a_cube(self, system: Backends) -> None:
        grant = Grant("agent:bot", Role.READER, system.clock.now(), "user:ann")
        await system.records.create_cube(
            "acme", Cube("team", "user:ann", "Team", system.clock.now())
        )
        for key in (CubeKey("acme", "nowhere"), CubeKey("other", "team")):
            with pytest.raises(NotFound) as caught:
                await system.records.set_grant(key, grant)
            assert (caught.value.kind, caught.value.id) == ("cube", key.cube_id)
            assert await system.records.drop_grant(key, "agent:bot") is False

    @scenario
    async def test_cubes_are_listed_for_their_principals(self, system: Backends) -> None:
        at = system.clock.now()
        for cube_id, owner in (("z", "user:ann"), ("b", "user:bob"), ("c", "user:eve")):
            await system.records.create_cube("acme", Cube(cube_id, owner, cube_id, at))
        await Desk(system).remember("x")
        await Desk(system, tenant="other").remember("x")
        await system.records.set_grant(
            CubeKey("acme", "b"), Grant("agent:bot", Role.READER, at, "user:bob")
        )

        async def listed(*principals: str) -> list[str]:
            return [cube.cube_id for cube in await system.records.cubes("acme", principals)]

        assert await listed("user:ann", "agent:bot") == ["b", CUBE, "z"]
        assert await listed("agent:bot") == ["b"]
        assert await listed("user:Ann") == []
        assert await listed() == []
        assert [cube.cube_id for cube in await system.records.cubes("other", ["user:ann"])] == [
            CUBE
        ]

    @scenario
    async def test_system_scopes_cover_a_tenant_or_everything(self, system: Backends) -> None:
        keys = [("b", "user:x"), ("a", "user:z"), ("a", "user:y")]
        for tenant, cube_id in keys:
            desk = Desk(system, cube_id, tenant)
            (episode,) = await desk.say(desk.message("hello"))
            fact = await desk.remember("a fact", episode)
            await desk.revise(episode, "hello!")
            await desk.commit(forget=((await desk.remember("gone")).id,))
            assert await desk.look(fact) is None
        assert await system.records.cube_keys(SystemScope()) == sorted(CubeKey(*k) for k in keys)
        assert await system.records.cube_keys(SystemScope("b")) == [CubeKey("b", "user:x")]
        assert await system.records.cube_keys(SystemScope("c")) == []
        each = {
            "cubes": 1, "messages": 1, "memories": 2, "versions": 4, "forgotten": 1, "tainted": 1,
        }  # fmt: skip
        assert dict(await system.records.count(SystemScope("b"))) == each
        total = {name: 3 * number for name, number in each.items()}
        assert dict(await system.records.count(SystemScope())) == total
        assert set((await system.records.count(SystemScope("c"))).values()) == {0}
        assert await system.records.check() == []


class FollowingContract:
    """Projections that follow: the outbox knows what they have not applied yet."""

    @scenario
    async def test_each_changed_memory_is_a_task_for_each_follower(
        self, following: Backends
    ) -> None:
        desk = Desk(following)
        source = await desk.remember("source")
        made = await desk.remember("made", source)
        await following.settle()
        await desk.commit(memories=(desk.next_version(source, "new"),))
        tasks = []
        while claimed := await following.outbox.claim("w", 10, SECOND):
            await following.outbox.complete(claimed)
            tasks += claimed
        assert sorted((task.kind, task.subject) for task in tasks) == sorted(
            (f"project.{name}", memory.id)
            for name in ("text", "graph")
            for memory in (source, made)
        )
        assert {(task.tenant, task.cube_id, task.lane) for task in tasks} == {
            (*desk.key, Lane.PROJECT)
        }

    @scenario
    async def test_pending_until_the_task_is_gone(self, following: Backends) -> None:
        desk, other = Desk(following), Desk(following, "user:bob")
        memory = await desk.remember("one")
        await other.remember("theirs")
        newest = await desk.remember("two")
        found, waiting = await following.records.pending(desk.reads(), "text", 10)
        assert ([each.id for each in found], waiting) == ([newest.id, memory.id], 2)
        found, waiting = await following.records.pending(desk.reads(), "text", 1)
        assert ([each.id for each in found], waiting) == ([newest.id], 2)
        first, second = await following.outbox.claim("w", 2, SECOND, ["project.text"])
        assert (await following.records.pending(desk.reads(), "text", 10))[1] == 2
        await following.outbox.complete([first])
        assert first.subject == memory.id
        found, waiting = await following.records.pending(desk.reads(), "text", 10)
        assert ([each.id for each in found], waiting) == ([newest.id], 1)
        await following.outbox.bury(second, "broken")
        assert (await following.records.pending(desk.reads(), "graph", 10))[1] == 2

    @scenario
    async def test_a_dead_letter_is_still_pending(self, following: Backends) -> None:
        desk = Desk(following)
        memory = await desk.remember("one")
        for task in await following.outbox.claim("w", 2, SECOND):
            await following.outbox.bury(task, "broken")
        found, waiting = await following.records.pending(desk.reads(), "text", 10)
        assert ([each.id for each in found], waiting) == ([memory.id], 1)

    @scenario
    async def test_pending_shows_what_the_scope_admits(self, following: Backends) -> None:
        desk = Desk(following)
        first = await desk.remember("one")
        second = await desk.revise(first, "two")
        gone = await desk.remember("gone")
        await desk.commit(forget=(gone.id,))
        found, waiting = await following.records.pending(desk.reads(), "text", 10)
        assert ([each.ref for each in found], waiting) == ([second.ref], 2)
        early = desk.reads(known_at=first.recorded_at)
        found, _ = await following.records.pending(early, "text", 10)
        assert [each.ref for each in found] == [first.ref]
        none = await following.records.pending(Desk(following, "user:bob").reads(), "text", 10)
        assert none == ([], 0)
        assert await following.records.pending(desk.reads(), "vectors", 10) == ([], 0)

    @scenario
    async def test_nothing_is_pending_for_inline_projections(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.remember("one")
        await system.settle()
        for projection in (system.text, system.graph):
            assert await system.records.pending(desk.reads(), projection.name, 10) == ([], 0)

    @scenario
    async def test_followers_catch_up(self, following: Backends) -> None:
        desk, team = Desk(following), Desk(following, "agent:bot")
        source = await desk.remember("plums")
        await team.remember("prunes", source)
        await desk.revise(source, "figs")
        assert await following.text.contents(desk.key) == {}
        await following.settle()
        for key in (desk.key, team.key):
            states = await following.records.states(key)
            assert await following.text.contents(key) == {
                version.ref: following.text.expected(version)
                for state in states
                for version in state.versions
            }
        assert await following.text.contents(team.key) == {}


class RecordsContract(
    CommitContract,
    ForgettingContract,
    ReadingContract,
    ListingContract,
    ReplayContract,
    LearningContract,
    CubesContract,
    FollowingContract,
):
    """All that `Records` owe; see `contract_system` for the fixtures `system`, `following`."""


async def _grants(system: Backends, key: CubeKey) -> tuple[Grant, ...]:
    cube = await system.records.cube(key)
    assert cube is not None
    return cube.grants
