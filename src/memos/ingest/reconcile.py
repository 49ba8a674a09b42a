"""Reconcile: how something newly said stands to what is known, without a model.

Both are compared as readings: which words matter, and how they hold. What differs decides: another
value of what there is one of, the other sign, or an end is a contradiction; nothing but more words
is a refinement; nothing at all a duplicate. Where nothing fits, both hold: a wrong merge loses
knowledge, and a wrong contradiction hides something true.
"""

from __future__ import annotations

from memos.ingest.comparing import (
    SAME_FRAME,
    SAME_TOPIC,
    additions,
    alike,
    another_value,
    denies,
    likes,
    opposed,
    over,
    rivals,
    same_names,
    share,
    values_differ,
)
from memos.ingest.reading import Reading, read
from memos.ingest.reading.english_words import ALONE, SYNONYMS
from memos.ingest.reading.model import LIGHT
from memos.model.claim import ATTRIBUTES, EVENT, SELF, Claim, Relation
from memos.model.memory import Kind

MERGE = 0.75
"""The share of a text's words that another one must have to say it too."""

_ALIKE = 0.78  # similarity from which texts with the same names say the same
_TOLD_AROUND = ("job", "employer", "field")  # said in a verb too: a teacher teaches
_SPEAKER = frozenset({SELF, *"i me my myself we us user 我 咱 我们 咱们 本人 自己".split(" ")})
_OWN = ("my ", "our ", "the ", "我的", "我们的", "咱们", "我家", "咱家", "我们", "我")


def slot(claim: Claim) -> str | None:
    """What a claim is about, if there is only one of it at a time."""
    if claim.attribute is None or not ATTRIBUTES.get(claim.attribute, False):
        return None
    return f"{_subject(claim)}/{claim.attribute}"


def relation(
    old: Claim, new: Claim, similarity: float | None = None, *, merge: float = MERGE
) -> Relation:
    """How `new` stands to `old`; `similarity` is the cosine of their embeddings, where known."""
    if not _same_subject(old, new):
        return Relation.NEW
    name = slot(old) if _subject(old) == _subject(new) else None
    if name is not None and name == slot(new):
        return _in_slot(old, new, merge)
    return _in_words(old, new, similarity, merge)


def _same_subject(old: Claim, new: Claim) -> bool:
    """Both are about one person, or the speaker says something in which the other one occurs."""
    mine, yours = _subject(old), _subject(new)
    if mine == yours or SELF not in (mine, yours):
        return mine == yours
    speaking, other = (old, yours) if mine == SELF else (new, mine)
    named = read(other).words.keys()
    return speaking.attribute is None and bool(named) and named <= read(speaking.text).words.keys()


def _subject(claim: Claim) -> str:
    subject = claim.subject.casefold().strip()
    if subject in _SPEAKER:
        return SELF
    for own in _OWN:
        if subject.startswith(own) and len(subject) > len(own):
            subject = subject[len(own) :].strip()
            break
    return " ".join(SYNONYMS.get(word, word) for word in subject.split())


def _in_slot(old: Claim, new: Claim, merge: float) -> Relation:
    """Two values of what there is one of."""
    have, said = read(old.value or old.text), read(new.value or new.text)
    whole, fuller = read(old.text), read(new.text)
    if whole.kin != fuller.kin:
        return Relation.NEW
    mine, yours = _undated(have), _undated(said)
    covered, covering = share(mine, yours), share(yours, mine)
    if over(said) != over(have) or (have.figures - said.figures and said.figures - have.figures):
        return Relation.CONTRADICTION
    if "<end>" in whole.signs ^ fuller.signs:
        return _ended(whole, max(covered, covering))
    if new.attribute in _TOLD_AROUND and "<change>" not in fuller.signs:
        covered = max(covered, share(mine, fuller.words))
    if covering >= merge:
        more = additions(whole, fuller) and share(whole.words, fuller.words) >= merge
        return Relation.REFINEMENT if more else Relation.DUPLICATE
    return Relation.REFINEMENT if covered >= merge else Relation.CONTRADICTION


def _ended(whole: Reading, common: float) -> Relation:
    """One of the two values is over: the same one, or another one that was before."""
    before = "<end>" in whole.signs and common < SAME_TOPIC
    return Relation.NEW if before else Relation.CONTRADICTION


def _undated(reading: Reading) -> dict[str, float]:
    """The words of a value; what is only a date or a mark is all there is."""
    words = reading.words.items()
    left = {word: weight for word, weight in words if word not in reading.times and word[0] != "<"}
    return left or reading.words


def _in_words(old: Claim, new: Claim, similarity: float | None, merge: float) -> Relation:
    have, said = read(old.text), read(new.text)
    if not _same_person(have, said):
        return Relation.NEW
    if denies(have, said):
        return Relation.CONTRADICTION
    if said.denied and over(have) and share(have.topic, dict.fromkeys(said.denied, 1.0)) >= merge:
        return Relation.REFINEMENT
    if _sign(old, new, have) != _sign(new, old, said) and not _bygone(have, said):
        return Relation.CONTRADICTION if opposed(have, said) else Relation.NEW
    if "<want>" in have.signs and "<want>" not in said.signs:
        done = "<done>" in said.signs and share(have.topic, said.words) >= SAME_FRAME
        return Relation.CONTRADICTION if done else Relation.NEW
    happened = not said.signs & {"<move>", "<change>"} and (
        EVENT in (old.label, new.label) or (have.past or said.past)
    )
    group = another_value(have, said, happened=happened)
    if group is not None:
        return Relation.NEW if happened and group not in ALONE else Relation.CONTRADICTION
    if "<also>" in said.signs and "<also>" not in have.signs:
        return Relation.NEW
    if rivals(have, said):
        return Relation.CONTRADICTION
    return _merged(have, said, similarity, merge)


def _bygone(have: Reading, said: Reading) -> bool:
    """What is over, told of the time before it was."""
    return "<end>" in have.signs and said.past and "<not>" not in have.signs


def _same_person(have: Reading, said: Reading) -> bool:
    """Both begin with the same person, or one with somebody that the other one speaks of."""
    if have.person == said.person or alike(have.person, said.person):
        return True
    return any(
        one and not ({one} if one.isascii() else set(one)) - other.words.keys()
        for one, other in ((have.person, said), (said.person, have))
    )


def _merged(have: Reading, said: Reading, similarity: float | None, merge: float) -> Relation:
    if sum(said.words.values()) <= 1 < sum(have.words.values()) - LIGHT:
        return Relation.NEW  # one word says too little
    covered, covering = share(have.words, said.words), share(said.words, have.words)
    if values_differ(have, said) or likes(have) != likes(said) or have.kin != said.kin:
        return Relation.NEW
    if similarity is not None and similarity >= _ALIKE and same_names(have, said):
        covered, covering = (max(one, merge) for one in (covered, covering))
    if covered >= merge and additions(have, said) and covered > covering:
        return Relation.REFINEMENT
    if covering >= merge and said.denied:
        return Relation.REFINEMENT
    if covering >= merge and not said.figures - have.figures and not said.times - have.times:
        return Relation.DUPLICATE
    if covered >= merge:
        return Relation.REFINEMENT
    return Relation.NEW


def _sign(claim: Claim, other: Claim, reading: Reading) -> bool:
    """Whether the claim says that something holds, or that somebody likes it."""
    if over(reading) or "<hate>" in reading.signs:
        return False
    tastes = claim.kind is other.kind is Kind.PREFERENCE
    return claim.likes is not False if tastes else True
