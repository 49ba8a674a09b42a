from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.retell import as_told

SPEAKERS = frozenset(["caroline", "ann lee", "idris", "will", "何铮", "宋一禾", "bart"])

TOLD = [
    # a person becomes I, my, me
    ("When did Caroline go to the support group?", "I go to the support group"),
    ("Where does Caroline live these days?", "I live these days"),
    ("What was the name of Caroline's husband?", "the name of my husband"),
    ("How much did Idris' niece weigh when she was born?", "my niece weigh when I was born"),
    ("Which cities has Caroline visited?", "cities I have visited"),
    ("What is Caroline planning for May?", "I am planning for May"),
    (
        "Is Ann still dead set against reading on a screen?",
        "I am still dead set against reading on a screen",
    ),
    ("Did Will come to the party?", "I come to the party"),
    ("What did Ann Lee buy, and why did she sell it?", "I buy, and I sell it"),
    ("Why did Dr. Lee close the shop?", "I close the shop"),
    ("What did Melanie give to Caroline?", "Melanie give to me"),
    ("Who visited Caroline?", "visited me"),
    ("What hangs in the hall that Caroline built?", "hangs in the hall that I built"),
    ("How does Melanie know Caroline?", "Melanie know me"),
    ("Which herb can Idris not bear?", "herb I can not bear"),
    ("What would Idris rather have than a tree?", "I would rather have than a tree"),
    ("where does caroline work", "I work"),
    # pronouns follow the person, in one sex, after the mention
    ("How did Caroline feel about her knee and her?", "I feel about my knee and me"),
    ("What does Idris do when he feels restless?", "I do when I feel restless"),
    ("Did Idris hurt himself on his bike?", "I hurt myself on my bike"),
    (
        "What is Caroline proud of having made herself, and is it hers?",
        "I am proud of having made myself, and is it mine",
    ),
    ("Did Caroline tell him about her job?", "I tell him about her job"),
    ("Where does Caroline keep their passports?", "I keep my passports"),
    ("What did Caroline do on their holiday?", "I do on my holiday"),
    ("What did Caroline and Melanie do with their boats?", "I and Melanie do with their boats"),
    # nobody is replaced
    ("When did Melanie move?", "Melanie move"),
    ("What did I tell my mother about her knee?", "I tell my mother about her knee"),
    ("What did I tell Caroline?", "I tell Caroline"),
    ("How much am I willing to spend on a tool?", "I am willing to spend on a tool"),
    ("When was I born?", "I was born"),
    ("What does she do with her cat?", "she do with her cat"),
    # lead-ins, question words, clauses
    ("Can you tell me when Caroline moved?", "I moved"),
    ("Do you remember what I paid for the van?", "I paid for the van"),
    ("Remind me of the name of my vet.", "the name of my vet"),
    ("Could you please remind me how many books I own?", "books I own"),
    ("What kind of tea does Caroline like?", "tea I like"),
    ("How many kinds of tea do I own?", "tea I own"),
    (
        "In which city does Caroline's sister live, and what kind of nursing does she do?",
        "city my sister live, and nursing I do",
    ),
    (
        "Which came first, Caroline's trip or the theft of her bike?",
        "my trip or the theft of my bike",
    ),
    (
        "Apart from the reunion, to which places did Caroline travel?",
        "Apart from the reunion, places I travel",
    ),
    (
        "Caroline wanted to keep it from her boss. Did that work?",
        "I wanted to keep it from my boss. that work",
    ),
    # statements and requests stay
    ("Caroline moved to Oslo.", "Caroline moved to Oslo."),
    ("Write me a script for a buoy.", "Write me a script for a buoy."),
    ("Could you write a mail to Caroline?", "Could you write a mail to Caroline?"),
    ("Put in order: the prize, Caroline's oven.", "Put in order: the prize, Caroline's oven."),
    # nothing would be left
    ("Who is Caroline?", "Who is Caroline?"),
    ("What did you do?", "What did you do?"),
    ("Why?", "Why?"),
    ("", ""),
    ("  \n", ""),
    # Chinese
    ("何铮用过哪些法子来压烟瘾？", "我用过法子来压烟瘾"),
    ("一禾客栈里的房间都叫什么名字？", "我客栈里的房间都叫名字"),
    ("宋一禾什么时候搬到大理的？", "我搬到大理的"),
    ("何铮自己家和他妹妹家的孩子，各对什么过敏？", "我自己家和我妹妹家的孩子，各对过敏"),
    ("何铮还跟他们来往吗？", "我还跟他们来往"),
    ("Bart在学校干了什么？", "我在学校干了"),
    ("核桃不能吃什么？", "核桃不能吃"),
    ("我妈妈什么时候做的手术，她疼吗？", "我妈妈做的手术，她疼"),
    ("你知道我几点起床吗？", "我起床"),
    ("谁送我花了？", "送我花了"),
    ("我为什么辞职？", "我辞职"),
    ("我有没有去过北京？", "我有去过北京"),
    ("房租多少", "房租"),
    ("多吉结婚了没有？", "多吉结婚了"),
    ("请帮我写一封信", "请帮我写一封信"),
    ("我昨天去了北京。", "我昨天去了北京。"),
    ("他是谁？", "他"),
]

WORDS = ["Caroline ", "何铮", "what ", "did ", "her ", "他", "吗", "？", "?", "'s", "\ud800"]
ODD = st.lists(st.characters(blacklist_categories=()) | st.sampled_from(WORDS)).map("".join)


@pytest.mark.parametrize(("question", "told"), TOLD)
def test_as_told(question: str, told: str):
    assert as_told(question, SPEAKERS) == told


@pytest.mark.parametrize(("question", "told"), TOLD)
def test_telling_it_again_changes_nothing(question: str, told: str):
    assert as_told(told, SPEAKERS) == told


def test_without_persons_only_the_question_goes():
    assert as_told("When did Caroline see her mother?") == "Caroline see her mother"
    assert as_told("何铮什么时候戒的烟？") == "何铮戒的烟"


def test_persons_may_be_any_collection():
    assert as_told("When did Ann Lee move?", ["ann lee"]) == "I move"


def test_long_text_stays():
    text = "When did Caroline move? " * 1_000
    assert as_told(text, SPEAKERS) == text


@given(ODD)
def test_any_text_gives_text(text: str):
    told = as_told(text, SPEAKERS)
    assert bool(told) == bool(text.strip())


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [*WORDS, "a ", "tell me ", ", and what ", ", in what a ", "did I ", "I s", "? ", ". A", "\n"],
)
def test_hostile_text_stays_cheap(unit: str):
    text = "When did Caroline " + (unit * 10_000)[:9_900] + "?"
    for _ in range(20):
        as_told(text, SPEAKERS)
