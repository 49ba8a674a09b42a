"""Running SQL and getting rows whose columns the caller knows better than the type checker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import apsw

Row = tuple[Any, ...]

MOST_ROWS = 64  # in one statement


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


def many(cursor: apsw.Cursor, sql: str, rows: Sequence[Sequence[Any]]) -> list[Row]:
    """Runs `sql`, in which ``{}`` stands for a list of values, over all `rows`.

    Each call into SQLite gives up the interpreter lock, and getting it back from busy
    threads costs more than most statements do: so as few calls as there are powers of two
    in the number of rows (which also keeps the number of prepared statements small).
    """
    found: list[Row] = []
    at, count = 0, len(rows)
    while at < count:
        size = min(MOST_ROWS, 1 << ((count - at).bit_length() - 1))
        values = rows[at] if size == 1 else [v for row in rows[at : at + size] for v in row]
        found += cursor.execute(_with_values(sql, len(rows[at]), size), values).fetchall()
        at += size
    return found


@lru_cache(maxsize=256)
def _with_values(sql: str, width: int, count: int) -> str:
    row = f"({','.join('?' * width)})"
    return sql.format("VALUES " + ",".join([row] * count))
