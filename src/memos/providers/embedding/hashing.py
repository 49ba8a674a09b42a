"""Embedder without a model: terms hashed into a vector. For tests; it knows no synonyms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.language.tokens import terms

DIMENSION = 256


class HashingEmbedder(Embedder):
    """Signed feature hashing of a text's terms; the same in every process and on every machine."""

    needs_loop = False
    generation = Generation(f"hashing-{DIMENSION}", DIMENSION)
    cut_at = 256

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
        tokens = _signs(pieces)
        total = tokens.sum(axis=0)
        if not total.any():  # stop words alone, or terms that cancel each other out
            total = _signs(_hashes([text]))[0]
        vector = total / np.linalg.norm(total)
        return Embedding(vector.astype(np.float32), tokens, pieces)


def _hashes(words: Iterable[str]) -> NDArray[np.int32]:
    """A number of 31 bits for each word."""
    digests = (blake2b(word.encode(), digest_size=4).digest() for word in words)
    return np.array([int.from_bytes(digest, "big") >> 1 for digest in digests], np.int32)


def _signs(pieces: NDArray[np.int32]) -> NDArray[np.float32]:
    """For each piece a row with 1 or -1 in one place."""
    rows = np.zeros((len(pieces), DIMENSION), np.float32)
    rows[np.arange(len(pieces)), pieces % DIMENSION] = np.where(pieces & DIMENSION, -1.0, 1.0)
    return rows
