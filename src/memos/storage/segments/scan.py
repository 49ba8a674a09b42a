"""Exact scans: cosines of a few queries with every vector of a matrix, in int8.

numpy multiplies int8 without the processor's instructions for it, so onnxruntime does: one
thread, and a graph of one node. Its quick kernel for one row by a matrix (three to twenty times
as fast as the others) wants the row in uint8, without a zero point, and a column for each vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memos.runtime import session
from memos.storage.segments.column import Column

BLOCK = 16_384  # vectors in one array: a call for each costs little, and growing copies one only
FIRST = 64  # vectors that the first array has room for
LARGEST = 127  # of a stored number

# Queries lie in 1..127 around 64, not in 0..255: processors without VNNI add two products in 16
# bits and cut off what does not fit, and 2 x 127 x 128 does, so that all compute the same.
MIDDLE = 64
STEPS = 63

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
        self._offsets = Column(np.float32)  # what `MIDDLE` adds to each product

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

    def similarities(self, queries: Vectors) -> NDArray[np.float32]:
        """For each row its best cosine to queries (n, dimension) of unit length, n > 0.

        Queries are rounded to seven bits, which moves a cosine by some thousandths: enough
        to find the best rows, whose order `exact` then tells.
        """
        best = self._products(queries[0])
        for query in queries[1:]:
            np.maximum(best, self._products(query), out=best)
        best *= self._scales.values
        return best

    def exact(self, queries: Vectors, rows: NDArray[Any]) -> NDArray[np.float32]:
        """For some rows, (n,), their best cosine to queries as they are."""
        vectors = np.empty((len(rows), self.dimension), np.float32)
        for at, inside in self._by_block(rows):
            vectors[inside] = self._blocks[at][:, rows[inside] % BLOCK].T
        vectors *= self._scales.values[rows, np.newaxis]
        # Row by row, where a matrix product might round equal rows differently.
        cosines = [(vectors * query).sum(axis=1) for query in queries]
        best: Vectors = np.clip(np.max(cosines, axis=0), -1.0, 1.0)
        return best

    def _products(self, query: Vectors) -> Vectors:
        """Of one query with each row, as far as int8 tells."""
        step = float(np.max(np.abs(query), initial=0.0)) / STEPS or 1.0
        row = (np.rint(query / step) + MIDDLE).astype(np.uint8)[np.newaxis]
        made: Vectors = np.empty(len(self), np.float32)
        run, start = _session().run, 0
        for block in self._blocks:
            found = run(None, {"query": row, "vectors": block})[0][0]
            part = made[start : start + BLOCK]
            part[:] = found[: len(part)]
            start += BLOCK
        made -= self._offsets.values
        made *= np.float32(step)
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


def _offsets(vectors: NDArray[np.int8]) -> Vectors:
    offsets: Vectors = vectors.sum(axis=1, dtype=np.float32)
    offsets *= MIDDLE
    return offsets


@cache
def _session() -> Any:  # onnxruntime ships no types
    return session(graph())


def graph() -> bytes:
    """The ONNX model ``products = query x vectors``, as protobuf writes it.

    (1, dimension) uint8 by (dimension, vectors) int8 gives (1, vectors) int32. Field numbers
    are those of onnx.proto, so that the package onnx is not needed to run it.
    """
    node = _field(1, b"query") + _field(1, b"vectors") + _field(2, b"products")
    node += _field(4, b"MatMulInteger")
    body = _field(1, node) + _field(2, b"scan")
    body += _field(11, _value(b"query", 2)) + _field(11, _value(b"vectors", 3))  # uint8, int8
    body += _field(12, _value(b"products", 6))  # int32
    return _number(1, 5) + _field(7, body) + _field(8, _number(2, 10))  # IR 5, operators 10


def _value(name: bytes, kind: int) -> bytes:
    """A ValueInfoProto: a tensor with two sizes that are not told."""
    shape = _field(1, b"") * 2
    return _field(1, name) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _number(field: int, value: int) -> bytes:
    return bytes((field << 3, value))


def _field(field: int, content: bytes) -> bytes:
    size = len(content)
    length = (size,) if size < 128 else (size & 127 | 128, size >> 7)
    return bytes((field << 3 | 2, *length)) + content
