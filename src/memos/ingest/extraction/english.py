"""The grammar of English: how clauses are read, and the rules in their order."""

from __future__ import annotations

import re

from memos.ingest.extraction.engine import Grammar
from memos.ingest.extraction.english_clauses import read
from memos.ingest.extraction.english_facts import (
    BESIDE_TASTES,
    EVENTS,
    FACTS,
    PLANS,
    TASTES,
    UNOWNED,
)
from memos.ingest.extraction.english_kin import KIN
from memos.ingest.extraction.english_leanings import LEANINGS
from memos.ingest.extraction.english_profile import EMBEDDED, PROFILE

_EDGE = " \t,.;:!?\"'()-"
_HEDGES = re.compile(
    r"\A(?:(?:now|just|currently|also|still|only|about|around|really|definitely|probably|the)\s)+(?=\w)",
    re.IGNORECASE,
)
_TAILS = re.compile(
    r"(?:,? (?:and |but )?not (?:in |at |a |an |the )?[\w\' -]{2,30}|\s(?:in (?:(?:early |late |mid[- ])?(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: (?:19|20)[0-9]{2})?|(?:19|20)[0-9]{2})|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:last|this|next) \w+|since [\w ]+|(?:a |two |three |many |few )*\w+ ago|for (?:years|ages|months)|yesterday|today|lately|recently|nowadays|now|for me|for us|too|though|lol|haha|btw|tbh|anyway|as well|by the way|right now|at the moment|these days|nowadays|already|again|obviously|actually|really|originally|so|and|or|but|with|in|at|to))+\Z",
    re.IGNORECASE,
)


def _tidy(value: str) -> str:
    """A value without the words around it that say nothing."""
    return _TAILS.sub("", value.strip(_EDGE)).strip(_EDGE)


_LIST = re.compile(
    r"(?:,\s(?:and\s|or\s)?|\s(?:and|or|nor|&)\s)(?:(?:also|some|a bit of|any)\s)?", re.IGNORECASE
)
_LONGEST_PART = 3  # words; what has longer parts is a phrase, no list


def _several(value: str) -> list[str]:
    """The members of a list of short things: 'peanuts and kiwi' are two."""
    parts = _LIST.split(value)
    return parts if all(len(part.split()) <= _LONGEST_PART for part in parts) else [value]


ENGLISH = Grammar(
    language="en",
    clauses=re.compile(r"[.!?\n]+"),
    unsure=re.compile(r"\?"),
    rules=(
        *PROFILE,
        *EMBEDDED,
        *KIN,
        *TASTES,
        *BESIDE_TASTES,
        *LEANINGS,
        *PLANS,
        *EVENTS,
        *FACTS,
        *UNOWNED,
    ),
    read=read,
    tidy=_tidy,
    several=_several,
)
