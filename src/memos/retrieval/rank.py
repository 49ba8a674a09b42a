"""Rank: a weighted sum of features, as a table that people can read and argue with."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

POLICY = "lexical-1"
"""Names the table below in receipts; changes when it does."""

WEIGHTS: dict[str, float] = {
    "words": 0.60,
    "pair": 0.20,
    "window": 0.30,
    "session": 0.25,
    "length": 0.25,
    "speaker": 0.60,
    "dated": 0.80,
    "tells_when": 0.30,
    "tells_how_many": 0.30,
    "asks": -0.50,
    "told_by_user": 0.40,
    "standing": 0.30,
    "distilled": 0.30,
    "named": 0.10,
}

SLOPE, MIDDLE = 1.3, 3.0  # of the logistic curve that turns sums into relevance


def total(features: Mapping[str, float]) -> float:
    """The weighted sum."""
    return sum(WEIGHTS[name] * value for name, value in features.items())


def relevance(sum_of_features: float) -> float:
    """A sum as a number in (0, 1), rising with it."""
    return 1.0 / (1.0 + exp(-SLOPE * (sum_of_features - MIDDLE)))
