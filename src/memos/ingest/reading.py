"""Readings: a clause as the words that matter in it, and how it holds; to compare it with others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from memos.ingest import oppositions as en
from memos.ingest import oppositions_han as zh

_LIGHT_WEIGHT = 0.35
_LONGEST = 400  # characters that are read; claims are clauses
_stemmer = Stemmer.Stemmer("english", 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """`words` with their weights, in order; `figures`, `times` and `names` are among them.

    `signs` are the marks of how it holds; `denied` what a correction says is not so ("not Porto
    but Lisbon"); `person` whom it begins with, where that is not the speaker.
    """

    words: dict[str, float]
    figures: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    person: str = ""

    @property
    def topic(self) -> dict[str, float]:
        """What it is about: the words that are no marks."""
        return {word: weight for word, weight in self.words.items() if word[0] != "<"}


@lru_cache(maxsize=8_192)
def read(text: str) -> Reading:
    """The reading of a clause, English or Chinese."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).replace("’", "'").strip()
    return _read_han(text) if _HAN.search(text) else _read_english(text)


_HAN = re.compile("[\u4e00-\u9fff]")
_PHRASES = tuple((re.compile(pattern), mark) for pattern, mark in en.ENGLISH_PHRASES)
_TOKEN = re.compile(r"<\w+>|[^\W_]+(?:[.,:][0-9]+)*(?:@[\w.]+)?")
_LEADING = re.compile(
    r"\A(?:(?:oh|well|so|and|but|also|hey|hi|ok|okay|btw|fyi|by the way|actually|no|sorry|wait|update|correction"
    r"|just so you know|for the record|to be clear)\b[,:;.!\s-]*)+"
)
_DENIED = re.compile(
    r"\bnot (?P<first>[^,;.]{2,40}?),? but (?P<rest>.+)|(?:,| -|;| and| but) (?:it is |it was |i am |he is |she is )?not (?P<last>(?!any|really|the best|only)[^,;.]{2,40})[.!]?\Z"
    r"|\b(?:instead of|rather than) (?P<instead>[^,;.]{2,40})|\bswitched from (?P<switched>\w+)"
)
_PERSON = re.compile(
    rf"\A(?:my|our)(?: \w+)? (?P<who>{'|'.join(sorted(en.PERSONS, key=len, reverse=True))}|mom|mum|dad)(?P<of>'s)?\b"
)
_CAPITAL = re.compile(r"(?<![.!?] )(?<=[a-z0-9,'] )[A-Z][\w'-]*")


def _read_english(raw: str) -> Reading:
    names = {name.lower().removesuffix("'s") for name in _CAPITAL.findall(raw) if name not in _NO_NAMES}
    text = raw.lower() + " "
    text = _CONTRACTED.sub(lambda match: en.CONTRACTIONS[match[0]], text)
    leading = _LEADING.match(text)
    opening = leading[0] if leading else ""
    text = text[len(opening) :]
    person = _PERSON.match(text)
    denied_text = ""
    denied = _DENIED.search(text)
    if denied:
        denied_text = next(filter(None, (denied["first"], denied["last"], denied["instead"], denied["switched"])))
        text = text.replace("not " + denied_text, " ").replace(denied_text, " ")
    signs = {"<change>"} if _CORRECTS.search(opening) else set()
    text = _clock(text)
    for pattern, mark in _PHRASES:
        text = pattern.sub(mark, text)
    words, found = _english_words(text)
    signs |= found
    wrong = frozenset(_english_words(denied_text)[0])
    stems = {_canon(name) for name in names}
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit() and ":" not in word),
        times=frozenset(word for word in words if word.startswith("@") or (word[0].isdigit() and ":" in word)),
        names=frozenset(stems & words.keys()),
        signs=frozenset(signs),
        denied=wrong - words.keys(),
        person=_canon(person["who"]) if person and not person["of"] else "",
    )


_CONTRACTED = re.compile("|".join(rf"\b{short}\b" if short[0].isalpha() and "'" not in short else rf"{short}\b" for short in en.CONTRACTIONS))
_NO_NAMES = {"I", "I'm", "I've", "I'd", "I'll"}
_CORRECTS = re.compile("actually|no|sorry|wait|correction")


def _clock(text: str) -> str:
    """Clock times in one form."""

    def written(match: re.Match[str]) -> str:
        hour, minute, half, hours, minutes, sharp = match.groups()
        at = int(hour or hours or sharp) % 24
        if half:
            at = at % 12 + 12 * (half.lower() == "p")
        return f" {at:02d}:{minute or minutes or '00'} "

    return en.TIMED.sub(written, text)


def _english_words(text: str) -> tuple[dict[str, float], set[str]]:
    words: dict[str, float] = {}
    signs: set[str] = set()
    for token in _TOKEN.findall(text):
        if token[0] == "<":
            signs.add(token)
            if token not in en.SIGNS:
                words[token] = _LIGHT_WEIGHT if token in en.LIGHT else 1.0
            continue
        if token == "not" or token in ("never", "without", "none"):
            signs.add("<not>")
            continue
        word = _canon(token)
        if word and word not in en.DROPPED:
            words.setdefault(word, _LIGHT_WEIGHT if word in _LIGHT else 1.0)
    return words, signs


@lru_cache(maxsize=65_536)
def _canon(token: str) -> str:
    """A word as all its forms and synonyms are written here; '' for one that says nothing."""
    token = token.removesuffix("'s")
    if token in en.TIME_WORDS:
        return "@" + en.TIME_WORDS[token]
    if token in en.NUMBER_WORDS:
        return en.NUMBER_WORDS[token]
    if token in en.DROPPED:
        return ""
    if token[0].isdigit():
        return re.sub(r"(?<=\d)(?:st|nd|rd|th)\Z", "", token).replace(",", "")
    token = en.IRREGULAR.get(token, token)
    token = en.SYNONYMS.get(token, token)
    stem = str(_stemmer.stemWord(token))
    return _SYNONYM_STEMS.get(stem, stem)


_SYNONYM_STEMS = {
    str(_stemmer.stemWord(word)): str(_stemmer.stemWord(to)) for word, to in en.SYNONYMS.items()
}
_LIGHT = {str(_stemmer.stemWord(word)) for word in en.LIGHT if word[0] != "<"} | {
    word for word in en.LIGHT if word[0] == "<"
}
EXCLUSIVE: dict[str, str] = {_canon(word): group for word, group in en.EXCLUSIVE.items()} | zh.HAN_EXCLUSIVE
FUNCTIONAL_NOUNS = frozenset(map(_canon, en.FUNCTIONAL_NOUNS))

_HAN_PHRASES = tuple((re.compile(pattern), mark) for pattern, mark in zh.HAN_PHRASES)
_HAN_DENIED = re.compile(
    r"不是(?P<first>[^，。是而]{1,12})[，,、]?\s*(?:而?是|而)|[，,]\s*(?:并?不是|而不是|不在|不叫)(?P<last>[^，。]{1,12}?)(?:了|的)?[。！]?\Z|不(?P<verb>[住叫在去吃喝用学爱])(?P<wrong>[^，。了]{1,8})了?[，,]"
)
_HAN_PERSON = re.compile(
    rf"\A(?:我|咱|我们|我家)?(?:的)?(?P<who>{'|'.join(sorted(zh.HAN_PERSONS, key=len, reverse=True))})(?!(?:生|士|性|孩|人)|的?(?:名字|生日))"
)
_HAN_NUMBER = re.compile(r"@[^@]+@|\d+(?:\.\d+)?(?:[:：]\d\d)?|[一二三四五六七八九十两百]+(?=[个只次天年月周岁块元杯条张点分号斤米公千里层辆台套]|$)")
_HAN_TIME = re.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天末])|(\d+|十?[一二三四五六七八九十])月(?:(\d+|[一二三四五六七八九十]+)[日号])?|(\d+|[一二三四五六七八九十]+)[日号]"
    r"|(?:(上午|下午|晚上|早上|中午|傍晚|凌晨))?(\d+|十?[一二两三四五六七八九十])点(半)?(?!儿)|((?:明|后|今|昨)天|下周|上周|本周|这周|下个?月|上个?月|明年|今年|去年)"
)
_HAN_TOKEN = re.compile(r"<\w+>|@[^@]+@|[A-Za-z][\w.+#-]*|\d+(?:\.\d+)?|[\u3400-\u9fff]")
_HAN_UNITS = tuple(sorted((word for word in zh.HAN_EXCLUSIVE if len(word) > 1), key=len, reverse=True))


def _read_han(raw: str) -> Reading:
    text = raw.lower()
    denied_words: frozenset[str] = frozenset()
    signs = {"<change>"} if _HAN_DENIED.search(text) else set()
    if denied := _HAN_DENIED.search(text):
        wrong = next(filter(None, (denied["first"], denied["last"], denied["wrong"])))
        text = text.replace(denied[0], denied[0].replace(wrong, "").replace("不", "") if denied["wrong"] is None else "")
        denied_words = frozenset(_han_words(wrong)[0])
    text = _HAN_TIME.sub(_han_time, text)
    person = _HAN_PERSON.match(text)
    for pattern, mark in _HAN_PHRASES:
        text = pattern.sub(mark, text)
    text = _HAN_NUMBER.sub(lambda match: match[0] if match[0][0] == "@" else f" {_han_number(match[0])} ", text)
    words, found = _han_words(text)
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit()),
        times=frozenset(word for word in words if word[0] == "@"),
        names=frozenset(),
        signs=frozenset(signs | found),
        denied=denied_words - words.keys(),
        person=person["who"] if person else "",
    )


def _han_time(match: re.Match[str]) -> str:
    weekday, month, day, only, half, hour, thirty, other = match.groups()
    if weekday:
        return f"@周{weekday.replace('天', '日')}@"
    if month:
        return f"@{_han_number(month)}月@" + (f"@{_han_number(day)}号@" if day else "")
    if only:
        return f"@{_han_number(only)}号@"
    if hour:
        at = int(_han_number(hour))
        at += 12 if half in ("下午", "晚上", "傍晚") and at < 12 else 0
        return f"@{at}点{'30' if thirty else ''}@"
    return f"@{other.replace('个', '')}@"


def _han_number(word: str) -> str:
    if word[0].isdigit():
        return word
    total, digit = 0, 0
    for mark in word:
        if mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif mark == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            digit = zh.HAN_DIGITS[mark]
    return str(total + digit)


def _han_words(text: str) -> tuple[dict[str, float], set[str]]:
    words: dict[str, float] = {}
    signs: set[str] = set()
    for unit in _HAN_UNITS:
        if unit in text:
            text = text.replace(unit, " ")
            words[unit] = 1.0
    for token in _HAN_TOKEN.findall(text):
        if token[0] == "<":
            signs.add(token)
            if token not in en.SIGNS:
                words[token] = _LIGHT_WEIGHT if token in en.LIGHT else 1.0
        elif token.isascii() and token[0].isalpha():
            if word := _canon(token):
                words[word] = 1.0
        elif token not in zh.HAN_DROPPED:
            words.setdefault(token, _LIGHT_WEIGHT if token in zh.HAN_LIGHT else 1.0)
    return words, signs


def alike(word: str, other: str) -> bool:
    """Two words that are one: a letter's slip apart, or the same beginning with other ends."""
    short, long = sorted((word, other), key=len)
    if len(short) < 5 or not (short.isascii() and short.isalpha() and long.isalpha()) or short[0] != long[0]:
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
    return rest[1:] == other[1:] or rest[:2] == other[1::-1] and rest[2:] == other[2:]
