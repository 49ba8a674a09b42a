"""The first person in place of a person who speaks in the memory, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from memos.language.names import names, normalise
from memos.language.tokens import STOPWORDS

_FIRST_PERSON = re.compile(
    r"\b(?:[Ii]|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|[Oo]urselves)\b(?!\.[a-z])|[我咱俺]"
)


def in_first_person(text: str, persons: Collection[str]) -> str:
    """`text` with the first of `persons` in it as I, my, me or 我, the pronouns after it too.

    `persons` are normalised names; a word of one is enough ('Lee' for 'ann lee'). Unchanged where
    nobody of them is named, or where somebody else says I already.
    """
    if not persons or _FIRST_PERSON.search(text):
        return text
    mention = next(_mentions(text, _known(frozenset(persons))), None)
    if mention is None:
        return text
    at, spellings = mention
    before, after = text[:at], text[at:]
    person = _written(spellings)
    if _HAN.search(text):
        after = person.sub("我", after)
    else:
        after = person.sub(lambda found: _self(found, before[-_LEFT:]), after)
    return _agreed(before + _pronouns(after))


@lru_cache(maxsize=256)
def _written(spellings: frozenset[str]) -> re.Pattern[str]:
    """A name as a whole word, its possessive included; Chinese knows no word boundary."""
    longest_first = map(re.escape, sorted(spellings, key=len, reverse=True))
    return re.compile(
        "|".join(
            name if _HAN.match(name) else rf"{name}(?<![^\W\u4e00-\u9fff]{name})(?:['’]s?)?(?![^\W\u4e00-\u9fff])"
            for name in longest_first
        )
    )  # fmt: skip


_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,}")
_LONGEST_HAN_NAME = 6  # characters
_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]+")

Mention = tuple[int, frozenset[str]]  # where it begins; how it may be written


@dataclass(frozen=True, slots=True)
class _Known:
    """Persons by name, word of the name and Chinese given name; `sizes` of the Chinese ones."""

    keys: frozenset[str]
    sizes: tuple[int, ...]  # in characters, the longest first


@lru_cache(maxsize=64)
def _known(persons: frozenset[str]) -> _Known:
    words = {word for person in persons for word in person.split() if len(word) > 1}
    given = {p[-2:] for p in persons if _HAN.match(p) and 3 <= len(p) <= 4}
    keys = (persons | words | given) - {""}
    sizes = {len(key) for key in keys if _HAN.match(key) and 1 < len(key) <= _LONGEST_HAN_NAME}
    return _Known(keys, tuple(sorted(sizes, reverse=True)))


def _mentions(text: str, known: _Known) -> Iterator[Mention]:
    """The persons in `text`: Chinese ones, those seen by the rules for names, known words."""
    for run in _HAN_RUN.finditer(text) if known.sizes else ():
        for at in range(run.start(), run.end() - 1):
            for size in known.sizes:
                if (name := text[at : at + size]) in known.keys:
                    given = {name[-2:]} & known.keys
                    yield at, frozenset({name} | given)
    for name in names(text):
        key = normalise(name)
        if shared := known.keys.intersection([key, *key.split()]):
            spellings = frozenset([name, *(word.capitalize() for word in shared)])
            yield min(at for s in spellings if (at := text.find(s)) >= 0), spellings
    found = list(_WORD.finditer(text))
    lower = not any(match[0][0].isupper() for match in found[1:])
    for match in found:
        word = match[0].lower()
        if word in known.keys and word not in STOPWORDS and (lower or match[0][0].isupper()):
            yield match.start(), frozenset([match[0]])


_OBJECT_AFTER = re.compile(  # 'me' stands after these, not 'I'
    r"\b(?:to|for|with|from|about|of|by|at|near|without|behind|beside|between|against|towards?|on|upon"
    r"|(?:g[ia]v|giv|t[eo]ll|told|ask|help|meet|met|see|saw|show|invit|visit|call|send|sent|teach|taught"
    r"|let|bring|brought|bought|paid|pay|suit|bother|ring|rang|inspir|motivat|convinc|surpris|remind)(?:e?s|e?d|ing|e)?"
    r"|made|makes?|got)\s*\Z",
    re.IGNORECASE,
)
_ENDS_AFTER = re.compile(r"\s*(?:[?.!,;:]|\Z)")
_SUBJECT_AFTER = re.compile(
    r"(?:\A|[,;:.?!]|\b(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|might|than|as"
    r"|and|or|that|what|who|how))\s*\Z",
    re.IGNORECASE,
)


_LEFT = 24  # characters that decide between 'I' and 'me'


def _self(found: re.Match[str], before: str) -> str:
    """I, my or me for a name found in a text that follows on `before`."""
    if found[0].endswith(("'s", "’s", "'", "’")):
        return "my"
    left = before + found.string[max(0, found.start() - _LEFT) : found.start()]
    if _OBJECT_AFTER.search(left):
        return "me"
    last = _ENDS_AFTER.match(found.string, found.end()) is not None
    return "me" if last and not _SUBJECT_AFTER.search(left) else "I"


_HE = {"he": "I", "him": "me", "his": "my", "himself": "myself"}
_SHE = {"she": "I", "hers": "mine", "herself": "myself", "her": "my"}
_ONE = _HE | _SHE
_THEY = {"they": "I", "them": "me", "their": "my", "theirs": "mine", "themselves": "myself"}
_HE_OR_SHE = re.compile(r"\b([Hh](?:e|im|is|imself|er|ers|erself)|[Ss]he)\b")
_TA = re.compile(r"([他她])(?<![其吉].)(?!们|人)")
_ANYBODY = re.compile(r"\b([Tt]he(?:y|m|ir|irs|mselves))\b")
_MANY = re.compile(r"\b(?:and|both|two|people|children|kids|parents|[a-z]{3,}[^\W\ds'’]s)\b")
_HER_ALONE = re.compile(
    r"\s*(?:[?.!,;:)]|\Z)|\s+(?:to|in|on|at|for|with|from|about|when|that|and|or|if|by|up|out|off|a|an|the"
    r"|there|here|again|now|then|how|what|why|after|before|during|as|because|so|go|feel|do|is|was)\b",
    re.IGNORECASE,
)


def _pronouns(text: str) -> str:
    """The pronouns that can only mean the person, as I, my and me; with two sexes, none can."""
    if _HAN.search(text) and len(set(_TA.findall(text))) == 1:
        text = _TA.sub("我", text)
    found = {word.lower() for word in _HE_OR_SHE.findall(text)}
    if found and (found <= _HE.keys() or found <= _SHE.keys()):
        text = _HE_OR_SHE.sub(_instead, text)
    they = None if found else _ANYBODY.search(text)
    if they and not _MANY.search(text, 0, they.start()):
        text = _ANYBODY.sub(lambda match: _THEY[match[1].lower()], text)
    return text


def _instead(match: re.Match[str]) -> str:
    word = match[1].lower()
    if word == "her" and _HER_ALONE.match(match.string, match.end()):
        return "me"
    return _ONE[word]


_AGREES = {"is": "am", "are": "am", "'s": "'m", "’s": "’m", "has": "have", "does": "do"}
_DISAGREED = re.compile(r"\bI( ?)(is|are|has|does|['’]s)\b")
_ENDS_IN_S = re.compile(
    r"\bI (?!always\b|perhaps\b|besides\b|sometimes\b|afterwards\b|was\b|\w*ss\b)([a-z]{2,}?)"
    r"(?:(?<=ch)es|(?<=sh)es|(?<=[sxo])es|s)\b"
)


def _agreed(text: str) -> str:
    """'I has' -> 'I have', 'I jokes' -> 'I joke', once a person has become I."""
    text = _DISAGREED.sub(lambda found: "I" + found[1] + _AGREES[found[2]], text)
    return _ENDS_IN_S.sub(r"I \1", text)
