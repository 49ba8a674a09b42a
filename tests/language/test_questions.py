from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.questions import (
    META,
    QuestionKind,
    asks_about_assistant,
    asks_about_now,
    asks_order,
    asks_preference,
    asks_the_past,
    follows_up,
    is_wide,
    question_kind,
)
from memos.language.tokens import query_terms

PREDICATES = (
    question_kind,
    is_wide,
    asks_order,
    asks_about_assistant,
    asks_preference,
    asks_about_now,
    asks_the_past,
    follows_up,
)

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

YES = {
    asks_order: [
        "In what order did these happen: the run, the test, the choir?",
        "Put these in sequence: the lease, the race, the bug.",
        "Sort these by time: the answer, the shoes, the fish.",
        "Which came first, the trip or the theft?",
        "Which did I close first, second and third?",
        "How did the library job change, one version after the other?",
        "这三件事谁先谁后？",
        "按时间排一下",
        "泉州和绍兴，我是先去的哪个？",
        "膝盖疼和报名，哪个最早？",
    ],
    is_wide: [
        "In what order did these happen: the run, the test, the choir?",
        "Summarise how the reunion came about.",
        "How did Lotte go from the trombone to the bass? Sum it up.",
        "How did we come to agree on where Mom should live?",
        "Tell me how the year of marathon training went.",
        "Give me a comprehensive overview of my project",
        "How have my plans changed over time?",
        "How did the release date wander?",
        "Walk me through the history of the loan",
        "讲讲那篇文章从投稿到被收下的全过程。",
        "总结一下我的健身计划",
        "来龙去脉是怎样的？",
        "从改学欧体到作品挂出来，我是怎么过来的？回顾一下",
    ],
    asks_about_assistant: [
        "Which book did you recommend?",
        "What was the command that you gave me?",
        "How long before boarding, according to you?",
        "What was your advice on the loan?",
        "Who wrote the book you told me to read?",
        "What had you suggested for the cake?",
        "你建议我加的那道校验叫什么？",
        "你让我提前多久停止浇水？",
        "你当时教了我什么法子？",
        "你说停药之后隔几天？",
    ],
    asks_preference: [
        "Can you suggest a cake for Pilar's birthday?",
        "What is my favourite tea?",
        "What should I cook tonight?",
        "How do I like my SQL written?",
        "Which word can't I stand?",
        "Any ideas for the weekend?",
        "In which notation do I want days?",
        "推荐一家馆子",
        "我喜欢喝什么茶？",
        "给我妈挑份礼物",
    ],
    asks_about_now: [
        "Where do I live now?",
        "Is Bronagh still dead set against it?",
        "Which day does the game come out these days?",
        "What is my current employer?",
        "What did we pay in the end?",
        "眼下在客栈帮忙的是谁？",
        "猫现在几斤",
        "最后定在哪天？",
    ],
    asks_the_past: [
        "When did I start at the bakery?",
        "Have I ever been to Rome?",
        "What was the name of the vet?",
        "Remind me what I said about the loan",
        "Do you remember the name of my dog?",
        "Which book did you recommend?",
        "我什么时候搬的家？",
        "我上次说的那本书叫什么？",
        "你让我提前多久停止浇水？",
    ],
    follows_up: [
        "Thanks! That helps.",
        "thank you so much",
        "ok, and then?",
        "Sounds good to me",
        "That sounds lovely",
        "Hmm, not sure",
        "hahaha",
        "Got it.",
        "No, the other one",
        "谢谢你",
        "好的，明天见",
        "嗯",
        "对，就是他",
        "行。",
    ],
}

NO = {
    asks_order: [
        "I want to order a pizza",
        "What do I need in order to vote?",
        "Why did Imke part with her first bass?",
        "When did Ruaridh and I first go out?",
        "Why did the pub need fewer tables than ordered?",
        "璐姐早先在哪个城市？",
        "这个坑最先是什么人发现的？",
    ],
    is_wide: [
        "When did I move?",
        "What does Fen do for a living?",
        "How high is the room that the dresser went into?",
        "Write me a script for a buoy",
        "核桃不能吃什么？",
    ],
    asks_about_assistant: [
        "When did I go to Rome?",
        "Can you write a mail to the bank?",
        "How are you?",
        "Would you please plan my week?",
        "What do you think of jazz?",
        "我希望你用什么语言来说明？",
        "请你帮我写一封信",
    ],
    asks_preference: [
        "When was my nephew born?",
        "How much did the van cost?",
        "我什么时候搬的家？",
    ],
    asks_about_now: [
        "When did I know him?",
        "What was the name of the vet?",
        "我什么时候搬的家？",
    ],
    asks_the_past: [
        "Write me a script for a buoy",
        "Plan my training for next week, please.",
        "Suggest a main course for Linnea and me",
        "What is my maximum heart rate?",
        "帮我写一段查询",
        "房租多少",
    ],
    follows_up: [
        "Oklahoma is flat",
        "Nothing new here",
        "I went to Rome",
        "Goodness knows why",
        "Not today",
        "好几天没睡",
        "行李丢了",
        "对面新开了一家店",
        "",
    ],
}

ODD = st.text(
    st.characters(blacklist_categories=()) | st.sampled_from("?？吗一几先你说了 \n\ud800\x00\u202e")
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
    "text",
    [
        "summary discussed conversation brought order throughout comprehensive provide",
        "总结 顺序 聊天",
    ],
)
def test_words_about_the_conversation_are_meta(text: str):
    assert META.issuperset(query_terms(text))


@pytest.mark.parametrize("text", ["knee", "bakery", "money", "房租", "血压"])
def test_words_of_content_are_not(text: str):
    assert META.isdisjoint(query_terms(text))


@given(ODD)
def test_odd_text_never_raises(text: str):
    for predicate in PREDICATES:
        predicate(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "how did ",
        "which ",
        "sort ",
        "you ",
        "what s ",
        "did a ",
        "先",
        "你",
        "哪",
        "了",
        "?! ",
        "\n",
        "一一",
    ],
)
def test_hostile_text_stays_cheap(unit: str):
    text = (unit * 100_000)[:100_000]
    for predicate in PREDICATES:
        for _ in range(4):
            predicate(text)
