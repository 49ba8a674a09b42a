"""How English is read."""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

from memos.ingest.reading import english_words as table
from memos.ingest.reading.english_phrases import PHRASES, SIGNS
from memos.ingest.reading.model import LIGHT, Found, Reading, halves

_stemmer = Stemmer.Stemmer("english", 0)
_PHRASES = tuple((re.compile(pattern), mark) for pattern, mark in PHRASES)
_TOKEN = re.compile(r"<\w+>|[^\W_]+(?:[.,:][0-9]+)*(?:@[\w.]+)?")
_LEADING = re.compile(
    r"\A(?:(?:oh|well|so|and|but|also|hey|hi|ok|okay|btw|fyi|by the way|actually|no|sorry|wait|update|correction"
    r"|just so you know|for the record|to be clear)\b[,:;.!\s-]*)+"
)
_DENIED = re.compile(
    r"\bnot (?P<first>[^,;.]{2,40}?),? but (?P<rest>.+)|(?:,| -|;| and| but) (?:it is |it was |i am |he is |she is )?not (?P<last>(?!any|really|the best|only)[^,;.]{2,40})[.!]?\Z"
    r"|\bsorry,? i (?:told you|said|wrote)(?: it was)? (?P<told>[^,;.]{1,30})|\b(?:instead of|rather than) (?P<instead>[^,;.]{2,40})|\b(?:switched from|replaced (?:my|the|our)|swapped (?:my|the|our)|traded (?:in )?(?:my|the|our)) (?P<switched>\w+)(?= (?:to|with|for|in)\b)"
)
_PERSON = re.compile(
    rf"\A(?:my|our)(?: \w+)? (?P<who>{'|'.join(sorted(table.PERSONS, key=len, reverse=True))}|mom|mum|dad)(?P<of>'s)?\b"
)
_KIN = re.compile(
    rf"\b(?!it|that|what|who|there|here|he|she)\w+'s (?:\w+ )?({'|'.join(sorted(table.PERSONS, key=len, reverse=True))})\b"
)
_CAPITAL = re.compile(r"(?<![.!?] )(?<=[a-z0-9,'] )[A-Z][\w'-]*")


def read_english(raw: str) -> Reading:
    """The reading of an English clause."""
    names = {
        name.lower().removesuffix("'s") for name in _CAPITAL.findall(raw) if name not in _NO_NAMES
    }
    text = raw.lower() + " "
    text = _SPACED.sub("", text)
    text = _CONTRACTED.sub(lambda match: table.CONTRACTIONS[match[0]], text)
    leading = _LEADING.match(text)
    opening = leading[0] if leading else ""
    text = text[len(opening) :]
    person = _PERSON.match(text)
    text_head = text
    denied_text = ""
    denied = _DENIED.search(text)
    if denied:
        denied_text = next(
            filter(
                None,
                (
                    denied["first"],
                    denied["last"],
                    denied["instead"],
                    denied["switched"],
                    denied["told"],
                ),
            )
        )
        text = text.replace("not " + denied_text, " ").replace(denied_text, " ")
    signs = {"<change>"} if _CORRECTS.search(opening) else set()
    text = _TENS.sub(
        lambda match: str(_TENS_OF[match[1]] + int(table.NUMBER_WORDS.get(match[2], "1"))),
        _clock(text),
    )
    for pattern, mark in _PHRASES:
        text = pattern.sub(mark, text)
    words, found, no = halves(text, _words)
    signs |= found
    wrong = frozenset(_words(denied_text)[0]) - words.keys() | no
    stems = {canonical(name) for name in names}
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit() and ":" not in word),
        times=frozenset(
            word for word in words if word.startswith("@") or (word[0].isdigit() and ":" in word)
        ),
        names=frozenset(word for word in stems & words.keys() if word[0] != "@"),
        signs=frozenset(signs),
        denied=wrong,
        person=canonical(person["who"]) if person and not person["of"] else "",
        kin=frozenset(map(canonical, _KIN.findall(text_head))),
        head=_head(text_head),
        order=_ORDER.search(raw) is not None,
        past=_PAST.search(raw) is not None,
    )


_CONTRACTED = re.compile(
    "|".join(
        rf"\b{short}\b" if short[0].isalpha() and "'" not in short else rf"{short}\b"
        for short in table.CONTRACTIONS
    )
)

_ORDER = re.compile(
    r"\A\W*(?:please |always |never |ok |from now on,? |going forward,? |in future,? |just |do not |don't |can you |could you |you (?:can|should|must) |i want you to |i(?:'d| would) like you to )*"
    r"(?:answer|reply|respond|write|use|give|keep|call|address|speak|talk|explain|stick|be|show|format|start|end|skip|include|add|remind|send|make|stop|avoid|drop|put|list|summari[sz]e|cut|let)\b"
    r"|\b(?:answers?|replies|responses?|reply|respond|messages) (?:to me|should|in|must|short|brief)\b|\byou(?:r| should| can| must)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:yesterday|ago|last (?:night|week|weekend|month|year|spring|summer|autumn|fall|winter|\w+day)|in (?:19|20)\d\d|back in (?:19|20)\d\d|back when)\b|\b(?:i|we) (?:was|were|went|had|saw|flew|visited|ran|took|attended|hosted|broke|did)\b(?! born| to\b)",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"(?:\A|[,;.:] ?|\b(?:and|but|so) )(?:my|our|the) (?P<head>(?:[a-z-]+ ){1,4}?)(?:is|are|was|will be)\b"
)


def _head(text: str) -> str:
    """The noun of "my ... is ..."."""
    match = _HEAD.search(text)
    return " ".join(filter(None, map(canonical, match["head"].split()))) if match else ""


_SPACED = re.compile(r"(?<=\d\d\d)[ -](?=\d\d\d)")  # within telephone numbers
_TENFOLD = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS_OF = {word: at * 10 for at, word in enumerate(_TENFOLD.split(), 2)}
_TENS = re.compile(rf"\b({'|'.join(_TENS_OF)})[- ](one|two|three|four|five|six|seven|eight|nine)\b")
_NO_NAMES = {"I", "I'm", "I've", "I'd", "I'll"}
_CORRECTS = re.compile("actually|no|sorry|wait|correction")


def _clock(text: str) -> str:
    """Clock times in one form."""

    def written(match: re.Match[str]) -> str:
        hour, minute, _, hours, minutes, sharp, bare = match.groups()
        at = int(hour or hours or sharp or bare) % 12  # most people leave the half of the day out
        return f" {at:02d}:{minute or minutes or '00'} "

    return table.TIMED.sub(written, text)


def _words(text: str) -> Found:
    words: dict[str, float] = {}
    signs: set[str] = set()
    for token in _TOKEN.findall(text):
        if token[0] == "<":
            signs.add(token)
            if token not in SIGNS:
                words[token] = LIGHT if token in table.LIGHT_WORDS else 1.0
            continue
        if token in ("not", "no", "never", "without", "none"):
            signs.add("<not>")
            continue
        word = canonical(token)
        if word and word not in table.DROPPED:
            words.setdefault(word, LIGHT if word in _LIGHT else 1.0)
            while broader := _BROADER.get(word):
                words.setdefault(broader, LIGHT)
                word = broader
    return words, signs


@lru_cache(maxsize=65_536)
def canonical(token: str) -> str:
    """A word as all its forms and synonyms are written here; '' for one that says nothing."""
    token = token.removesuffix("'s")
    if token in table.TIME_WORDS:
        return "@" + table.TIME_WORDS[token]
    if token in table.NUMBER_WORDS:
        return table.NUMBER_WORDS[token]
    if token in table.DROPPED:
        return ""
    if token[0].isdigit():
        return re.sub(r"(?<=\d)(?:st|nd|rd|th)\Z", "", token).replace(",", "")
    token = table.IRREGULAR.get(token, token)
    token = table.SYNONYMS.get(token, token)
    stem = str(_stemmer.stemWord(token))
    return _SYNONYM_STEMS.get(stem, stem)


_SYNONYM_STEMS = {
    str(_stemmer.stemWord(word)): str(_stemmer.stemWord(to)) for word, to in table.SYNONYMS.items()
}
_LIGHT = {str(_stemmer.stemWord(word)) for word in table.LIGHT_WORDS if word[0] != "<"} | {
    word for word in table.LIGHT_WORDS if word[0] == "<"
}
_BROADER = {canonical(word): canonical(to) for word, to in table.BROADER.items()}
EXCLUSIVE: dict[str, str] = {canonical(word): group for word, group in table.EXCLUSIVE.items()}
PERSONS = frozenset(map(canonical, table.PERSONS)) - {
    "wife",
    "husband",
    "girlfriend",
    "boyfriend",
    "partner",
}
FUNCTIONAL_NOUNS = frozenset(map(canonical, table.FUNCTIONAL_NOUNS))
