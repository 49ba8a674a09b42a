"""An extractor for tests, which finds what it was told to find."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import final

from memos.contracts.extractor import Extraction, Extractor, check_messages
from memos.model.memory import Memory
from memos.model.message import Message

Call = tuple[tuple[Message, ...], tuple[Memory, ...]]
"""What an extractor was asked: messages, and what was known."""


@final
class ScriptedExtractor(Extractor):
    """Gives its answers one by one, raises those that are errors, and then finds nothing.

    `calls` keeps what it was asked; like the real ones it is not asked about no messages.
    """

    def __init__(self, *answers: Extraction | Exception, name: str = "scripted") -> None:
        self.name = name
        self.calls: list[Call] = []
        self._answers = deque(answers)

    def script(self, *answers: Extraction | Exception) -> None:
        """Adds to what comes next."""
        self._answers.extend(answers)

    async def extract(self, messages: Sequence[Message], known: Sequence[Memory]) -> Extraction:
        check_messages(messages)
        if not messages:
            return Extraction()
        self.calls.append((tuple(messages), tuple(known)))
        answer = self._answers.popleft() if self._answers else Extraction(calls=1)
        if isinstance(answer, Exception):
            raise answer
        return answer
