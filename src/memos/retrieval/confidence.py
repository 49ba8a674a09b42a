"""Confidence: whether anything relevant was found at all, from the best candidates as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

import numpy as np

from memos.retrieval.features import Columns
from memos.retrieval.pool import Floats

CONSTANT = "constant"
RAW = ("covered", "covered_around", "near", "tokens_near")  # mean the same for every question


def signals(columns: Columns, totals: Floats) -> dict[str, float]:
    """What tells an answer from its absence: the best sums, and how near the best come."""
    if not len(totals):
        return {}
    order = np.argsort(-totals)
    best, rest = totals[order[:1]].mean(), totals[order[1:6]]
    made = {"best": float(best), "ahead": float(best - rest.mean()) if len(rest) else 0.0}
    for name in RAW:
        if name in columns:
            made[name] = float(columns[name].max())
            made[f"{name}_first"] = float(columns[name][order[0]])
    return made


def confidence(weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """The probability that something relevant was found, in [0, 1]; 0 when nothing was."""
    if not found:
        return 0.0
    total = weights.get(CONSTANT, 0.0)
    total += sum(weights.get(name, 0.0) * value for name, value in found.items())
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
