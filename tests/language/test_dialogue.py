from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.dialogue import Turn, turns

DIALOGUES = [
    (
        '<Bart>:"Hi Lisa"\n<Lisa>:"Hey, where is Dad?"',
        [Turn("Hi Lisa", speaker="Bart"), Turn("Hey, where is Dad?", speaker="Lisa")],
    ),
    (
        '<Bart>: "Hi" <Lisa>: "Hey"',
        [Turn("Hi", speaker="Bart"), Turn("Hey", speaker="Lisa")],
    ),
    ('<Bart>: "Hi"', [Turn("Hi", speaker="Bart")]),
    (
        "User: hi\nAssistant: hello\nmore of it\nUser: bye",
        [Turn("hi"), Turn("hello\nmore of it", by_assistant=True), Turn("bye")],
    ),
    ("user: hi\nassistant: yo", [Turn("hi"), Turn("yo", by_assistant=True)]),
    ("用户：你好\n助手：您好", [Turn("你好"), Turn("您好", by_assistant=True)]),
    ("小明：你好\n小红：嗨", [Turn("你好", speaker="小明"), Turn("嗨", speaker="小红")]),
    ("Bart: hi\nLisa: yo", [Turn("hi", speaker="Bart"), Turn("yo", speaker="Lisa")]),
    (
        "**Ann Lee:** at 5:30?\n**Bob:** no",
        [Turn("at 5:30?", speaker="Ann Lee"), Turn("no", speaker="Bob")],
    ),
    ("[Bart]: hi\n[AI]: yo", [Turn("hi", speaker="Bart"), Turn("yo", by_assistant=True)]),
    (
        "What comes next here\nBart: hi\nLisa: yo",
        [Turn("What comes next here"), Turn("hi", speaker="Bart"), Turn("yo", speaker="Lisa")],
    ),
    ("User: hi\nAssistant:", [Turn("hi")]),
]

NO_DIALOGUES = [
    "",
    "When did I move?",
    "two lines\nof a question?",
    "Bart: what did he say",
    "Date: Monday\nPlace: Rome",
    "see http://a.b\nand https://c.d",
    "he said: yes\nshe said: no",
    "他说：好\n我问：为什么",
    "地点：北京\n时间：周一",
    "if a < b: stop\nif a > b: go",
    "User:",
    "User:\nAssistant:",
]


@pytest.mark.parametrize(("query", "wanted"), DIALOGUES)
def test_a_dialogue_is_taken_apart(query: str, wanted: list[Turn]):
    assert turns(query) == wanted


@pytest.mark.parametrize("query", NO_DIALOGUES)
def test_anything_else_is_one_turn(query: str):
    assert turns(query) == [Turn(query)]


@given(st.text(st.sampled_from('<>[]:：\n"“* AbUser助手用户\ud800')))
def test_no_word_is_lost_or_made_up(query: str):
    found = turns(query)
    assert found
    for turn in found:
        assert turn.text in query
        assert turn.speaker in query


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["A ", "<", "<a", "<a>:", "[A", "A:\n", "“", "一：", "\n", " \n", "* "]
)
def test_hostile_text_stays_cheap(unit: str):
    text = (unit * 100_000)[:100_000]
    for _ in range(4):
        turns(text)
