"""Figures: numbers that say how much, how many or when, and which of them a question asks for.

Every function is pure, linear in the text and total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from memos.language.patterns import MEASURE, READ_LIMIT
from memos.language.tokens import query_terms, terms

MOST = 64  # figures that are read of a text: a table or a log has thousands
BEFORE, AFTER, NEAR = 260, 160, 90  # characters of its sentence that are looked at


class FigureKind(str, Enum):
    """What is measured; only figures of a kind can replace each other."""

    COUNT = "count"
    PERCENT = "percent"
    MONEY = "money"
    SPAN = "span"  # so many hours, days, milliseconds
    CLOCK = "clock"  # a time of the day
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in its sentence: `noun` are the terms of what it counts, `around` all terms.

    `changed`: the sentence says that it has become this, as in 'was raised to 50'.
    """

    kind: FigureKind
    value: str
    noun: frozenset[str]
    around: frozenset[str]
    changed: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants measured; `noun` is empty where any thing may be counted."""

    kinds: frozenset[FigureKind]
    noun: frozenset[str]
    terms: frozenset[str]

    def fits(self, figure: Figure) -> bool:
        """Whether it may be the answer: of the kind, of the thing, in a sentence about it."""
        if figure.kind not in self.kinds:
            return False
        if figure.kind in _COUNTED and self.noun and not self.noun & figure.noun:
            bare = figure.changed and not figure.noun  # 'the number of commits has grown to 165'
            if figure.kind is not FigureKind.COUNT or not bare:
                return False
        return len(self.terms & figure.around) >= ABOUT * len(self.terms)


ABOUT = 0.2  # of the words of a question, in the sentence of a figure that answers it
_COUNTED = (FigureKind.COUNT, FigureKind.SPAN)

_UNITS = r"(?:ms|milliseconds?|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?|months?|years?)"  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WORDS = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|hundred)"
)
_NUMBER = rf"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\b{_WORDS}\b)"
_HAN_NUMBER = "[0-9一二三四五六七八九十两百千]"
_FIGURE = re.compile(  # the first kind that fits counts
    rf"(?P<date>\b{_MONTH}\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b|\b[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\b"
    rf"|(?:{_HAN_NUMBER}{{1,3}}月)?{_HAN_NUMBER}{{1,3}}[日号])"
    rf"|(?P<clock>\b[0-9]{{1,2}}(?::[0-9]{{2}})?\s?[ap]\.?m\b|\b[0-9]{{1,2}}:[0-9]{{2}}\b"
    rf"|{_HAN_NUMBER}{{1,3}}点(?:半|{_HAN_NUMBER}{{1,3}}分?)?)"
    r"|(?P<percent>[0-9][0-9.,]*\s?(?:%|percent\b|per cent\b)|百分之[0-9一二三四五六七八九十]+)"
    r"|(?P<money>[$€£¥]\s?[0-9][0-9,.]*k?|[0-9][0-9,.]*\s?(?:dollars|euros|pounds|bucks)\b"
    rf"|{_HAN_NUMBER}{{1,8}}[多来]?(?:元|块|万|千块|欧))"
    rf"|(?P<span>{_NUMBER}[\s-]?{_UNITS}\b"
    rf"|{_HAN_NUMBER}{{1,6}}(?:个半?小时|小时|分钟|秒|毫秒|天|个月|年|周|个星期))"
    rf"|(?P<count>(?<![\w.#$-]){_NUMBER}(?![\w:/%-]|\.[0-9])"
    rf"|{_HAN_NUMBER}{{1,6}}(?={MEASURE}))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_END = re.compile(r"[.!?;](?=\s|\Z)|[。！？；\n]")
_NOUN_ENDS = re.compile(
    r"[,.;:(，、。]|\b(?:and|or|to|on|in|by|with|for|at|from|so|but|after|before|per|that|which"
    r"|this|if|how|what|when|while|as|is|was|are|were|i|we|can|could|due)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(rf"\A{MEASURE}")

_VERB = (
    r"(?:increas\w*|decreas\w*|updat\w+|reschedul\w*|mov(?:ed?|ing)|extend\w*|adjust\w*|rais\w+"
    r"|rose|risen|reduc\w+|lower\w+|improv\w+|chang\w+|switch\w+|pushed|postpon\w+|brought|grew"
    r"|grown|upgrad\w+|bumped|dropped|fell|fallen|cut|shifted|delayed|revised|went|gone|up|down"
    r"|jumped|climbed|expanded|shortened)"
)
_CHANGED = re.compile(  # what stands right before a figure that has become this
    rf"(?:\b{_VERB}\b[^.;!?,]{{0,60}}?\bto (?:be |an? |about |around |over |nearly |almost "
    r"|[a-z]+ [0-9]{1,2} at )?|\bnew (?:[\w'-]+ ){0,4}?(?:of |is |at |on |: ?|to )?"
    r"|\bnow (?:[\w'-]+ ){0,6}?|\breached (?:[\w'-]+ ){0,2}?|\btotal (?:of|is|to) "
    r"|(?:[改涨升降减调变]|增加|减少|推迟|提前|延长|缩短|调整|提高|降低)(?:到|成|为|至)了?|达到了?"
    r"|新的[^，。]{0,8}|现在(?:是|有|已经|已)?[^，。]{0,8}|一共有?|总共有?)\Z",
    re.IGNORECASE,
)


def figures(text: str) -> Iterator[Figure]:
    """The first figures of `text`; code is left out, and years, which count nothing."""
    text = _CODE.sub(" ", text[:READ_LIMIT])
    for n, match in enumerate(_FIGURE.finditer(text)):
        kind = FigureKind(match.lastgroup)
        if n >= MOST:
            return
        if kind is FigureKind.COUNT and _YEAR.match(match[0]):
            continue
        before = _END.split(text[max(0, match.start() - BEFORE) : match.start()])[-1]
        after = _END.split(text[match.end() : match.end() + AFTER], maxsplit=1)[0]
        yield Figure(
            kind=kind,
            value=match[0].lower().replace(",", "").rstrip(". "),
            noun=_noun(match[0] if kind is FigureKind.SPAN else "", after),
            around=frozenset(terms(f"{before} {match[0]} {after}")),
            changed=_CHANGED.search(before[-NEAR:]) is not None,
        )


def _noun(unit: str, after: str) -> frozenset[str]:
    """What is counted: the words that follow; of 'four hours' the hours too."""
    phrase = _NOUN_ENDS.split(_MEASURED.sub("", after, count=1), maxsplit=1)[0]
    return frozenset(terms(f"{unit} {phrase}")[:6])


_ASKED = (
    (FigureKind.PERCENT, re.compile(r"\b(?:percentage|percent|coverage|accuracy|rate)\b|百分|比例|[率]是?多少", re.IGNORECASE)),
    (FigureKind.CLOCK, re.compile(r"\bwhat time\b|几点", re.IGNORECASE)),
    (FigureKind.CLOCK, re.compile(r"\b(?:when (?:is|are|will|should)|when's)\b", re.IGNORECASE)),
    (FigureKind.DATE, re.compile(r"\b(?:when (?:is|are|will|should)|when's|deadline|due date|what (?:date|day))\b|几号|哪天|截止", re.IGNORECASE)),
    (FigureKind.SPAN, re.compile(r"\b(?:how long|(?:response|load|loading|running|finish|build) time|duration)\b|多久|多长时间|几个小时|几天", re.IGNORECASE)),
    (FigureKind.MONEY, re.compile(r"\b(?:how much|price|cost|budget|salary|rent|fee)\b|多少钱|价格|预算|工资|房租", re.IGNORECASE)),
)  # fmt: skip
_HOW_MANY = re.compile(
    r"\bhow many (?P<noun>(?:[\w'-]+ ){1,5}?)(?=(?:have|has|had|are|is|do|does|did|were|was|can"
    r"|will|should|would|am)\b)|\bhow many (?P<first>[\w'-]+(?: [\w'-]+)?)"
    r"|\bwhat(?:['’]s| is| are) (?:my |the |our |his |her )?(?P<named>(?:[\w'-]+ ){0,4}?)"
    r"(?:quota|target|count|limit|number|score|size|total|goal|distance|weight|length|level)\b"
    r"(?: (?:of|for) (?P<of>[\w'-]+))?"
    rf"|(?:多少|几){MEASURE}?(?P<han>[\u4e00-\u9fff]{{1,4}})",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"\b{_UNITS}\b|小时|分钟|天|星期", re.IGNORECASE)
_NOT_ONE = re.compile(  # it compares, sums up, or asks what was once
    r"\b(?:between|in total|across|altogether|combined|differen\w+|differ|compar\w+|faster|which one"
    r"|how (?:many more|much (?:more|longer|did)|long did)|improve|change|together|sum|at first"
    r"|initial(?:ly)?|original(?:ly)?|previous(?:ly)?|before|used to|every|each|considering"
    r"|(?:when|what (?:date|day)) (?:did|was|were))\b"
    r"|一共|总共|相差|之间|比[^例]|以前|当初|最初|原来|之前",
    re.IGNORECASE,
)

_FILLERS = re.compile(
    "多少|什么时候|百分之几|[几哪](?:号|点|天|个)|[我你您他她它们的是在了有吗呢钱]"
)


def wanted(question: str) -> Wanted | None:
    """The figure that a question asks for; None where it asks for none, or for several."""
    question = question[:READ_LIMIT]
    if _NOT_ONE.search(question):
        return None
    kinds = {kind for kind, pattern in _ASKED if pattern.search(question)}
    many, noun = _HOW_MANY.search(question), ""
    if many:
        noun = " ".join(filter(None, many.groups()))
        kinds.add(FigureKind.SPAN if _UNIT.search(noun) else FigureKind.COUNT)
    if not kinds:
        return None
    about = query_terms(_FILLERS.sub(" ", question))
    return Wanted(frozenset(kinds), frozenset(terms(noun)), frozenset(about))
