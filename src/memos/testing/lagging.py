"""Indexes that behave like remote ones on a bad day: late, doubled, out of order, failing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from memos.contracts.graph import Entity, GraphIndex, Mention
from memos.contracts.projection import Projection
from memos.contracts.text import TextFound, TextIndex
from memos.errors import StorageBusy
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, ReadScope

Inner = TypeVar("Inner", bound=Projection)


@dataclass(slots=True)
class _Delivery:
    """One state on its way, and the number of calls until it arrives."""

    key: CubeKey
    state: MemoryState
    calls: int


class LaggingIndex(Projection, Generic[Inner]):
    """Stands before an index and holds back what is applied to it.

    Each state travels alone: it arrives after a random number of further calls, at most
    `delay`, so also after newer ones; with probability `doubled` it arrives twice. With
    probability `busy` a call to `apply` raises StorageBusy, before or after its effect.
    Everything follows from `seed`. Searches see what has arrived; `settle` lets all of it
    arrive.
    """

    inline = False

    def __init__(
        self,
        inner: Inner,
        seed: int = 0,
        *,
        delay: int = 6,
        doubled: float = 0.2,
        busy: float = 0.2,
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._random = Random(seed)
        self._delay = delay
        self._doubled = doubled
        self._busy = busy
        self._travelling: list[_Delivery] = []

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        await self._pass_time()
        fails = self._random.random() < self._busy
        if fails and self._random.random() < 0.5:
            raise StorageBusy(f"{self.name}: no answer; nothing was done")
        for state in states:
            copies = 2 if self._random.random() < self._doubled else 1
            self._travelling += [
                _Delivery(key, state, self._random.randint(0, self._delay)) for _ in range(copies)
            ]
        if fails:
            raise StorageBusy(f"{self.name}: no answer; it was done all the same")

    async def settle(self) -> None:
        """Lets everything arrive that is on its way."""
        await self._arrive(self._travelling)
        self._travelling = []

    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        await self._pass_time()
        return await self._inner.contents(key)

    def expected(self, memory: Memory) -> int | None:
        return self._inner.expected(memory)

    async def clear(self, key: CubeKey) -> None:
        """Drops a cube after all that was sent to it: a delete waits for earlier writes."""
        await self._arrive([each for each in self._travelling if each.key == key])
        self._travelling = [each for each in self._travelling if each.key != key]
        await self._inner.clear(key)

    async def _pass_time(self) -> None:
        arrived = [each for each in self._travelling if each.calls == 0]
        self._travelling = [each for each in self._travelling if each.calls > 0]
        for each in self._travelling:
            each.calls -= 1
        await self._arrive(arrived)

    async def _arrive(self, deliveries: Sequence[_Delivery]) -> None:
        for each in self._random.sample(deliveries, len(deliveries)):
            await self._inner.apply(each.key, [each.state])


class LaggingText(LaggingIndex[TextIndex], TextIndex):
    """A text index that lags."""

    async def search(
        self,
        scope: ReadScope,
        terms: Sequence[str],
        limit: int,
        weights: Sequence[float] | None = None,
    ) -> TextFound:
        await self._pass_time()
        return await self._inner.search(scope, terms, limit, weights)


class LaggingGraph(LaggingIndex[GraphIndex], GraphIndex):
    """A graph index that lags."""

    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        await self._pass_time()
        return await self._inner.link(scope, keys)

    async def mentions(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Mention]:
        await self._pass_time()
        return await self._inner.mentions(scope, keys, limit)

    async def related(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Entity]:
        await self._pass_time()
        return await self._inner.related(scope, keys, limit)
