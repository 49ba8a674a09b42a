"""Embedder without a model: terms hashed into a vector. For tests; it knows no synonyms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.errors import InvalidInput
from memos.language.tokens import terms

DIMENSION = 256
DIMENSIONS = tuple(1 << power for power in range(4, 13))  # a bit beside the place is the sign
FORM = "hashing, or hashing:DIMENSION with a power of two from 16 to 4096"


class HashingEmbedder(Embedder):
    """Signed feature hashing of a text's terms; the same in every process and on every machine."""

    needs_loop = False
    cut_at = 256

    def __init__(self, url: str = "hashing") -> None:
        """`url`: ``hashing``, or ``hashing:DIMENSION``."""
        wanted = url.partition(":")[2]
        known = {str(dimension): dimension for dimension in DIMENSIONS}
        if ":" in url and wanted not in known:
            raise InvalidInput("embedder", "hashing with another dimension", FORM)
        dimension = known.get(wanted, DIMENSION)
        self.generation = Generation(f"hashing-{dimension}", dimension)

    async def embed(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,  # noqa: ARG002  (questions are texts like others)
    ) -> list[Embedding]:
        check_texts(texts)
        return [self._embed(text) for text in texts]

    def _embed(self, text: str) -> Embedding:
        pieces = _hashes(terms(text)[: self.cut_at])
        tokens = self._signs(pieces)
        total = tokens.sum(axis=0)
        if not total.any():  # stop words alone, or terms that cancel each other out
            total = self._signs(_hashes([text]))[0]
        vector = total / np.linalg.norm(total)
        return Embedding(vector.astype(np.float32), tokens, pieces)

    def _signs(self, pieces: NDArray[np.int32]) -> NDArray[np.float32]:
        """For each piece a row with 1 or -1 in one place."""
        dimension = self.generation.dimension
        rows = np.zeros((len(pieces), dimension), np.float32)
        rows[np.arange(len(pieces)), pieces % dimension] = np.where(pieces & dimension, -1.0, 1.0)
        return rows


def _hashes(words: Iterable[str]) -> NDArray[np.int32]:
    """A number of 31 bits for each word."""
    digests = (blake2b(word.encode(), digest_size=4).digest() for word in words)
    return np.array([int.from_bytes(digest, "big") >> 1 for digest in digests], np.int32)
