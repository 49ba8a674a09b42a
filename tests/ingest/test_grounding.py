from __future__ import annotations

import pytest

from memos.ingest.grounding import grounded
from memos.model.claim import Claim
from memos.model.memory import Kind

KEPT = [
    ("I live in Porto", "Porto", "I live in Porto, by the river", ()),
    ("Ann broke her wrist", "broke her wrist", "she broke her wrist on Friday", ()),
    ("I'll take the red bike", "the red bike", "yes, that one", ["The red bike or the blue one?"]),
    ("I run 5 km on Sundays", "5 km", "on sundays it is 5 km, I run slowly", ()),
    ("我住在波尔图", "波尔图", "我去年搬到波尔图了，现在住在河边", ()),
]
REFUSED = [
    ("I live in Madrid", "Madrid", "I live in Porto, by the river", ()),
    ("I live in Porto", "Porto", "我去年搬到波尔图了", ()),
    ("我住在波尔图", "波尔图", "I live in Porto", ()),
    ("I run 10 km", "10 km", "I run 5 km on Sundays", ()),
    ("I am a senior engineer at a large bank in Porto", "Porto", "Porto is nice", ()),
]


@pytest.mark.parametrize(
    ("text", "value", "said", "before", "kept"),
    [*((*one, True) for one in KEPT), *((*one, False) for one in REFUSED)],
)
def test_a_claim_stands_in_what_was_said(text, value, said, before, kept):
    claim = Claim(Kind.FACT, text, "Ann" if text.startswith("Ann") else "self", value=value)
    assert grounded(claim, said, list(before)) == kept
