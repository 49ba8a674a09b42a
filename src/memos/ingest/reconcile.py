"""Reconcile: how something newly said stands to what is known, without a model.

Both are compared as readings: which words matter, and how they hold. What differs decides: another
value of what there is one of, the other sign, or an end is a contradiction; nothing but more words
is a refinement; nothing at all a duplicate. Where nothing fits, both hold: a wrong merge loses
knowledge, and a wrong contradiction hides something true.
"""

from __future__ import annotations

from collections.abc import Iterable

from memos.ingest.oppositions import ALONE, COLOURED, ORDERED
from memos.ingest.reading import EXCLUSIVE, FUNCTIONAL_NOUNS, Reading, alike, read
from memos.model.claim import ATTRIBUTES, EVENT, SELF, Claim, Relation
from memos.model.memory import Kind

MERGE = 0.75
"""The share of a text's words that another one must have to say it too."""

_SAME_TOPIC = 0.7  # the same, of what one says and the other denies
_SAME_FRAME = 0.5  # the same, of what is left when the values that differ are taken out
_ALIKE = 0.86  # similarity from which texts with most words in common say the same
_SPEAKER = frozenset(
    {
        SELF,
        "i",
        "me",
        "my",
        "myself",
        "we",
        "us",
        "user",
        "我",
        "咱",
        "我们",
        "咱们",
        "本人",
        "自己",
    }
)
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
    if _subject(old) != _subject(new):
        return Relation.NEW
    name = slot(old)
    if name is not None and name == slot(new):
        return _in_slot(old, new, merge)
    return _in_words(old, new, similarity, merge)


def _subject(claim: Claim) -> str:
    subject = claim.subject.casefold().strip()
    if subject in _SPEAKER:
        return SELF
    for own in _OWN:
        if subject.startswith(own) and len(subject) > len(own):
            return subject[len(own) :].strip()
    return subject


def _in_slot(old: Claim, new: Claim, merge: float) -> Relation:
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
    if new.attribute in ("job", "employer", "field") and "<change>" not in read(new.text).signs:
        covered = max(covered, share(mine, read(new.text).words))
    if covering >= merge:
        whole, fuller = read(old.text), read(new.text)
        more = _added(whole, fuller) >= 1 and share(whole.words, fuller.words) >= merge
        return Relation.REFINEMENT if more else Relation.DUPLICATE
    return Relation.REFINEMENT if covered >= merge else Relation.CONTRADICTION


def _undated(reading: Reading) -> dict[str, float]:
    return {
        word: weight
        for word, weight in reading.words.items()
        if word not in reading.times and word[0] != "<"
    }


def _in_words(old: Claim, new: Claim, similarity: float | None, merge: float) -> Relation:
    have, said = read(old.text), read(new.text)
    if not _same_person(have, said):
        return Relation.NEW
    if _denies(have, said):
        return Relation.CONTRADICTION
    if _sign(old, have) != _sign(new, said):
        return Relation.CONTRADICTION if _opposed(have, said) else Relation.NEW
    happened = not said.signs & {"<move>", "<change>"} and (
        EVENT in (old.label, new.label) or (have.past or said.past)
    )
    group = _another_value(have, said, happened=happened)
    if group is not None:
        return Relation.NEW if happened and group not in ALONE else Relation.CONTRADICTION
    if "<also>" in said.signs and "<also>" not in have.signs:
        return Relation.NEW
    if _rivals(have, said):
        return Relation.CONTRADICTION
    return _merged(have, said, similarity, merge)


def _same_person(have: Reading, said: Reading) -> bool:
    """Both begin with the same person, or one with somebody that the other one speaks of."""
    if have.person == said.person:
        return True
    return any(
        one and not ({one} if one.isascii() else set(one)) - other.words.keys()
        for one, other in ((have.person, said), (said.person, have))
    )


def _merged(have: Reading, said: Reading, similarity: float | None, merge: float) -> Relation:
    covered, covering = share(have.words, said.words), share(said.words, have.words)
    if similarity is not None and similarity >= _ALIKE and min(covered, covering) >= merge - 0.25:
        return Relation.DUPLICATE
    if have.figures - said.figures and said.figures - have.figures:
        return Relation.NEW
    if _likes(have) != _likes(said):
        return Relation.NEW
    if covered >= merge and _added(have, said) >= 1 and covered > covering:
        return Relation.REFINEMENT
    if covering >= merge and not said.figures - have.figures and not said.times - have.times:
        return Relation.DUPLICATE
    if covered >= merge:
        return Relation.REFINEMENT
    return Relation.NEW


def _added(have: Reading, said: Reading) -> float:
    """The weight of the words that are new."""
    return sum(
        weight
        for word, weight in said.words.items()
        if word not in have.words and not any(alike(word, other) for other in have.words)
    )


def _likes(reading: Reading) -> bool:
    marks = {"<like>", "<hate>", "<favourite>", "<prefer>"}
    return bool(marks & reading.signs)


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
    if not said.denied or _over(have):
        return False
    denied = {word: have.words.get(word, 1.0) for word in said.denied}
    return share(denied, have.words) >= _SAME_TOPIC and any(
        weight >= 1 for weight in denied.values()
    )


def _opposed(have: Reading, said: Reading) -> bool:
    """Of opposite signs: whether it is about the same thing."""
    mine, yours = have.topic, said.topic
    if _share_marks(
        have, said, {"<partner>", "<work>", "<employer>", "<job>", "<home>", "<study>"}
    ) and not _names_differ(have, said):
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


def _another_value(have: Reading, said: Reading, *, happened: bool) -> str | None:
    """The same statement with another number, time or word of a group of which one holds: which."""
    for group, mine, yours in _typed(have, said):
        ours, theirs = mine - yours, yours - mine
        if not (ours and theirs) or ("<also>" in said.signs and not happened):
            continue
        rest = _without(have, ours)
        other = _without(said, theirs)
        if group in ALONE and max(sum(rest.values()), sum(other.values())) <= 1:
            return group
        if max(share(rest, other), share(other, rest)) >= _SAME_FRAME and _frame(rest, other):
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
        if group := EXCLUSIVE.get(word):
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


def _rivals(have: Reading, said: Reading) -> bool:
    """Two values of what only one of can be, though no attribute says so."""
    mine, yours = have.topic, said.topic
    if share(yours, mine) >= MERGE or share(mine, yours) >= MERGE:
        return False
    if have.head and have.head == said.head and have.head in FUNCTIONAL_NOUNS:
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
    if marks:
        return True
    if any(word in FUNCTIONAL_NOUNS for word in mine.keys() & yours.keys()):
        return "<change>" in said.signs or "<move>" in said.signs
    return (
        bool({"<change>", "<move>"} & said.signs)
        and max(share(mine, yours), share(yours, mine)) >= _SAME_FRAME
    )
