"""Reconciling: how something newly said stands to what is known."""

from __future__ import annotations

import pytest

from memos.ingest.reconcile import relation, slot
from memos.model.claim import EVENT, PLAN, Claim, Relation
from memos.model.memory import Kind

TEXTS = """
duplicate | I drink green tea every day | I drink green tea daily
duplicate | My son plays the cello | My son plays cello
duplicate | I'm allergic to nuts | I have a nut allergy
duplicate | Don't apologise in answers | Stop saying sorry all the time
duplicate | My commute is 40 minutes | My commute takes about forty minutes
duplicate | I hate flying | I dislike flying
duplicate | Keep your answers short | Keep answers brief please
duplicate | I love coffee | I really like coffee
duplicate | I live in Porto | Porto is where I live
duplicate | 我会说英语和法语 | 我会说法语
duplicate | 我身高一米七五 | 我身高175
duplicate | 我是左撇子 | 我是个左撇子
duplicate | 我住在上海 | 我家在上海
duplicate | 我对花生过敏 | 我花生过敏
refinement | I graduated in 2015 | I graduated from Leeds in 2015
refinement | I have an appointment with Dr. Okafor | I have an appointment with Dr. Okafor on Monday
refinement | Our wedding is on September 14 | Our wedding is on September 14 in Ghent
refinement | I go climbing on Tuesdays | I go climbing every Tuesday with Ines
refinement | I'm applying to Oxford | I'm applying to Oxford for a master's in physics
refinement | I'm a teacher | I teach maths at a high school
refinement | I play the violin | I play the violin in an amateur orchestra
refinement | My laptop is a ThinkPad | My work laptop is a ThinkPad X1
refinement | I broke my arm in March | I broke my arm skiing in March
refinement | 我住在上海 | 我住在上海浦东
refinement | 我结婚了 | 我结婚五年了
refinement | 我住朝阳区 | 我住在朝阳区望京
refinement | 我喜欢吃火锅 | 我喜欢吃重庆火锅
refinement | 我会弹吉他 | 我弹吉他弹了十年
contradiction | I'm learning Japanese | I stopped learning Japanese
contradiction | I used to live in Berlin | I live in Berlin
contradiction | I graduated in 2015 | I graduated in 2016, not 2015
contradiction | I hardly ever watch TV | I watch TV every evening now
contradiction | Sign my mails with Jo | Sign my emails with Joanna from now on
contradiction | I'm engaged | We got married on Saturday
contradiction | I'm applying to Oxford | I got rejected by Oxford
contradiction | My phone is a Pixel 7 | I switched from the Pixel to an iPhone 15
contradiction | I drive an old Volvo | I sold the Volvo
contradiction | I usually get up at 6 | I get up at 7:30 these days
contradiction | We've been together for three years | We split up
contradiction | Our rent is 900 euros | Our rent went up to 1000 euros
contradiction | I quit smoking | I started smoking again
contradiction | I have two kids | I have three kids
contradiction | 我怕狗 | 我现在不怕狗了
contradiction | 我对海鲜过敏 | 我对海鲜不过敏，是误诊
contradiction | 我的航班是周五早上八点 | 航班改签到周六了
contradiction | 以后用英文回答我 | 以后用中文回答
contradiction | 我爱喝奶茶 | 我奶茶戒了
contradiction | 我常去楼下的健身房 | 楼下的健身房倒闭了，我换了一家
contradiction | 我住在上海 | 我搬到北京了
contradiction | 我女儿学钢琴 | 我女儿不学钢琴了
contradiction | 叫我阿明 | 以后叫我小明
contradiction | 我每周去三次健身房 | 我现在一周只去一次健身房
contradiction | 我吃素 | 我又开始吃肉了
contradiction | 我的猫叫咪咪 | 我的猫去年去世了
new | I love horror movies | I love horror novels
new | I teach yoga | I take a yoga class
new | My sister is allergic to nuts | My nephew is allergic to eggs
new | I go jogging with Pia | I go swimming with Pia
new | I use Windows at work | I use Linux at home
new | I play the violin | I play tennis
new | I have a dog named Max | My brother has a dog named Max
new | My knee hurts when I run | My shoulder hurts when I swim
new | I drink tea in the morning | I drink coffee after lunch
new | I have a cat called Miso | I have a dog called Rex
new | 我养了一只猫 | 我还养了一只狗
new | 我喜欢猫 | 我喜欢狗
new | 我女儿学钢琴 | 我儿子学小提琴
new | 我去过日本 | 我去过韩国
new | 去年五月我去了日本 | 今年五月我去了日本
new | 我周末去钓鱼 | 我周末去看电影
new | 我喜欢打篮球 | 我每周三打篮球
"""


def said(text: str) -> Claim:
    """A text of which nothing else is known."""
    return Claim(kind=Kind.FACT, text=text, value=text)


def profile(attribute: str, value: str, text: str = "", subject: str = "self") -> Claim:
    text = text or f"my {attribute} is {value}"
    return Claim(kind=Kind.PROFILE, text=text, subject=subject, attribute=attribute, value=value)


def taste(value: str, *, likes: bool) -> Claim:
    text = f"I {'love' if likes else 'hate'} {value}"
    return Claim(kind=Kind.PREFERENCE, text=text, value=value, likes=likes)


@pytest.mark.parametrize("line", TEXTS.strip().splitlines())
def test_texts_alone_tell(line):
    wanted, old, new = line.split(" | ")
    assert relation(said(old), said(new)).value == wanted


@pytest.mark.parametrize(
    ("attribute", "old", "new", "wanted"),
    [
        ("home", "Porto", "Porto", Relation.DUPLICATE),
        ("home", "Porto", "porto", Relation.DUPLICATE),
        ("home", "Porto", "Porto, near the river", Relation.REFINEMENT),
        ("home", "Porto, near the river", "Porto", Relation.DUPLICATE),
        ("home", "Porto", "Lisbon", Relation.CONTRADICTION),
        ("home", "上海", "上海浦东", Relation.REFINEMENT),
        ("home", "上海", "北京", Relation.CONTRADICTION),
        ("age", "34", "35", Relation.CONTRADICTION),
        ("job", "nurse", "head nurse", Relation.REFINEMENT),
        ("pet", "a cat called Miso", "a dog called Rex", Relation.NEW),
        ("language", "Dutch", "Korean", Relation.NEW),
        ("hobby", "chess", "chess", Relation.DUPLICATE),
    ],
)
def test_of_some_things_there_is_only_one(attribute, old, new, wanted):
    assert relation(profile(attribute, old), profile(attribute, new)) is wanted


def test_what_is_over_ends_what_is_known_of_it():
    old = profile("employer", "Siemens", "I work at Siemens")
    left = profile("employer", "Siemens", "I left Siemens in May")
    assert relation(old, left) is Relation.CONTRADICTION


def test_what_was_before_stands_beside_what_is():
    before = profile("home", "Madrid", "I lived in Madrid from 2010 to 2014")
    assert relation(before, profile("home", "Valencia")) is Relation.NEW


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("my sister", "sister"),
        ("mom", "mother"),
        ("我", "self"),
        ("我的妹妹", "妹妹"),
        ("Tom", "tom"),
    ],
)
def test_one_person_has_many_names(old, new):
    first, second = (profile("home", "Rome", subject=one) for one in (old, new))
    assert slot(first) == slot(second) is not None
    assert relation(first, second) is Relation.DUPLICATE


def test_other_people_have_other_lives():
    old = profile("home", "Rome", "My sister lives in Rome", subject="sister")
    assert relation(old, profile("home", "Oslo", "I live in Oslo")) is Relation.NEW
    assert relation(old, profile("home", "Rome", "I live in Rome")) is Relation.NEW


def test_only_what_there_is_one_of_has_a_slot():
    assert slot(profile("home", "Rome")) == "self/home"
    assert slot(profile("pet", "a cat")) is None
    assert slot(said("I live in Rome")) is None


def test_tastes_are_held_by_what_they_are_for():
    coffee = taste("coffee", likes=True)
    assert relation(coffee, taste("coffee", likes=False)) is Relation.CONTRADICTION
    assert relation(coffee, taste("coffee from Ethiopia", likes=True)) is Relation.REFINEMENT
    assert relation(coffee, taste("instant coffee", likes=False)) is Relation.NEW
    assert relation(coffee, taste("tea", likes=True)) is Relation.NEW


def test_a_plan_is_moved_and_an_event_happens_again():
    old = Claim(kind=Kind.FACT, text="We meet Ana on 3 June", label=PLAN, start="2024-06-03")
    new = Claim(kind=Kind.FACT, text="We meet Ana on 5 June", label=PLAN, start="2024-06-05")
    assert relation(old, new) is Relation.CONTRADICTION
    old = Claim(kind=Kind.FACT, text="We met Ana on 3 June", label=EVENT, start="2024-06-03")
    new = Claim(kind=Kind.FACT, text="We met Ana on 5 June", label=EVENT, start="2024-06-05")
    assert relation(old, new) is Relation.NEW


def test_likeness_counts_where_the_same_names_are_named():
    old = said("I met Laura at a party in Ghent")
    new = said("In Ghent Laura and I became close friends")
    assert relation(old, new) is Relation.NEW
    assert relation(old, new, 0.83) in (Relation.DUPLICATE, Relation.REFINEMENT)
    red, white = said("I like red wine"), said("I like white wine")
    assert relation(red, white, 0.95) is Relation.NEW


def test_a_higher_threshold_merges_less():
    old, new = said("I run along the canal with Pia"), said("I run along the river with Pia")
    assert relation(old, new, merge=0.5) is not Relation.NEW
    assert relation(old, new) is Relation.NEW


@pytest.mark.parametrize("text", ["", " ", "?", "。", "是", "12", "not", "<home>", "a" * 5_000])
def test_odd_texts_are_held_against_anything(text):
    for other in ("I live in Porto", "我住在上海", text):
        assert relation(said(text), said(other)) in Relation
        assert relation(said(other), said(text)) in Relation
