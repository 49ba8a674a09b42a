"""Consumer: takes tasks from the outbox and runs their handlers until they have their effect."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping

from memos.contracts.outbox import Outbox
from memos.errors import MemOSError
from memos.model.scope import SystemScope
from memos.model.task import Task
from memos.model.time import SECOND, Clock, Instant

Handler = Callable[[Task], Awaitable[None]]

BATCH = 64
LEASE = 60 * SECOND
IDLE = 1.0  # seconds between looks at an outbox that other processes may have filled
MOST_TRIES = 8
FIRST_DELAY = SECOND // 4  # doubles with each try
LONGEST_DELAY = 60 * SECOND

log = logging.getLogger("memos.scheduler")


class Consumer:
    """One loop in this process; other processes may run theirs over the same outbox."""

    def __init__(self, outbox: Outbox, handlers: Mapping[str, Handler], clock: Clock) -> None:
        self._outbox = outbox
        self._handlers = dict(handlers)
        self._clock = clock
        self._owner = f"{os.getpid()}-{id(self):x}"
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to work in the background; without handlers there is nothing to do."""
        if self._handlers and self._loop is None:
            self._loop = asyncio.ensure_future(self._run())

    def wake(self) -> None:
        """Says that there may be work now."""
        self._wake.set()

    async def stop(self) -> None:
        """Ends the loop; a task that was running is claimed again when its lease is over."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    async def drain(self, timeout: float | None) -> None:
        """Works until nothing is open that it can do, or `timeout` seconds are over."""
        clock, kinds = asyncio.get_running_loop().time, list(self._handlers)
        end = None if timeout is None else clock() + timeout
        while (await self._outbox.backlog(SystemScope(), kinds)).open:
            if end is not None and clock() >= end:
                break
            if await self.work() == 0:
                await asyncio.sleep(0.02)

    async def work(self) -> int:
        """One batch of tasks; returns how many were claimed."""
        tasks = await self._outbox.claim(self._owner, BATCH, LEASE, list(self._handlers))
        for task in tasks:
            await self._perform(task)
        return len(tasks)

    async def _perform(self, task: Task) -> None:
        try:
            await self._handlers[task.kind](task)
        except Exception as error:  # noqa: BLE001 - the boundary that logs and queues again
            await self._failed(task, error)
        else:
            await self._outbox.complete([task])

    async def _failed(self, task: Task, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        log.warning("task %s (%s) failed, try %s: %s", task.id, task.kind, task.tries, reason)
        if task.tries >= MOST_TRIES:
            await self._outbox.bury(task, reason)
            return
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (task.tries - 1))
        await self._outbox.retry(task, reason, Instant(self._clock.now() + delay))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                done = await self.work()
            except MemOSError as error:  # the outbox is out of reach; the tasks stay in it
                log.warning("no work could be taken: %s", error)
                done = 0
            if done == 0:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE)
