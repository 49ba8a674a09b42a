"""Embedder: turns text into vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memos.contracts.part import Part
from memos.contracts.vectors import Generation
from memos.errors import InvalidInput


def _no_tokens() -> NDArray[np.float32]:
    return np.zeros((0, 0), np.float32)


def _no_pieces() -> NDArray[np.int32]:
    return np.zeros(0, np.int32)


def _no_spans() -> NDArray[np.int32]:
    return np.zeros((0, 2), np.int32)


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to `==`
class Embedding:
    """One text: its `vector`, and its tokens where the model gives them.

    `vector` is (dimension,) and of unit length where the generation is normalised; `tokens`
    is (n, width), each row of unit length; `pieces` is (n,), the vocabulary ids of these
    tokens, without those that the model adds itself; `spans` is (n, 2), where they begin and
    end in the text, in code points, or (0, 2) from a model that does not tell.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32] = field(default_factory=_no_tokens)
    pieces: NDArray[np.int32] = field(default_factory=_no_pieces)
    spans: NDArray[np.int32] = field(default_factory=_no_spans)


class Embedder(Part, ABC):
    """A model that embeds.

    Obligations: deterministic for a generation, whatever else is embedded with a text or
    beside it; results in the order of the texts, one each, whatever their length (long
    ones are cut, and `cut_at` says where); refuses with InvalidInput (`check_texts`)
    instead of guessing; has its own timeout if it waits for others; never logs text.
    """

    generation: Generation
    cut_at: int  # model tokens
    english_only: bool = False  # questions in Chinese are not asked of it

    @abstractmethod
    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Embeds texts; `query` for models that treat questions differently."""


def check_texts(texts: Sequence[str]) -> None:
    """Raises InvalidInput unless every text is one that can be embedded."""
    if isinstance(texts, str):
        raise InvalidInput("texts", "one string", "a sequence of strings")
    for at, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidInput(f"texts[{at}]", f"a {type(text).__name__}", "a string")
        if not text.strip():
            raise InvalidInput(f"texts[{at}]", "a blank string", "a string that is not blank")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput(f"texts[{at}]", "half a character", "whole characters") from error
