"""Hot sets in memory: the specification of the others, and the embedded default."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from memos.contracts.hot import HotEntry, HotSet
from memos.model.scope import CubeKey
from memos.model.time import Instant


class MemoryHot(HotSet):
    """At most `capacity` entries a cube; gone with the process."""

    needs_loop = False

    def __init__(self, capacity: int = HotSet.CAPACITY) -> None:
        self._capacity = capacity
        self._cubes: dict[CubeKey, dict[str, HotEntry]] = {}
        self._lock = threading.Lock()

    async def touch(
        self, key: CubeKey, memory_ids: Sequence[str], at: Instant, weight: float = 1.0
    ) -> None:
        with self._lock:
            cube = self._cubes.setdefault(key, {})
            for memory_id in memory_ids:
                held = _faded(cube.get(memory_id, HotEntry(memory_id, 0.0, at)), at)
                touched_at = max(at, held.touched_at)
                cube[memory_id] = HotEntry(memory_id, held.strength + weight, touched_at)
            for entry in _strongest_first(cube, at)[self._capacity :]:
                del cube[entry.memory_id]

    async def entries(self, key: CubeKey, at: Instant, limit: int) -> list[HotEntry]:
        with self._lock:
            return _strongest_first(self._cubes.get(key, {}), at)[:limit]

    async def evict(self, key: CubeKey, memory_ids: Sequence[str]) -> None:
        with self._lock:
            for memory_id in memory_ids:
                self._cubes.get(key, {}).pop(memory_id, None)

    async def clear(self, key: CubeKey) -> None:
        with self._lock:
            self._cubes.pop(key, None)


def _faded(entry: HotEntry, at: Instant) -> HotEntry:
    """The entry as of `at`; a clock that stepped back takes nothing away."""
    half_lives = max(0, at - entry.touched_at) / HotSet.HALF_LIFE
    return HotEntry(entry.memory_id, entry.strength * 0.5**half_lives, entry.touched_at)


def _strongest_first(cube: dict[str, HotEntry], at: Instant) -> list[HotEntry]:
    return sorted(
        (_faded(entry, at) for entry in cube.values()),
        key=lambda entry: (-entry.strength, -entry.touched_at, entry.memory_id),
    )
