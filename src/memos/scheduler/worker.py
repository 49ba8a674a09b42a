"""Worker: takes tasks from a feed and runs their handlers until they have their effect."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from memos.contracts.outbox import Outbox
from memos.errors import MemOSError
from memos.model.scope import SystemScope
from memos.model.task import Task
from memos.model.time import SECOND, Clock
from memos.scheduler.feed import LEASE, Feed
from memos.scheduler.retry import is_poison, next_try

CONCURRENCY = 64  # tasks begun at once in one process
LIMIT = 300.0  # seconds that a task may take
GRACE = 10.0  # seconds that running tasks get at a stop
IDLE = 2.5  # seconds between looks where nothing tells that there may be work
GLANCE = 0.043  # seconds between glances at what tells it

log = logging.getLogger("memos.scheduler")


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs tasks of a kind, and for how many seconds at most."""

    run: Callable[[Task], Awaitable[None]]
    limit: float = LIMIT


class Worker:
    """One loop in this process; other processes may run theirs over the same outbox.

    A task whose last worker was never heard of again may have been the reason, so it runs
    alone: whatever it takes down then is nobody else's.
    """

    def __init__(
        self,
        outbox: Outbox,
        feed: Feed,
        handlers: Mapping[str, Handler],
        clock: Clock,
        *,
        owner: str,
        concurrency: int = CONCURRENCY,
        lease_us: int = LEASE,
        random: Random | None = None,
    ) -> None:
        self.owner = owner
        self.counts: Counter[str] = Counter()  # done, failed, buried, lost, since the start
        self._outbox = outbox
        self._feed = feed
        self._handlers = dict(handlers)
        self._clock = clock
        self._concurrency = concurrency
        self._lease = lease_us
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._running: dict[int, tuple[Task, asyncio.Task[None]]] = {}
        self._finished: list[Task] = []
        self._alone = False  # whether what runs must be by itself
        self._stopping = False
        self._wake = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    @property
    def running(self) -> list[Task]:
        """What it is at."""
        return [task for task, _ in self._running.values()]

    def start(self) -> None:
        """Begins to work in the background; without handlers there is nothing to do."""
        if self._handlers and not self._loops:
            loops = (self._run(), self._heartbeats(), self._glances())
            self._loops = [asyncio.ensure_future(loop) for loop in loops]

    def wake(self) -> None:
        """Says that there may be work now."""
        self._wake.set()

    async def stop(self, grace: float = GRACE) -> None:
        """Takes nothing more, and waits `grace` seconds for what runs; the rest is given back."""
        self._stopping = True
        self._wake.set()
        for loop in self._loops[:1]:
            await asyncio.wait([loop], timeout=grace)
        if self._running:
            await asyncio.wait([run for _, run in self._running.values()], timeout=grace)
        left = list(self._running.values())
        for _, run in left:
            run.cancel()
        await asyncio.gather(*(run for _, run in left), return_exceptions=True)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops, self._stopping = [], False
        with contextlib.suppress(MemOSError):  # out of reach: the leases will run out
            await self._settle()
            await self._give_back([task for task, _ in left])

    async def drain(self, timeout: float | None, apart: Collection[str] = ()) -> None:
        """Works until nothing is open that it can do, or `timeout` seconds are over.

        Kinds in `apart` are not waited for.
        """
        clock = asyncio.get_running_loop().time
        kinds = [kind for kind in self._handlers if kind not in apart]
        end = None if timeout is None else clock() + timeout
        while (await self._outbox.backlog(SystemScope(), kinds)).open:
            if end is not None and clock() >= end:
                break
            if self._loops:
                self._wake.set()
                await asyncio.sleep(0.02)
            elif not await self.work():
                await asyncio.sleep(0.02)

    async def work(self) -> int:
        """One batch of tasks, to its end; returns how many were taken."""
        taken = await self._fill()
        while self._running:
            await asyncio.wait([run for _, run in self._running.values()])
        await self._settle()
        return taken

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                pause = await self._turn()
            except Exception as error:  # a boundary: the tasks stay where they are
                known = isinstance(error, MemOSError)
                log.warning("no work could be taken: %s", error, exc_info=not known)
                pause = IDLE
            if pause and not self._stopping:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)

    async def _turn(self) -> float:
        """Settles what has ended and begins more; the seconds until it is worth another look."""
        await self._settle()
        if await self._fill():
            return 0.0
        pause = await self._pause()
        return 0.0 if self._finished else pause

    async def _pause(self) -> float:
        """Seconds until something is due that is not yet, `IDLE` at most."""
        due, now = await self._outbox.next_due(), self._clock.now()
        return IDLE if due is None or due <= now else min(IDLE, (due - now) / SECOND)

    async def _fill(self) -> int:
        """Takes as many tasks as there is room for and begins them; says how many."""
        room = 0 if self._alone else self._concurrency - len(self._running)
        tasks = await self._feed.take(room) if room > 0 else []
        sound = [task for task in tasks if not is_poison(task)]
        suspects = [task for task in sound if task.lost]
        if suspects:
            await self._suspect(suspects, sound)
        else:
            for task in sound:
                self._begin(task)
        for task in tasks:  # last, so that no other waits for it when the store does not answer
            if is_poison(task):
                await self._bury(task, f"{task.lost} workers were never heard of again with it")
        return len(tasks)

    async def _suspect(self, suspects: Sequence[Task], taken: Sequence[Task]) -> None:
        """Begins one suspect alone; all others are given back, and it too while anything runs.

        Then nothing more is taken until that has ended: a lease that waits is not renewed.
        """
        first = None if self._running else suspects[0]
        await self._give_back([task for task in taken if task is not first])
        if first is not None:
            self._begin(first)
        self._alone = bool(self._running)  # what ran may have ended meanwhile

    def _begin(self, task: Task) -> None:
        if task.id in self._running:  # under a lease that it has lost, and has not heard of it
            self._running[task.id][1].cancel()
        run = asyncio.ensure_future(self._perform(task))
        self._running[task.id] = task, run
        run.add_done_callback(lambda _: self._over(task))

    def _over(self, task: Task) -> None:
        if self._runs(task):
            del self._running[task.id]
        if not self._running:
            self._alone = False
        self._wake.set()

    def _runs(self, task: Task) -> bool:
        """Whether it runs under this lease; it may run under a later one by now."""
        return task.id in self._running and self._running[task.id][0] is task

    async def _perform(self, task: Task) -> None:
        handler = self._handlers[task.kind]
        try:
            await asyncio.wait_for(handler.run(task), handler.limit)
        except Exception as error:  # noqa: BLE001 - the boundary that logs and queues again
            with contextlib.suppress(MemOSError):  # out of reach: the lease will run out
                await self._failed(task, error)
        else:
            self._finished.append(task)

    async def _failed(self, task: Task, error: Exception) -> None:
        limit = self._handlers[task.kind].limit
        late = isinstance(error, asyncio.TimeoutError) and not str(error)
        reason = f"took longer than {limit:g} s" if late else f"{type(error).__name__}: {error}"
        log.warning("task %s (%s) failed, try %s: %s", task.id, task.kind, task.tries, reason)
        due = next_try(task, self._clock.now(), self._random)
        if due is None:
            await self._bury(task, reason)
            return
        self.counts["failed"] += 1
        try:
            await self._outbox.retry(task, reason, due)
        finally:
            await self._feed.settled([task])

    async def _bury(self, task: Task, reason: str) -> None:
        self.counts["buried"] += 1
        try:
            await self._outbox.bury(task, reason)
        finally:
            await self._feed.settled([task])

    async def _give_back(self, tasks: Sequence[Task]) -> None:
        if tasks:
            await self._outbox.release(tasks)
            await self._feed.settled(tasks)

    async def _settle(self) -> None:
        """Completes what has finished since, in one transaction."""
        finished = list(self._finished)
        if finished:
            # What is lost meanwhile was completed with its effect, or is another's by now.
            await self._outbox.complete(finished)
            del self._finished[: len(finished)]
            self.counts["done"] += len(finished)
            await self._feed.settled(finished)

    async def _heartbeats(self) -> None:
        """Renews the leases of what runs; what was lost is stopped."""
        while True:
            await asyncio.sleep(self._lease / SECOND / 3)
            held = self.running
            try:
                kept = await self._outbox.hold(
                    [task.lease for task in held], self.owner, self._lease
                )
            except MemOSError as error:
                log.warning("leases could not be renewed: %s", error)
                continue
            leases = {task.lease for task in kept}
            lost = [task for task in held if task.lease not in leases and self._runs(task)]
            for task in lost:
                self.counts["lost"] += 1
                self._running[task.id][1].cancel()
            await self._feed.settled(lost)

    async def _glances(self) -> None:
        """Wakes the loop when the store has changed, whoever changed it."""
        seen = None
        while True:
            with contextlib.suppress(MemOSError):  # out of reach: the loop looks by itself
                now = self._outbox.stamp()
                if now is None:
                    return
                if now != seen:
                    seen = now
                    self._wake.set()
            await asyncio.sleep(GLANCE)
