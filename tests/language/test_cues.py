from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.cues import (
    asks,
    first_person_count,
    has_number,
    has_time_word,
    is_standing_order,
    order_trigger,
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
    script_of,
    order_trigger,
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
        "If you draft anything for the bank, please begin with the policy number.",
        "when you talk about colours give me the hex code",
        "Whenever the medicine comes up between us, close with one question.",
        "oh and dont ever put me a delivery on a friday",
        "No coriander please, ever.",
        "Exported references, always. I keep moving nodes.",
        "Anything you suggest I cook must have no shellfish in it.",
        "For anything I send to Sweden, give me both languages.",
        "House rule for any press text: no exclamation marks.",
        "Rules for all commit messages: ticket number first.",
        "Give me Celsius from the 1st of May on, please.",
        "My rules for SQL, keep them in mind: keywords in lower case.",
        "凡是代写给同事的消息，不要表情包",
        "先立个规矩：每条一行",
        "你往后一回话不要超过三句",
        "那套不许再用",
        "每发一套房子，你就按四栏记",
        "你回我的话要成段写",
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
        "When we were kids, Dad took us there.",
        "She has gone for good, never weekends again",
        "It took forever!",
        "The house rules say no dogs over 10 kg.",
        "We fly from Eindhoven on Thursday.",
        "I like her more with each message.",
        "If you are in town, come by",
        "and she never felt better",
        "我爸退休以后就一件事：钓鱼",
        "他病了以后越来越不认人",
        "婚礼改日子了，往后挪一天",
        "这样以后修个水龙头都得吵架",
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

# order, when it applies
TRIGGERS = [
    ("Always include error codes when I ask about the API.", "the API"),
    ("Every time I ask about cities, give the population.", "cities"),
    ("When I ask you for code, put type hints on everything.", "code"),
    ("For any mail to Halloran, keep it formal, always.", "mail to Halloran"),
    ("A rule for every mail to Halloran: five sentences at most.", "mail to Halloran"),
    ("Thanks! That holds for every snippet you write for me.", "snippet you write for me"),
    (
        "If you draft anything to the bank, please begin with the number.",
        "draft anything to the bank",
    ),
    ("Rules for SQL, keep them in mind: lower case.", "SQL"),
    ("new rule: if i write to you after 11pm, say go to bed", "after 11pm"),
    ("From now on, call me Max.", "call me Max"),
    ("Please always answer in French.", "answer in French"),
    ("Never use emojis.", "Never use emojis"),
    ("The cat is well. From now on, please call her Misty.", "call her Misty"),
    ("always", "always"),
    ("每次我问天气，请告诉我湿度", "天气"),
    ("凡是代写给同事的消息，不要表情包", "代写给同事的消息"),
    ("当我问起食谱时，请用克", "食谱"),
    ("往后我给你报血压，你就跟上一回比一比。", "血压"),
    ("以后给我推荐馆子都按人均一百二以内来", "给我推荐馆子"),
    ("从现在起，你跟我说任何日期都把星期几带上", "跟我说任何日期"),
    ("从现在开始叫我小王", "叫我小王"),
    ("请始终使用简体中文", "使用简体中文"),
    ("", ""),
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


@pytest.mark.parametrize(("order", "occasion"), TRIGGERS)
def test_order_trigger(order: str, occasion: str):
    assert order_trigger(order) == occasion


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
