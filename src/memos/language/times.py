"""Time expressions in a question, English and Chinese, as windows on the calendar.

A grammar of rules: each is a pattern and a function from what matched and a moment to a window,
so the same table reads a question asked now and a sentence said on some other day. Choices:
weeks start on Monday; 5/2/2024 is month first unless that is impossible, 5.2.2024 is day first;
a bare month, day or weekday is the most recent one that has begun; seasons are northern, winter
is named after its December. Only the first `READ_LIMIT` characters are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from memos.language.time_readers import DAY, Days, Reader
from memos.language.times_chinese import CHINESE, CHINESE_AHEAD
from memos.language.times_english import ENGLISH, ENGLISH_AHEAD

READ_LIMIT = 4_000  # characters


@dataclass(frozen=True)
class TimeWindow:
    """From `start` until just before `end`, both aware; `text` is the expression that named it."""

    start: datetime
    end: datetime
    text: str


def time_windows(text: str, now: datetime, *, ahead: bool = False) -> tuple[TimeWindow, ...]:
    """The windows that `text` names, in order of appearance, at midnights of `now`'s time zone.

    Where expressions overlap, the one that starts first wins, then the longest. A day that does
    not exist (30 February) names its month at most. `ahead` is for plans: a bare month, day or
    weekday is then the next one, today's included.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware: the same words name other hours in another time zone")
    text = text[:READ_LIMIT]
    found: list[tuple[int, int, Days]] = []
    rules = _ENGLISH if text.isascii() else _RULES
    for pattern, read in (*rules, *_AHEAD) if ahead else rules:
        for match in pattern.finditer(text):
            days = _read(read, match, text, now.date(), ahead=ahead)
            if days is not None:
                found.append((match.start(), -match.end(), days))
    found.sort()
    windows: list[TimeWindow] = []
    done = 0
    for start, minus_end, (first, last) in found:
        if start >= done:
            done = -minus_end
            words = text[start:done].strip()
            windows.append(TimeWindow(_midnight(first, now), _midnight(last, now), words))
    return tuple(windows)


_SINCE_BEFORE = re.compile(r"(?:\bsince(?: the)?\s|自从?)$", re.IGNORECASE)
_SINCE_AFTER = re.compile("以来|开始|至今|到现在|起")


def _read(
    read: Reader, match: re.Match[str], text: str, today: date, *, ahead: bool
) -> Days | None:
    parts = {key: value.lower() for key, value in match.groupdict("").items()}
    parts |= {"text": match[0], "ahead": "ahead" if ahead else ""}
    try:
        days = read(parts, today)
    except (ValueError, OverflowError):
        return None  # no such day
    if days and days[0] <= today and _until_now(match, text):
        days = days[0], today + DAY
    return days if days and date.min < days[0] < days[1] < date.max else None


def _until_now(match: re.Match[str], text: str) -> bool:
    if match[0][:5].lower() == "since" or _SINCE_AFTER.match(text, match.end()):
        return True
    return _SINCE_BEFORE.search(text[max(0, match.start() - 12) : match.start()]) is not None


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


Rules = tuple[tuple[re.Pattern[str], Reader], ...]
_ENGLISH: Rules = tuple((re.compile(p, re.IGNORECASE), read) for p, read in ENGLISH)
_AHEAD: Rules = tuple(
    (re.compile(p, re.IGNORECASE), read) for p, read in (*ENGLISH_AHEAD, *CHINESE_AHEAD)
)
_RULES: Rules = _ENGLISH + tuple((re.compile(p), read) for p, read in CHINESE)
