"""Chinese clauses that may claim something, each with the one it is about.

A clause is handed on as its predicate: 我妹最近在学日语 is 在学日语, said of 妹. Chinese drops the
subject where it is known: a clause without one is about whom the clause before it was about, in
the same sentence, and about the speaker at the beginning of one. Where the object stands in
front (香菜我受不了) the clause stays whole, with a ｜ in the place of the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from memos.ingest.extraction.chinese_doubts import (
    ASKS,
    CONDITION,
    IDIOM,
    JOKE,
    MAYBE,
    REPORTED,
    REQUEST,
    WITHDRAWN,
)
from memos.ingest.extraction.chinese_facts import MINE, TODAY
from memos.ingest.extraction.chinese_orders import orders
from memos.ingest.extraction.chinese_people import (
    FRONTED,
    PET,
    People,
    asked_of,
    bearer_in,
    introduced,
    kind_of,
    names_for,
    names_itself,
    subject_of,
    text_of,
)
from memos.ingest.extraction.chinese_words import TIME, VERB
from memos.ingest.extraction.engine import Clause
from memos.language.names import names
from memos.language.times import time_windows
from memos.model.claim import SELF

_LONGEST = 60  # characters of a clause that is looked at; longer ones are no chat
_HAN = "\u4e00-\u9fff"
_SENTENCE = re.compile(
    rf"([^。！？!?；;\n…~～]*)([。！？!?；;\n…~～]+|\Z)|(?<=[{_HAN}])\s+(?=[{_HAN}])"
)
_SPACED = re.compile(rf"(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}])|[\U0001f300-\U0001faff\u2600-\u27bf]+")
_COMMA = re.compile(
    r"[，：:（）()]|(?<![0-9]),|,(?![0-9])|[—–-]{2,}"
    r"|(?<=..)(?=(?:但是|不过|所以|然后|而且|可是|于是|结果|只能|但(?![凡愿书])))"
    r"|(?<=[^，]人)(?=(?:没|无)[^，]{1,6}不)"
)
_CLOCK = re.compile(r"(?<=[0-9])[：:](?=[0-9])")

_TIME = re.compile(rf"(?!最近|现在|目前|如今|刚|后来|当时|以前|之前|从前|小时候){TIME}")
_UNKNOWN = re.compile(  # somebody or something not known does something
    rf"(?!{VERB}|[是在有对没不爱喜要打准想会能得怕信就都也很太最平一早晚初每天现还又再从只先才已不住人年老总常本专全主报考七八九十0-9{FRONTED}])[一-龥]{{2,5}}(?:的[^，]{{1,6}})?(?:说|嫌|给|把|被|来了|去了|在|是|有|昨|今|明|上周|每|爱|喜欢|怕|要|还|又|就|叫|一?回)"
)
_UNDER_WAY = re.compile(
    r"今天|今早|今儿|今日|今晚|这(?:个|一|几|两|三)*(?:天|周(?![一二三四五六日末])|月|年|阵|星期|礼拜|学期)(?!底)|本[周月]|今年(?![^，]{0,3}月)|前(?:几|两|些|阵)|最近|近来|过去|半夜"
)
_PLANNED = re.compile(r"了|过\Z|\A(?:打算|准备|计划|决定|要|得|会|约)")
_SAME_DAY = re.compile("(?:当天|同一天|当晚)[就！]?")
_ANY_DAY = datetime(2000, 1, 1, tzinfo=timezone.utc)  # of which the words alone are wanted
_PREDICATE = re.compile(rf"{VERB}|有")
_WILL_SOON = re.compile(rf"{TIME}就(?!是){VERB}[^，]*了\Z")
_OVER = re.compile(
    r"[昨前]天|昨晚|前晚|去年|前年|刚|上(?:上|个)?(?:周|月|星期|礼拜|学期|半年)|[天周月年]前|早就|已经"
)
_PAST = re.compile(r"小时候|以前|从前|当年|那时|年轻(?:的)?时|早年|先前|曾经|原来是")
_HAPPENED = re.compile(rf"{VERB}[^，]*(?:了|过|的\Z)")


def read(text: str) -> Iterator[Clause]:
    """The clauses of `text` that may claim something."""
    if JOKE.search(text) or WITHDRAWN.search(text):
        return
    text = _SAME_DAY.sub(_that_day, text)
    people = People(names=tuple(name for name in names(text) if re.search("[一-龥]", name)))
    for sentence, asked in _sentences(text):
        parts = _parts(sentence)
        told_to = orders(sentence, parts, asked=asked)
        for at in told_to:
            yield Clause(parts[at], "", order=True)
        yield from _in_sentence(parts, told_to, people, asked=asked)


def _that_day(match: re.Match[str]) -> str:
    """The day that was named last, in place of 当天; without 就, which is said of what will be."""
    named = time_windows(match.string[: match.start()], _ANY_DAY)
    return named[-1].text if named else match[0]


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    for line in _SPACED.sub("\n", text).split("\n"):
        for match in _SENTENCE.finditer(line):
            if match[1] and match[1].strip():
                yield match[1].strip(), "?" in match[2] or "？" in match[2]


_BARE_TASTE = re.compile(
    r"(?:我|本人)?(?:是|也|都|就|真的?|实在|可|最|真是|完全|特别|超|很|从来)*(?:受不了|接受不了|吃不惯|喝不惯|吃不了|忍不了|不喜欢|不爱吃|不爱喝|不爱|最爱|爱死了|超爱|最烦|最讨厌|喜欢|爱吃|离不开)[了啊呀哈的]*\Z"
)


def _parts(sentence: str) -> list[str]:
    """The clauses of a sentence; 香菜，我受不了 is one."""
    found: list[str] = []
    for part in map(str.strip, _COMMA.split(_CLOCK.sub("点", sentence))):
        if (
            found
            and _BARE_TASTE.match(part)
            and len(found[-1]) < 10
            and not re.search("[了我]", found[-1])
        ):
            found[-1] += part
        elif part:
            found.append(part)
    return found


@dataclass(slots=True)
class _Chain:
    """What a sentence has said so far that its next clause may leave out."""

    people: People
    subject: str | None = SELF
    when: str = ""
    bearer: str = ""  # of the names that follow: an animal, a child


def _in_sentence(
    parts: list[str], told_to: list[int], people: People, *, asked: bool
) -> Iterator[Clause]:
    chain = _Chain(people)
    for at, part in enumerate(parts):
        if len(part) > _LONGEST:
            continue
        people.mention(part)
        if CONDITION.search(part):
            return
        if named := names_for(chain.bearer, part):
            yield Clause(part, f"{chain.bearer}叫{'和'.join(named)}")
            for name in named:
                chain.subject = people.add(name)  # what follows is about whom was just named
            continue
        chain.bearer = bearer_in(part)
        if at in told_to:
            continue
        yield from introduced(part)
        if (asked and at == len(parts) - 1) or ASKS.search(part):
            chain.subject = asked_of(part, people)
        elif REPORTED.search(part):
            return
        elif not names_for(chain.bearer, "".join(parts[at + 1 : at + 2])):  # else the names say it
            yield from _stated(part, chain)


def _stated(part: str, chain: _Chain) -> Iterator[Clause]:
    """What a clause states, if it does."""
    before = chain.subject
    who, said = subject_of(part, chain.people, before)
    chain.subject = who
    told = _TIME.search(part)
    chain.when = told[0] if told and told[0] != "今年" else chain.when
    if who == before and _UNKNOWN.match(said) and not MINE.match(said):
        chain.subject = None
    if said.startswith("叫") and not (who == SELF and re.search("[我咱]|本人", part)):
        if who == SELF:
            chain.subject = None  # who has the name was not said
        elif who is not None and kind_of(who) == PET:
            chain.subject = chain.people.add(said[1:])
        yield from names_itself(part, said, who or "")
    elif who is not None and not _doubtful(part, said):
        text = text_of(part)
        if not told and chain.when and _HAPPENED.match(said):
            text = f"{chain.when}，{text}"
        yield Clause(text, _timed(part, said), who)


def _doubtful(part: str, said: str) -> bool:
    if _PAST.search(part) and not re.search(
        "长大|出生|搬|换|[了过](?![0-9一二三四五六七八九十两几好半])", said
    ):
        return True
    return any((MAYBE.search(part), REQUEST.search(said), IDIOM.match(said)))


def _timed(part: str, said: str) -> str:
    """A predicate with what its clause's time makes of it: it will be soon, it is under way."""
    under_way = _UNDER_WAY.search(part)
    if not under_way and _WILL_SOON.search(part) and not _OVER.search(part):
        return "要" + said[:-1]
    if under_way and _PREDICATE.match(said) and not _PLANNED.search(said):
        return said + TODAY
    return said
