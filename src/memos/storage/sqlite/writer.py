"""The one thread of a process that writes to a database, committing in groups.

Jobs that arrive while a commit waits for the disk are committed together by the next one:
one fdatasync for all of them. Many threads fall into two halves in this way: while one half's
commit is on its way to the disk, the other half prepares its next jobs. For that, outcomes are
handed out only when the next transaction is about to wait for the disk itself: threads that
woke up earlier would wrestle with this one for the interpreter, over every statement.

A job is a function of a cursor; it may run twice (when a neighbour in its group failed), so
it must have no effect outside the transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import apsw

from memos.errors import UsageError
from memos.storage.sqlite.errors import translate


class Combinable(ABC):
    """A job that is cheaper to run with its like than alone."""

    @staticmethod
    @abstractmethod
    def together(cursor: apsw.Cursor, jobs: Sequence[Any]) -> list[Any]:
        """Runs jobs of this class in order; gives a result for each, or raises."""

    def __call__(self, cursor: apsw.Cursor) -> Any:
        """Runs this job alone."""
        return self.together(cursor, [self])[0]


Job = Callable[[apsw.Cursor], Any]


class Pending:
    """The outcome of a job, for a thread without an event loop: awaiting it blocks the thread."""

    __slots__ = ("_done", "_error", "_result")

    def __init__(self) -> None:
        self._done = threading.Lock()
        self._done.acquire()
        self._result: Any = None
        self._error: BaseException | None = None

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Lets the thread go on."""
        self._result, self._error = result, error
        self._done.release()

    def __await__(self) -> Generator[Any, None, Any]:
        self._done.acquire()
        if self._error is not None:
            raise self._error
        yield from ()  # makes this a generator, and yields nothing
        return self._result


Future: TypeAlias = "asyncio.Future[Any] | Pending"
Outcome: TypeAlias = tuple[Future, Any, "BaseException | None"]

LARGEST_GROUP = 256  # jobs in one transaction
PATIENCE = 0.001  # seconds to wait for threads that are about to write again
GLANCE = 0.000_05  # seconds between looks at the queue meanwhile


class Writer:
    """Runs jobs in the order in which they were submitted, each atomically."""

    def __init__(
        self, connect: Callable[[], apsw.Connection], after_commit: Callable[[], None]
    ) -> None:
        self._connect = connect
        self._after_commit = after_commit
        self._queue: SimpleQueue[tuple[Job, Future] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="memos-writer", daemon=True)
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._closed = False
        self._gate = threading.Lock()  # nothing is queued behind the end of the queue
        self._cursor: apsw.Cursor | None = None
        self._writing = threading.Lock()  # held by whoever uses the cursor
        self._crowd = 1  # threads that were writing at the last commit
        self._owed: list[Outcome] = []  # of jobs that are durable, not handed out yet

    def start(self) -> None:
        """Opens the connection in the writer's own thread; raises what that raised."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def submit(self, job: Job) -> Future:
        """Queues a job; what it returns can be awaited for the result, once it is durable.

        A lone thread without an event loop writes right here: changing threads twice costs
        as much as the commit.
        """
        try:
            future: Future = asyncio.get_running_loop().create_future()
        except RuntimeError:
            future = Pending()
            alone = self._crowd == 1 and self._queue.empty()
            if alone and self._writing.acquire(blocking=False):
                try:
                    self._commit([(job, future)])
                finally:
                    self._writing.release()
                return future
        with self._gate:
            if self._closed:
                raise UsageError("the database is closed")
            self._queue.put((job, future))
        return future

    def stop(self) -> None:
        """Finishes what was submitted, closes the connection and ends the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = self._connect()
        except BaseException as error:  # noqa: BLE001 - handed to start(), which raises it
            self._failure = error
            return
        else:
            self._cursor = connection.cursor()
        finally:
            self._ready.set()
        try:
            while group := self._next_group():
                with self._writing:
                    self._commit(group)
        finally:
            self.hand_out()
            with self._writing:
                self._cursor = None
                connection.close()

    def _commit(self, group: list[tuple[Job, Future]]) -> None:
        if self._cursor is None:
            closed = UsageError("the database is closed")
            _deliver([(future, None, closed) for _, future in group])
            return
        awake = len(self._owed)
        outcomes = _run_group(self._cursor, group, self.hand_out)
        self.hand_out()
        self._owed = outcomes
        waiting = self._queue.qsize()
        self._crowd = len(group) + max(waiting, awake)
        if not waiting:
            self.hand_out()
        self._after_commit()

    def hand_out(self) -> None:
        """Tells the owners of committed jobs; called before every wait."""
        owed, self._owed = self._owed, []
        _deliver(owed)

    def _await_crowd(self) -> None:
        """Lets threads that were handed their outcomes catch up, half of all that write.

        Without this, groups would be as small as the first thread to return makes them. A
        lone writer never waits.
        """
        end = time.perf_counter() + PATIENCE
        while self._queue.qsize() < self._crowd // 2 - 1 and time.perf_counter() < end:
            time.sleep(GLANCE)

    def _next_group(self) -> list[tuple[Job, Future]]:
        first = self._queue.get()
        if first is None:
            return []
        self._await_crowd()
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                another = self._queue.get_nowait()
            except Empty:
                break
            if another is None:
                self._queue.put(None)
                break
            group.append(another)
        return group


def _run_group(
    cursor: apsw.Cursor, group: list[tuple[Job, Future]], meanwhile: Callable[[], None]
) -> list[Outcome]:
    """Runs jobs in one transaction, or each in its own; `meanwhile` is called before it waits."""
    try:
        if not cursor.connection.get_autocommit():  # an interrupt fell between two statements
            cursor.execute("ROLLBACK")
        cursor.execute("BEGIN IMMEDIATE")
    except BaseException as error:  # noqa: BLE001 - handed to the futures, whose owners raise it
        # For all at once: each alone would wait as long for the same lock.
        return [(future, None, _ours(error, cursor.connection)) for _, future in group]
    try:
        results = _finish(cursor, [job for job, _ in group], meanwhile)
    except BaseException as error:  # noqa: BLE001 - handed to the futures, whose owners raise it
        if len(group) == 1:
            return [(group[0][1], None, _ours(error, cursor.connection))]
        return [outcome for entry in group for outcome in _run_group(cursor, [entry], meanwhile)]
    return [(future, result, None) for (_, future), result in zip(group, results, strict=True)]


def _finish(cursor: apsw.Cursor, jobs: list[Job], meanwhile: Callable[[], None]) -> list[Any]:
    """Runs jobs in the transaction that has begun, and commits it."""
    try:
        results = _results(cursor, jobs)
        meanwhile()
        cursor.execute("COMMIT")
    except BaseException as error:
        # A full disk can end the transaction by itself; then there is nothing to roll back.
        if not cursor.connection.get_autocommit():
            cursor.execute("ROLLBACK")
        elif isinstance(error, apsw.IOError):
            _cover(cursor)
        raise
    return results


def _cover(cursor: apsw.Cursor) -> None:
    """Writes over a commit whose sync failed.

    It is whole in the log, and would be there again if the process died before the next one.
    """
    with suppress(apsw.Error):  # a sync that fails again does no harm: the bytes are replaced
        for (version,) in cursor.execute("PRAGMA user_version").fetchall():
            cursor.execute(f"PRAGMA user_version={version}")


def _results(cursor: apsw.Cursor, jobs: list[Job]) -> list[Any]:
    results: list[Any] = []
    for kind, share in groupby(jobs, type):
        if issubclass(kind, Combinable):
            results += kind.together(cursor, list(share))
        else:
            results += [job(cursor) for job in share]
    return results


def _ours(error: BaseException, connection: apsw.Connection) -> BaseException:
    if not isinstance(error, apsw.Error):
        return error
    made = translate(error, connection)
    made.__cause__ = error
    return made


def _deliver(outcomes: list[Outcome]) -> None:
    """Hands results to threads that wait, and to loops with one wake-up for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome[0], Pending):
            outcome[0].settle(*outcome[1:])
        else:
            by_loop.setdefault(outcome[0].get_loop(), []).append(outcome)
    for loop, share in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there
            loop.call_soon_threadsafe(_settle, share)


def _settle(outcomes: list[Outcome]) -> None:
    for future, result, error in outcomes:
        if isinstance(future, Pending) or future.cancelled():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
