"""The contract that all projections share; a suite of each role builds on it."""

from __future__ import annotations

from typing import ClassVar

from memos.contracts.projection import Projection
from memos.model.memory import Memory, Ref
from memos.testing.build import Backends, Desk, deliver
from memos.testing.contract_system import SystemContract
from memos.testing.scenario import scenario


class ProjectionContract(SystemContract):
    """By version, idempotent, in any order, and cubes apart."""

    projection: ClassVar[str]  # the role: an attribute of `Backends`

    @scenario
    async def test_it_holds_what_it_is_expected_to(self, system: Backends) -> None:
        desk, index = Desk(system), self._index(system)
        memory = await desk.remember("Maria met Peter in Rome")
        revised = await desk.revise(memory, "Maria met Paul in Oslo")
        gone = await desk.remember("Maria met Laura")
        await desk.remember("Maria met Sofia", gone)
        await system.settle()
        assert len(await index.contents(desk.key)) == 4
        await desk.commit(forget=(gone.id,))
        await system.settle()
        assert await index.contents(desk.key) == _expected(index, memory, revised)
        assert index.expected(memory) != index.expected(revised)

    @scenario
    async def test_states_may_come_again(self, system: Backends) -> None:
        desk, index = Desk(system), self._index(system)
        memory = await desk.remember("Maria met Peter")
        await desk.revise(memory, "Maria met Paul")
        await system.settle()
        before = await index.contents(desk.key)
        for _ in range(2):
            await deliver(index, desk.key, await system.records.states(desk.key))
        assert await index.contents(desk.key) == before

    @scenario
    async def test_older_states_change_nothing(self, system: Backends) -> None:
        desk, index = Desk(system), self._index(system)
        memory = await desk.remember("Maria met Peter")
        gone = await desk.remember("Maria met Laura")
        old = await system.records.states(desk.key)
        revised = await desk.revise(memory, "Maria met Paul")
        await desk.commit(forget=(gone.id,))
        await system.settle()
        expected = _expected(index, memory, revised)
        await deliver(index, desk.key, old)
        assert await index.contents(desk.key) == expected
        await deliver(index, desk.key, [*await system.records.states(desk.key), *old])
        assert await index.contents(desk.key) == expected

    @scenario
    async def test_taint_takes_out_and_a_new_version_brings_back(self, system: Backends) -> None:
        desk, index = Desk(system), self._index(system)
        source = await desk.remember("Maria met Peter")
        derived = await desk.remember("Peter met Maria", source)
        tainting = await desk.revise(source, "Maria met Paul")
        await system.settle()
        assert await index.contents(desk.key) == _expected(index, source, tainting)
        renewed = await desk.revise(derived, "Paul met Maria")
        await system.settle()
        assert await index.contents(desk.key) == _expected(
            index, source, tainting, derived, renewed
        )

    @scenario
    async def test_it_can_be_thrown_away_and_rebuilt(self, system: Backends) -> None:
        desk, other, index = Desk(system), Desk(system, "user:bob"), self._index(system)
        for each in (desk, other):
            memory = await each.remember("Maria met Peter")
            await each.revise(memory, "Maria met Paul")
        await system.settle()
        before = await index.contents(desk.key)
        await index.clear(desk.key)
        assert await index.contents(desk.key) in ({}, before)  # one that follows by itself is back
        assert len(await index.contents(other.key)) == 2
        states = await system.records.states(desk.key)
        await deliver(index, desk.key, states[::-1])
        assert await index.contents(desk.key) == before

    @scenario
    async def test_an_unknown_cube_is_empty(self, system: Backends) -> None:
        nowhere, index = Desk(system, "user:nobody"), self._index(system)
        assert await index.contents(nowhere.key) == {}
        await index.clear(nowhere.key)
        await deliver(index, nowhere.key, [])

    @scenario
    async def test_it_says_what_it_is(self, system: Backends) -> None:
        index = self._index(system)
        assert index.name == self.projection
        assert isinstance(index.inline, bool)

    def _index(self, system: Backends) -> Projection:
        index: Projection = getattr(system, self.projection)
        return index


def _expected(index: Projection, *memories: Memory) -> dict[Ref, int | None]:
    return {memory.ref: index.expected(memory) for memory in memories}
