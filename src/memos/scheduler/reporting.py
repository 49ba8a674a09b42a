"""Reporting: tells the work log, now and then, how a worker is doing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket

from memos.contracts.work_log import WorkLog
from memos.errors import MemOSError
from memos.model.time import Clock, Instant
from memos.model.work import OUTCOMES, WorkerReport
from memos.scheduler.worker import Worker

EVERY = 5.0  # seconds between reports

log = logging.getLogger("memos.scheduler")


class Reporting:
    """One loop beside a worker; without it the worker works all the same, unseen."""

    def __init__(
        self, work_log: WorkLog, worker: Worker, clock: Clock, every: float = EVERY
    ) -> None:
        self._log = work_log
        self._worker = worker
        self._clock = clock
        self._started_at = Instant(0)
        self._every = every
        self._idle = True
        self._told = 0  # ends of tries when it last reported
        self._loop: asyncio.Task[None] | None = None

    def start(self, *, idle: bool = True) -> None:
        """Begins to report, at once and then in the background; also when `idle`, if so wanted."""
        self._idle = idle
        if self._loop is None:
            self._started_at = self._clock.now()
            self._loop = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Says the last word and leaves; call it when the worker has stopped."""
        if self._loop is None:
            return
        self._loop.cancel()
        await asyncio.gather(self._loop, return_exceptions=True)
        self._loop = None
        if self._worth_telling():
            with contextlib.suppress(MemOSError):  # out of reach: it will be forgotten in time
                await self._log.report(self.report())
                await self._log.leave(self._worker.owner)

    def report(self) -> WorkerReport:
        """How the worker is doing."""
        worker = self._worker
        return WorkerReport(
            owner=worker.owner,
            pid=os.getpid(),
            host=socket.gethostname(),
            started_at=self._started_at,
            running=len(worker.running),
            counts={outcome: worker.counts[outcome] for outcome in OUTCOMES},
            seen_at=self._clock.now(),
        )

    async def say(self) -> None:
        """Reports now, whether the loop runs or not."""
        try:
            await self._log.report(self.report())
        except Exception as error:  # a boundary: nobody's work depends on a report
            known = isinstance(error, MemOSError)
            log.warning("the worker could not report: %s", error, exc_info=not known)

    async def _run(self) -> None:
        while True:
            if self._worth_telling():
                await self.say()
            await asyncio.sleep(self._every)

    def _worth_telling(self) -> bool:
        """An idle process that is no worker by profession writes nothing."""
        before, self._told = self._told, sum(self._worker.counts.values())
        return self._idle or self._told != before or bool(self._worker.running)
