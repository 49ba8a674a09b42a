"""Tables of weights from elsewhere, checked; and names for columns, to tell them apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import lru_cache
from hashlib import sha256
from typing import Any

from memos.errors import InvalidInput
from memos.model.checks import check_text, shape, shown
from memos.retrieval.confidence import CONSTANT, RAW
from memos.retrieval.rank import SIGNALS, Weights

LONGEST_NAME = 64
LARGEST = 1e6  # of a weight, either way: finite sums stay finite
CONFIDENCE = (CONSTANT, "best", "ahead", *RAW, *(f"{name}_first" for name in RAW))
"""What `memos.retrieval.confidence` may weigh."""


@lru_cache(maxsize=16)
def digest(weights: Weights) -> str:
    """A short name for a column of weights: the same for the same numbers only."""
    text = json.dumps(asdict(weights), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def checked(field: str, table: object) -> dict[str, Weights]:
    """The table, as `memos bench fit` writes it; raises InvalidInput naming the path."""
    found = _exactly(field, table, SIGNALS)
    names = [one.name for one in fields(Weights)]
    return {
        signals: _column(
            f"{field}.{signals}", _exactly(f"{field}.{signals}", found[signals], names)
        )
        for signals in SIGNALS
    }


def check_features(field: str, weights: Weights, features: Mapping[str, float]) -> None:
    """Raises InvalidInput for a weight of a feature that there is not."""
    for name in weights.weights:
        if name not in features:
            place = f"{field}.weights.{shown(name)}"
            raise InvalidInput(place, "an unknown feature", "features, as receipts name them")


def _column(field: str, found: Mapping[str, Any]) -> Weights:
    sure = _numbers(f"{field}.confidence", found["confidence"])
    for name in sure:
        if name not in CONFIDENCE:
            place = f"{field}.confidence.{shown(name)}"
            raise InvalidInput(place, "an unknown signal", ", ".join(CONFIDENCE))
    slope = _number(f"{field}.slope", found["slope"])
    if slope <= 0:
        raise InvalidInput(f"{field}.slope", f"{slope:g}", "a number over 0")
    return Weights(
        policy=check_text(f"{field}.policy", found["policy"], LONGEST_NAME),
        weights=_numbers(f"{field}.weights", found["weights"]),
        slope=slope,
        middle=_number(f"{field}.middle", found["middle"]),
        confidence=sure,
    )


def _exactly(field: str, value: object, names: tuple[str, ...] | list[str]) -> Mapping[str, Any]:
    """A mapping with these keys and no others."""
    found = _mapping(field, value)
    for name in found:
        if name not in names:
            raise InvalidInput(f"{field}.{shown(name)}", "an unknown name", ", ".join(names))
    for name in names:
        if name not in found:
            raise InvalidInput(f"{field}.{name}", "nothing", "a value")
    return found


def _mapping(field: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(field, shape(value), "an object, as `memos bench fit` writes it")
    return value


def _numbers(field: str, value: object) -> dict[str, float]:
    found = _mapping(field, value)
    for name in found:
        if not isinstance(name, str):
            raise InvalidInput(field, f"a key that is {shape(name)}", "strings as keys")
    return {name: _number(f"{field}.{shown(name)}", item) for name, item in found.items()}


def _number(field: str, value: object) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not -LARGEST <= value <= LARGEST:  # type: ignore[operator]
        raise InvalidInput(field, shape(value), f"a number from -{LARGEST:g} to {LARGEST:g}")
    return float(value)  # type: ignore[arg-type]
