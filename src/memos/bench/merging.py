"""How well what is newly said is held against what is known, over labelled pairs of texts.

The pairs are split by a hash of their ids: one half may be looked at and tuned on, of the other
one only totals are ever seen. Texts become claims by the rules of extraction, one claim each where
these find none; of two texts' claims the best matching pair counts.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from memos.errors import InvalidInput
from memos.ingest.extraction import extract
from memos.ingest.reconcile import MERGE, relation
from memos.model.claim import Claim, Relation
from memos.model.memory import Kind
from memos.providers.embedding.onnx import OnnxEmbedder

SAID_AT = datetime(2024, 5, 2, 9, 30, tzinfo=timezone.utc)  # pairs do not say when
THRESHOLDS = tuple(at / 20 for at in range(6, 21))
HALVES = ("development", "held out")
MERGED = (Relation.DUPLICATE, Relation.REFINEMENT)
LABELS = {**{one.value: one for one in Relation}, "unrelated": Relation.NEW}

Likeness = dict[tuple[str, str], float]  # cosines of texts


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one person, as claims, and how they stand to each other."""

    id: str
    old: tuple[Claim, ...]
    new: tuple[Claim, ...]
    label: Relation


def run(paths: Sequence[Path]) -> dict[str, Any]:
    """Figures by half, with and without embeddings, by file and over all pairs.

    A folder stands for the files ``pairs-LANGUAGE.json`` in it.
    """
    files = {path.stem: list(_pairs(path)) for path in _files(paths)}
    likeness = _likeness([pair for found in files.values() for pair in found])
    measured: dict[str, Any] = {}
    for half in HALVES:
        mine = {
            name: [one for one in found if half_of(one.id) == half] for name, found in files.items()
        }
        mine["all"] = [pair for found in mine.values() for pair in found]
        measured[half] = {
            how: {name: figures(found, cosines) for name, found in mine.items() if found}
            for how, cosines in (("words", {}), ("words and vectors", likeness))
        }
    return {"pairs": sum(map(len, files.values())), "merge": MERGE, "halves": measured}


def half_of(id: str) -> str:
    """Which half a pair belongs to, whatever else is in the file."""
    return HALVES[hashlib.sha256(id.encode()).digest()[0] % 2]


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("pairs-*.json")) if path.is_dir() else [path]


def _pairs(path: Path) -> Iterator[Pair]:
    try:
        found = json.loads(path.read_text("utf-8"))["pairs"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InvalidInput(str(path), str(error), 'a file {"pairs": [...]}') from error
    for at, one in enumerate(found):
        if one.get("relation") not in LABELS:
            place = f"{path}: pairs[{at}].relation"
            raise InvalidInput(place, repr(one.get("relation")), f"one of {', '.join(LABELS)}")
        yield Pair(one["id"], claims(one["old"]), claims(one["new"]), LABELS[one["relation"]])


def claims(text: str) -> tuple[Claim, ...]:
    """What a text claims; itself where the rules find nothing in it."""
    return tuple(extract(text, SAID_AT)) or (Claim(kind=Kind.FACT, text=text, value=text),)


def judged(pair: Pair, likeness: Likeness, merge: float = MERGE) -> Relation:
    """How the texts stand to each other, by the closest of their claims.

    What ends anything is a contradiction; what says one thing again and another one anew says more.
    """
    found = [
        [relation(old, new, likeness.get((old.text, new.text)), merge=merge) for old in pair.old]
        for new in pair.new
    ]
    every = {one for row in found for one in row}
    if Relation.CONTRADICTION in every or every == {Relation.NEW}:
        return (
            Relation.CONTRADICTION if len(every) > 1 or Relation.NEW not in every else Relation.NEW
        )
    more = any(set(row) == {Relation.NEW} for row in found)
    return Relation.REFINEMENT if more or Relation.REFINEMENT in every else Relation.DUPLICATE


def figures(pairs: Sequence[Pair], likeness: Likeness) -> dict[str, Any]:
    """Accuracy, how each label was judged, and what merging would do at other thresholds."""
    found = [judged(pair, likeness) for pair in pairs]
    table = {
        label.value: {
            one.value: sum(
                pair.label is label and judgement is one
                for pair, judgement in zip(pairs, found, strict=True)
            )
            for one in Relation
        }
        for label in Relation
    }
    right = sum(pair.label is one for pair, one in zip(pairs, found, strict=True))
    return {
        "pairs": len(pairs),
        "accuracy": _share(right, len(pairs)),
        "merging": _met(pairs, found, MERGED),
        "contradiction": _met(pairs, found, (Relation.CONTRADICTION,)),
        "confusion": table,
        "curve": [
            {
                "threshold": at,
                "shipped": at == MERGE,
                **_met(pairs, [judged(pair, likeness, at) for pair in pairs], MERGED),
            }
            for at in sorted({*THRESHOLDS, MERGE})
        ],
    }


def _met(
    pairs: Sequence[Pair], found: Sequence[Relation], wanted: Sequence[Relation]
) -> Mapping[str, float | None]:
    both = sum(
        pair.label in wanted and one in wanted for pair, one in zip(pairs, found, strict=True)
    )
    return {
        "precision": _share(both, sum(one in wanted for one in found)),
        "recall": _share(both, sum(pair.label in wanted for pair in pairs)),
    }


def _likeness(pairs: Sequence[Pair]) -> Likeness:
    """Cosines of the English claims that are compared; the default embedder knows no Chinese."""
    compared = {
        (old.text, new.text)
        for pair in pairs
        for old in pair.old
        for new in pair.new
        if (old.text + new.text).isascii()
    }
    texts = sorted({text for both in compared for text in both})
    embedder = OnnxEmbedder()
    asyncio.run(embedder.open())
    try:
        vectors = [one.vector for one in embedder.embed_now(texts)] if texts else []
    finally:
        asyncio.run(embedder.close())
    unit = {text: one / np.linalg.norm(one) for text, one in zip(texts, vectors, strict=True)}
    return {(old, new): float(unit[old] @ unit[new]) for old, new in compared}


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
