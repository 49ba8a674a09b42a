"""Touches: what was used lately, told to the working sets in batches, never hit by hit."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Sequence

from memos.contracts.hot import HotSet
from memos.errors import MemOSError
from memos.model.scope import CubeKey
from memos.model.time import Clock

DELAY = 0.25  # seconds that touches are gathered before they are written

log = logging.getLogger("memos.scheduler")


class Touches:
    """Coalesces touches per cube; the working sets follow within `DELAY`."""

    def __init__(self, hot: HotSet, clock: Clock) -> None:
        self._hot = hot
        self._clock = clock
        self._noted: dict[CubeKey, dict[str, float]] = defaultdict(dict)
        self._lock = threading.Lock()  # notes come from any thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timers: set[asyncio.Task[None]] = set()
        self._armed = False

    def start(self) -> None:
        """Takes the running loop to write on."""
        self._loop = asyncio.get_running_loop()

    def note(self, key: CubeKey, memory_ids: Sequence[str], weight: float = 1.0) -> None:
        """Remembers that memories were used; of several uses in a batch the strongest counts."""
        with self._lock:
            noted = self._noted[key]
            for memory_id in memory_ids:
                noted[memory_id] = max(weight, noted.get(memory_id, 0.0))
            armed, self._armed = self._armed, True
        if not armed and self._loop is not None:
            self._loop.call_soon_threadsafe(self._arm)

    async def flush(self) -> None:
        """Writes what is noted now."""
        with self._lock:
            noted, self._noted = self._noted, defaultdict(dict)
            self._armed = False
        for key, weights in noted.items():
            by_weight: dict[float, list[str]] = defaultdict(list)
            for memory_id, weight in weights.items():
                by_weight[weight].append(memory_id)
            for weight, memory_ids in by_weight.items():
                await self._hot.touch(key, memory_ids, self._clock.now(), weight)

    async def close(self) -> None:
        """Ends the timers; what was noted last is written."""
        self._loop = None
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)
        await self.flush()

    def _arm(self) -> None:
        timer = asyncio.ensure_future(self._later())
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def _later(self) -> None:
        await asyncio.sleep(DELAY)
        try:
            await self.flush()
        except MemOSError as error:  # costs speed, not answers
            log.warning("touches were not written: %s", error)
