"""Rank: a weighted sum of features, from a table that people can read and argue with.

`memos bench fit` writes the table: logistic regression on the project's own corpus, one column
of weights for each set of signals that may be at hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from memos.retrieval.features import Columns
from memos.retrieval.plan import Plan
from memos.retrieval.pool import Floats

SIGNALS = ("tokens", "vectors", "words", "words_han")
"""Sets of signals: with the tokens of late interaction, without, words alone, Chinese words alone.

The default embedder knows no Chinese, and words weigh otherwise there: a term is two characters.
"""


@dataclass(frozen=True, slots=True, eq=False)  # each is its own, so that it can be a key
class Weights:
    """One column of the table: `weights` by feature, and the constant of the regression.

    `slope` and `middle` make a sum a relevance, `confidence` weighs what abstention looks at.
    """

    policy: str
    weights: Mapping[str, float]
    slope: float
    middle: float
    confidence: Mapping[str, float]

    def total(self, columns: Columns) -> Floats:
        """The weighted sum for each candidate; features that are not at hand count 0."""
        size = len(next(iter(columns.values())))
        made = np.zeros(size)
        for name, weight in self.weights.items():
            if name in columns:
                made += weight * columns[name]
        return made

    def relevance(self, totals: Floats) -> Floats:
        """Sums as numbers in (0, 1), rising with them."""
        made: Floats = 1.0 / (1.0 + np.exp(-self.slope * (totals - self.middle)))
        return made


@lru_cache(maxsize=1)
def shipped() -> dict[str, Weights]:
    """The table that memos brings, by set of signals."""
    text = (files("memos.retrieval") / "weights.json").read_text("utf-8")
    return parse(json.loads(text))


def parse(table: Mapping[str, Mapping[str, object]]) -> dict[str, Weights]:
    """The table as `memos bench fit` writes it."""
    return {signals: Weights(**column) for signals, column in table.items()}  # type: ignore[arg-type]


def signals_of(plan: Plan, columns: Columns) -> str:
    """The richest set of signals that the columns hold."""
    if "tokens" in columns:
        return "tokens"
    if "meaning" in columns:
        return "vectors"
    return "words_han" if "han" in plan.flags else "words"
