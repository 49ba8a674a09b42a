"""Timetable: runs jobs when they are due, each by one process of the home at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from memos.contracts.job_book import JobBook
from memos.errors import Conflict, InvalidInput, MemOSError
from memos.model.job import JobLease, JobResult, JobState
from memos.model.time import SECOND, Clock, Instant
from memos.scheduler.job_run import Allowance, Job, JobRun, Told

LEASE = 120 * SECOND  # of a job that runs; a heartbeat renews it
LOOK = 60.0  # seconds after which the book is looked at again, though nothing is due
GRACE = 10.0  # seconds that running jobs get at a stop
MOST_LOST = 3  # runners never heard of again, after which a job waits for its next turn

log = logging.getLogger("memos.scheduler")


class Timetable:
    """One loop in this process; other processes may run theirs over the same book.

    Nothing runs in the background before `start`; `run` works without it.
    """

    def __init__(
        self,
        book: JobBook,
        jobs: Sequence[Job],
        clock: Clock,
        random: Random | None = None,
        *,
        owner: str,
        lease_us: int = LEASE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.owner = owner
        self._book = book
        self._jobs = {job.name: job for job in jobs}
        self._clock = clock
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._lease = lease_us
        self._monotonic = monotonic
        self._runs: list[JobRun] = []
        self._background: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to run jobs in the background; without jobs there is nothing to do."""
        if self._jobs and self._loop is None:
            self._loop = asyncio.ensure_future(self._run())

    def wake(self) -> None:
        """Says that something may be due now."""
        self._wake.set()

    async def stop(self, grace: float = GRACE) -> None:
        """Begins nothing more; what runs in the background ends after the item at hand.

        After `grace` seconds it is broken off. Either way it is due again at once.
        """
        self._stopping = True
        self._wake.set()
        if self._loop is not None:  # not broken off: it may be taking a lease
            await asyncio.wait([self._loop], timeout=grace)
            await _end(self._loop)
            self._loop = None
        for run in self._runs:
            run.allowance.stop()
        running = list(self._background.values())
        if running:
            await asyncio.wait(running, timeout=grace)
        await _end(*running)
        self._stopping = False

    async def states(self) -> list[JobState]:
        """Where each job stands."""
        known = await self._book.states(list(self._jobs))
        jobs = self._jobs.values()
        return [
            replace(state, help=job.help, every=job.every)
            for state, job in zip(known, jobs, strict=True)
        ]

    async def run(
        self, name: str, *, dry: bool = False, on_decision: Told | None = None
    ) -> JobResult:
        """Runs a job now, due or not; a dry run takes no lock and writes nothing.

        Args:
            name: which job; raises InvalidInput when there is none of that name.
            dry: only say what would be done. The job's budget ends it all the same.
            on_decision: called with each decision as it is made. What it raises ends the
                run, and is raised when that has been written down.

        Raises Conflict when the job is running already, or when this run's lease was lost.
        """
        job = self._jobs.get(name)
        if job is None:
            raise InvalidInput("name", repr(name[:40]), ", ".join(self._jobs) or "no job at all")
        if dry:
            (state,) = await self._book.states([name])
            mark = None if state.last is None else state.last.mark
            run = self._begin(job, mark, on_decision, dry=True)
            await run.carry_out()
            result = run.result()
        else:
            lease = await self._book.take(name, self.owner, self._lease, due_only=False)
            if lease is None:
                raise Conflict(f"job {name}: it is running already")
            run = self._begin(job, lease.mark, on_decision)
            result = await self._hold(lease, run)
        if run.refused is not None:
            raise run.refused
        return result

    async def work(self) -> int:
        """Runs what is due now, to its end; says how many jobs it began."""
        _, begun = await self._look()
        if begun:
            await asyncio.wait(begun)
        return len(begun)

    def _begin(
        self, job: Job, mark: str | None, told: Told | None = None, *, dry: bool = False
    ) -> JobRun:
        allowance = Allowance(job.budget, dry=dry, mark=mark, monotonic=self._monotonic)
        return JobRun(job, allowance, self._clock, told)

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            wait = LOOK
            try:
                wait, _ = await self._look()
            except Exception as error:  # a boundary: what is due stays due until the next look
                known = isinstance(error, MemOSError)
                log.warning("no job could be taken: %s", error, exc_info=not known)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _look(self) -> tuple[float, list[asyncio.Task[None]]]:
        """Plans what is not planned and begins what is due; seconds until the next look."""
        wait, begun = LOOK, []
        idle = [name for name in self._jobs if name not in self._background]
        for state in await self._book.states(idle):
            job, now, due = self._jobs[state.name], self._clock.now(), state.next_at
            if state.running or self._stopping:
                continue
            if due is None:
                due = self._next(job)
                await self._book.plan(job.name, due)
            if due > now:
                wait = min(wait, (due - now) / SECOND)
            else:
                begun += await self._begin_due(job)
        return wait, begun

    async def _begin_due(self, job: Job) -> list[asyncio.Task[None]]:
        """Begins a job in the background, unless another was faster."""
        lease = await self._book.take(job.name, self.owner, self._lease)
        if lease is None:
            return []
        if lease.lost >= MOST_LOST:
            await self._pass_over(lease, job)
            return []
        task = asyncio.ensure_future(self._perform(lease, self._begin(job, lease.mark)))
        self._background[job.name] = task
        task.add_done_callback(lambda _: self._over(job.name))
        return [task]

    async def _pass_over(self, lease: JobLease, job: Job) -> None:
        """Lets a job that takes its runners with it wait for its next turn, or for `run`."""
        now = self._clock.now()
        reason = f"{lease.lost} workers were never heard of again with it"
        log.warning("job %s is passed over: %s", job.name, reason)
        result = JobResult(
            started_at=now, ended_at=now, items=0, money=0.0, finished=False, error=reason,
            mark=lease.mark,
        )  # fmt: skip
        await self._book.finish(lease, result, self._next(job))

    def _over(self, name: str) -> None:
        self._background.pop(name, None)
        self._wake.set()

    async def _perform(self, lease: JobLease, run: JobRun) -> None:
        try:
            result = await self._hold(lease, run)
        except Exception as error:  # a boundary: what was done is done, and another goes on
            known = isinstance(error, MemOSError)
            log.warning("job %s: %s", lease.name, error, exc_info=not known)
        else:
            log.info("job %s: %s items, %s decisions", lease.name, result.items, result.decided)

    async def _hold(self, lease: JobLease, run: JobRun) -> JobResult:
        """Carries a run out while its lease holds, and writes down how it went.

        A run that is broken off from outside is written down too: nobody has to wait until
        its lease runs out.
        """
        self._runs.append(run)
        if self._stopping:
            run.allowance.stop()
        work = asyncio.ensure_future(run.carry_out())
        beats = asyncio.ensure_future(self._heartbeats(lease))
        try:
            await asyncio.wait([work, beats], return_when=asyncio.FIRST_COMPLETED)
            lost = not work.done()
        except asyncio.CancelledError:
            await _end(work, beats)
            with contextlib.suppress(MemOSError):  # out of reach: the lease will run out
                await self._book.finish(lease, run.result(), self._next(run.job))
            raise
        finally:
            self._runs.remove(run)
            await _end(work, beats)
        result = run.result()
        if lost or not await self._book.finish(lease, result, self._next(run.job)):
            raise Conflict(f"job {lease.name}: its lease was lost, another may be running it")
        return result

    async def _heartbeats(self, lease: JobLease) -> None:
        """Renews a lease; ends when it is lost."""
        while True:
            await asyncio.sleep(self._lease / SECOND / 3)
            try:
                if not await self._book.extend(lease, self._lease):
                    return
            except MemOSError as error:  # out of reach: perhaps not for long
                log.warning("the lease of job %s could not be renewed: %s", lease.name, error)

    def _next(self, job: Job) -> Instant:
        """When a job that ends now is due again; what a stop has ended, at once."""
        now = self._clock.now()
        if self._stopping:
            return now
        share = self._random.uniform(-job.jitter, job.jitter)
        return Instant(now + round(job.every * (1 + share) * SECOND))


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
