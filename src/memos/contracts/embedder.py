"""Embedder: turns text into vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.part import Part
from memos.contracts.vectors import Generation


@dataclass(frozen=True, slots=True)
class Embedding:
    """One text's vector; `tokens` are the token states where the model gives them."""

    vector: Sequence[float]
    tokens: Sequence[Sequence[float]] = ()


class Embedder(Part, ABC):
    """A model that embeds.

    Obligations: deterministic for a generation; results in the order of the texts, one
    each, whatever their length (long ones are cut, and `cut_at` says where); refuses
    with InvalidInput instead of guessing; has its own timeout; never logs text.
    """

    generation: Generation
    cut_at: int  # model tokens

    @abstractmethod
    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Embeds texts; `query` for models that treat questions differently."""
