from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.ingest.extraction.asides import told

LEFT_OUT = [
    "```python\nmy_name = 'Ann'\n```",
    "> I live in Porto",
    "Traceback (most recent call last):\n  File \"x.py\", line 3\nKeyError: 'a'",
    "2026-02-26 03:31:07 WARN  pool-2 connection lost",
    '{"user": {"name": "Maria", "city": "Recife"}}',
    "| name | city |\n|---|---|\n| Ann | Porto |",
    "commit 9f3c1ad\nAuthor: Ann\n\n    I prefer match statements",
    "-----Original Message-----\nFrom: Ann\nI live in Porto",
    "On Mon, 6 May 2024 Ann wrote:\nI live in Porto",
    "translate to German: My name is Paul",
    "帮我翻译一下：我叫王芳，我住在上海",
    "Imagine you're the boss and I want a raise.",
    "Once upon a time I lived in a castle.",
    "假装你是医生，我头疼",
    "Kev: I'm moving to Derby\nLou: I can't, my back's gone",
    "I am a millionaire, just kidding",
    "Q4. Amal is a nurse. How much does she save?",
    "https://example.org/i-live-in-porto",
    "",
]

KEPT = [
    "I live in Porto",
    "We have two kids: Ann and Leo.",
    "My email is ann@example.org",
    'I\'m reading "Dune" and I love it',
    "I prefer short, plain answers; no lists, no tables.",
    "我住在上海，养了一只猫。",
]


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_is_no_talk_of_the_author_is_left_out(text: str):
    assert told(text) == ""


@pytest.mark.parametrize("text", KEPT)
def test_talk_stays_as_it_is(text: str):
    assert told(text) == text


def test_talk_around_pasted_text_stays():
    text = "I live in Porto.\n```\nx = 1\n```\nMy dog is called Rex."
    assert told(text).split() == ["I", "live", "in", "Porto.", "My", "dog", "is", "called", "Rex."]


def test_quotations_leave_but_titles_stay():
    assert told('She wrote "I have lived in Rome for years" and I like "Dune"') == (
        'She wrote   and I like "Dune"'
    )


def test_a_greeting_leaves():
    assert told("Hi there! I'm Ann.") == "I'm Ann."


@given(st.text(st.characters(blacklist_categories=())))
def test_any_text_is_read(text: str):
    assert len(told(text)) <= len(text)
