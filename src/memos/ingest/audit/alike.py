"""Alike: which items repeat others and which contradict them, judged as reconciliation judges.

Each item is held against at most `MOST_HELD` earlier ones of its group: those with which it
shares the rarest words, of which each leads at most to `MOST_LED` (the latest). So the work grows
with the number of items, not with its square; what is missed shares only common words. What
repeats another one is not held against later ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from heapq import nlargest
from math import log
from unicodedata import normalize

from memos.ingest.audit.item import Item
from memos.ingest.reading import read
from memos.ingest.reading.english import canonical
from memos.ingest.reconcile import relation, slot
from memos.language.cues import script_of
from memos.model.claim import EVENT, Claim, Relation

EXACT, NEAR = "the same text", "the same in other words"
VALUES, OPPOSED = "two values of one attribute", "statements that exclude each other"

MOST_HELD = 10  # earlier items that one is held against
MOST_LED = 160  # earlier items that one word leads to
LONGEST = 400  # characters of a text that is read; longer ones are only compared whole
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


@dataclass(frozen=True, slots=True)
class Link:
    """What an item does to an earlier one."""

    reason: str
    item: Item
    other: Item


class Alike:
    """Gathers items, of which long texts are kept as digests, and links them in the end."""

    def __init__(self) -> None:
        self._seen: dict[tuple[tuple[str, ...], bytes], Item] = {}
        self._claims: dict[tuple[str, ...], list[Item]] = defaultdict(list)

    def add(self, item: Item, *, whole: bool) -> Link | None:
        """Takes an item in; `whole` is for what may only repeat another one word for word."""
        told = f"{_normal(item.text)}\0{_stated(item.claim)}"
        digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)
        key = (item.group, digest.digest())
        kept = replace(item, text=item.text[:LONGEST])
        first = self._seen.setdefault(key, kept)
        if first is not kept:
            return Link(EXACT, kept, first)
        if not whole and item.claim is not None and len(item.text) <= LONGEST:
            self._claims[item.group].append(kept)
        return None

    def links(self) -> Iterator[Link]:
        """What repeats or contradicts something in other words; each item at most once."""
        for items in self._claims.values():
            yield from _Group().links(sorted(items, key=lambda item: item.when))


class _Group:
    """The items of one group that repeat no other, by their words and by their slots."""

    def __init__(self) -> None:
        self._held: list[tuple[Item, set[str]]] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_slot: dict[str, list[int]] = defaultdict(list)

    def links(self, items: Iterable[Item]) -> Iterator[Link]:
        for item in items:
            words = _words(item)
            found = self._nearest(item, words)
            if found is not None:
                yield found
            if found is None or found.reason != NEAR:
                self._hold(item, words)

    def _hold(self, item: Item, words: set[str]) -> None:
        place = len(self._held)
        self._held.append((item, words))
        for word in words:
            self._by_word[word].append(place)
        if name := _slot(item):
            self._by_slot[name].append(place)

    def _nearest(self, item: Item, words: set[str]) -> Link | None:
        """What it repeats, else what it contradicts, else nothing."""
        against: Link | None = None
        for place in self._candidates(item, words):
            other, others = self._held[place]
            common = len(words & others) / (min(len(words), len(others)) or 1)
            reason = _reason(other, item, common)
            if reason == NEAR:
                return Link(NEAR, item, other)
            if reason is not None and against is None:
                against = Link(reason, item, other)
        return against

    def _candidates(self, item: Item, words: set[str]) -> list[int]:
        """Places of what shares the rarest words with it, and of what has its slot."""
        weights: dict[int, float] = defaultdict(float)
        total = len(self._held) + 1
        for word in words:
            places = self._by_word.get(word, ())
            weight = log(1 + total / (len(places) or 1))
            for place in places[-MOST_LED:]:
                weights[place] += weight
        name = _slot(item)
        same = self._by_slot.get(name, [])[-MOST_HELD:] if name else []
        best = nlargest(MOST_HELD, weights, key=lambda place: (weights[place], place))
        return list(dict.fromkeys([*same, *best]))


def _normal(text: str) -> str:
    """A text without what does not count: case, forms of characters, blanks, marks at the ends."""
    return " ".join(normalize("NFKC", text).casefold().split()).strip(_EDGES)


def _stated(claim: Claim | None) -> str:
    """What tells the claims of one clause apart."""
    if claim is None or (claim.attribute is None and claim.label is None):
        return ""
    return "\0".join((claim.subject, claim.attribute or "", claim.label or "", claim.value))


def _words(item: Item) -> set[str]:
    claim = item.claim
    return set() if claim is None else set(read(claim.text).words)


def _slot(item: Item) -> str | None:
    return None if item.claim is None else slot(item.claim)


def _reason(older: Item, newer: Item, common: float) -> str | None:
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
    if _normal(one.text) == _normal(other.text) or script_of(one.text) != script_of(other.text):
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
