"""How a projection in the same database joins the transaction of the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import apsw

from memos.model.memory import Memory
from memos.storage.sqlite.query import many


class Indexed(NamedTuple):
    """A version that appears in the indexes; `key` is ``versions.key``."""

    cube: int
    key: int
    memory: Memory


class Gone(NamedTuple):
    """A version that must not be found any more."""

    cube: int
    key: int


class Inverted:
    """Rows for the inverted lists, gathered so that they are written in rising order.

    FTS5 keeps rising rows in memory until the commit and writes them as one segment; a
    smaller row makes it write out what it has.
    """

    def __init__(self, cursor: apsw.Cursor) -> None:
        self._cursor = cursor
        self._rows: list[tuple[int, str]] = []

    def put(self, row: int, body: str) -> None:
        """Adds a row of terms, separated by spaces."""
        self._rows.append((row, body))

    def holds(self, row: int) -> bool:
        """Whether a row is stored."""
        found = self._cursor.execute("SELECT 1 FROM postings_of WHERE rowid=?", (row,))
        return found.fetchone() is not None

    def drop(self, row: int) -> None:
        """Removes a row."""
        self._cursor.execute("DELETE FROM postings_of WHERE rowid=?", (row,))

    def write(self) -> None:
        """Stores what was gathered."""
        self._rows.sort()
        many(self._cursor, "INSERT INTO postings_of (rowid, body) {}", self._rows)
        self._rows.clear()


class InlineProjection(Protocol):
    """Written by the records inside their commit."""

    def write(
        self,
        cursor: apsw.Cursor,
        inverted: Inverted,
        added: Sequence[Indexed],
        removed: Sequence[Gone],
    ) -> None:
        """Drops what must not be found, then indexes what has appeared."""
        ...
