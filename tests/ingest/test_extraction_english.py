# ruff: noqa: E501 - a case is easier to read on one line
from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.ingest.extraction import extract
from memos.model.claim import ATTRIBUTES, EVENT, PLAN, SELF, Claim
from memos.model.memory import Kind

SAID_AT = datetime(2024, 5, 15, 9, 30, tzinfo=timezone.utc)  # a Wednesday


def said(text: str) -> list[Claim]:
    return extract(text, SAID_AT)


# text, subject, attribute, value
PROFILES = [
    ("I live in Porto and work as a nurse.", SELF, "home", "Porto"),
    ("I live in Porto and work as a nurse.", SELF, "job", "nurse"),
    ("Been at Siemens since 2019", SELF, "employer", "Siemens"),
    ("My name's Priya, nice to meet you", SELF, "name", "Priya"),
    ("I'm 34, live in Denver, work in HR", SELF, "age", "34"),
    ("I'm 34, live in Denver, work in HR", SELF, "home", "Denver"),
    ("allergic to nuts btw", SELF, "allergy", "nuts"),
    ("Leo's allergic to peanuts and kiwi", "Leo", "allergy", "kiwi"),
    ("My sister lives in Lisbon. She's a vet.", "sister", "job", "vet"),
    ("my sister, who lives in Porto, is vegan", "sister", "home", "Porto"),
    ("My brother's wife is Portuguese", "brother's wife", "nationality", "Portuguese"),
    ("We have a dog called Biscuit.", SELF, "pet", "a dog called Biscuit"),
    ("My brother Dev moved out.", SELF, "sibling", "Dev"),
    ("As a nurse, I work nights.", SELF, "job", "nurse"),
    ("I'm vegetarian, any ideas for dinner?", SELF, "diet", "vegetarian"),
    ("What can I do about my torn meniscus?", SELF, "health", "torn meniscus"),
    ("My mother tongue is Tagalog", SELF, "language", "Tagalog"),
    ("Mum's birthday is 8 May", "Mum", "birthday", "8 May"),
    ("my email is ann@example.org", SELF, "email", "ann@example.org"),
    ("I moved to Toronto in 2012", SELF, "home", "Toronto"),
    ("my wife Carol thinks the shed should be green", SELF, "partner", "Carol"),
    ("Went with Marcus, my brother, and it rained", SELF, "sibling", "Marcus"),
    ("our cat Mochi knocked it over", SELF, "pet", "cat Mochi"),
    ("Ines is 7 and Paulo's 4, so mornings are loud", "Paulo", "age", "4"),
    ("temperatures in celsius please, I'm in Tromsø", SELF, "home", "Tromsø"),
    ("it gets dark early up here in Inverness", SELF, "home", "Inverness"),
    ("single 42 yo guy, where do I even start", SELF, "age", "42"),
    ("my Polish is rusty but fine", SELF, "language", "Polish"),
    ("my prof at KTH wants it by Monday", SELF, "school", "KTH"),
    ("I'm on metformin, does grapefruit matter", SELF, "health", "metformin"),
]

# text, subject, value, likes
TASTES = [
    ("I can't stand cilantro", SELF, "cilantro", False),
    ("gave up coffee ages ago", SELF, "coffee", False),
    ("I prefer window seats.", SELF, "window seats", True),
    ("I only drink decaf these days", SELF, "decaf", True),
    ("my girlfriend hates mushrooms", "girlfriend", "mushrooms", False),
    ("not a fan of cilantro, love basil", SELF, "basil", True),
    ("I do not care for abbreviations or emoji.", SELF, "emoji", False),
    ("I'd rather not go electric", SELF, "go electric", False),
    ("tabs over spaces", SELF, "tabs over spaces", True),
    ("I'd take the ferry any day", SELF, "ferry", True),
    ("Give me a cheap paperback any day", SELF, "cheap paperback", True),
    ("would pick a real map over an app every time", SELF, "real map", True),
    ("I'd sooner have a cold beach than a queue", SELF, "cold beach", True),
    ("honestly, escalators make me dizzy", SELF, "escalators", False),
    ("before you ask, open offices drive me up the wall", SELF, "open offices", False),
    ("red wine gives me a headache", SELF, "red wine", False),
    ("night shifts wreck my sleep", SELF, "night shifts", False),
    ("musicals do nothing for me", SELF, "musicals", False),
    ("and no raisins please", SELF, "raisins", False),
    ("I never warmed to podcasts", SELF, "podcasts", False),
    ("I'm not even a cheese person", SELF, "cheese", False),
    ("my husband refuses to eat leftovers", "husband", "leftovers", False),
    ("My uncle Otto is 80. Swears by cold showers.", "Otto", "cold showers", True),
    ("sourdough is my go-to", SELF, "sourdough", True),
]

# text, subject, label, start, end
DATED = [
    ("She's fine. My sister broke her wrist last Friday", "sister", EVENT, "2024-05-10", "2024-05-11"),
    ("I moved to Leeds in March", SELF, EVENT, "2024-03-01", "2024-04-01"),
    ("I'm flying to Tokyo on Friday", SELF, PLAN, "2024-05-17", "2024-05-18"),
    ("we're moving to Leeds in March", SELF, PLAN, "2025-03-01", "2025-04-01"),
    ("next month we're walking the Kungsleden", SELF, PLAN, "2024-06-01", "2024-07-01"),
    ("My mother is visiting from the 20th to the 23rd", "mother", PLAN, "2024-05-20", "2024-05-24"),
    ("Booked flights to Tokyo for June 3-17", SELF, PLAN, "2024-06-03", "2024-06-18"),
    ("Our son Theo starts school the week after next", "Theo", PLAN, "2024-05-27", "2024-06-03"),
    ("I land on Friday the 24th of May", SELF, PLAN, "2024-05-24", "2024-05-25"),
    ("the plumbers finally came on Monday", SELF, EVENT, "2024-05-13", "2024-05-14"),
    ("got my first belt last Friday!!", SELF, EVENT, "2024-05-10", "2024-05-11"),
    ("the term paper is due 24 May", SELF, PLAN, "2024-05-24", "2024-05-25"),
    ("new boiler gets fitted next Wednesday", SELF, PLAN, "2024-05-22", "2024-05-23"),
]  # fmt: skip

NOTHING = [
    "Do you live in Porto?",
    "If I lived in Porto I'd be happy.",
    "Maybe I'll move to Porto.",
    "I'm tired",
    "I have a question about lists",
    "I love you",
    "I love this!",
    "My boss says I am lazy.",
    'She said "I live in Rome and I have two kids"',
    "I'm vegetarian. Sorry, no, I'm not.",
    "You are a grumpy innkeeper. I am Sir Aldric, a knight married to a dragon.",
    "translate to German: My name is Paul and I live in Bristol.",
    "Amal is a nurse in Oslo. She saves a tenth of her pay. How much does she save in a year?",
    "write me a python function that merges two lists",
    "I updated the file yesterday",
    "he lives in Rome",
    "thanks, that did it",
    "so tired today",
    "never doing that again",
    "no problems so far",
    "no results",
    "give me a recipe",
    "the build failed yesterday",
    "the government fell on Monday",
    "this function makes me crazy slow queries",
    "carry on from here in the same voice: I was born in a lighthouse and I hate the sea.",
    "*draws sword* I am Thalric and I have sworn off ale",
    "oh yes I just LOVE standing in the rain",
    "",
]


@pytest.mark.parametrize(("text", "subject", "attribute", "value"), PROFILES)
def test_a_profile_is_read(text: str, subject: str, attribute: str, value: str):
    found = [(c.subject, c.attribute, c.value) for c in said(text) if c.kind is Kind.PROFILE]
    assert (subject, attribute, value) in found


@pytest.mark.parametrize(("text", "subject", "value", "likes"), TASTES)
def test_a_taste_is_read(text: str, subject: str, value: str, likes: bool):
    found = [(c.subject, c.value, c.likes) for c in said(text) if c.kind is Kind.PREFERENCE]
    assert (subject, value, likes) in found


@pytest.mark.parametrize(("text", "subject", "label", "start", "end"), DATED)
def test_events_and_plans_have_days(text: str, subject: str, label: str, start: str, end: str):
    found = [(c.subject, c.label, c.start, c.end) for c in said(text)]
    assert (subject, label, start, end) in found


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_claim_gives_none(text: str):
    assert said(text) == []


def test_a_standing_order_is_one_and_what_stands_before_it_is_read_too():
    found = said("my wife's a night nurse so from here on please dont schedule calls before 2pm")
    assert [(c.kind, c.subject, c.value) for c in found] == [
        (Kind.PROFILE, "wife", "night nurse"),
        (
            Kind.INSTRUCTION,
            SELF,
            "from here on please don't schedule calls before 2pm",
        ),
    ]


def test_a_coordinated_clause_gets_its_subject_back():
    texts = [claim.text for claim in said("I live in Porto and work as a nurse.")]
    assert texts == ["I live in Porto", "I work as a nurse"]


def test_a_pronoun_means_the_person_of_its_sex():
    found = said("My sister met my brother. He is a plumber and she is a vet.")
    assert {(c.subject, c.value) for c in found if c.attribute == "job"} == {
        ("brother", "plumber"),
        ("sister", "vet"),
    }


def test_a_naive_moment_is_refused_where_days_are_named():
    with pytest.raises(ValueError, match="aware"):
        extract("I moved to Leeds in March", datetime(2024, 5, 15))  # noqa: DTZ001


PIECES = st.sampled_from(
    [row[0] for row in (*PROFILES, *TASTES, *DATED)] + [*NOTHING, " ", ", ", "\n", "?", "\x00"]
)


@given(st.text(st.characters(blacklist_categories=())) | st.lists(PIECES).map(" ".join))
def test_claims_are_well_formed(text: str):
    for claim in said(text):
        assert claim.value.strip() == claim.value != ""
        assert claim.subject.strip() == claim.subject != ""
        assert claim.attribute is None or claim.attribute in ATTRIBUTES
        assert (claim.likes is not None) == (claim.kind is Kind.PREFERENCE)
        assert claim.start is None or claim.end is None or claim.start < claim.end


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["I ", "my sister ", "and ", '"a b c ', "January ", "my my ", "1 "]
)
def test_hostile_text_stays_cheap(unit: str):
    said((unit * 100_000)[:100_000])
    said(". ".join([(unit * 400)[:395]] * 25))
