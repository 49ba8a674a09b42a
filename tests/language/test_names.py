from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.names import names, normalise

ODD = st.text(
    st.characters(blacklist_categories=()) | st.sampled_from("A.'’ 王叫小老Mr\u202e\ud800")
)

FOUND = [
    ("Hey Melanie! Hope you're doing good.", ["Melanie"]),
    (
        "I'm seeing Dr. Smith with Jon's sister in New York on Friday.",
        ["Dr. Smith", "Jon", "New York"],
    ),
    ("J. K. Rowling and J.K. Rowling", ["J. K. Rowling", "J.K. Rowling"]),
    (
        "I heard Ludwig van Beethoven at the University of Toronto",
        ["Ludwig van Beethoven", "University of Toronto"],
    ),
    ("Don't tell O'Neil about Jean-Luc's T-shirt", ["O'Neil", "Jean-Luc"]),
    ("I work at NASA and watch TV, OK?", ["NASA"]),
    ("Will said hi. I like Will.", ["Will"]),
    ("So did I. Bart too.", ["Bart"]),
    ("Melanie met Gina, then Gina met Melanie", ["Melanie", "Gina"]),
    ("We met José in Zürich", ["José", "Zürich"]),
    (
        "我叫李明轩，我的同事张伟说王老师和小周去看《三体》了",
        ["李明轩", "张伟", "王老师", "小周", "三体"],
    ),
    ("Bart在学校见到Lisa", ["Bart", "Lisa"]),
    ("老王总是迟到，李总和张姐在", ["老王", "李总", "张姐"]),
    ("我是王芳。阿强昨天来了", ["王芳", "阿强"]),
    ("我的名字是欧阳修文，你呢", ["欧阳修文"]),
]

NOTHING = [
    "",
    "   ",
    "Thanks! That's great. What did you do on Monday in May?",
    "I'M SO HAPPY ABOUT THIS JON",
    "Dance is my dance. Running can help.",
    "Can you help? Yes. Okay. It's fine, I've seen it.",
    "nothing with capitals",
    "Mr",
    "plan B",
    "A",
    "我是高中生，不是程序员",
    "上周老师表扬了我，语文老师很好",
    "我是江苏人",
    "把范围缩小范围",
    "朋友高兴地走了",
    "对于老师来说",
    "每个小时",
    "最小周期",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_names_are_found_in_order(text: str, expected: list[str]):
    assert list(names(text)) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_ordinary_words_are_no_names(text: str):
    assert names(text) == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Melanie", "melanie"),
        ("  New \n York ", "new york"),
        ("Jon's", "jon"),
        ("James'", "james"),
        ("Dr. Lee’s", "lee"),
        ("Mrs. O’Neil", "o’neil"),
        ("ＡＢＣ", "abc"),
        ("Me\u200blanie", "melanie"),
        ("王小明老师", "王小明"),
        ("王老师", "王老师"),
        ("Mr", "mr"),
    ],
)
def test_one_name_one_key(name: str, key: str):
    assert normalise(name) == key


@given(ODD)
def test_odd_text_never_raises_and_names_come_from_it(text: str):
    found = names(text)
    assert len(set(found)) == len(found)
    assert all(name and name in text for name in found)


@given(ODD)
def test_normalise_is_idempotent(text: str):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    ["A ", "A", "A'", "A-A", "J.", "Mr. ", "Ab. ", "of A ", "叫王", "《", "老王", "\u0301\u0327"],
)
def test_hostile_text_stays_cheap(unit: str):
    text = (unit * 100_000)[:100_000]
    for _ in range(4):
        names(text)
        normalise(text)
