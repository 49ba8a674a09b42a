"""BM25: how much shared terms say, given how common they are (Robertson & Zaragoza 2009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

K1 = 1.2  # saturation of repeated terms
B = 0.75  # how far length is held against a text


def idf(versions: int, holding: int) -> float:
    """Weight of a term that `holding` of `versions` texts hold; never negative."""
    return log(1.0 + (versions - holding + 0.5) / (holding + 0.5))


def gain(frequency: float, length: float, mean_length: float) -> float:
    """What a term that occurs `frequency` times in a text of `length` terms adds, in units of idf."""
    if frequency <= 0:
        return 0.0
    norm = K1 * (1.0 - B + B * length / mean_length) if mean_length > 0 else K1
    return frequency * (K1 + 1.0) / (frequency + norm)


def score(
    query: Sequence[str],
    counts: Mapping[str, float],
    length: float,
    mean_length: float,
    weights: Mapping[str, float],
) -> float:
    """BM25 of one text: `counts` of its terms, `weights` the idf of the query's terms."""
    return sum(
        weights[term] * gain(counts.get(term, 0), length, mean_length)
        for term in query
        if term in weights
    )
