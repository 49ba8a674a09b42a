"""Digest: the few sentences of many that say what these are about, word for word.

A sentence is central when its words are those of the whole (TF-IDF, cosine with the sum of all
sentences); each one chosen makes those that repeat it worth less (MMR, Carbonell 1998).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from typing import NamedTuple

from memos.language.tokens import terms

FEWEST_TERMS, LONGEST = 3, 400  # terms and characters of a sentence that tells something
RELEVANT = 0.7  # what centrality counts against novelty
REPEATS = 0.6  # cosine from which on a sentence says what another has said
ASKING = 0.4  # what a question counts: it tells little

_END = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!Mrs)(?<!\be\.g)(?<!\bi\.e)(?<![.!?…])[.!?…]+[\"'”’)\]]*(?=\s)"
    r"|[。！？；]+[”’」』）】]*|\n+"
)
_FENCED = re.compile(r"^[ \t]{0,3}(```|~~~).*?(?:^[ \t]{0,3}\1|\Z)", re.MULTILINE | re.DOTALL)

Vector = dict[str, float]


class Sentence(NamedTuple):
    """A sentence of the text at `place`."""

    place: int
    text: str


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, as they stand there, without blocks of code."""
    text = _FENCED.sub("\n", text)
    found, at = [], 0
    for end in _END.finditer(text):
        found.append(text[at : end.end()].strip())
        at = end.end()
    found.append(text[at:].strip())
    return [each for each in found if each]


def key_sentences(
    told: Sequence[Sentence], most: int, weights: Sequence[float] = ()
) -> list[Sentence]:
    """At most `most` of the sentences, in their order; `weights` say what each place counts.

    Those that are too short to tell something, or too long to quote, are never chosen.
    """
    fit = _fit(told)
    vectors = _vectors([terms(each.text) for each in fit])
    worth = _centralities(vectors)
    for at, each in enumerate(fit):
        if weights:
            worth[at] *= weights[each.place]
        if each.text[-1] in "?？":
            worth[at] *= ASKING
    nearest = [0.0] * len(fit)
    chosen: list[int] = []
    left = set(range(len(fit)))
    while left and len(chosen) < most:
        best = max(left, key=lambda at: (_gain(worth[at], nearest[at]), -at))
        chosen.append(best)
        left.remove(best)
        for at in list(left):
            nearest[at] = max(nearest[at], _cosine(vectors[at], vectors[best]))
            if nearest[at] >= REPEATS:
                left.remove(at)
    return [fit[at] for at in sorted(chosen)]


def _gain(worth: float, nearest: float) -> float:
    return RELEVANT * worth - (1.0 - RELEVANT) * nearest


def _fit(told: Sequence[Sentence]) -> list[Sentence]:
    """Sentences that may be quoted, each wording once."""
    kept: dict[str, Sentence] = {}
    for each in told:
        if len(each.text) <= LONGEST and len(terms(each.text)) >= FEWEST_TERMS:
            kept.setdefault(each.text.casefold(), each)
    return list(kept.values())


def _vectors(held: Sequence[Sequence[str]]) -> list[Vector]:
    """TF-IDF of each sentence, of unit length."""
    counts = [Counter(each) for each in held]
    frequency = Counter(term for each in counts for term in each)
    made = []
    for each in counts:
        vector = {
            term: (1.0 + log(count)) * log(1.0 + len(held) / frequency[term])
            for term, count in each.items()
        }
        made.append(_unit(vector))
    return made


def _centralities(vectors: Sequence[Vector]) -> list[float]:
    """The cosine of each with the sum of all, the greatest being 1."""
    whole: Vector = {}
    for vector in vectors:
        for term, value in vector.items():
            whole[term] = whole.get(term, 0.0) + value
    found = [_cosine(vector, whole) for vector in vectors]
    best = max(found, default=1.0)
    return [value / best for value in found]


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(value * value for value in vector.values())) or 1.0
    return {term: value / length for term, value in vector.items()}


def _cosine(one: Vector, other: Vector) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[term] for term, value in one.items() if term in other)
