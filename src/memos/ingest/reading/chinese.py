"""How Chinese is read: without a dictionary, by its characters once known phrases have become marks."""

from __future__ import annotations

import re

from memos.ingest.reading import chinese_words as table
from memos.ingest.reading.english import canonical
from memos.ingest.reading.english_phrases import SIGNS
from memos.ingest.reading.english_words import LIGHT_WORDS
from memos.ingest.reading.model import LIGHT, Found, Reading, halves

_PHRASES = tuple((re.compile(pattern), mark) for pattern, mark in table.PHRASES)
_DENIED = re.compile(
    r"(?:而|并|才)?(?:不是|不叫|不在)(?P<first>[^，。！是而叫在]{1,12}?)了?(?:[，,、。！]|而|\Z)|把(?P<swapped>[^，。]{1,8}?)换成"
    r"|不(?P<verb>[住去吃喝用学爱])(?P<wrong>[^，。了]{1,8})了?[，,](?=[^，。]{0,6}(?P=verb))"
)
_PERSON = re.compile(
    rf"\A(?:我|咱|我们|我家)?(?:的)?(?P<who>{'|'.join(sorted(table.PERSONS, key=len, reverse=True))})(?!(?:生|士|性|孩|人)|的?(?:名字|生日))"
)
_KIN = re.compile(
    rf"(?<=[\u4e00-\u9fff])(?<![和跟与给对为我咱的陪带让有是])({'|'.join(sorted(table.PERSONS, key=len, reverse=True))})(?![生士性人])"
)
_NUMBER = re.compile(
    r"@[^@]+@|(?<=\d)米\d\d?|\d+(?:\.\d+)?|[一二三四五六七八九十两百千]+[万千百][一二三四五六七八九]?(?![一二三四五六七八九十])|[一二]米[一二三四五六七八九]{1,2}"
    r"|[一二三四五六七八九十两]+(?=[个只次天年月周岁块元杯条张点分号斤米公里层辆台套门本瓶口]|$)"
)
_TIME = re.compile(
    r"([上下这本]{0,2})个?(?:周|星期|礼拜)([一二三四五六日天末])|(\d+|十?[一二三四五六七八九十])月(?:(\d+|[一二三四五六七八九十]+)[日号])?|(\d+|[一二三四五六七八九十]+)[日号]"
    r"|(?:(上午|下午|晚上|早上|中午|傍晚|凌晨))?(\d+|十?[一二两三四五六七八九十])点(半)?(?!儿)|((?:明|后|今|昨)天|下周|上周|本周|这周|下个?月|上个?月|明年|今年|去年)"
)
_TOKEN = re.compile(r"<\w+>|@[^@]+@|[A-Za-z][\w.+#-]*|\d+(?:\.\d+)?|[\u3400-\u9fff]")
_UNITS = tuple(sorted((word for word in table.EXCLUSIVE if len(word) > 1), key=len, reverse=True))


def read_chinese(raw: str) -> Reading:
    """The reading of a Chinese clause."""
    text, wrong = _correction(raw.lower())
    signs = {"<change>"} if wrong else set()
    denied_words = frozenset(_words(wrong)[0])
    text = _TIME.sub(_time, text)
    person = _PERSON.match(text)
    for pattern, mark in _PHRASES:
        text = pattern.sub(mark, text)
    text = _NUMBER.sub(
        lambda match: match[0] if match[0][0] == "@" else f" {_number(match[0])} ", text
    )
    words, found, no = halves(text, _words)
    denied_words = denied_words - words.keys() | no
    return Reading(
        words=words,
        figures=frozenset(word for word in words if word[0].isdigit()),
        times=frozenset(word for word in words if word[0] == "@"),
        names=frozenset(),
        signs=frozenset(signs | found),
        denied=denied_words,
        person=person["who"] if person else "",
        kin=frozenset(_KIN.findall(raw)),
        head=_head(raw),
        order=_ORDER.search(raw) is not None,
        past=_PAST.search(raw) is not None,
    )


_ORDER = re.compile(
    r"回答|回复|答复|跟我说|和我说|以后[^，。]{0,6}[请用别要]|请[用别你]|你[要用别叫]|别[叫用说给]|叫我|称呼我|不要[用说给写]|给我|回我|写[^，。]{0,4}时"
)
_PAST = re.compile(
    r"去年|前年|昨[天晚]|上个?(?:周|月|星期|礼拜)|前天|今[年早天][^，。]*了|[年月周天]前|月[^，。]{0,8}了|[号日]那天|那会儿|那时|当年|小时候|(?:19|20)\d\d年"
)


_HEAD = re.compile(
    r"(?:\A|，)(?:我们?|咱们?)?的?(?P<head>[^，。是我的]{1,8})是(?P<value>[^，。]{1,10})(?:\Z|[，。！])"
)


def _head(text: str) -> str:
    """What 我们X是Y says something of."""
    match = _HEAD.search(text)
    return match["head"] if match and match["head"].endswith(table.FUNCTIONAL) else ""


def _correction(text: str) -> tuple[str, str]:
    """What a text says besides what it says is wrong, and that: 不是X，是Y."""
    match = _DENIED.search(text)
    rest = "" if match is None else text[: match.start()] + "，" + text[match.end() :]
    if match is None or len(re.findall(r"[^\W我了是]", rest)) < 2:  # it says nothing else
        return text, ""
    return rest, match["first"] or match["swapped"] or match["wrong"]


def _time(match: re.Match[str]) -> str:
    week, weekday, month, day, only, _, hour, thirty, other = match.groups()
    if weekday:
        return f"@{week.strip('这本')}周{weekday.replace('天', '日')}@"
    if month:
        return f"@{_number(month)}月@" + (f"@{_number(day)}号@" if day else "")
    if only:
        return f"@{_number(only)}号@"
    if hour:
        at = int(_number(hour)) % 12
        return f"@{at}点{'30' if thirty else ''}@"
    return f"@{other.replace('个', '')}@"


def _number(word: str) -> str:
    """A numeral in digits: 三千五 is 3500, 两万 20000, 三十一 31."""
    if word[0].isdigit():
        return word
    if "米" in word:  # a height
        return "".join(str(table.DIGITS[mark]) for mark in word if mark != "米").ljust(3, "0")
    total, digit, unit = 0, 0, 1
    for mark in word:
        if mark in _TENS:
            unit = _TENS[mark]
            total = (total + digit) * unit if mark == "万" else total + (digit or 1) * unit
            digit = 0
        else:
            digit = table.DIGITS[mark]
            unit = 10 if mark in "零〇" else unit
    return str(total + digit * max(1, unit // 10))


_TENS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}


def _words(text: str) -> Found:
    words: dict[str, float] = {}
    signs: set[str] = set()
    for unit in _UNITS:
        if unit in text:
            text = text.replace(unit, " ")
            words[unit] = 1.0
    for token in _TOKEN.findall(text):
        if token[0] == "<":
            signs.add(token)
            if token not in SIGNS:
                words[token] = LIGHT if token in LIGHT_WORDS else 1.0
        elif token.isascii() and token[0].isalpha():
            if word := canonical(token):
                words[word] = 1.0
        elif token not in table.DROPPED:
            words.setdefault(token, LIGHT if token in table.LIGHT else 1.0)
    return words, signs
