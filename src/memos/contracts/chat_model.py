"""Chat model: a language model that answers, freely or in a given shape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memos.contracts.part import Part


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a prompt: `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, with what it cost in model tokens."""

    text: str
    tokens_in: int
    tokens_out: int
    finished: bool = True  # False: cut off by a limit


class ChatModel(Part, ABC):
    """A provider of completions.

    Obligations: every call has a timeout; transport failures, refusals, rate limits
    (with their Retry-After) and unusable answers are errors of our tree, never an empty
    reply; a cancelled call stops the request; prompts and answers are never logged.
    """

    name: str

    @abstractmethod
    async def complete(
        self, turns: Sequence[Turn], schema: Mapping[str, Any] | None = None, max_tokens: int = 1024
    ) -> Reply:
        """One answer; with `schema` (JSON Schema) the text is JSON that satisfies it."""

    @abstractmethod
    def stream(self, turns: Sequence[Turn], max_tokens: int = 1024) -> AsyncIterator[str]:
        """The answer in pieces."""
