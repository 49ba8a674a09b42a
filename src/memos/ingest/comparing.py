"""Comparing: what two readings have in common, and in what they differ."""

from __future__ import annotations

from collections.abc import Iterable

from memos.ingest.reading.chinese_words import EXCLUSIVE as CHINESE_EXCLUSIVE
from memos.ingest.reading.english import EXCLUSIVE as ENGLISH_EXCLUSIVE
from memos.ingest.reading.english import FUNCTIONAL_NOUNS
from memos.ingest.reading.english_words import ALONE, COLOURED, ORDERED
from memos.ingest.reading.model import Reading

SAME_TOPIC = 0.7  # the share in common from which two are about the same
SAME_FRAME = 0.5  # the same, once the values that differ are taken out
_SAME = 0.75  # the same, from which they say the same
_EXCLUSIVE = ENGLISH_EXCLUSIVE | CHINESE_EXCLUSIVE


_THERE_AND_BACK = frozenset({"back", "return", "回", "返"})


def share(words: dict[str, float], within: dict[str, float]) -> float:
    """How much of the weight of `words` is `within`; a letter's slip does not count."""
    total = sum(words.values())
    if not total:
        return 0.0
    left = [word for word in within if word not in words]
    found = sum(
        weight
        for word, weight in words.items()
        if word in within or any(alike(word, other) for other in left)
    )
    return found / total


def alike(word: str, other: str) -> bool:
    """Two words that are one: a letter's slip apart, or the same beginning with other ends."""
    short, long = sorted((word, other), key=len)
    if (
        len(short) < 5
        or not (short.isascii() and short.isalpha() and long.isalpha())
        or short[0] != long[0]
    ):
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
    return sum(
        weight
        for word, weight in said.words.items()
        if word not in have.words and not any(alike(word, other) for other in have.words)
    )


def additions(have: Reading, said: Reading) -> bool:
    """Whether there is at least a word more in it; one of Chinese has two characters."""
    return added(have, said) >= (1 if all(map(str.isascii, said.words)) else 2)


def same_names(have: Reading, said: Reading) -> bool:
    """Both name somebody or something, and nobody else."""
    named = have.names | said.names
    return bool(named) and named <= have.words.keys() and named <= said.words.keys()


def values_differ(have: Reading, said: Reading) -> bool:
    """Each has a number, a time or a name that the other has not."""
    pairs = [(have.figures, said.figures), (have.times, said.times)]
    if "<name>" in have.words and "<name>" in said.words:
        pairs.append((frozenset(have.topic), frozenset(said.topic)))
    return any(mine - yours and yours - mine for mine, yours in pairs)


def over(reading: Reading) -> bool:
    """It says that something is not so, or no longer."""
    return bool(reading.signs & {"<end>", "<not>"}) and "<again>" not in reading.signs


def likes(reading: Reading) -> bool:
    marks = {"<like>", "<hate>", "<favourite>", "<prefer>"}
    return bool(marks & reading.signs)


def denies(have: Reading, said: Reading) -> bool:
    """A correction names what is known as wrong."""
    if not said.denied or over(have):
        return False
    denied = {word: have.words.get(word, 1.0) for word in said.denied}
    return share(denied, have.words) >= SAME_TOPIC and any(
        weight >= 1 for weight in denied.values()
    )


def opposed(have: Reading, said: Reading) -> bool:
    """Of opposite signs: whether it is about the same thing."""
    mine, yours = have.topic, said.topic
    if _share_marks(
        have, said, {"<partner>", "<work>", "<employer>", "<job>", "<home>", "<study>"}
    ) and not _names_differ(have, said):
        return "<end>" in said.signs or "<end>" in have.signs or share(yours, mine) >= SAME_TOPIC
    if not mine or not yours:
        return False
    if share(yours, mine) >= SAME_TOPIC:
        return True
    whole = not {"<not>", "<hate>"} & said.signs or {"<end>", "<change>"} & said.signs
    return bool(whole) and share(mine, yours) >= SAME_TOPIC


def _share_marks(have: Reading, said: Reading, marks: set[str]) -> bool:
    mine, yours = marks & have.words.keys(), marks & said.words.keys()
    work = {"<work>", "<employer>", "<job>"}
    return bool(mine & yours) or bool(mine & work and yours & work)


def _names_differ(have: Reading, said: Reading) -> bool:
    return bool(have.names and said.names) and not have.names & said.names


def another_value(have: Reading, said: Reading, *, happened: bool) -> str | None:
    """The same statement with another number, time or word of a group of which one holds: which."""
    if _THERE_AND_BACK & (have.words.keys() ^ said.words.keys()):
        return None
    for group, mine, yours in _typed(have, said):
        ours, theirs = mine - yours, yours - mine
        if not (ours and theirs) or ("<also>" in said.signs and not happened):
            continue
        rest = _without(have, ours)
        other = _without(said, theirs)
        smaller, larger = sorted((sum(rest.values()), sum(other.values())))
        if group in ALONE and (larger <= 1 or (smaller <= 1 and (have.order or said.order))):
            return group
        if max(share(rest, other), share(other, rest)) >= SAME_FRAME and _frame(rest, other):
            return group
    return None


def _without(reading: Reading, taken: frozenset[str]) -> dict[str, float]:
    return {
        word: weight
        for word, weight in reading.words.items()
        if word not in taken and word not in reading.times
    }


def _frame(rest: dict[str, float], other: dict[str, float]) -> bool:
    """There is something left to have in common."""
    return bool(rest and other) and min(share(rest, other), share(other, rest)) >= 0.3


def _typed(have: Reading, said: Reading) -> Iterable[tuple[str, frozenset[str], frozenset[str]]]:
    yield "figure", have.figures, said.figures
    yield "time", have.times, said.times
    mine, yours = _groups(have), _groups(said)
    for group in mine.keys() & yours.keys():
        if group in ORDERED and not (have.order and said.order):
            continue
        one = have.words.keys() & said.words.keys() & (FUNCTIONAL_NOUNS | {"<favourite>"})
        if group in COLOURED and not one:
            continue
        yield group, mine[group], yours[group]


def _groups(reading: Reading) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word in reading.words:
        if group := _EXCLUSIVE.get(word):
            found[group] = found.get(group, frozenset()) | {word}
    return found


_ONE = frozenset(
    {
        "<home>",
        "<employer>",
        "<job>",
        "<favourite>",
        "<birthday>",
        "<password>",
        "<prefer>",
        "<from>",
        "<email>",
        "<phone>",
    }
)


def rivals(have: Reading, said: Reading) -> bool:
    """Two values of what only one of can be, though no attribute says so."""
    mine, yours = have.topic, said.topic
    if max(share(yours, mine), share(mine, yours)) >= _SAME or have.words == said.words:
        return False
    if (
        have.head
        and have.head == said.head
        and (not have.head.isascii() or have.head.split()[-1] in FUNCTIONAL_NOUNS)
    ):
        return True
    marks = _ONE & have.words.keys() & said.words.keys()
    if have.order and said.order and "<name>" in have.words and "<name>" in said.words:
        return True
    if "<study>" in have.words and "<study>" in said.words and "<change>" in said.signs:
        return True
    liked = {"<favourite>", "<prefer>"}
    if "<favourite>" in have.words and liked & said.words.keys() and "<change>" in said.signs:
        return True
    if marks & {"<favourite>", "<prefer>", "<name>"}:
        return bool(mine.keys() & yours.keys())
    codes = {"<phone>", "<email>", "<password>"}
    if marks - codes:
        return True
    if marks:
        return _coded(have) and _coded(said)
    if any(word in FUNCTIONAL_NOUNS for word in mine.keys() & yours.keys()):
        return "<change>" in said.signs or "<move>" in said.signs
    return (
        bool({"<change>", "<move>"} & said.signs)
        and max(share(mine, yours), share(yours, mine)) >= SAME_FRAME
    )


def _coded(reading: Reading) -> bool:
    """It names an address or a number."""
    return any("@" in word[1:] or word[0].isdigit() for word in reading.words)
