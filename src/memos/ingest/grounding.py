"""Grounding: whether what a model claims stands in what was said.

A model invents, translates and completes. A claim is kept only in words of the conversation: its
value has to stand there, its numbers all of them, and most of its text. So a fact that was
translated is refused with one that was made up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from memos.language.tokens import terms
from memos.model.claim import SELF, Claim

VALUE, TEXT = 0.75, 0.5  # of their terms that have to stand in the conversation

_NUMBER = re.compile(r"[0-9]+")


def grounded(claim: Claim, said: str, before: Sequence[str]) -> bool:
    """Whether `claim` stands in the message `said`, read after those in `before`.

    What a message means may have been named before it ("yes, that one").
    """
    heard = frozenset(terms(" ".join([*before, said])))
    numbers = set(_NUMBER.findall(" ".join([*before, said])))
    value = claim.value or claim.text
    return (
        set(_NUMBER.findall(value)) <= numbers
        and _share(value, heard) >= VALUE
        and _share(_told(claim), heard) >= TEXT
    )


def _told(claim: Claim) -> str:
    """Text that names who is meant may name them where the message has a pronoun."""
    return claim.text if claim.subject == SELF else claim.text.replace(claim.subject, "")


def _share(text: str, heard: frozenset[str]) -> float:
    wanted = set(terms(text))
    return len(wanted & heard) / len(wanted) if wanted else 1.0
