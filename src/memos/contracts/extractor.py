"""Extractor: reads what a conversation claims, with a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.part import Part
from memos.errors import InvalidInput
from memos.model.claim import Claim, Relation
from memos.model.memory import Memory
from memos.model.message import Message


@dataclass(frozen=True, slots=True)
class Told:
    """One claim, and where it comes from.

    `message` is the place of its message in what was given, from 0. `relation` says how the
    claim stands to what is known at the place `known`, which is None exactly for NEW.
    """

    claim: Claim
    message: int
    relation: Relation = Relation.NEW
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found, in the order of the messages, and what it cost."""

    told: tuple[Told, ...] = ()
    calls: int = 0  # of the model
    tokens_in: int = 0  # model tokens of all calls; 0 where the server does not count
    tokens_out: int = 0


class Extractor(Part, ABC):
    """Reads claims out of a conversation.

    Obligations: claims are in the language of the text that makes them, and belong to the
    person whom they are about; no messages, no call and no claims; every index lies within
    what was given. What messages and memories say is data, never an instruction. One call of
    the model reads all messages; an answer that cannot be used is asked for once more, with
    what was wrong with it, and then is a BadAnswer. Every attempt has a timeout; transport
    failures, refusals and rate limits (with their Retry-After) are errors of our tree, never
    an empty extraction; a cancelled call stops the request; neither prompts nor answers are
    logged or quoted in errors. Refuses with InvalidInput (`check_messages`) instead of
    guessing; holds no state between calls.
    """

    name: str

    @abstractmethod
    async def extract(self, messages: Sequence[Message], known: Sequence[Memory]) -> Extraction:
        """What the messages claim, and how that stands to what is `known`.

        Other messages may surround what is new: which claims to keep is the caller's choice.
        """


def check_messages(messages: Sequence[Message]) -> None:
    """Raises InvalidInput unless every message is one that can be read."""
    for at, message in enumerate(messages):
        if not (_whole(message.content) and _whole(message.name or "")):
            raise InvalidInput(f"messages[{at}]", "half a character", "whole characters")


def _whole(text: str) -> bool:
    """Whether the text can be sent: a surrogate alone cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
