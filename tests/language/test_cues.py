from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.cues import (
    QuestionKind,
    asks,
    first_person_count,
    has_number,
    has_time_word,
    is_standing_order,
    question_kind,
    script_of,
    states_preference,
)

PREDICATES = (
    is_standing_order,
    states_preference,
    asks,
    has_number,
    has_time_word,
    first_person_count,
    question_kind,
    script_of,
)

YES = {
    is_standing_order: [
        "Always include error codes when I ask about the API.",
        "From now on, call me Max.",
        "Never use emojis.",
        "Please always answer in French.",
        "Every time I ask about cities, give the population.",
        "以后回答都用中文",
        "每次我问天气，请告诉我湿度",
        "从现在开始叫我小王",
        "请始终使用简体中文",
        "不要再叫我老板",
    ],
    states_preference: [
        "I prefer tea to coffee",
        "I really love hiking",
        "My favorite book is Emma",
        "I can't stand loud music",
        "I'd rather walk",
        "I'm allergic to nuts",
        "I’m a big fan of jazz",
        "We don't eat meat",
        "我最喜欢的颜色是蓝色",
        "我不喜欢香菜",
        "我对花生过敏",
        "我习惯早起",
    ],
    asks: [
        "What did you do?",
        "Hi! How are you?",
        "when did I go to Rome",
        "did you see it",
        "你去哪里了",
        "你喜欢吃苹果吗",
        "什么时候去的？",
        'Did he say "now?"',
    ],
    has_number: [
        "I have 3 cats",
        "two dogs",
        "twice a day",
        "我有两只猫",
        "三百块",
        "第二个",
        "１２",
    ],
    has_time_word: [
        "see you tomorrow",
        "two weeks ago",
        "in May",
        "at 5pm",
        "on Friday",
        "last year",
        "昨天去的",
        "上周五",
        "三月",
    ],
}

NO = {
    is_standing_order: [
        "I always go there",
        "I have never been to Rome",
        "When I was young I sang",
        "我以前住在北京",
        "Never mind.",
    ],
    states_preference: [
        "Can you help me?",
        "What do you do?",
        "I went home",
        "你喜欢什么",
        "今天下雨",
    ],
    asks: [
        "I went home.",
        "What a day!",
        "see https://a.b/?x=1 now",
        "我昨天去了北京。",
        "When I was young I sang.",
        "",
    ],
    has_number: ["one of us", "no numbers", "just a second", "没有数字"],
    has_time_word: ["you may go", "march on", "hello there", "我喜欢猫"],
}

KINDS = [
    ("When did Caroline go to the LGBTQ support group?", "when"),
    ("How long has John been playing the piano?", "when"),
    ("Can you tell me when I moved?", "when"),
    ("In which month did I start?", "when"),
    ("Where is Gina's HR internship?", "where"),
    ("Which city did I visit?", "where"),
    ("Who is Caroline a fan of?", "who"),
    ("How many commits have been merged?", "how_many"),
    ("How often do I run?", "how_many"),
    ("Which cities has Jon visited?", "which_list"),
    ("What books has Melanie read?", "which_list"),
    ("Why did Jon shut down his bank account?", "why"),
    ("What motivated Caroline?", "why"),
    ("How does Jon use the clipboard?", "how"),
    ("Does James live in Connecticut?", "yes_no"),
    ("Have I worked with Flask routes, and who helped?", "yes_no"),
    ("Please summarise my notes", "request"),
    ("Could you write a poem?", "request"),
    ("What is Evan's favorite food?", "other"),
    ("", "other"),
    ("我什么时候搬家的？", "when"),
    ("你知道我几点起床吗", "when"),
    ("小王住在哪里？", "where"),
    ("谁送我花了？", "who"),
    ("我有多少本书？", "how_many"),
    ("我有几个孩子", "how_many"),
    ("我读过哪些书？", "which_list"),
    ("我为什么辞职？", "why"),
    ("我怎么去上班？", "how"),
    ("我喜欢喝茶吗？", "yes_no"),
    ("请帮我写一封信", "request"),
]

ODD = st.text(
    st.characters(blacklist_categories=()) | st.sampled_from("?？吗一几当我 \n\ud800\x00\u202e")
)


@pytest.mark.parametrize(("predicate", "text"), [(p, t) for p, texts in YES.items() for t in texts])
def test_a_cue_is_seen(predicate, text: str):
    assert predicate(text) is True


@pytest.mark.parametrize(("predicate", "text"), [(p, t) for p, texts in NO.items() for t in texts])
def test_a_false_friend_is_not(predicate, text: str):
    assert predicate(text) is False


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_question_kind(text: str, kind: str):
    assert question_kind(text) is QuestionKind(kind)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I told my mother that we like us", 4),
        ("The US, i.e. America", 0),
        ("我和我们", 2),
        ("", 0),
    ],
)
def test_first_person_count(text: str, count: int):
    assert first_person_count(text) == count


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("hello", "latin"),
        ("你好", "cjk"),
        ("Bart在学校", "cjk"),
        ("we say 你好 here", "latin"),
        ("Привет мир", "other"),
        ("123 !?", "other"),
        ("", "other"),
        ("今日は", "cjk"),
        ("안녕", "cjk"),
    ],
)
def test_script_of(text: str, script: str):
    assert script_of(text) == script


@given(ODD)
def test_odd_text_never_raises(text: str):
    for predicate in PREDICATES:
        predicate(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "I ",
        "一",
        "几",
        "哪",
        "每次我",
        "what s ",
        "?! ",
        "1/",
        "\n",
        "from ",
        "i really ",
        "没不",
    ],
)
def test_hostile_text_stays_cheap(unit: str):
    text = (unit * 100_000)[:100_000]
    for predicate in PREDICATES:
        for _ in range(4):
            predicate(text)
