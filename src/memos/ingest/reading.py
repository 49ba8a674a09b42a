"""Readings: a clause as the words that matter in it, and how it holds; to compare it with others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
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
    head: str = ""
    order: bool = False
    past: bool = False

    @property
    def topic(self) -> dict[str, float]:
        """What it is about: the words that are no marks."""
        return {word: weight for word, weight in self.words.items() if word[0] not in "<@"}


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
    names = {
        name.lower().removesuffix("'s") for name in _CAPITAL.findall(raw) if name not in _NO_NAMES
    }
    text = raw.lower() + " "
    text = _CONTRACTED.sub(lambda match: en.CONTRACTIONS[match[0]], text)
    leading = _LEADING.match(text)
    opening = leading[0] if leading else ""
    text = text[len(opening) :]
    person = _PERSON.match(text)
    text_head = text
    denied_text = ""
    denied = _DENIED.search(text)
    if denied:
        denied_text = next(
            filter(None, (denied["first"], denied["last"], denied["instead"], denied["switched"]))
        )
        text = text.replace("not " + denied_text, " ").replace(denied_text, " ")
    signs = {"<change>"} if _CORRECTS.search(opening) else set()
    text = _TENS.sub(lambda match: str(_TENS_OF[match[1]] + int(en.NUMBER_WORDS.get(match[2], "1"))), _clock(text))
    for pattern, mark in _PHRASES:
        text = pattern.sub(mark, text)
    words, found = _english_words(text)
    signs |= found
    wrong = frozenset(_english_words(denied_text)[0]) | _negated(text, _english_words)
    stems = {_canon(name) for name in names}
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit() and ":" not in word),
        times=frozenset(
            word for word in words if word.startswith("@") or (word[0].isdigit() and ":" in word)
        ),
        names=frozenset(stems & words.keys()),
        signs=frozenset(signs),
        denied=wrong - words.keys(),
        person=_canon(person["who"]) if person and not person["of"] else "",
        head=_head(text_head),
        order=_ORDER.search(raw) is not None,
        past=_PAST.search(raw) is not None,
    )


_CONTRACTED = re.compile(
    "|".join(
        rf"\b{short}\b" if short[0].isalpha() and "'" not in short else rf"{short}\b"
        for short in en.CONTRACTIONS
    )
)
_CLAUSES = re.compile(r"[,，;；。.!！]|\b(?:and|but)\b")


def _negated(
    text: str, words_of: Callable[[str], tuple[dict[str, float], set[str]]]
) -> frozenset[str]:
    """The words of the clauses that say no, where others say yes."""
    read = [words_of(part) for part in _CLAUSES.split(text)]
    no = [words for words, signs in read if words and signs & {"<not>", "<end>"}]
    yes = [words for words, signs in read if words and not signs & {"<not>", "<end>"}]
    return frozenset(word for words in no for word in words) if yes else frozenset()


_ORDER = re.compile(
    r"\A\W*(?:please |always |never |ok |from now on,? |going forward,? |in future,? |just |do not |don't |can you |could you |you (?:can|should|must) |i want you to |i(?:'d| would) like you to )*"
    r"(?:answer|reply|respond|write|use|give|keep|call|address|speak|talk|explain|stick|be|show|format|start|end|skip|include|add|remind|send|make|stop|avoid|drop|put|list|summari[sz]e|cut|let)\b"
    r"|\b(?:answers?|replies|responses?|reply|respond|messages) (?:to me|should|in|must|short|brief)\b|\byou(?:r| should| can| must)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:yesterday|ago|last (?:night|week|weekend|month|year|spring|summer|autumn|fall|winter|\w+day)|in (?:19|20)\d\d|back in)\b|\b(?:i|we) (?:was|were|went|had|saw|flew|visited|ran|took|attended|hosted|broke|did)\b(?! born| to\b)",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\A(?:my|our|the) (?P<head>(?:[a-z-]+ ){1,4}?)(?:is|are|was|will be)\b")


def _head(text: str) -> str:
    """The noun of "my ... is ..."."""
    match = _HEAD.match(text)
    return _canon(match["head"].split()[-1]) if match else ""


_TENS_OF = {word: at * 10 for at, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_TENS = re.compile(rf"\b({'|'.join(_TENS_OF)})[- ](one|two|three|four|five|six|seven|eight|nine)\b")
_NO_NAMES = {"I", "I'm", "I've", "I'd", "I'll"}
_CORRECTS = re.compile("actually|no|sorry|wait|correction")


def _clock(text: str) -> str:
    """Clock times in one form."""

    def written(match: re.Match[str]) -> str:
        hour, minute, half, hours, minutes, sharp, bare = match.groups()
        at = int(hour or hours or sharp or bare) % 24
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
        if token in ("not", "no", "never", "without", "none"):
            signs.add("<not>")
            continue
        word = _canon(token)
        if word and word not in en.DROPPED:
            words.setdefault(word, _LIGHT_WEIGHT if word in _LIGHT else 1.0)
            while broader := _BROADER.get(word):
                words.setdefault(broader, _LIGHT_WEIGHT)
                word = broader
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
_BROADER = {_canon(word): _canon(to) for word, to in en.BROADER.items()}
EXCLUSIVE: dict[str, str] = {
    _canon(word): group for word, group in en.EXCLUSIVE.items()
} | zh.HAN_EXCLUSIVE
FUNCTIONAL_NOUNS = frozenset(map(_canon, en.FUNCTIONAL_NOUNS))

_HAN_PHRASES = tuple((re.compile(pattern), mark) for pattern, mark in zh.HAN_PHRASES)
_HAN_DENIED = re.compile(
    r"不是(?P<first>[^，。是而]{1,12})[，,、]?\s*(?:而?是|而)|[，,]\s*(?:并?不是|而不是|不在|不叫)(?P<last>[^，。]{1,12}?)(?:了|的)?[。！]?\Z|不(?P<verb>[住叫在去吃喝用学爱])(?P<wrong>[^，。了]{1,8})了?[，,]"
)
_HAN_PERSON = re.compile(
    rf"\A(?:我|咱|我们|我家)?(?:的)?(?P<who>{'|'.join(sorted(zh.HAN_PERSONS, key=len, reverse=True))})(?!(?:生|士|性|孩|人)|的?(?:名字|生日))"
)
_HAN_NUMBER = re.compile(
    r"@[^@]+@|\d+(?:\.\d+)?(?:[:：]\d\d)?|[一二三四五六七八九十两百]+(?=[个只次天年月周岁块元杯条张点分号斤米公千里层辆台套]|$)|[一二三四五六七八九十两百千]+[万千百][一二三四五六七八九]?(?![一二三四五六七八九十])|(?<=米)[一二三四五六七八九]{1,2}"
)
_HAN_TIME = re.compile(
    r"([上下这本]{0,2})个?(?:周|星期|礼拜)([一二三四五六日天末])|(\d+|十?[一二三四五六七八九十])月(?:(\d+|[一二三四五六七八九十]+)[日号])?|(\d+|[一二三四五六七八九十]+)[日号]"
    r"|(?:(上午|下午|晚上|早上|中午|傍晚|凌晨))?(\d+|十?[一二两三四五六七八九十])点(半)?(?!儿)|((?:明|后|今|昨)天|下周|上周|本周|这周|下个?月|上个?月|明年|今年|去年)"
)
_HAN_TOKEN = re.compile(r"<\w+>|@[^@]+@|[A-Za-z][\w.+#-]*|\d+(?:\.\d+)?|[\u3400-\u9fff]")
_HAN_UNITS = tuple(
    sorted((word for word in zh.HAN_EXCLUSIVE if len(word) > 1), key=len, reverse=True)
)


def _read_han(raw: str) -> Reading:
    text = raw.lower()
    denied_words: frozenset[str] = frozenset()
    signs = {"<change>"} if _HAN_DENIED.search(text) else set()
    if denied := _HAN_DENIED.search(text):
        wrong = next(filter(None, (denied["first"], denied["last"], denied["wrong"])))
        text = text.replace(
            denied[0],
            denied[0].replace(wrong, "").replace("不", "") if denied["wrong"] is None else "",
        )
        denied_words = frozenset(_han_words(wrong)[0])
    text = _HAN_TIME.sub(_han_time, text)
    person = _HAN_PERSON.match(text)
    for pattern, mark in _HAN_PHRASES:
        text = pattern.sub(mark, text)
    text = _HAN_NUMBER.sub(
        lambda match: match[0] if match[0][0] == "@" else f" {_han_number(match[0])} ", text
    )
    words, found = _han_words(text)
    denied_words |= _negated(text, _han_words)
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit()),
        times=frozenset(word for word in words if word[0] == "@"),
        names=frozenset(),
        signs=frozenset(signs | found),
        denied=denied_words - words.keys(),
        person=person["who"] if person else "",
        order=_HAN_ORDER.search(raw) is not None,
        past=_HAN_PAST.search(raw) is not None,
    )


_HAN_ORDER = re.compile(
    r"回答|回复|答复|跟我说|和我说|以后[^，。]{0,6}[请用别要]|请[用别你]|你[要用别叫]|别[叫用说给]|叫我|称呼我|不要[用说给写]|给我|回我|写[^，。]{0,4}时"
)
_HAN_PAST = re.compile(
    r"去年|前年|昨[天晚]|上个?(?:周|月|星期|礼拜)|前天|今[年早天][^，。]*了|[年月周天]前|月[^，。]{0,8}了|[号日]那天|(?:19|20)\d\d年"
)


def _han_time(match: re.Match[str]) -> str:
    week, weekday, month, day, only, half, hour, thirty, other = match.groups()
    if weekday:
        return f"@{week.strip('这本')}周{weekday.replace('天', '日')}@"
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
    """A numeral in digits: 三千五 is 3500, 两万 20000, 三十一 31."""
    if word[0].isdigit():
        return word
    total, digit, unit = 0, 0, 1
    for mark in word:
        if mark in _HAN_TENS:
            unit = _HAN_TENS[mark]
            total = (total + digit) * unit if mark == "万" else total + (digit or 1) * unit
            digit = 0
        else:
            digit = zh.HAN_DIGITS[mark]
            unit = 10 if mark in "零〇" else unit
    return str(total + digit * max(1, unit // 10))


_HAN_TENS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}


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
    return rest[1:] == other[1:] or rest[:2] == other[1::-1] and rest[2:] == other[2:]
