"""English rules of people who are named in passing: 'my wife Carol', 'Walt, our neighbour'.

They are looked for in whole clauses, whatever these say besides.
"""

from __future__ import annotations

import re

from memos.ingest.extraction.engine import Rule
from memos.ingest.extraction.english_people import NAME
from memos.ingest.extraction.english_words import ANIMAL, MODIFIER, words
from memos.model.memory import Kind

_FAMILY = {
    "parent": "mother father mom mum mommy mummy mama ma dad daddy papa pa stepmother stepmom stepmum stepfather stepdad",
    "sibling": "sister sis brother bro twin stepsister stepbrother half-sister half-brother twin_sister twin_brother",
    "child": "daughter son kid child baby toddler eldest youngest oldest boy girl little_one stepson stepdaughter firstborn middle_child newborn",
    "partner": "wife husband hubby girlfriend gf boyfriend bf fiancé fiancée fiance fiancee partner spouse missus other_half",
    "pet": ANIMAL,
}  # fmt: skip
_OTHERS = words("""
boss manager supervisor colleague coworker co-worker workmate teammate mentor intern friend best_friend bestie buddy mate pal
roommate flatmate housemate neighbour neighbor teacher tutor coach trainer therapist doctor dentist gp psychiatrist physio
babysitter professor advisor lawyer accountant landlord landlady business_partner co-founder cofounder team_lead line_manager
ex ex-wife ex-husband grandma grandmother granny gran nan nana grandpa grandfather granddad grandad aunt auntie uncle cousin
niece nephew mother-in-law father-in-law sister-in-law brother-in-law daughter-in-law son-in-law grandson granddaughter
godmother godfather godson goddaughter
""")
_MY = rf"\b(?:my|our)\s(?:(?:{MODIFIER}|(?-i:[a-z]+))\s){{0,2}}?"
_AGE = r"(?:\([^()]{0,20}\),?\s)?"
_CALLED = r"(?:,?\s(?:called|named|is called|is named)\s|,\s|\s)"


def _family(attribute: str, kin: str) -> tuple[Rule, ...]:
    named = words(kin)
    patterns = (
        rf"{_MY}(?:{named}){_CALLED}{_AGE}(?P<value>{NAME})(?!['’]s\s(?-i:[A-Z]))",
        rf"(?<![\w'’])(?P<value>{NAME}),?\s\(?(?:(?:that|who)(?:['’]s| is)\s)?{_MY}(?:{named})\b(?!['’])",
    )
    return tuple(
        Rule(
            name=f"named {attribute}",
            kind=Kind.PROFILE,
            pattern=re.compile(pattern, re.IGNORECASE),
            attribute=attribute,
            beside=True,
        )
        for pattern in patterns
    )


def _known(pattern: str) -> Rule:
    return Rule(
        name="named other",
        kind=Kind.FACT,
        pattern=re.compile(pattern, re.IGNORECASE),
        confidence=0.7,
        beside=True,
    )


KIN: tuple[Rule, ...] = (
    *(rule for attribute, kin in _FAMILY.items() for rule in _family(attribute, kin)),
    _known(rf"{_MY}(?P<value>{_OTHERS}){_CALLED}(?P<who>{NAME})(?!['’]s\s(?-i:[A-Z]))"),
    _known(rf"(?<![\w'’])(?P<who>{NAME}),?\s\(?(?:(?:that|who)(?:['’]s| is)\s)?{_MY}(?P<value>{_OTHERS})\b(?!['’])"),
    Rule(
        name="age of a named one",
        kind=Kind.PROFILE,
        pattern=re.compile(rf"(?P<who>{NAME})(?:['’]s| is)\s(?:only |just |now |nearly |almost |already )?(?P<value>[0-9]{{1,2}})(?=\s*(?:[,.;!?)]|\band\b|\Z|years? old|yo\b|y/o))", re.IGNORECASE),
        attribute="age",
        beside=True,
    ),
)  # fmt: skip
