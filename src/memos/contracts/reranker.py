"""Reranker: judges candidates more closely than an index can."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.embedder import check_texts
from memos.contracts.part import Part
from memos.errors import InvalidInput


class Reranker(Part, ABC):
    """Scores texts against a query.

    Obligations: one score per text, in their order, in [0, 1], comparable within one
    call only, whatever the texts' length (long ones are cut); no texts, no scores; refuses
    with InvalidInput (`check_candidates`) instead of guessing; never logs text; may be
    dropped by a deadline at any moment, so it holds no state; failure is an error, and
    the caller keeps the order it had.
    """

    name: str

    @abstractmethod
    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text."""


def check_candidates(query: str, texts: Sequence[str]) -> None:
    """Raises InvalidInput unless every text and the query are ones that can be judged."""
    try:
        check_texts([query])
    except InvalidInput as error:
        raise InvalidInput("query", error.got, error.allowed) from error
    check_texts(texts)
