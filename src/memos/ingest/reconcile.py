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
    over,
    same_attitude,
    same_names,
    same_person,
    says_much,
    share,
    swaps,
    telling,
    values_differ,
)
from memos.ingest.opposing import another_value, denies, opposed, repeats_denied, rivals
from memos.ingest.reading import Reading, read
from memos.ingest.reading.english_words import ALONE, SYNONYMS, words
from memos.model.claim import ATTRIBUTES, EVENT, SELF, Claim, Relation
from memos.model.memory import Kind

MERGE = 0.7
"""The share of a text's words that another one must have to say it too."""

_SWAPPED = 0.1  # less in common, where each text has a word that the other lacks
_ALIKE = 0.78  # similarity from which texts with the same names say the same
_TOLD_AROUND = ("job", "employer", "field")  # said in a verb too: a teacher teaches
_SPEAKER = words("i me my myself we us user 我 咱 我们 咱们 本人 自己") | {SELF}
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
    weights = reading.words.items()
    left = {
        word: weight for word, weight in weights if word not in reading.times and word[0] != "<"
    }
    return left or reading.words


def _in_words(old: Claim, new: Claim, similarity: float | None, merge: float) -> Relation:
    """Two clauses of one person, whatever they are about."""
    have, said = read(old.text), read(new.text)
    if not same_person(have, said):
        return Relation.NEW
    if denies(have, said):
        return Relation.CONTRADICTION
    if repeats_denied(have, said):
        return Relation.REFINEMENT
    if _sign(old, new, have) != _sign(new, old, said) and not _bygone(have, said):
        return Relation.CONTRADICTION if opposed(have, said) else Relation.NEW
    return _of_one_sign(old, new, have, said) or _merged(have, said, similarity, merge)


def _of_one_sign(old: Claim, new: Claim, have: Reading, said: Reading) -> Relation | None:
    """What the values in two statements say; None for nothing."""
    if "<want>" in have.signs and "<want>" not in said.signs:
        done = "<done>" in said.signs and share(have.topic, said.words) >= SAME_FRAME
        return Relation.CONTRADICTION if done else Relation.NEW
    past = EVENT in (old.label, new.label) or have.past or said.past
    happened = past and not said.signs & {"<move>", "<change>"}
    group = another_value(have, said, happened=happened)
    if group is not None:
        return Relation.NEW if happened and group not in ALONE else Relation.CONTRADICTION
    if "<also>" in said.signs and "<also>" not in have.signs:
        return Relation.NEW
    return Relation.CONTRADICTION if rivals(have, said) else None


def _bygone(have: Reading, said: Reading) -> bool:
    """What is over, told of the time before it was."""
    return "<end>" in have.signs and said.past and "<not>" not in have.signs


def _merged(have: Reading, said: Reading, similarity: float | None, merge: float) -> Relation:
    """Whether one says the other; a number or a time more says more."""
    if not telling(said) or values_differ(have, said) or not same_attitude(have, said):
        return Relation.NEW
    covered, covering = share(have.words, said.words), share(said.words, have.words)
    if similarity is not None and similarity >= _ALIKE and same_names(have, said):
        covered, covering = (max(one, merge) for one in (covered, covering))
    elif swaps(have, said):
        covered, covering = covered - _SWAPPED, covering - _SWAPPED
    if max(covered, covering) < merge or not says_much(have, said):
        return Relation.NEW
    fuller = covered > covering and additions(have, said)
    dated = said.figures - have.figures or said.times - have.times
    if covering < merge or said.denied or fuller or (covered >= merge and dated):
        return Relation.REFINEMENT if covered >= merge or said.denied else Relation.NEW
    return Relation.NEW if dated else Relation.DUPLICATE


def _sign(claim: Claim, other: Claim, reading: Reading) -> bool:
    """Whether the claim says that something holds, or that somebody likes it."""
    if over(reading) or "<hate>" in reading.signs:
        return False
    tastes = claim.kind is other.kind is Kind.PREFERENCE
    return claim.likes is not False if tastes else True
