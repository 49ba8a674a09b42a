"""Topics: what several conversations come back to, as names and as rare words.

Words that mean something come in clumps, those that only hold sentences together do not (Church
and Gale 1995): so a word is a topic only if it is in few conversations for how often it is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from memos.ingest.pages import HEARD
from memos.language.entities import mentioned
from memos.language.names import normalise
from memos.language.tokens import shared_words, terms
from memos.model.memory import Memory

MENTIONS, CONVERSATIONS = 6, 2  # that make something a topic
MOST_TOPICS = 50
RARE = 0.1  # share of the messages up to which a word is rare, and
RAREST, COMMON = 6, 40  # messages that it may be in at any rate, and at most
CLUMPED = 0.7  # of the conversations that a word would be in if it were strewn at random
SAME = 0.7  # share of messages in common from which on two words are one topic


@dataclass(frozen=True, slots=True)
class Topic:
    """`about` stands in what was said, case aside; `places` are those of the messages."""

    about: str
    places: tuple[int, ...]


def topics(episodes: Sequence[Memory]) -> list[Topic]:
    """The most mentioned topics of messages, names before words."""
    heard = [at for at, one in enumerate(episodes) if one.role in HEARD]
    named = _names(episodes, heard)
    found: list[Topic] = []
    for about, places in (*_most(named), *_most(_words(episodes, heard))):
        if len(found) == MOST_TOPICS:
            break
        held = set(places)
        if not any(_same(held, each.places) for each in found):
            found.append(Topic(about, tuple(places)))
    return found


def _most(places: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    return sorted(places.items(), key=lambda each: (-len(each[1]), each[0]))


def _same(held: set[int], places: Sequence[int]) -> bool:
    common = len(held.intersection(places))
    return common >= SAME * min(len(held), len(places))


def _names(episodes: Sequence[Memory], heard: Sequence[int]) -> dict[str, list[int]]:
    """Names that are mentioned often enough, but for those of speakers: all is about them."""
    speakers = {normalise(name) for one in episodes for name in (one.name, one.user_id) if name}
    places: dict[str, list[int]] = {}
    for at in heard:
        for each in mentioned(episodes[at].content):
            if each.key not in speakers:
                places.setdefault(each.key, []).append(at)
    return {key: found for key, found in places.items() if _comes_back(episodes, found)}


def _words(episodes: Sequence[Memory], heard: Sequence[int]) -> dict[str, list[int]]:
    """Rare words that come back, by the spelling that is used most."""
    most = min(COMMON, max(RAREST, round(RARE * len(heard))))
    talks = len({episodes[at].conversation_id for at in heard})
    places: dict[str, list[int]] = {}
    for at in heard:
        for term in dict.fromkeys(terms(episodes[at].content)):
            if len(term) > 1 and not term[0].isdigit():
                places.setdefault(term, []).append(at)
    kept = {
        term: found
        for term, found in places.items()
        if len(found) <= most and _comes_back(episodes, found) and _clumps(episodes, found, talks)
    }
    return dict(_spelled(episodes, kept))


def _spelled(
    episodes: Sequence[Memory], places: Mapping[str, list[int]]
) -> Iterator[tuple[str, list[int]]]:
    for term, found in places.items():
        words = Counter(
            word.casefold() for at in found for word in shared_words(episodes[at].content, {term})
        )
        if words:
            yield min(words, key=lambda word: (-words[word], word)), found


def _clumps(episodes: Sequence[Memory], places: Sequence[int], talks: int) -> bool:
    strewn = talks * (1.0 - (1.0 - 1.0 / talks) ** len(places))
    return len({episodes[at].conversation_id for at in places}) <= CLUMPED * strewn


def _comes_back(episodes: Sequence[Memory], places: Sequence[int]) -> bool:
    if len(places) < MENTIONS:
        return False
    return len({episodes[at].conversation_id for at in places}) >= CONVERSATIONS
