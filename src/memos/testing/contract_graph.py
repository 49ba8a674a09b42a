"""The contract suite of graph indexes: subclass `GraphContract` and override `system`.

Everything is written through the records, since an inline index is a part of them. An index
that is not inline goes into a system whose records have it in `followers`.
"""

from __future__ import annotations

from memos.contracts.graph import Entity, Mention
from memos.model.memory import Kind, Visibility
from memos.model.time import Instant
from memos.testing.build import Backends, Desk, deliver
from memos.testing.contract_projection import ProjectionContract
from memos.testing.scenario import scenario


class GraphContract(ProjectionContract):
    """Who is mentioned where, and together with whom."""

    projection = "graph"

    @scenario
    async def test_an_exact_key_means_its_entity(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.remember("We met Alice Weber today")
        await desk.remember("We met Alice today")
        assert await _link(desk, "alice") == [Entity(desk.key.cube_id, "alice", 1)]
        assert await _link(desk, "alice weber") == [Entity(desk.key.cube_id, "alice weber", 1)]

    @scenario
    async def test_a_whole_word_means_whoever_bears_it(self, system: Backends) -> None:
        desk = Desk(system)
        for text in ("We met Alice Weber", "We saw Alice Weber", "We met Alice Braun"):
            await desk.remember(text)
        assert await _link(desk, "alice") == [
            Entity(desk.key.cube_id, "alice weber", 2),
            Entity(desk.key.cube_id, "alice braun", 1),
        ]
        assert [entity.key for entity in await _link(desk, "braun")] == ["alice braun"]
        for nobody in ("ali", "lice", "ALICE", "", "%", "alice%"):
            assert await _link(desk, nobody) == []
        assert await _link(desk) == []
        assert len(await _link(desk, "alice", "weber", "alice weber")) == 2

    @scenario
    async def test_the_exact_key_is_looked_for_in_each_cube(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        await desk.remember("We met Alice")
        await other.remember("We met Alice Weber")
        await system.settle()
        found = await system.graph.link(desk.reads("user:ann", "user:bob"), ["alice"])
        assert {(entity.cube_id, entity.key) for entity in found} == {
            ("user:ann", "alice"), ("user:bob", "alice weber"),
        }  # fmt: skip

    @scenario
    async def test_mentions_are_newest_first(self, system: Backends) -> None:
        desk = Desk(system)
        old = await desk.remember("We met Alice", said_at=Instant(10))
        new = await desk.remember("We met Alice", said_at=Instant(30))
        twin = await desk.remember("We met Alice and Peter", said_at=Instant(10))
        true = await desk.remember("We met Alice", valid_from=Instant(20))
        said = await desk.remember("I am here", name="Alice", said_at=Instant(5))
        await desk.remember("We met Peter", said_at=Instant(40))
        cube_id = desk.key.cube_id
        expected = [
            *(
                Mention(memory.ref, cube_id, "alice", said=False)
                for memory in (new, true, old, twin)
            ),
            Mention(said.ref, cube_id, "alice", said=True),
        ]
        assert old.ref < twin.ref
        assert await _mentions(desk, "alice") == expected
        assert await _mentions(desk, "alice", limit=2) == expected[:2]
        assert await _mentions(desk, "alice", limit=0) == []
        assert await _mentions(desk, "nobody") == []
        both = [(mention.ref, mention.key) for mention in await _mentions(desk, "alice", "peter")]
        assert both.count((twin.ref, "alice")) == both.count((twin.ref, "peter")) == 1

    @scenario
    async def test_the_scope_is_applied_before_the_limit(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        wanted = await desk.remember("We met Alice", kind=Kind.LESSON)
        private = await desk.remember(
            "We met Alice", agent_id="bot", visibility=Visibility.AGENT, kind=Kind.TOOL
        )
        for _ in range(20):
            await desk.remember("We met Alice with Peter")
            await other.remember("We met Alice with Laura")
        assert await _refs(desk, "alice", limit=1, kinds=frozenset({Kind.LESSON})) == [wanted.ref]
        assert await _refs(desk, "alice", limit=1, kinds=frozenset({Kind.TOOL})) == []
        only = {"kinds": frozenset({Kind.TOOL}), "agent_id": "bot"}
        assert await _refs(desk, "alice", limit=1, **only) == [private.ref]
        assert await _related(desk, "alice", kinds=frozenset({Kind.LESSON})) == []

    @scenario
    async def test_related_are_mentioned_together(self, system: Backends) -> None:
        desk, other = Desk(system), Desk(system, "user:bob")
        await desk.remember("We met Alice and Peter")
        await desk.remember("We met Alice and Peter and Laura")
        await desk.remember("We met Peter and Sofia")
        await other.remember("We met Alice and Klaus")
        cube_id = desk.key.cube_id
        peter, laura = Entity(cube_id, "peter", 2), Entity(cube_id, "laura", 1)
        assert await _related(desk, "alice") == [peter, laura]
        assert await _related(desk, "alice", limit=1) == [peter]
        assert await _related(desk, "alice", "peter") == [
            Entity(cube_id, "laura", 1), Entity(cube_id, "sofia", 1),
        ]  # fmt: skip
        assert await _related(desk, "nobody") == []

    @scenario
    async def test_old_versions_mention_where_they_were_current(self, system: Backends) -> None:
        desk = Desk(system)
        first = await desk.remember("We met Alice and Peter")
        second = await desk.revise(first, "We met Alice and Laura")
        assert await _refs(desk, "alice") == [second.ref]
        assert await _refs(desk, "peter") == []
        assert await _refs(desk, "peter", known_at=first.recorded_at) == [first.ref]
        assert [entity.key for entity in await _related(desk, "alice")] == ["laura"]
        assert [entity.mentions for entity in await _link(desk, "alice")] == [2]

    @scenario
    async def test_an_entity_nobody_mentions_is_gone(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("We met Alice Weber and Peter")
        await desk.remember("We met Peter")
        old = await system.records.states(desk.key)
        await desk.commit(forget=(memory.id,))
        assert await _link(desk, "alice weber", "alice") == []
        assert [entity.mentions for entity in await _link(desk, "peter")] == [1]
        await deliver(system.graph, desk.key, old)
        assert await _link(desk, "alice weber", "alice") == []

    @scenario
    async def test_cubes_and_tenants_know_nothing_of_each_other(self, system: Backends) -> None:
        desk = Desk(system)
        memory = await desk.remember("We met Alice and Peter")
        before = [await _link(desk, "alice"), await _related(desk, "alice")]
        for cube_id, tenant in (("user:bob", "acme"), ("user:ann", "other"), ("user:Ann", "acme")):
            other = Desk(system, cube_id, tenant)
            for _ in range(3):
                await other.remember("We met Alice and Klaus")
        assert [await _link(desk, "alice"), await _related(desk, "alice")] == before
        assert await _link(desk, "klaus") == []
        assert await _refs(desk, "alice", "klaus") == [memory.ref]

    @scenario
    async def test_answers_do_not_depend_on_the_order_of_states(self, system: Backends) -> None:
        desk = Desk(system)
        await desk.remember("We met Alice and PETER", name="alice")
        await desk.remember("We met ALICE and Peter", name="Peter")
        await desk.remember("Alice met Peter and Laura Braun")
        before = [await _link(desk, "alice", "peter", "laura"), await _related(desk, "alice")]
        await system.graph.clear(desk.key)
        states = await system.records.states(desk.key)
        await deliver(system.graph, desk.key, states[::-1])
        after = [await _link(desk, "alice", "peter", "laura"), await _related(desk, "alice")]
        assert after == before

    @scenario
    async def test_texts_that_name_nobody_are_not_indexed(self, system: Backends) -> None:
        desk = Desk(system)
        nobody, somebody = await desk.remember("it rains"), await desk.remember("We met Alice")
        await system.settle()
        assert system.graph.expected(nobody) is None
        assert list(await system.graph.contents(desk.key)) == [somebody.ref]


async def _link(desk: Desk, *keys: str) -> list[Entity]:
    await desk.system.settle()
    return await desk.system.graph.link(desk.reads(), keys)


async def _mentions(desk: Desk, *keys: str, limit: int = 50, **narrowing: object) -> list[Mention]:
    await desk.system.settle()
    return await desk.system.graph.mentions(desk.reads(**narrowing), keys, limit)


async def _refs(
    desk: Desk, *keys: str, limit: int = 50, **narrowing: object
) -> list[tuple[str, int]]:
    found = await _mentions(desk, *keys, limit=limit, **narrowing)
    return [mention.ref for mention in found]


async def _related(desk: Desk, *keys: str, limit: int = 50, **narrowing: object) -> list[Entity]:
    await desk.system.settle()
    return await desk.system.graph.related(desk.reads(**narrowing), keys, limit)
