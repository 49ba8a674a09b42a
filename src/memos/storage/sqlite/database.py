"""One SQLite file: a writer thread, a pool of readers, one checkpointer.

WAL; ``synchronous=FULL`` by default, because NORMAL loses acknowledged commits when the
power goes; automatic checkpoints off, because two connections that checkpoint at once
damaged databases before SQLite 3.51.3: here the writer does it, under a lock on a file.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import apsw

from memos.errors import UsageError
from memos.storage.disk import failure, flush_way_to, make_folder
from memos.storage.sqlite.errors import translated
from memos.storage.sqlite.lock import file_lock
from memos.storage.sqlite.migrate import migrate
from memos.storage.sqlite.query import one
from memos.storage.sqlite.reader import Reader
from memos.storage.sqlite.writer import Writer

T = TypeVar("T")

BUSY_TIMEOUT = 30.0  # seconds to wait for another process's transaction
CHECKPOINT_PAGES = 16_000  # of 2 KiB: the log is folded back at about 32 MB
READERS = 3  # threads; more only queue up behind the interpreter lock


class Database:
    """Shared by all embedded roles of one home.

    `sync` is ``full`` (survives power loss) or ``normal`` (survives crashes of the process
    only). `vfs` names a SQLite file system, for tests that crash it.
    """

    def __init__(self, path: Path, sync: str = "full", vfs: str | None = None) -> None:
        self.path = path
        self._sync = sync
        self._vfs = vfs
        self._writer: Writer | None = None
        self._reader: Reader | None = None
        self._watcher: apsw.Connection | None = None  # only tells that others have committed
        self._log_pages = 0
        self._users = 0

    async def open(self) -> None:
        """Creates or upgrades the file and starts the threads; counts its users."""
        self._users += 1
        if self._users > 1:
            return
        try:
            self._start()
        except BaseException:
            self._users -= 1
            raise

    async def close(self) -> None:
        """Ends the threads with the last user; everything acknowledged is durable anyway."""
        self._users = max(0, self._users - 1)
        if self._users == 0 and self._writer is not None:
            self._stop()

    def write(self, job: Callable[[apsw.Cursor], T]) -> Awaitable[T]:
        """Runs `job` in a transaction of the writer; the result comes when it is durable."""
        if self._writer is None:
            raise UsageError("the database is not open")
        return self._writer.submit(job)

    async def read(self, job: Callable[[apsw.Cursor], T]) -> T:
        """Runs `job` over one consistent snapshot; cancelling the call interrupts it.

        In a thread without an event loop it runs right there.
        """
        if self._reader is None:
            raise UsageError("the database is not open")
        return await self._reader.read(job)

    def stamp(self) -> int:
        """Changes when a commit of any process can be seen.

        The log's time and size will not do: they change before that.
        """
        if self._watcher is None:
            return 0
        with translated(self._watcher):
            row = one(self._watcher.cursor(), "PRAGMA data_version")
        return 0 if row is None else int(row[0])

    def _start(self) -> None:
        try:
            make_folder(self.path.parent, 0o700)
            if not self.path.exists():
                # Also what another process has made: it may have died before it was durable.
                flush_way_to(self.path.parent)
        except OSError as error:
            raise failure(f"home: {self.path.parent} cannot be made or entered", error) from error
        with translated():
            with file_lock(self._lock_path):
                connection = self._connect()
                try:
                    with translated(connection):
                        connection.execute(
                            "PRAGMA page_size=2048; PRAGMA journal_mode=WAL"
                        ).fetchall()
                        migrate(connection)
                finally:
                    connection.close()
            self._writer = Writer(self._connect_writer, self._after_commit)
            self._writer.start()
            connections: list[apsw.Connection] = []
            try:
                connections += (self._connect() for _ in range(READERS + 1))
            except BaseException:
                for connection in connections:
                    connection.close()
                self._stop()
                raise
        self._watcher = connections.pop()
        self._reader = Reader(connections)

    def _stop(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
        if self._reader is not None:
            self._reader.close()
        if self._writer is not None:
            self._writer.stop()
        self._writer = self._reader = self._watcher = None

    @property
    def _lock_path(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path), vfs=self._vfs)
        connection.set_busy_handler(_Patience(self._while_busy))
        connection.execute(
            f"PRAGMA synchronous={self._sync};"
            "PRAGMA wal_autocheckpoint=0;"
            "PRAGMA secure_delete=ON;"
            "PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-8000"  # KiB
        ).fetchall()
        return connection

    def _while_busy(self) -> None:
        if self._writer is not None:
            self._writer.hand_out()

    def _connect_writer(self) -> apsw.Connection:
        connection = self._connect()
        connection.set_wal_hook(self._count_pages)
        self._checkpointer = connection
        return connection

    def _count_pages(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _after_commit(self) -> None:
        if self._log_pages < CHECKPOINT_PAGES:
            return
        self._log_pages = 0
        try:
            with file_lock(self._lock_path, wait=False) as mine:
                if mine:
                    self._checkpointer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except (apsw.Error, OSError):
            # The log still holds everything; the next commit tries again.
            self._log_pages = CHECKPOINT_PAGES


class _Patience:
    """Busy handler: asks again every half millisecond, up to the timeout."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile
        self._since = 0.0

    def __call__(self, attempt: int) -> bool:
        self._meanwhile()
        now = time.monotonic()
        if attempt == 0:
            self._since = now
        time.sleep(0.0005)
        return now - self._since < BUSY_TIMEOUT
