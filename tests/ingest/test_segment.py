from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.ingest.segment import segments

PIECES = st.lists(
    st.sampled_from(
        [
            "word ",
            "字。",
            "a.b! ",
            "\n",
            "\n\n",
            "```\n",
            "~~~",
            "   ",
            "e\u0301",
            "\u200d",
            "\ud83d\ude00",
        ]
    )
    | st.text(max_size=9)
).map("".join)


@given(PIECES, st.integers(1, 40))
def test_segments_hold_the_text_without_overlap(text: str, size: int):
    at = 0
    for piece in segments(text, size):
        assert piece.text == text[piece.start : piece.end]
        assert piece.text.strip()
        assert len(piece.text) <= 2 * size
        assert piece.start >= at
        assert not text[at : piece.start].strip()
        at = piece.end
    assert not text[at:].strip()


@given(PIECES, st.integers(1, 40))
def test_a_tiny_tail_joins_the_piece_before_it(text: str, size: int):
    found = segments(text, size)
    if len(found) > 1 and len(found[-1].text) < size / 4:
        assert found[-1].end - found[-2].start > 2 * size


def test_short_text_is_one_piece_as_it_is():
    (piece,) = segments("short \n")
    assert (piece.start, piece.end, piece.text) == (0, 7, "short \n")
    assert segments("") == segments(" \n ") == ()


def test_paragraphs_come_before_lines_and_sentences():
    text = "One. Two.\nThree is here.\n\nFour. Five and six.\nSeven more words."
    assert segments(text, 40)[0].text == "One. Two.\nThree is here."


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("First line here\nsecond line goes on", "First line here"),
        ("A sentence ends. Another goes on and on", "A sentence ends."),
        ("这是第一句话，很长很长。这是第二句话，也很长很长很长。", "这是第一句话，很长很长。"),
        ("I met Mr. Smith yesterday evening there", "I met Mr. Smith"),
        ("words without any mark at all here", "words without any"),
        ("x" * 40, "x" * 20),
    ],
)
def test_where_a_cut_goes(text: str, first: str):
    assert segments(text, 20)[0].text == first


@pytest.mark.parametrize("mark", ["```", "~~~"])
def test_a_code_fence_that_fits_stays_whole(mark: str):
    code = f"{mark}python\nx = 1\n\ny = 2\n{mark}"
    text = f"Some words before the code.\n\n{code}\n\nAnd some words behind the code, to fill."
    assert sum(code in piece.text for piece in segments(text, 40)) == 1


def test_a_code_fence_that_does_not_fit_is_cut_at_lines():
    text = "```\n" + "value = 1\n" * 40 + "```"
    assert all(piece.text.count("\n") and piece.text[-1] in "1`" for piece in segments(text, 60))


@pytest.mark.parametrize("sign", ["e\u0301", "\ud83d\ude00", "👩\u200d💻", "👍🏽"])
@pytest.mark.parametrize("size", [10, 11, 12, 13])
def test_a_sign_is_not_parted(sign: str, size: int):
    assert all(len(piece.text) % len(sign) == 0 for piece in segments(sign * 30, size))


def test_size_has_to_be_positive():
    with pytest.raises(ValueError, match="size"):
        segments("text", 0)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["a", " ", "\n", "```\n", "\u0301", ".)", "。", "\n \t", "\u200d", "```\nx\n```\n"]
)
def test_hostile_text_stays_cheap(unit: str):
    for _ in range(4):
        segments("a" + (unit * 100_000)[:100_000] + "b")
