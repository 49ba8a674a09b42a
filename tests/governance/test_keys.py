from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from memos.governance import keys

IDS = st.text(keys.ALPHABET, min_size=12, max_size=12)
SECRETS = st.binary(min_size=32, max_size=32)
MARKS = st.sampled_from(string.printable) | st.characters()


@given(id=IDS, random=SECRETS)
def test_what_is_minted_is_parsed(id: str, random: bytes):
    text = keys.mint(id, random)
    assert text.isascii()
    assert len(text) == len("memos_") + 12 + 1 + 43 + 6
    found = keys.parse(text)
    assert found is not None
    assert found[0] == id
    assert text.startswith(f"memos_{id}_{found[1]}")
    # The secret is the bytes, in another base.
    number = 0
    for mark in found[1]:
        number = number * 62 + keys.ALPHABET.index(mark)
    assert number.to_bytes(32, "big") == random


@given(id=IDS, random=SECRETS, at=st.integers(0, 67), mark=MARKS)
def test_no_other_character_anywhere(id: str, random: bytes, at: int, mark: str):
    text = keys.mint(id, random)
    changed = text[:at] + mark + text[at + 1 :]
    assert (keys.parse(changed) is None) == (changed != text)


def test_every_change_of_one_character():
    text = keys.mint("0aZ9" * 3, bytes(range(32)))
    for at in range(len(text)):
        for mark in set(keys.ALPHABET + "_- ") - {text[at]}:
            assert keys.parse(text[:at] + mark + text[at + 1 :]) is None


@given(id=IDS, random=SECRETS, at=st.integers(0, 67), mark=st.sampled_from(keys.ALPHABET))
def test_nothing_more_and_nothing_less(id: str, random: bytes, at: int, mark: str):
    text = keys.mint(id, random)
    for wrong in (
        text[:at] + text[at + 1 :], text[:at] + mark + text[at:], text[:at], text[at + 1 :],
        f" {text}", f"{text}\n", text.upper(), text + text,
    ):  # fmt: skip
        assert keys.parse(wrong) is None


@given(text=st.text())
def test_anything_else_is_no_key(text: str):
    assert keys.parse(text) is None


@given(random=st.binary(min_size=16, max_size=16))
def test_ids_fit(random: bytes):
    id = keys.fresh_id(random)
    found = keys.parse(keys.mint(id, bytes(32)))
    assert found is not None
    assert found[0] == id


def test_digests():
    one, other = keys.digest("a"), keys.digest("b")
    assert len(one) == 32
    assert keys.same(one, keys.digest("a"))
    assert not keys.same(one, other)
