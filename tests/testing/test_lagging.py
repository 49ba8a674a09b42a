from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from memos.errors import StorageBusy
from memos.model.changes import MemoryState
from memos.model.memory import Kind, Memory
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.model.time import Instant
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.text.memory import MemoryText
from memos.testing.lagging import LaggingGraph, LaggingText

KEY = CubeKey("acme", "user:ann")
SCOPE = ReadScope("acme", ("user:ann",), Narrowing(Instant(0)))


class Recorder(MemoryText):
    """Remembers in which order states arrive."""

    def __init__(self) -> None:
        super().__init__(inline=False)
        self.arrived: list[int] = []

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        self.arrived += [state.seq for state in states]
        await super().apply(key, states)


def state(seq: int, content: str | None = "We met Alice", memory_id: str = "m") -> MemoryState:
    memory = Memory(memory_id, 1, Kind.FACT, content or "", "user:ann", recorded_at=Instant(seq))
    return MemoryState(memory_id, seq, (memory,) if content else ())


async def send(index: LaggingText, *states: MemoryState) -> None:
    for each in states:
        await index.apply(KEY, [each])


def test_nothing_is_found_before_it_arrives():
    async def play() -> None:
        index = LaggingText(MemoryText(), seed=3, delay=1000, doubled=0, busy=0)
        await send(index, state(1))
        assert (await index.search(SCOPE, ["alic"], 10)).hits == []
        assert await index.contents(KEY) == {}
        await index.settle()
        assert len((await index.search(SCOPE, ["alic"], 10)).hits) == 1
        assert ((await index.search(SCOPE, ["alic"], 0)).statistics)["user:ann"].versions == 1

    asyncio.run(play())


@pytest.mark.parametrize("seed", range(10))
def test_it_arrives_after_at_most_so_many_further_calls(seed: int):
    async def play() -> None:
        index = LaggingText(MemoryText(), seed, delay=3, doubled=0, busy=0)
        await send(index, state(1))
        found = [len((await index.search(SCOPE, ["alic"], 10)).hits) for _ in range(4)]
        assert found[-1] == 1
        assert found == sorted(found)

    asyncio.run(play())


def test_states_overtake_each_other_and_come_twice():
    async def play(seed: int) -> list[int]:
        inner = Recorder()
        index = LaggingText(inner, seed, doubled=0.5, busy=0)
        await send(index, *(state(seq) for seq in range(1, 20)))
        await index.settle()
        return inner.arrived

    async def all_arrivals() -> list[list[int]]:
        return [await play(seed) for seed in (0, 0, 1)]

    first, again, other = asyncio.run(all_arrivals())
    assert first == again != other
    assert set(first) == set(range(1, 20))
    assert len(first) > 19
    assert first != sorted(first)


@pytest.mark.parametrize("seed", range(20))
def test_the_newest_state_stands_when_all_have_arrived(seed: int):
    async def play() -> None:
        index = LaggingText(MemoryText(), seed, busy=0)
        await send(index, state(1), state(2, "plums"), state(3, None), state(4, "figs"))
        await send(index, state(1, memory_id="n"), state(2, None, memory_id="n"))
        await index.settle()
        assert await index.contents(KEY) == {("m", 1): index.expected(state(4, "figs").versions[0])}

    asyncio.run(play())


def test_it_fails_before_and_after_the_effect():
    async def play(seed: int) -> tuple[bool, bool]:
        inner = Recorder()
        index = LaggingText(inner, seed, doubled=0, busy=0.5)
        try:
            await send(index, state(1))
        except StorageBusy:
            failed = True
        else:
            failed = False
        await index.settle()
        return failed, bool(inner.arrived)

    async def outcomes() -> set[tuple[bool, bool]]:
        return {await play(seed) for seed in range(50)}

    assert asyncio.run(outcomes()) == {(True, False), (True, True), (False, True)}


@pytest.mark.parametrize("seed", range(10))
def test_nothing_comes_back_after_clear(seed: int):
    async def play() -> None:
        index = LaggingText(MemoryText(), seed, busy=0)
        await send(index, state(1))
        await index.clear(KEY)
        await index.settle()
        assert await index.contents(KEY) == {}

    asyncio.run(play())


def test_a_graph_lags_as_well():
    async def play() -> None:
        index = LaggingGraph(MemoryGraph(), delay=1000, doubled=0, busy=0)
        await index.apply(KEY, [state(1, "We met Alice and Peter")])
        assert await index.link(SCOPE, ["alice"]) == []
        await index.settle()
        assert [entity.key for entity in await index.link(SCOPE, ["alice"])] == ["alice"]
        assert [one.ref for one in await index.mentions(SCOPE, ["alice"], 10)] == [("m", 1)]
        assert [entity.key for entity in await index.related(SCOPE, ["alice"], 10)] == ["peter"]

    asyncio.run(play())


def test_it_says_what_it_stands_for():
    text, graph = LaggingText(MemoryText()), LaggingGraph(MemoryGraph())
    assert (text.name, text.inline) == ("text", False)
    assert (graph.name, graph.inline) == ("graph", False)
