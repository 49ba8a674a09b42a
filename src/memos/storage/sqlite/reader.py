"""Reads over consistent snapshots, in threads; what is asked for at once shares one.

A recall asks many things at the same moment. Each change of thread costs about as much as a
small query, so reads that one turn of an event loop asks for run after one another in one
thread, over one snapshot, and wake the loop once.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

import apsw

from memos.storage.sqlite.errors import translated
from memos.threads import Threads

T = TypeVar("T")

Outcome: TypeAlias = tuple["Read", Any, "BaseException | None"]

LONG = 0.005  # seconds that results wait at most for those of slower reads


class Read:
    """One job of a batch, and who waits for it."""

    def __init__(self, job: Callable[[apsw.Cursor], Any], future: asyncio.Future[Any]) -> None:
        self.job = job
        self.future = future
        self.cancelled = False
        self.running: apsw.Connection | None = None


class Reader:
    """A pool of threads over connections that only read."""

    def __init__(self, connections: Sequence[apsw.Connection]) -> None:
        self._idle: SimpleQueue[apsw.Connection] = SimpleQueue()
        for connection in connections:
            self._idle.put(connection)
        self._pool = Threads(len(connections), "memos-reader")
        self._waiting: dict[asyncio.AbstractEventLoop, list[Read]] = {}
        self._guard = threading.Lock()

    async def read(self, job: Callable[[apsw.Cursor], T]) -> T:
        """The result of `job`; cancelling the call interrupts it.

        In a thread without an event loop it runs right there.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return self._alone(job)
        read = Read(job, loop.create_future())
        if loop not in self._waiting:
            self._waiting[loop] = []
            loop.call_soon(self._start, loop)
        self._waiting[loop].append(read)
        try:
            return await asyncio.shield(read.future)
        except asyncio.CancelledError:
            with self._guard:  # else the connection might serve another read by then
                read.cancelled = True
                if read.running is not None:
                    read.running.interrupt()
            # The interrupted read still ends with an error that nobody else will look at.
            read.future.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise

    def close(self) -> None:
        """Lets what runs finish, and closes the connections."""
        self._pool.shutdown()
        while not self._idle.empty():
            self._idle.get().close()

    def _alone(self, job: Callable[[apsw.Cursor], T]) -> T:
        connection = self._idle.get()
        try:
            with translated(connection):
                cursor = connection.cursor()
                cursor.execute("BEGIN")
                try:
                    return job(cursor)
                except BaseException as error:
                    _let_go(error)
                    raise
                finally:
                    cursor.execute("END")
        finally:
            self._idle.put(connection)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        reads = self._waiting.pop(loop)
        try:
            self._pool.submit(self._run, loop, reads)
        except RuntimeError as error:  # the pool is shut down
            for read in reads:
                read.future.set_exception(error)

    def _run(self, loop: asyncio.AbstractEventLoop, reads: Sequence[Read]) -> None:
        connection = self._idle.get()
        made: list[Outcome] = []
        told = time.monotonic()
        try:
            for read in reads:
                made.append(self._perform(connection, read))
                if time.monotonic() - told > LONG:
                    _tell(loop, made)
                    made, told = [], time.monotonic()
        finally:
            if not connection.get_autocommit():
                connection.execute("END")
            self._idle.put(connection)
            _tell(loop, made)

    def _perform(self, connection: apsw.Connection, read: Read) -> Outcome:
        with self._guard:
            if read.cancelled:
                return read, None, asyncio.CancelledError()
            read.running = connection
        try:
            with translated(connection):
                if connection.get_autocommit():
                    connection.execute("BEGIN")
                return read, read.job(connection.cursor()), None
        except BaseException as error:  # noqa: BLE001 - handed to the future, whose owner raises it
            _let_go(error)
            return read, None, error
        finally:
            with self._guard:
                read.running = None


def _let_go(error: BaseException) -> None:
    """Frees the cursors in the frames of an error: while one is open, the snapshot stays old."""
    traceback.clear_frames(error.__traceback__)


def _tell(loop: asyncio.AbstractEventLoop, outcomes: list[Outcome]) -> None:
    if outcomes:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there
            loop.call_soon_threadsafe(_settle, outcomes)


def _settle(outcomes: list[Outcome]) -> None:
    for read, result, error in outcomes:
        if read.future.cancelled():
            continue
        if error is None:
            read.future.set_result(result)
        elif isinstance(error, asyncio.CancelledError):
            read.future.cancel()
        else:
            read.future.set_exception(error)
