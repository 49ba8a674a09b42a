"""Values that calls refuse, by what a parameter wants."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from typing import Any

NAN, INF = math.nan, math.inf
LONG = "x" * 1_000_001
HUGE = 10**5_000  # more digits than Python prints
SURROGATE = "\ud800"
EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {"a": made}
    return made


def circle() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["again"] = made
    return made


NO_STRINGS = [0, 1, True, 1.5, NAN, b"x", {}, ("x",), object()]
IDS = [
    *NO_STRINGS, "", " ", "\t", "a ", " a", "a\0", "a\nb", "\x1b[0m", SURROGATE, "a\u200b",
    "\u202ea", "\ufeffa", "\ue000", "e\u0301", "\u2028", LONG,
]  # fmt: skip
TEXTS = [None, *NO_STRINGS, [], "", " \n\t\u3000", "a\0b", SURROGATE, f"a{SURROGATE}", LONG]
TIMES = [
    0, 1, -1, True, False, 1.5, NAN, INF, HUGE, b"2024-01-01", [], {}, date(2024, 1, 1),
    "", "now", "2024", "2024-13-01", "2024-02-30", "2024-00-10", "0000-01-01", "10000-01-01",
    "-001-01-01", "2024-01-01T25:00", "2024-01-01T00:60", "2024-01-01T00:00+25:00", "٢٠٢٤-٠١-٠١",
    "2024-01-01\0", SURROGATE, LONG, "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00",
    datetime(1, 1, 1, tzinfo=EAST), datetime(9999, 12, 31, 23, tzinfo=WEST),
]  # fmt: skip
NO_NUMBERS = [None, "1", b"1", [], {}, True, False, object()]
COUNTS = [*NO_NUMBERS, 0, -1, -HUGE, HUGE, 2**63, 1.0, 1.5, NAN, INF]
BOOLS = [None, 0, 1, "true", "", [], NAN]
NO_LISTS = [1, True, 1.5, {}, {"a"}, iter(["a"]), object()]
METADATA = [
    "x", b"x", 1, True, [], [("a", 1)], {1: 2}, {None: 1}, {"a": {1: 2}}, {"a": [{1: 2}]},
    nested(9), {"a": [[[[[[[[[1]]]]]]]]]}, circle(), {"a": NAN}, {"a": [INF]}, {"a": -INF},
    {"a": object()}, {"a": {1}}, {"a": b"x"}, {"a": HUGE}, {"a\0": 1}, {"a": "\0"},
    {"a": ["\0"]}, {"a": [{"b": ["c", "\0"]}]}, {SURROGATE: 1}, {"a": SURROGATE},
    {"a": "x" * 16_384}, {str(n): n for n in range(3_000)}, {"x" * 16_384: 1},
]  # fmt: skip
FILTERS = [
    "x", 1, True, [], [{"kind": "fact"}], {}, {1: 2}, {"nope": 1}, {"cube": 1}, {"tenant": "t"},
    {"metadata": 1}, {"metadata.": 1}, {"": 1}, {LONG: 1}, {SURROGATE: 1}, {"kind": None},
    {"kind": {}}, {"kind": {"like": "f"}}, {"kind": {1: "f"}}, {"kind": {HUGE: "f"}},
    {"kind": {"eq": None}}, {"kind": {"in": "fact"}}, {"kind": {"in": {"fact"}}},
    {"kind": {"in": ["fact"] * 1_001}}, {"kind": {"in": [None]}},
    {"kind": ["fact"]}, {"kind": {"eq": {"eq": 1}}}, {"AND": []},
    {"AND": {}}, {"AND": [1]}, {"AND": [{}]}, {"OR": "x"}, {"NOT": []}, {"NOT": 1}, {"NOT": [{}]},
    {"said_at": 1}, {"said_at": "nope"}, {"said_at": {"gt": True}}, {"said_at": "0000-01-01"},
    {"said_at": datetime(1, 1, 1, tzinfo=EAST)}, {"valid_to": {"in": ["10000-01-01"]}},
    {"OR": [{"kind": "fact"}] * 65}, {"AND": [{"AND": [{"AND": [{"AND": [{"AND": [{"AND": [
        {"AND": [{"AND": [{"kind": "fact"}]}]}]}]}]}]}]}]},
]  # fmt: skip
KINDS = [
    *NO_LISTS, b"fact", "", "nope", "FACT", "fact ", SURROGATE, [], [None], [1], ["nope"], [["x"]],
    ["fact", "nope"], ["fact"] * 33, LONG,
]  # fmt: skip
LABELS = [
    *NO_LISTS, "health", b"x", [None], [1], [""], ["a", " "], ["a\0"], [SURROGATE], ["x" * 257],
    [["a"]], [str(n) for n in range(33)],
]  # fmt: skip
NAMES = [*NO_LISTS, "", b"x", [], [None], [1], ["\0"], ["a", ""], [["a"]], ["a"] * 10_001, LONG]
SECONDS = ["1", b"1", [], {}, True, -1, -0.5, NAN, INF, HUGE, object()]
IMPORTANCE = ["1", b"1", [], True, False, -0.1, 1.1, NAN, INF, -INF, 2, HUGE, -HUGE, object()]
NO_TASKS = ["1", b"1", {}, True, 0, -1, 2**63, HUGE, 1.0, NAN, object()]
CHOICES = [*NO_STRINGS, [], "", "nope", "USER", " user", SURROGATE, LONG]
AMOUNTS = [*NO_NUMBERS[1:], -1, -HUGE, HUGE, 10**15 + 1, 1.0, NAN, INF]
