"""Cubes at the start of a commit: each is found or made, and counts one commit more."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from memos.errors import NotFound
from memos.model.cube import personal_owner
from memos.model.scope import CubeKey
from memos.model.time import Instant
from memos.storage.sqlite.query import many

FIND = "SELECT tenant, cube_id, key, seq FROM cubes WHERE (tenant, cube_id) IN ({})"
COUNT = "UPDATE cubes SET seq = v.column2 FROM ({}) AS v WHERE cubes.key = v.column1"
CREATE = "INSERT INTO cubes (tenant, cube_id, owner, name, created_at, seq) VALUES (?,?,?,?,?,0)"


def open_cubes(
    cursor: apsw.Cursor, wanted: Sequence[tuple[CubeKey, Instant]]
) -> list[tuple[int, int]]:
    """(row key, seq) for each commit, in order.

    Personal cubes are made on first use; raises NotFound for another that is not there.
    """
    keys = list(dict.fromkeys(key for key, _ in wanted))
    known = {CubeKey(row[0], row[1]): (row[2], row[3]) for row in many(cursor, FIND, keys)}
    opened = []
    for key, at in wanted:
        row, seq = known[key] if key in known else (_create(cursor, key, at), 0)
        known[key] = (row, seq + 1)
        opened.append(known[key])
    many(cursor, COUNT, list(known.values()))
    return opened


def _create(cursor: apsw.Cursor, key: CubeKey, at: Instant) -> int:
    owner = personal_owner(key.cube_id)
    if owner is None:
        raise NotFound("cube", key.cube_id)
    cursor.execute(CREATE, (key.tenant, key.cube_id, owner, key.cube_id, at))
    return cursor.connection.last_insert_rowid()
