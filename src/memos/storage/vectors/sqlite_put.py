"""Rows of vectors and tokens: stored in batches, and tokens read back."""

from __future__ import annotations

from collections.abc import Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.contracts.vectors import Embedded
from memos.storage.segments.scan import quantised
from memos.storage.sqlite.query import every, many
from memos.storage.sqlite.reach import marks
from memos.storage.sqlite.rows import pack

WANTED = """
WITH wanted(place, memory, version, cube, generation) AS ({})
SELECT w.place, v.key, x.key, x.seq FROM wanted w
    CROSS JOIN versions v ON v.memory = w.memory AND v.version = w.version AND v.cube = w.cube
    CROSS JOIN memories y ON y.id = v.memory AND y.state <> 'forgotten' AND y.tainted = 0
    LEFT JOIN vectors x ON x.version = v.key AND x.generation = w.generation"""
UNTOKEN = "DELETE FROM tokens WHERE vector IN ({})"
REMOVE = "DELETE FROM vectors WHERE key IN ({})"
INSERT = "INSERT INTO vectors (cube, generation, version, seq, vector) {} RETURNING key, version"
INSERT_TOKENS = "INSERT INTO tokens (vector, content) {}"
TOKENS = "SELECT vector, content FROM tokens WHERE vector IN ({})"
MOST = 500  # values in one IN list


def put_vectors(
    cursor: apsw.Cursor,
    place: tuple[int, int],
    items: Sequence[Embedded],
    vectors: NDArray[np.float32],
) -> None:
    """Stores what is there to be found; `place` is (cubes.key, generations.key).

    `vectors` are the directions (items, dimension). A replaced row gets a new key, by which
    segments notice.
    """
    newest = {item.ref: at for at, item in sorted(enumerate(items), key=lambda pair: pair[1].seq)}
    wanted = [(at, pack(id), version, *place) for (id, version), at in newest.items()]
    found = [
        (at, version, old)
        for at, version, old, seq in many(cursor, WANTED, wanted)
        if seq is None or seq <= items[at].seq
    ]
    replaced = [(old,) for _, _, old in found if old is not None]
    for sql in (UNTOKEN, REMOVE):
        many(cursor, sql, replaced)
    numbers = quantised(vectors)
    rows = [(*place, key, items[at].seq, numbers[at].tobytes()) for at, key, _ in found]
    keys = {version: key for key, version in many(cursor, INSERT, rows)}
    tokens = [(keys[version], items[at].tokens) for at, version, _ in found if items[at].tokens]
    many(cursor, INSERT_TOKENS, tokens)


def tokens_of(cursor: apsw.Cursor, keys: Sequence[int]) -> dict[int, bytes]:
    """Tokens by ``vectors.key``."""
    return {
        key: content
        for at in range(0, len(keys), MOST)
        for key, content in every(
            cursor, TOKENS.format(marks(len(keys[at : at + MOST]))), keys[at : at + MOST]
        )
    }
