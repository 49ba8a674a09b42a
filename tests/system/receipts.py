"""A receipt and a table of weights that are right, and what is wrong of either."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from memos.model.recall import Effort, Evidence, Narrowed, Receipt
from memos.model.time import Instant
from memos.retrieval.rank import shipped

NAN, INF, HUGE, SURROGATE = math.nan, math.inf, 10**5_000, "\ud800"
NO_STRINGS = [None, 0, True, 1.5, b"x", {}, [], object()]
NO_MOMENTS = [0, True, 1.5, [], {}, "", "now", "2024", "2024-13-01", "10000-01-01", SURROGATE]

EVIDENCE = Evidence("m", 1, 0.5, {}, {}).to_dict()
RECEIPT = Receipt(
    query="tea", asked_at=Instant(0), timezone="UTC", tenant="default", cubes=("user:ann",),
    seqs={"user:ann": 1}, narrowed=Narrowed(), effort=Effort.NORMAL, top_k=10, policy="p",
    weights="w", generation=None, plan={}, legs={}, candidates=0, degraded=(), evidence=(),
    signals={}, confidence=0.0,
).to_dict()  # fmt: skip
TABLE = {signals: asdict(column) for signals, column in shipped().items()}


def with_each(good: dict[str, Any], bad: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """`good` with one wrong value at a time."""
    return [{**good, name: value} for name, values in bad.items() for value in values]


def without_each(good: dict[str, Any]) -> list[dict[str, Any]]:
    """`good` without one of its entries at a time."""
    return [{key: value for key, value in good.items() if key != name} for name in good]


BAD_NARROWED = {
    "agent_id": [1, []], "kinds": [0, "fact", ["nope"], [1]],
    "conversation_id": [1, "", " ", "a\0"], "as_of": NO_MOMENTS, "known_at": NO_MOMENTS,
    "filter": [1, "x", [], {}, {"nope": 1}, {"kind": {"like": "f"}}, {"said_at": "nope"}],
    "include_archived": [None, 0, "true"], "without": [None, "x", [1]], "by_name": [True],
}  # fmt: skip
BAD_FIELDS = {
    "query": [*NO_STRINGS, "", " ", "a\0b", SURROGATE, "x" * 20_001],
    "asked_at": [None, *NO_MOMENTS], "tenant": NO_STRINGS,
    "timezone": [*NO_STRINGS, "Mars/Olympus", "../../etc/passwd", "\0", SURROGATE, "x" * 9_999],
    "cubes": [None, "x", {}, [1], [None]], "seqs": [None, [], {"a": "1"}, {"a": True}, {1: 1}],
    "narrowed": [None, [], {}, *with_each(RECEIPT["narrowed"], BAD_NARROWED)],
    "effort": [*NO_STRINGS, "", "FAST", "more"], "top_k": [None, "1", True, 0, -1, 1.0, HUGE],
    "policy": NO_STRINGS, "weights": NO_STRINGS, "generation": NO_STRINGS[1:],
    "plan": [None, [], {1: 1}], "legs": [None, {"text": 1.5}], "candidates": [None, True, 1.5],
    "degraded": [None, "x", [1]],
    "evidence": [
        None, {}, [1], *([one] for one in without_each(EVIDENCE)),
        *([one] for one in with_each(EVIDENCE, {n: [None, True, [], NAN] for n in EVIDENCE})),
    ],
    "signals": [None, *({"best": value} for value in ("1", True, None, INF, HUGE))],
    "confidence": [None, "1", True, NAN, HUGE],
}  # fmt: skip
BAD_RECEIPTS: list[Any] = [
    [], {}, {"query": "tea"}, {**RECEIPT, "more": 1}, {**RECEIPT, 1: 1}, [RECEIPT],
    *without_each(RECEIPT), *with_each(RECEIPT, BAD_FIELDS),
]  # fmt: skip

BAD_COLUMN = {
    "policy": [*NO_STRINGS, "", "x" * 65], "weights": [None, [], {"pair": "1"}, {1: 1}],
    "slope": [None, "1", True, 0, -1, NAN, HUGE], "middle": [None, NAN, INF, 1e7],
    "confidence": [None, {"nope": 1.0}, {"best": NAN}], "more": [1],
}  # fmt: skip
BAD_COLUMNS = [
    None,
    {},
    [],
    1,
    *without_each(TABLE["words"]),
    *with_each(TABLE["words"], BAD_COLUMN),
]
BAD_TABLES: list[Any] = [
    [], {}, {**TABLE, "more": TABLE["words"]}, [TABLE], TABLE["words"], {1: 1},
    *without_each(TABLE), *with_each(TABLE, {"words": BAD_COLUMNS}),
]  # fmt: skip
