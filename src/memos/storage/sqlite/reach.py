"""Scopes as SQL: which rows a read may touch at all.

SQL narrows by what it has columns for; `Narrowing.admits` then decides on each row, so
that there is one definition of visibility for every backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import apsw

from memos.model.memory import Memory
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.storage.sqlite.query import one, stream
from memos.storage.sqlite.rows import MEMORY_COLUMNS, MEMORY_TABLES, memory_of


def cube_keys(cursor: apsw.Cursor, scope: ReadScope) -> dict[int, str]:
    """Row keys of the scope's cubes that exist -> cube ids, in the scope's order."""
    found = {}
    for cube_id in scope.cubes:
        key = cube_key(cursor, CubeKey(scope.tenant, cube_id))
        if key is not None:
            found[key] = cube_id
    return found


def cube_key(cursor: apsw.Cursor, key: CubeKey) -> int | None:
    """The row key of a cube; None if it is not there."""
    row = one(cursor, "SELECT key FROM cubes WHERE tenant=? AND cube_id=?", key)
    return None if row is None else int(row[0])


def admitted(
    cursor: apsw.Cursor, narrowing: Narrowing, where: str, values: Iterable[Any], tail: str = ""
) -> Iterator[Memory]:
    """Versions that satisfy `where` and the narrowing, in the order of `tail`, lazily."""
    condition, more = _columns(narrowing)
    sql = f"SELECT {MEMORY_COLUMNS} FROM {MEMORY_TABLES} WHERE {where}{condition} {tail}"
    for row in stream(cursor, sql, (*values, *more)):
        memory = memory_of(row)
        if narrowing.admits(memory):
            yield memory


def first(limit: int, found: Iterator[Memory]) -> list[Memory]:
    """At most `limit` of what is found; what comes after is never decoded."""
    return list(islice(found, limit))


def _columns(narrowing: Narrowing) -> tuple[str, list[Any]]:
    parts = [" AND y.state <> 'forgotten'"]
    values: list[Any] = []
    if not narrowing.by_name:
        parts.append(" AND y.tainted = 0")
    if narrowing.known_at is None:
        parts.append(" AND v.superseded_at IS NULL")
    if narrowing.kinds is not None:
        parts.append(f" AND v.kind IN ({marks(len(narrowing.kinds))})")
        values.extend(sorted(kind.value for kind in narrowing.kinds))
    if narrowing.conversation_id is not None:
        parts.append(" AND v.conversation = ?")
        values.append(narrowing.conversation_id)
    return "".join(parts), values


def marks(count: int) -> str:
    """`count` question marks for an IN list."""
    return ",".join("?" * count)
