"""Measuring how claims are reconciled."""

from __future__ import annotations

import json

import pytest

from memos.bench import merging
from memos.errors import InvalidInput

PAIRS = [
    ("I live in Porto", "We live in Porto now", "duplicate"),
    ("I live in Porto", "We moved to Lisbon", "contradiction"),
    ("I play the violin", "I play the violin in an orchestra", "refinement"),
    ("I play the violin", "I keep bees", "unrelated"),
]


@pytest.fixture
def folder(tmp_path):
    pairs = [
        {"id": f"{at}-{copy}", "old": old, "new": new, "relation": relation}
        for copy in range(8)
        for at, (old, new, relation) in enumerate(PAIRS)
    ]
    (tmp_path / "pairs-en.json").write_text(json.dumps({"pairs": pairs}), "utf-8")
    (tmp_path / "messages-en-a.json").write_text("{}", "utf-8")
    return tmp_path


def test_both_halves_are_measured_apart(folder):
    found = merging.run([folder])
    sizes = [found["halves"][half]["words"]["all"]["pairs"] for half in merging.HALVES]
    assert found["pairs"] == sum(sizes) == 8 * len(PAIRS)
    assert min(sizes) > 4
    for half in merging.HALVES:
        for one in (found["halves"][half][how]["all"] for how in ("words", "words and vectors")):
            assert one["accuracy"] == 100.0
            assert one["merging"] == one["contradiction"] == {"precision": 100.0, "recall": 100.0}
            (shipped,) = (at for at in one["curve"] if at["shipped"])
            assert shipped["threshold"] == found["merge"]
            assert sum(sum(row.values()) for row in one["confusion"].values()) == one["pairs"]


def test_a_pair_stays_in_its_half():
    assert merging.half_of("en-001") == merging.half_of("en-001")
    assert {merging.half_of(f"en-{at:03}") for at in range(20)} == set(merging.HALVES)


def test_a_wrong_label_is_named(tmp_path):
    path = tmp_path / "pairs-en.json"
    path.write_text(
        '{"pairs": [{"id": "1", "old": "a", "new": "b", "relation": "other"}]}', "utf-8"
    )
    with pytest.raises(InvalidInput, match=r"pairs\[0\].relation"):
        merging.run([path])
