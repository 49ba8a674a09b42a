"""Running SQL and getting rows whose columns the caller knows better than the type checker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw

Row = tuple[Any, ...]


def one(cursor: apsw.Cursor, sql: str, values: Sequence[Any] = ()) -> Row | None:
    """The first row, or None."""
    row: Row | None = cursor.execute(sql, values).fetchone()
    return row


def every(cursor: apsw.Cursor, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows; the cursor is free again."""
    rows: list[Row] = cursor.execute(sql, values).fetchall()
    return rows


def stream(cursor: apsw.Cursor, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
    """Rows one by one, over a cursor of their own: another query may run meanwhile."""
    return iter(cursor.connection.cursor().execute(sql, values))
