"""The job book in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.job_book import JobBook
from memos.model.job import JobLease, JobResult, JobState
from memos.model.time import Clock, Instant


@dataclass(slots=True)
class _Entry:
    next_at: Instant | None = None
    epoch: int = 0
    owner: str | None = None
    leased_until: int = 0
    lost: int = 0
    last: JobResult | None = None


class MemoryJobBook(JobBook):
    """Entries by name. Lives and dies with the process."""

    needs_loop = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    async def plan(self, name: str, next_at: Instant) -> None:
        with self._lock:
            entry = self._entries.setdefault(name, _Entry())
            if entry.next_at is None:
                entry.next_at = next_at

    async def take(
        self, name: str, owner: str, lease_us: int, *, due_only: bool = True
    ) -> JobLease | None:
        with self._lock:
            now = self._clock.now()
            entry = self._entries.get(name, _Entry())
            due = entry.next_at is not None and entry.next_at <= now
            if entry.leased_until > now or (due_only and not due):
                return None
            self._entries[name] = entry
            entry.epoch += 1
            entry.lost += entry.owner is not None
            entry.owner, entry.leased_until = owner, now + lease_us
            return JobLease(name, entry.epoch, entry.last, entry.lost)

    async def extend(self, lease: JobLease, lease_us: int) -> bool:
        with self._lock:
            entry = self._held(lease)
            if entry is not None:
                entry.leased_until = self._clock.now() + lease_us
            return entry is not None

    async def finish(self, lease: JobLease, result: JobResult, next_at: Instant) -> bool:
        with self._lock:
            entry = self._held(lease)
            if entry is not None:
                entry.last, entry.next_at = result, next_at
                entry.owner, entry.leased_until, entry.lost = None, 0, 0
            return entry is not None

    async def states(self, names: Sequence[str]) -> list[JobState]:
        with self._lock:
            now = self._clock.now()
            return [_state(name, self._entries.get(name, _Entry()), now) for name in names]

    def _held(self, lease: JobLease) -> _Entry | None:
        entry = self._entries.get(lease.name)
        if entry is None or entry.epoch != lease.epoch or entry.leased_until <= self._clock.now():
            return None
        return entry


def _state(name: str, entry: _Entry, now: Instant) -> JobState:
    running = entry.leased_until > now
    return JobState(name, entry.next_at, running, entry.owner if running else None, entry.last)
