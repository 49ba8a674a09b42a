"""Exact scans: cosines of a few queries with every vector of a matrix, in int8.

Products are those of `memos.products`. The quick kernel behind it for one row by a matrix (three to
twenty times as fast as the others) wants a column for each vector, and queries one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memos.products import products
from memos.storage.segments.column import Column

BLOCK = 16_384  # vectors in one array: a call for each costs little, and growing copies one only
FIRST = 64  # vectors that the first array has room for
LARGEST = 127  # of a stored number

# A query is a number of two digits in each dimension, so that a scan tells cosines to four
# decimals. Digits lie in 1..127 around the middle, see `products`.
MIDDLE, DIGIT = 64, 64
LARGEST_QUERY = 63 * DIGIT

Vectors = NDArray[np.float32]


def quantised(directions: Vectors) -> NDArray[np.int8]:
    """Vectors (n, dimension) in int8, each by its own scale, which its length tells again."""
    largest = np.max(np.abs(directions), axis=1, initial=0.0, keepdims=True)
    largest[largest == 0.0] = 1.0
    numbers: NDArray[np.int8] = np.rint(directions / largest * LARGEST).astype(np.int8)
    return numbers


class Matrix:
    """int8 vectors of one dimension, in rows numbered from 0 as they were added."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._blocks: list[NDArray[np.int8]] = []  # (dimension, room), the last one may grow
        self._scales = Column(np.float32)  # 1 / length
        self._offsets = Column(np.int32)  # what `MIDDLE` adds to each product

    def __len__(self) -> int:
        return len(self._scales.values)

    @property
    def nbytes(self) -> int:
        """Memory taken, about."""
        return sum(block.nbytes for block in list(self._blocks)) + 8 * len(self)

    def append(self, vectors: NDArray[np.int8]) -> None:
        """Adds vectors (n, dimension)."""
        done, size = 0, len(self)
        self._make_room(size + len(vectors))
        while done < len(vectors):
            at, column = divmod(size + done, BLOCK)
            share = vectors[done : done + BLOCK - column]
            self._blocks[at][:, column : column + len(share)] = share.T
            done += len(share)
        self._scales.extend(_scales(vectors))
        self._offsets.extend(_offsets(vectors))

    def replace(self, rows: NDArray[Any], vectors: NDArray[np.int8]) -> None:
        """Puts vectors (n, dimension) into rows that are there."""
        self._scales.values[rows] = _scales(vectors)
        self._offsets.values[rows] = _offsets(vectors)
        for at, inside in self._by_block(rows):
            self._blocks[at][:, rows[inside] % BLOCK] = vectors[inside].T

    def similarities(self, queries: Vectors) -> Vectors:
        """For each row its best cosine to queries (n, dimension) of unit length, n > 0."""
        step = np.maximum(np.abs(queries).max(axis=1, keepdims=True), 1e-30) / LARGEST_QUERY
        numbers = np.rint(queries / step).astype(np.int32)
        high = np.rint(numbers / DIGIT).astype(np.int32)
        digits = np.concatenate((high, numbers - DIGIT * high)) + MIDDLE
        sums = self._sums(digits.astype(np.uint8))
        sums -= self._offsets.values * (DIGIT + 1)
        best: Vectors = (sums * step.astype(np.float32)).max(axis=0)
        best *= self._scales.values
        return np.clip(best, -1.0, 1.0, out=best)

    def _sums(self, digits: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Products (n, rows) of queries in two digits each (2 n, dimension), exact."""
        count = len(digits) // 2
        made = np.zeros((count, len(self)), np.int32)
        for at, block in enumerate(self._blocks):
            part = made[:, at * BLOCK : (at + 1) * BLOCK]
            for row in range(2 * count):  # one by one: the quick kernel takes one
                found = products(digits[row : row + 1], block)[0, : part.shape[1]]
                part[row % count] += found * DIGIT if row < count else found
        return made

    def vectors(self, rows: NDArray[Any]) -> Vectors:
        """Some rows, (n,), as directions (n, dimension)."""
        made: Vectors = np.empty((len(rows), self.dimension), np.float32)
        for at, inside in self._by_block(rows):
            made[inside] = self._blocks[at].take(rows[inside] % BLOCK, axis=1).T
        made *= self._scales.values[rows, np.newaxis]
        return made

    def _make_room(self, size: int) -> None:
        """Blocks for `size` vectors: full ones, and a last one that doubles until it is full."""
        while (room := sum(block.shape[1] for block in self._blocks)) < size:
            full = room % BLOCK == 0
            old = np.empty((self.dimension, 0), np.int8) if full else self._blocks.pop()
            held = old.shape[1]
            wanted = max(FIRST, 2 * held, size - room + held)
            block = np.zeros((self.dimension, min(wanted, BLOCK)), np.int8)
            block[:, :held] = old
            self._blocks.append(block)

    def _by_block(self, rows: NDArray[Any]) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """Places of blocks, with the places in `rows` of those that lie in them."""
        places = rows // BLOCK
        for at in np.unique(places).tolist():
            yield at, np.flatnonzero(places == at)


def _scales(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """1 / length of vectors (n, dimension); 0 for zeros, so that their cosines are 0."""
    lengths: Vectors = np.sqrt(np.square(vectors, dtype=np.float32).sum(axis=1))
    lengths[lengths == 0.0] = np.inf
    lengths **= -1.0
    return lengths


def _offsets(vectors: NDArray[np.int8]) -> NDArray[np.int32]:
    made: NDArray[np.int32] = MIDDLE * vectors.sum(axis=1, dtype=np.int32)
    return made
