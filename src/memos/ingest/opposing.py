"""Opposing: whether two readings can hold together."""

from __future__ import annotations

from collections.abc import Iterable

from memos.ingest.comparing import (
    SAME_FRAME,
    SAME_TOPIC,
    over,
    same_attitude,
    share,
    times_of_a_kind,
)
from memos.ingest.reading.chinese_words import EXCLUSIVE as CHINESE_EXCLUSIVE
from memos.ingest.reading.english import EXCLUSIVE as ENGLISH_EXCLUSIVE
from memos.ingest.reading.english import FUNCTIONAL_NOUNS
from memos.ingest.reading.english import PERSONS as _PERSONS
from memos.ingest.reading.english_words import ALONE, COLOURED, ORDERED
from memos.ingest.reading.model import Reading

_SAME = 0.75  # the share in common from which two say the same
_FRAME = (0.4, 0.6)  # what the values stand in: shares in common, of the longer and the shorter one
_EXCLUSIVE = ENGLISH_EXCLUSIVE | CHINESE_EXCLUSIVE
_VALUES = ("figure", "time")
_THERE_AND_BACK = frozenset({"back", "return", "回", "返"})
_WORK = frozenset({"<work>", "<employer>", "<job>"})
_RESTARTS = frozenset({"<again>", "<began>", "<change>", "<done>"})
_STATES = frozenset({"<partner>", "<home>", "<study>"}) | _WORK


def denies(have: Reading, said: Reading) -> bool:
    """A correction names what is known as wrong."""
    if not said.denied or over(have):
        return False
    denied = {word: have.words.get(word, 1.0) for word in said.denied}
    return max(denied.values()) >= 1 and share(denied, have.words) >= SAME_TOPIC


def repeats_denied(have: Reading, said: Reading) -> bool:
    """What is known is something that is not so, and that is said again beside other things."""
    denied = dict.fromkeys(said.denied, 1.0)
    return bool(denied) and over(have) and share(have.topic, denied) >= _SAME


def opposed(have: Reading, said: Reading) -> bool:
    """Of opposite signs: whether it is about the same thing."""
    mine, yours = have.topic, said.topic
    if "<end>" in said.signs and _same_state(have, said):
        return True
    little = min(sum(mine.values()), sum(yours.values())) < 1 and mine.keys() != yours.keys()
    if not mine or not yours or little or (said.order and not have.order):
        return False
    covered, covering = share(mine, yours), share(yours, mine)
    if "<end>" in have.signs and not _RESTARTS & said.signs:  # what ended may be told of
        return min(covered, covering) >= SAME_TOPIC
    part = {"<not>", "<hate>"} & said.signs and not {"<end>", "<change>"} & said.signs
    return covering >= SAME_TOPIC or (not part and covered >= SAME_TOPIC)


def _same_state(have: Reading, said: Reading) -> bool:
    """Both speak of a job, a relationship, a home, and of nobody else."""
    mine, yours = _STATES & have.words.keys(), _STATES & said.words.keys()
    other = _elsewhere(have, said) or _others(have, said)
    return not other and bool(mine & yours or (mine & _WORK and yours & _WORK))


def _others(have: Reading, said: Reading) -> bool:
    """It speaks of a person of whom the other one does not."""
    return bool(_PERSONS & (said.topic.keys() - have.topic.keys()))


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
        telling = have.order or said.order or (group == "marital" and not _others(have, said))
        if group in ALONE and (larger <= 1 or (smaller <= 1 and telling)):
            return group
        if group in _VALUES and _elsewhere(have, said):
            continue
        if _same_frame(rest, other):
            return group
    return None


def _elsewhere(have: Reading, said: Reading) -> bool:
    """Each names something else, so that both may have their numbers and times."""
    return bool(have.names and said.names) and not have.names & said.names


def _without(reading: Reading, taken: frozenset[str]) -> dict[str, float]:
    return {
        word: weight
        for word, weight in reading.words.items()
        if word not in taken | reading.times | reading.figures
    }


def _same_frame(rest: dict[str, float], other: dict[str, float]) -> bool:
    least, most = sorted((share(rest, other), share(other, rest)))
    return least >= _FRAME[0] and most >= _FRAME[1]


def _typed(have: Reading, said: Reading) -> Iterable[tuple[str, frozenset[str], frozenset[str]]]:
    yield "figure", have.figures, said.figures
    for ours, theirs in times_of_a_kind(have, said):
        yield "time", ours, theirs
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


_ONE = frozenset({"<home>", "<employer>", "<job>", "<from>"})
_LIKED = frozenset({"<favourite>", "<prefer>"})
_CODES = frozenset({"<phone>", "<email>", "<password>"})
_CHANGES = frozenset({"<change>", "<move>"})


def rivals(have: Reading, said: Reading) -> bool:
    """Two values of what only one of can be, though no attribute says so."""
    mine, yours = _without(have, frozenset()), _without(said, frozenset())
    mine, yours = (dict(filter(_no_mark, one.items())) for one in (mine, yours))
    common = max(share(yours, mine), share(mine, yours))
    if common >= _SAME or have.words == said.words:
        return False
    if _same_head(have, said) or _same_marks(have, said):
        return True
    if not _CHANGES & said.signs or not same_attitude(have, said):
        return False
    return common >= SAME_FRAME or bool(mine.keys() & yours.keys() & FUNCTIONAL_NOUNS)


def _no_mark(item: tuple[str, float]) -> bool:
    return item[0][0] != "<"


def _same_head(have: Reading, said: Reading) -> bool:
    """My manager is ..., said twice."""
    if not have.head or have.head != said.head:
        return False
    return not have.head.isascii() or have.head.split()[-1] in FUNCTIONAL_NOUNS


def _same_marks(have: Reading, said: Reading) -> bool:
    """Both say where one lives, what one likes best, how one is called."""
    marks = have.words.keys() & said.words.keys()
    changed = "<change>" in said.signs
    ordered = have.order and said.order
    if (
        (marks & _ONE and not (have.past or said.past))
        or (changed and "<study>" in marks)
        or (ordered and "<name>" in marks)
    ):
        return True
    if marks & _CODES:
        return _coded(have) and _coded(said)
    if changed and "<favourite>" in have.words and _LIKED & said.words.keys():
        return True
    told = have.topic.keys() & said.topic.keys()
    return bool(marks & _LIKED) and any(have.topic[word] >= 1 for word in told)


def _coded(reading: Reading) -> bool:
    """It names an address or a number."""
    return any("@" in word[1:] or word[0].isdigit() for word in reading.words)
