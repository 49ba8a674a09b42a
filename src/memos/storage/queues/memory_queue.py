"""The run-queue in memory: the specification of the others, for the workers of one process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.run_queue import Delivery, RunQueue
from memos.model.task import Lease, Priority, Task
from memos.model.time import Clock, Instant
from memos.storage.queues.turns import Turns

POLL = 0.005  # seconds between looks while a call waits


@dataclass(frozen=True, slots=True)
class _Held:
    worker: str
    since: Instant


class MemoryRunQueue(RunQueue):
    """Counts how long entries are held by `clock`. Lives and dies with the process."""

    needs_loop = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[Priority, deque[Lease]] = {one: deque() for one in Priority}
        self._held: dict[str, _Held] = {}  # by token
        self._seen: dict[str, Instant] = {}  # workers, by their last call
        self._turns = Turns()
        self._last_token = 0
        self._lock = threading.Lock()

    async def send(self, tasks: Sequence[Task]) -> None:
        with self._lock:
            for task in tasks:
                self._waiting[task.priority].append(task.lease)

    async def receive(self, worker: str, limit: int, wait: float = 0.0) -> list[Delivery]:
        if limit <= 0:
            return []
        until = time.monotonic() + wait
        with self._lock:
            order = self._turns.order(worker)
        found = self._take(worker, limit, order)
        while not found and time.monotonic() < until:
            await _pause()
            found = self._take(worker, limit, order)
        return found

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        with self._lock:
            for delivery in deliveries:
                self._held.pop(delivery.token, None)

    async def depth(self) -> int:
        with self._lock:
            return len(self._held) + sum(map(len, self._waiting.values()))

    async def waiting(self) -> int:
        with self._lock:
            return sum(map(len, self._waiting.values()))

    async def sweep(self, idle_us: int) -> int:
        with self._lock:
            since = self._clock.now() - idle_us
            old = [token for token, held in self._held.items() if held.since < since]
            for token in old:
                del self._held[token]
            busy = {held.worker for held in self._held.values()}
            for worker in [one for one, seen in self._seen.items() if seen < since]:
                if worker not in busy:
                    del self._seen[worker]
                    self._turns.forget(worker)
            return len(old)

    def _take(self, worker: str, limit: int, order: Sequence[Priority]) -> list[Delivery]:
        with self._lock:
            now = self._clock.now()
            self._seen[worker] = now
            found: list[Delivery] = []
            for priority in order:
                waiting = self._waiting[priority]
                while waiting and len(found) < limit:
                    self._last_token += 1
                    token = str(self._last_token)
                    self._held[token] = _Held(worker, now)
                    found.append(Delivery(waiting.popleft(), priority, token))
            return found


async def _pause() -> None:
    """Lets others run: those of this event loop, or, where none runs, other threads."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        _nap()
    else:
        await asyncio.sleep(POLL)


def _nap() -> None:
    time.sleep(POLL)
