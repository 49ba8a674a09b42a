"""The work log in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from memos.contracts.work_log import WorkLog
from memos.model.time import Clock
from memos.model.work import OUTCOMES, WorkerReport


class MemoryWorkLog(WorkLog):
    """Reports by owner. Lives and dies with the process."""

    needs_loop = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._workers: dict[str, WorkerReport] = {}
        self._totals: Counter[str] = Counter()
        self._spent: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()

    async def report(self, worker: WorkerReport) -> None:
        with self._lock:
            now = self._clock.now()
            self._totals.update(news(worker, self._workers.get(worker.owner)))
            known = {**self._workers, worker.owner: replace(worker, seen_at=now)}
            self._workers = {
                owner: one for owner, one in known.items() if one.seen_at > now - self.FORGOTTEN
            }

    async def leave(self, owner: str) -> None:
        with self._lock:
            self._workers.pop(owner, None)

    async def workers(self) -> list[WorkerReport]:
        with self._lock:
            since = self._clock.now() - self.LATELY
            found = [one for one in self._workers.values() if one.seen_at > since]
        return sorted(found, key=lambda one: one.owner)

    async def spend(self, tenant: str, day: str, amounts: Mapping[str, int]) -> None:
        with self._lock:
            self._spent[tenant, day].update(amounts)

    async def spent(self, tenant: str, day: str) -> Mapping[str, int]:
        with self._lock:
            return {name: amount for name, amount in self._spent[tenant, day].items() if amount}

    async def totals(self) -> Mapping[str, int]:
        with self._lock:
            return {outcome: self._totals[outcome] for outcome in OUTCOMES}


def news(worker: WorkerReport, last: WorkerReport | None) -> dict[str, int]:
    """What a worker has done since its last report."""
    same = last is not None and last.started_at == worker.started_at
    told = last.counts if last is not None and same else {}
    return {
        outcome: max(0, worker.counts.get(outcome, 0) - told.get(outcome, 0))
        for outcome in OUTCOMES
    }
