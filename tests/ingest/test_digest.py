from __future__ import annotations

import pytest

from memos.ingest.digest import LONGEST, Sentence, key_sentences, sentences


def told(*texts: str) -> list[Sentence]:
    return [Sentence(place, text) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I live in Porto. It rains a lot!", ["I live in Porto.", "It rains a lot!"]),
        ("Dr. Lee called at 3.15 p.m today. Fine", ["Dr. Lee called at 3.15 p.m today.", "Fine"]),
        ("我住在成都。今天下雨！好吧", ["我住在成都。", "今天下雨！", "好吧"]),
        ('She said "go." Then we went', ['She said "go."', "Then we went"]),
        ("one line\nanother line\n\n\nlast", ["one line", "another line", "last"]),
        ("look:\n```\nx = 1. y\n```\nThat is it.", ["look:", "That is it."]),
        ("open fence:\n```\nnever closed.", ["open fence:"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_sentences(text, parts):
    assert sentences(text) == parts


@pytest.mark.parametrize("mark", [".", "?", "!?", "…"])
def test_marks_without_a_gap_end_nothing_however_many(mark):
    text = mark * 100_000 + "x"
    assert sentences(text) == [text]


def test_what_most_of_it_is_about_is_key():
    found = key_sentences(
        told(
            "The harbour exhibition opens in Braga in June.",
            "Pass me the salt and pepper please.",
            "I took my mother to the harbour exhibition in Braga.",
            "The exhibition in Braga was crowded with harbour workers.",
        ),
        2,
    )
    assert all("exhibition" in each.text for each in found)
    assert len(found) == 2


def test_in_the_order_in_which_it_was_said_and_word_for_word():
    texts = [f"Number {n} of the garden notes is about {plant}." for n, plant in
             enumerate(["roses", "tulips", "carrots", "beans", "apples"])]  # fmt: skip
    found = key_sentences(told(*texts), 3)
    assert [each.place for each in found] == sorted(each.place for each in found)
    assert {each.text for each in found} <= set(texts)


def test_nothing_is_said_twice():
    same = "We moved the meeting about the budget to Friday."
    again = "Yes, we moved the meeting about the budget to Friday!"
    other = "The cat of the neighbours sleeps on our roof."
    found = key_sentences(told(same, again, same, other), 3)
    assert [each.place for each in found] in ([0, 3], [1, 3])


def test_what_tells_nothing_is_never_key():
    found = key_sentences(
        told("Ok, thanks!", "Hm.", "word " * LONGEST, "The bridge opens again in May."), 5
    )
    assert [each.text for each in found] == ["The bridge opens again in May."]


def test_questions_tell_less_than_answers():
    asked = "Which train from Porto to Braga is fast?"
    answered = "The fast train from Porto to Braga is the urban one."
    assert key_sentences(told(asked, answered), 1) == [Sentence(1, answered)]


def test_places_that_count_little_come_last():
    texts = told("The red boat sailed to Faro.", "The red boat sailed from Faro to Lagos.")
    (first,) = key_sentences(texts, 1, [1.0, 0.01])
    (second,) = key_sentences(texts, 1, [0.01, 1.0])
    assert (first.place, second.place) == (0, 1)


def test_chinese_without_blanks():
    found = key_sentences(
        told(
            "港口展览六月在布拉加开幕。",
            "请把盐递给我好吗谢谢。",
            "我带妈妈去看了布拉加的港口展览。",
        ),
        2,
    )
    assert [each.place for each in found] == [0, 2]


def test_the_same_every_time_and_for_nothing_nothing():
    texts = told(*(f"The {n % 7} of {n} boats in the harbour number {n * n}." for n in range(60)))
    assert key_sentences(texts, 7) == key_sentences(list(texts), 7)
    assert key_sentences([], 5) == []
    assert key_sentences(texts, 0) == []
