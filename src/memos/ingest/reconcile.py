"""Reconcile: how something newly said stands to what is known, without a model.

Both are compared as readings: which words matter, and how they hold. What differs decides: another
value of what there is one of, the other sign, or an end is a contradiction; nothing but more words
is a refinement; nothing at all a duplicate. Where nothing fits, both hold: a wrong merge loses
knowledge, and a wrong contradiction hides something true.
"""

from __future__ import annotations

from collections.abc import Iterable

from memos.ingest.reading import EXCLUSIVE, FUNCTIONAL_NOUNS, Reading, alike, read
from memos.model.claim import ATTRIBUTES, EVENT, SELF, Claim, Relation
from memos.model.memory import Kind

MERGE = 0.75
"""The share of a text's words that another one must have to say it too."""

_SAME_TOPIC = 0.7  # the same, of what one says and the other denies
_SAME_FRAME = 0.5  # the same, of what is left when the values that differ are taken out
_ALIKE = 0.86  # similarity from which texts with most words in common say the same
_SPEAKER = frozenset({SELF, "i", "me", "my", "myself", "we", "us", "user", "我", "咱", "我们", "咱们", "本人", "自己"})
_OWN = ("my ", "our ", "the ", "我的", "我们的", "咱们", "我家", "咱家", "我们", "我")


def slot(claim: Claim) -> str | None:
    """What a claim is about, if there is only one of it at a time."""
    if claim.attribute is None or not ATTRIBUTES.get(claim.attribute, False):
        return None
    return f"{_subject(claim)}/{claim.attribute}"


def relation(old: Claim, new: Claim, similarity: float | None = None) -> Relation:
    """How `new` stands to `old`; `similarity` is the cosine of their embeddings, where known."""
    if _subject(old) != _subject(new):
        return Relation.NEW
    name = slot(old)
    if name is not None and name == slot(new):
        return _in_slot(old, new)
    return _in_words(old, new, similarity)


def _subject(claim: Claim) -> str:
    subject = claim.subject.casefold().strip()
    if subject in _SPEAKER:
        return SELF
    for own in _OWN:
        if subject.startswith(own) and len(subject) > len(own):
            return subject[len(own) :].strip()
    return subject


def _in_slot(old: Claim, new: Claim) -> Relation:
    """Two values of what there is one of."""
    have, said = read(old.value or old.text), read(new.value or new.text)
    if _over(said) != _over(have):
        return Relation.CONTRADICTION
    mine, yours = _undated(have), _undated(said)
    if not mine or not yours:
        mine, yours = have.words, said.words
    covered, covering = share(mine, yours), share(yours, mine)
    if have.figures - said.figures and said.figures - have.figures:
        return Relation.CONTRADICTION
    if covering >= MERGE:
        return Relation.DUPLICATE
    return Relation.REFINEMENT if covered >= MERGE else Relation.CONTRADICTION


def _undated(reading: Reading) -> dict[str, float]:
    return {
        word: weight
        for word, weight in reading.words.items()
        if word not in reading.times and word[0] != "<"
    }


def _in_words(old: Claim, new: Claim, similarity: float | None) -> Relation:
    have, said = read(old.text), read(new.text)
    if have.person != said.person and not ({have.person, said.person} & ({*have.words, *said.words} - {""}) and (have.person in said.words or said.person in have.words)):
        return Relation.NEW
    if _denies(have, said):
        return Relation.CONTRADICTION
    if _sign(old, have) != _sign(new, said):
        return Relation.CONTRADICTION if _opposed(have, said) else Relation.NEW
    happened = EVENT in (old.label, new.label)
    if _another_value(have, said, happened=happened):
        return Relation.NEW if happened else Relation.CONTRADICTION
    if "<also>" in said.signs and "<also>" not in have.signs:
        return Relation.NEW
    if _rivals(have, said):
        return Relation.CONTRADICTION
    return _merged(have, said, similarity)


def _merged(have: Reading, said: Reading, similarity: float | None) -> Relation:
    covered, covering = share(have.words, said.words), share(said.words, have.words)
    if similarity is not None and similarity >= _ALIKE and min(covered, covering) >= MERGE - 0.25:
        return Relation.DUPLICATE
    if have.figures - said.figures and said.figures - have.figures:
        return Relation.NEW
    if covering >= MERGE and not said.figures - have.figures and not said.times - have.times:
        return Relation.DUPLICATE
    if covered >= MERGE:
        return Relation.REFINEMENT
    return Relation.NEW


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


def _over(reading: Reading) -> bool:
    """It says that something is not so, or no longer."""
    return bool(reading.signs & {"<end>", "<not>"}) and "<again>" not in reading.signs


def _sign(claim: Claim, reading: Reading) -> bool:
    """Whether the claim says that something holds, or that somebody likes it."""
    against = _over(reading) or "<hate>" in reading.signs
    if claim.kind is Kind.PREFERENCE and claim.likes is not None and not against:
        return claim.likes
    return not against


def _denies(have: Reading, said: Reading) -> bool:
    """A correction names what is known as wrong."""
    return any(word in have.words for word in said.denied)


def _opposed(have: Reading, said: Reading) -> bool:
    """Of opposite signs: whether it is about the same thing."""
    mine, yours = have.topic, said.topic
    if _share_marks(have, said, {"<partner>", "<work>", "<employer>", "<job>", "<home>", "<study>"}) and not _names_differ(have, said):
        return "<end>" in said.signs or "<end>" in have.signs or share(yours, mine) >= _SAME_TOPIC
    if not mine or not yours:
        return False
    if share(yours, mine) >= _SAME_TOPIC:
        return True
    return "<not>" not in said.signs and share(mine, yours) >= _SAME_TOPIC


def _share_marks(have: Reading, said: Reading, marks: set[str]) -> bool:
    mine, yours = marks & have.words.keys(), marks & said.words.keys()
    work = {"<work>", "<employer>", "<job>"}
    return bool(mine & yours) or bool(mine & work and yours & work)


def _names_differ(have: Reading, said: Reading) -> bool:
    return bool(have.names and said.names) and not have.names & said.names


def _another_value(have: Reading, said: Reading, *, happened: bool) -> bool:
    """The same statement with another number, time or word of a group that excludes the others."""
    for mine, yours in _typed(have, said):
        ours, theirs = mine - yours, yours - mine
        if ours and theirs and (happened or "<also>" not in said.signs):
            rest = {w: v for w, v in have.words.items() if w not in ours}
            other = {w: v for w, v in said.words.items() if w not in theirs}
            if max(share(rest, other), share(other, rest)) >= _SAME_FRAME and _frame(rest, other):
                return True
    return False


def _frame(rest: dict[str, float], other: dict[str, float]) -> bool:
    """There is something left to have in common."""
    return bool(rest and other) and min(share(rest, other), share(other, rest)) >= 0.3


def _typed(have: Reading, said: Reading) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    yield have.figures, said.figures
    yield have.times, said.times
    mine, yours = _groups(have), _groups(said)
    for group in mine.keys() & yours.keys():
        yield mine[group], yours[group]


def _groups(reading: Reading) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word in reading.words:
        if group := EXCLUSIVE.get(word):
            found[group] = found.get(group, frozenset()) | {word}
    return found


_ONE = frozenset({"<home>", "<employer>", "<job>", "<favourite>", "<birthday>", "<password>", "<prefer>", "<from>", "<email>", "<phone>"})


def _rivals(have: Reading, said: Reading) -> bool:
    """Two values of what only one of can be, though no attribute says so."""
    mine, yours = have.topic, said.topic
    if share(yours, mine) >= MERGE or share(mine, yours) >= MERGE:
        return False
    marks = _ONE & have.words.keys() & said.words.keys()
    if marks & {"<favourite>", "<prefer>", "<name>"}:
        return bool(mine.keys() & yours.keys())
    if marks:
        return True
    if any(word in FUNCTIONAL_NOUNS for word in mine.keys() & yours.keys()):
        return "<change>" in said.signs or "<move>" in said.signs
    return bool({"<change>", "<move>"} & said.signs) and max(share(mine, yours), share(yours, mine)) >= _SAME_FRAME
