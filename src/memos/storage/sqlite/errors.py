"""Driver errors become errors of our tree at the edge of the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from memos.errors import (
    DeadlineExceeded,
    StorageBusy,
    StorageCorrupt,
    StorageError,
    StorageFull,
)
from memos.storage.disk import NO_ROOM

NO_ROOM_LEFT = "no room left for the database"

_MEANING: tuple[tuple[type[apsw.Error], type[Exception], str], ...] = (
    (apsw.FullError, StorageFull, NO_ROOM_LEFT),
    (apsw.BusyError, StorageBusy, "another process holds the database"),
    (apsw.LockedError, StorageBusy, "another connection holds a table"),
    (apsw.CorruptError, StorageCorrupt, "the database is damaged"),
    (apsw.NotADBError, StorageCorrupt, "the file is not a memos database"),
    (apsw.InterruptError, DeadlineExceeded, "the read was interrupted"),
)


@contextmanager
def translated(connection: apsw.Connection | None = None) -> Iterator[None]:
    """Turns apsw's errors, those of `connection`, into ours, with the cause attached."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error, connection) from error


def translate(error: apsw.Error, connection: apsw.Connection | None = None) -> Exception:
    """Our error for one of apsw's.

    SQLite knows a full device, but takes a quota that is used up and a file that may not grow
    for broken disks: `connection`, on which it happened, has the number that the system gave.
    """
    if isinstance(error, apsw.IOError) and connection is not None:
        number = connection.system_errno
        if number in NO_ROOM:
            return StorageFull(f"{NO_ROOM_LEFT}: {os.strerror(number)}")
    for theirs, ours, text in _MEANING:
        if isinstance(error, theirs):
            return ours(f"{text}: {error}")
    return StorageError(f"the database failed: {type(error).__name__}: {error}")
