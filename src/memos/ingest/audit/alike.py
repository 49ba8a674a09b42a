"""Alike: which items repeat others and which contradict them.

Each item is held against at most `MOST_HELD` earlier ones of its group: those with which it
shares the rarest words, of which each leads at most to `MOST_LED` (the latest). So the work grows
with the number of items, not with its square; what is missed shares only common words. What
repeats another one is not held against later ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from heapq import nlargest
from math import log

from memos.governance.redaction import redact
from memos.ingest.audit.item import Item
from memos.ingest.audit.judging import EXACT, NEAR, judged, normal
from memos.ingest.reading import read
from memos.ingest.reconcile import slot
from memos.model.claim import Claim

MOST_HELD = 10  # earlier items that one is held against
MOST_LED = 160  # earlier items that one word leads to
LONGEST = 400  # characters of a text that is read; longer ones are only compared whole


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
        told = f"{normal(item.text)}\0{_stated(item.claim)}"
        digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)
        key = (item.group, digest.digest())
        if len(item.text) > LONGEST:  # cut last: half a secret is not known for one
            item = replace(item, text=redact(item.text)[0][:LONGEST], claim=None, plain=None)
        first = self._seen.setdefault(key, item)
        if first is not item:
            return Link(EXACT, item, first)
        if not whole and item.claim is not None:
            self._claims[item.group].append(item)
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
            reason = judged(other, item, common)
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
