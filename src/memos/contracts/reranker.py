"""Reranker: judges candidates more closely than an index can."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part


class Reranker(Part, ABC):
    """Scores texts against a query.

    Obligations: one score per text, in their order, in [0, 1], comparable within one
    call only; may be dropped by a deadline at any moment, so it holds no state; failure
    is an error, and the caller keeps the order it had.
    """

    name: str

    @abstractmethod
    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text."""
