"""Rows of vectors and tokens: stored in batches, and tokens read back by reference."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.contracts.vectors import Embedded
from memos.model.memory import Ref
from memos.storage.segments.scan import quantised
from memos.storage.sqlite.query import many
from memos.storage.sqlite.rows import pack, unpack

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
TOKENS = """
WITH wanted(memory, version, generation) AS ({})
SELECT v.memory, v.version, v.cube, t.content FROM wanted w
    CROSS JOIN versions v ON v.memory = w.memory AND v.version = w.version
    CROSS JOIN memories y ON y.id = v.memory AND y.state <> 'forgotten' AND y.tainted = 0
    CROSS JOIN vectors x ON x.version = v.key AND x.generation = w.generation
    CROSS JOIN tokens t ON t.vector = x.key"""

EMBEDDED = """
WITH wanted(memory, version, generation) AS ({})
SELECT v.memory, v.version, v.cube, x.seq, x.vector, NULL FROM wanted w
    CROSS JOIN versions v ON v.memory = w.memory AND v.version = w.version
    CROSS JOIN memories y ON y.id = v.memory AND y.state <> 'forgotten' AND y.tainted = 0
    CROSS JOIN vectors x ON x.version = v.key AND x.generation = w.generation"""
EMBEDDED_WITH_TOKENS = f"""
{EMBEDDED.replace("NULL", "t.content")} LEFT JOIN tokens t ON t.vector = x.key"""


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


def tokens_of(
    cursor: apsw.Cursor, generation: int, cubes: Collection[int], refs: Sequence[Ref]
) -> dict[Ref, bytes]:
    """Tokens by reference, of those versions that lie in `cubes` (cubes.key)."""
    wanted = [(pack(id), version, generation) for id, version in dict.fromkeys(refs)]
    return {
        (unpack(memory), version): content
        for memory, version, cube, content in many(cursor, TOKENS, wanted)
        if cube in cubes
    }


def embedded(
    cursor: apsw.Cursor,
    generation: tuple[int, int],
    cubes: Collection[int],
    refs: Sequence[Ref],
    *,
    tokens: bool,
) -> dict[Ref, Embedded]:
    """Vectors by reference; `generation` is (generations.key, dimension), `cubes` cubes.key."""
    number, dimension = generation
    wanted = [(pack(id), version, number) for id, version in dict.fromkeys(refs)]
    rows = [
        row
        for row in many(cursor, EMBEDDED_WITH_TOKENS if tokens else EMBEDDED, wanted)
        if row[2] in cubes and len(row[4]) == dimension
    ]
    vectors = np.frombuffer(b"".join(row[4] for row in rows), np.int8).astype(np.float32)
    vectors = vectors.reshape(-1, dimension)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return {
        (ref := (unpack(row[0]), row[1])): Embedded(ref, row[3], vector, row[5] or b"")
        for row, vector in zip(rows, vectors, strict=True)
    }
