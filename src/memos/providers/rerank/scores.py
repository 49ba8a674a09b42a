"""From the numbers of models to scores in [0, 1]."""

from __future__ import annotations

import math


def sigmoid(logit: float) -> float:
    """The logistic function, for any finite number."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)  # the other form would overflow here
    return grown / (1 + grown)
