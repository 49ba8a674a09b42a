"""Driver errors become errors of our tree at the edge of the database."""

from __future__ import annotations

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

_MEANING: tuple[tuple[type[apsw.Error], type[Exception], str], ...] = (
    (apsw.FullError, StorageFull, "no room left for the database"),
    (apsw.BusyError, StorageBusy, "another process holds the database"),
    (apsw.LockedError, StorageBusy, "another connection holds a table"),
    (apsw.CorruptError, StorageCorrupt, "the database is damaged"),
    (apsw.NotADBError, StorageCorrupt, "the file is not a memos database"),
    (apsw.InterruptError, DeadlineExceeded, "the read was interrupted"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turns apsw's errors into ours, with the cause attached."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error) from error


def translate(error: apsw.Error) -> Exception:
    """Our error for one of apsw's."""
    for theirs, ours, text in _MEANING:
        if isinstance(error, theirs):
            return ours(f"{text}: {error}")
    return StorageError(f"the database failed: {type(error).__name__}: {error}")
