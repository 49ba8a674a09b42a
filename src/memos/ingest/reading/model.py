"""A reading: a clause as the words that matter in it, and how it holds; to be compared with others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LIGHT = 0.35
"""What a word weighs that says little of what a clause is about; others weigh 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`words` with their weights, in order; `figures`, `times` and `names` are among them.

    `signs` are the marks of how it holds; `denied` what a correction says is not so ("not Porto
    but Lisbon"); `person` whom it begins with, where that is not the speaker.
    """

    words: dict[str, float]
    figures: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    person: str = ""
    head: str = ""
    order: bool = False
    past: bool = False

    @property
    def topic(self) -> dict[str, float]:
        """What it is about: the words that are no marks."""
        return {word: weight for word, weight in self.words.items() if word[0] not in "<@"}


_NO = {"<not>", "<end>"}
_CLAUSES = re.compile(r"[,，;；。.!！]|\b(?:and|but)\b")
Found = tuple[dict[str, float], set[str]]  # words, signs


def halves(
    text: str, words_of: Callable[[str], Found]
) -> tuple[dict[str, float], set[str], frozenset[str]]:
    """Words and signs of what `text` affirms, and the words of what it says is not so.

    Where it does not do both, all its words are of the first kind.
    """
    if not _CLAUSES.search(text):
        return *words_of(text), frozenset()
    parts = [words_of(part) for part in _CLAUSES.split(text)]
    no = [words for words, signs in parts if words and signs & _NO]
    yes = [words for words, signs in parts if not signs & _NO]
    telling = any(
        weight >= 1 and word[0].isalpha() for words in yes for word, weight in words.items()
    )
    if not no or not telling:
        return *words_of(text), frozenset()
    words = {word: weight for part in yes for word, weight in part.items()}
    signs = {sign for _, found in parts for sign in found} - _NO
    return (
        words,
        signs,
        frozenset(word for part in no for word in part if word[0].isalpha()) - words.keys(),
    )
