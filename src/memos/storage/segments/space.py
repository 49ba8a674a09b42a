"""The vectors of a segment in one generation, read from their table as they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.storage.segments.column import Column
from memos.storage.segments.scan import Matrix
from memos.storage.sqlite.query import every

BATCH = 8_192  # rows read at once

ARRIVED = """
SELECT key, version, vector FROM vectors WHERE cube = ? AND generation = ? AND key > ?
ORDER BY key LIMIT ?"""


class Space:
    """A matrix, and the row of each document of the segment in it."""

    def __init__(self, cube: int, generation: int, dimension: int) -> None:
        self.matrix = Matrix(dimension)
        self._cube = cube
        self._generation = generation
        self._rows = Column(np.int32)  # by document; -1 without a vector
        self._keys = Column(np.int64)  # vectors.key, by row of the matrix
        self._last = 0  # vectors.key

    @property
    def rows(self) -> NDArray[np.int32]:
        """By document its row of the matrix, or -1."""
        return self._rows.values

    @property
    def keys(self) -> NDArray[np.int64]:
        """By row of the matrix the ``vectors.key``."""
        return self._keys.values

    @property
    def nbytes(self) -> int:
        """Memory taken, about."""
        return self.matrix.nbytes + self.rows.nbytes + self.keys.nbytes

    def follow(self, cursor: apsw.Cursor, keys: NDArray[np.int64]) -> bool:
        """Reads what has been put since, and says whether there was any.

        `keys` are the ``versions.key`` of the documents.
        """
        self._rows.extend(np.full(len(keys) - len(self.rows), -1))
        before = self._last
        while True:
            found = every(cursor, ARRIVED, (self._cube, self._generation, self._last, BATCH))
            if not found:
                return self._last > before
            self._enter(keys, found)
            self._last = found[-1][0]

    def _enter(self, keys: NDArray[np.int64], found: Sequence[tuple[Any, ...]]) -> None:
        """Leaves out what is damaged: vectors of another length, or of no version.

        The former count as missing until they are put again; doctor reports them.
        """
        size = self.matrix.dimension
        sound = {version: (key, blob) for key, version, blob in found if len(blob) == size}
        versions = np.fromiter(sound, np.int64, len(sound))
        numbers = np.array([key for key, _ in sound.values()], np.int64)
        vectors = np.frombuffer(b"".join(blob for _, blob in sound.values()), np.int8)
        vectors = vectors.reshape(-1, size)
        docs = np.searchsorted(keys, versions)
        there = np.append(keys, 0)[docs] == versions  # no key is 0
        docs, vectors, numbers = docs[there], vectors[there], numbers[there]
        rows = self.rows[docs]
        fresh, known = rows < 0, rows >= 0
        start = len(self.matrix)
        self.matrix.append(vectors[fresh])
        self.matrix.replace(rows[known], vectors[known])
        self._keys.extend(numbers[fresh])
        self.keys[rows[known]] = numbers[known]
        self.rows[docs[fresh]] = np.arange(start, len(self.matrix))
