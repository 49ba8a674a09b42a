"""Judging: whether one item repeats or contradicts another, as reconciliation judges, or stricter.

Reconciliation hears news: who says something new means to replace something. Here both are
stored, and a false alarm would cost something true; so what excludes something else has to do so
both ways, and neither be an order, nor of another day or person.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from memos.ingest.audit.item import Item
from memos.ingest.reading import read
from memos.ingest.reading.english import canonical
from memos.ingest.reconcile import relation, slot
from memos.language.cues import script_of
from memos.model.claim import EVENT, Claim, Relation

EXACT, NEAR = "the same text", "the same in other words"
VALUES, OPPOSED = "two values of one attribute", "statements that exclude each other"

_SAME = (Relation.DUPLICATE, Relation.REFINEMENT)
_LITTLE, _MUCH = 0.3, 0.5  # shares of words from which on texts are compared, and once more
_TELLING = 1.3  # words that two texts have each, if they are to say the same
_CLOCK = re.compile("[:点]")
_OWNED = re.compile(  # what is somebody's own, and says nothing of another one
    r"(?:my|our) (?!favou?rite|preferred|(?:nick|sur)?name|age|birth|home|job|employer|address|e-?mail|phone)([a-z]+)",
    re.IGNORECASE,
)
_TASTES = frozenset({"<like>", "<hate>", "<prefer>", "<favourite>"})
_EDGES = " \t\r\n.,;:!?。，；：！？…\"'“”‘’()（）*-•"


def normal(text: str) -> str:
    """A text without what does not count: case, forms of characters, blanks, marks at the ends."""
    return " ".join(normalize("NFKC", text).casefold().split()).strip(_EDGES)


def judged(older: Item, newer: Item, common: float) -> str | None:
    """How the newer one stands to the older one; None where both hold.

    `common` is the share of words that they have in common: it saves most comparisons.
    """
    if older.claim is None or newer.claim is None or not _comparable(older.claim, newer.claim):
        return None
    name = slot(older.claim)
    one = name is not None and name == slot(newer.claim)
    if common < _LITTLE and not one:
        return None
    found = relation(older.claim, newer.claim)
    if found in _SAME or (common >= _MUCH and _as_written(older, newer) in _SAME):
        return NEAR if min(_told(older.claim), _told(newer.claim)) >= _TELLING else None
    if found is not Relation.CONTRADICTION or EVENT in (older.claim.label, newer.claim.label):
        return None
    if one:
        return VALUES
    # Nobody has said the newer one to replace the older one: it has to hold both ways.
    both = relation(newer.claim, older.claim) is Relation.CONTRADICTION
    return OPPOSED if both and _clear(older.claim, newer.claim) else None


def _clear(one: Claim, other: Claim) -> bool:
    """Both say enough to exclude each other, or the same, and not of two days.

    What is to be done is no statement.
    """
    have, said = read(one.text), read(other.text)
    mine, yours = _days(have.times), _days(said.times)
    if have.order or said.order or (mine and yours and mine != yours):
        return False
    if min(_told(one), _told(other)) >= _TELLING:
        return True
    return have.topic.keys() == said.topic.keys() and sum(have.topic.values()) >= 1


def _comparable(one: Claim, other: Claim) -> bool:
    """Not two things that one clause says, or of two attributes, or in two languages."""
    if normal(one.text) == normal(other.text) or script_of(one.text) != script_of(other.text):
        return False
    if _of_another(one.text, other.text) or _of_another(other.text, one.text):
        return False
    return None in (one.attribute, other.attribute) or one.attribute == other.attribute


def _of_another(text: str, other: str) -> bool:
    """It is about somebody of the speaker's of whom the other one does not speak."""
    owned = _OWNED.match(text)
    return owned is not None and canonical(owned[1].lower()) not in read(other).words


def _days(times: frozenset[str]) -> frozenset[str]:
    """What is no time of day: there is more than one lunch with Dave."""
    return frozenset(time for time in times if not _CLOCK.search(time))


def _told(claim: Claim) -> float:
    """How many words a claim has that say what it is about; one that is a sign counts."""
    reading = read(claim.text)
    told = sum(weight for word, weight in reading.words.items() if word not in reading.times)
    return told + len(reading.signs & _TASTES)


def _as_written(older: Item, newer: Item) -> Relation:
    if older.plain is None and newer.plain is None:
        return Relation.NEW
    before, after = older.plain or older.claim, newer.plain or newer.claim
    return Relation.NEW if before is None or after is None else relation(before, after)
