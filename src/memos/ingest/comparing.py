"""Comparing: what two readings have in common, and in what they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from memos.ingest.reading.model import Reading

SAME_TOPIC = 0.7  # the share in common from which two are about the same
SAME_FRAME = 0.5  # the same, once the values that differ are taken out
_KINDS = {
    "clock": re.compile(":|点"),
    "weekday": re.compile("周|@(?:mon|tue|wed|thu|fri|sat|sun)"),
    "day": re.compile("[号天]|morrow|tonight"),
    "season": re.compile("[春夏秋冬]|@(?:spring|summer|autumn|winter)"),
    "year": re.compile("年"),
    "month": re.compile("月|@"),
}
"""The first kind counts that a time is of."""
_TASTES = {"<like>", "<hate>", "<favourite>", "<prefer>"}


def share(words: dict[str, float], within: dict[str, float]) -> float:
    """How much of the weight of `words` is `within`; a letter's slip does not count."""
    if not words or not within:
        return 0.0
    found = sum(weight for word, weight in words.items() if _in(word, within))
    return found / sum(words.values())


def _in(word: str, others: dict[str, float]) -> bool:
    if word in others:
        return True
    return any(word[0] == other[0] and alike(word, other) for other in others)


@lru_cache(maxsize=65_536)
def alike(word: str, other: str) -> bool:
    """Two words that are one: a letter's slip apart, or the same beginning with other ends."""
    short, long = sorted((word, other), key=len)
    if len(short) < 5 or short[0] != long[0] or not (short + long).isascii():
        return False
    if not (short.isalpha() and long.isalpha()):
        return False
    if long.startswith(short) and len(long) - len(short) <= 4:
        return True
    return len(long) - len(short) <= 1 and _one_slip(short, long)


def _one_slip(short: str, long: str) -> bool:
    """One letter is other, added, or changed places with its neighbour."""
    at = next((place for place, mark in enumerate(short) if mark != long[place]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    rest, other = short[at:], long[at:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])


def added(have: Reading, said: Reading) -> float:
    """The weight of the words that are new."""
    return sum(weight for word, weight in said.words.items() if not _in(word, have.words))


def swaps(have: Reading, said: Reading) -> bool:
    """Each has a whole word that the other has not: along the canal, along the river."""
    return added(have, said) >= 1 and added(said, have) >= 1


def additions(have: Reading, said: Reading) -> bool:
    """Whether there is at least a word more in it; one of Chinese has two characters."""
    return added(have, said) >= (1 if all(map(str.isascii, said.words)) else 2)


def says_much(have: Reading, said: Reading) -> bool:
    """What is known has more than one word; or that one is in both, and no mere part of another."""
    told = [word for word, weight in have.words.items() if weight >= 1]
    full = [word for word, weight in said.words.items() if weight >= 1]
    return len(told) != 1 or any(told[0] == word or alike(told[0], word) for word in full)


def times_of_a_kind(
    have: Reading, said: Reading
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Clock times, days, months: what can be held against each other."""
    mine, yours = _by_kind(have.times), _by_kind(said.times)
    for kind in mine.keys() & yours.keys():
        yield mine[kind], yours[kind]


def _by_kind(times: frozenset[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word in times:
        kind = next((name for name, words in _KINDS.items() if words.search(word)), "")
        found[kind] = found.get(kind, frozenset()) | {word}
    return found


def telling(reading: Reading) -> bool:
    """It has a word that is no number; a single Chinese character may be anything."""
    full = [word for word, weight in reading.words.items() if weight >= 1 and not word[0].isdigit()]
    return len(full) > 1 or (len(full) == 1 and len(full[0]) > 1)


def same_names(have: Reading, said: Reading) -> bool:
    """Both name somebody or something, and nobody else."""
    named = have.names | said.names
    return bool(named) and named <= have.words.keys() and named <= said.words.keys()


def values_differ(have: Reading, said: Reading) -> bool:
    """Each has a number, a time or a name that the other has not."""
    pairs = [(have.figures, said.figures), *times_of_a_kind(have, said)]
    if "<name>" in have.words and "<name>" in said.words:
        pairs.append((frozenset(have.topic), frozenset(said.topic)))
    return any(mine - yours and yours - mine for mine, yours in pairs)


def over(reading: Reading) -> bool:
    """It says that something is not so, or no longer."""
    return bool(reading.signs & {"<end>", "<not>"}) and "<again>" not in reading.signs


def same_attitude(have: Reading, said: Reading) -> bool:
    """Both tell of tastes, or neither, and of the same people's people."""
    tastes = bool(_TASTES & have.signs) == bool(_TASTES & said.signs)
    return tastes and have.kin == said.kin


def same_person(have: Reading, said: Reading) -> bool:
    """Both begin with the same person, or one with somebody that the other one speaks of."""
    if have.person == said.person or alike(have.person, said.person):
        return True
    return any(
        one and not ({one} if one.isascii() else set(one)) - other.words.keys()
        for one, other in ((have.person, said), (said.person, have))
    )
