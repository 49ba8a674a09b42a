"""Time expressions in a question, English and Chinese, as windows on the calendar.

A grammar of rules: each is a pattern and a function from what matched and a moment to a window,
so the same table reads a question asked now and a sentence said on some other day. Choices:
weeks start on Monday; 5/2/2024 is month first unless that is impossible, 5.2.2024 is day first;
a bare month, day or weekday is the most recent one that has begun; seasons are northern, winter
is named after its December. Only the first `READ_LIMIT` characters are read.
"""

# Size: one grammar; its tables read best beside their readers.
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Size: English and Chinese share the readers of one grammar, and its tables read best together.

READ_LIMIT = 4_000  # characters

Days = tuple[date, date]  # half-open
Parts = Mapping[str, str]  # the named groups that matched
Reader = Callable[[Parts, date], "Days | None"]  # what matched, today


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
_DAY = timedelta(days=1)


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
        days = days[0], today + _DAY
    return days if days and date.min < days[0] < days[1] < date.max else None


def _until_now(match: re.Match[str], text: str) -> bool:
    if match[0][:5].lower() == "since" or _SINCE_AFTER.match(text, match.end()):
        return True
    return _SINCE_BEFORE.search(text[max(0, match.start() - 12) : match.start()]) is not None


def _midnight(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


_MONTH_NAMES = "january february march april may june july august september october november"
_MONTHS = {name: at for at, name in enumerate([*_MONTH_NAMES.split(), "december"], 1)}
_MONTHS |= {name[:3]: at for name, at in _MONTHS.items()} | {"sept": 9}
_WEEKDAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAYS = {name: at for at, name in enumerate(_WEEKDAY_NAMES.split())}
_WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_WEEKDAYS |= {"sat": 5, "sun": 6, "天": 6, "末": 5} | {
    h: at for at, h in enumerate("一二三四五六日")
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春": 3, "夏": 6}
_SEASONS |= {"秋": 9, "冬": 12}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_COUNTS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_NUMBERS: dict[str, tuple[int, int]] = {  # the least and the most that the word may mean
    **{word: (at, at) for at, word in enumerate(_ORDINALS.split(), 1)},
    **{word: (at, at) for at, word in enumerate(_COUNTS.split(), 1)},
    "a": (1, 1), "an": (1, 1), "twenty": (20, 20), "thirty": (30, 30), "couple": (2, 3), "few": (2, 5),
    "几": (2, 7), "several": (3, 7), "数": (3, 9),
}  # fmt: skip
_UNITS = {
    "day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour", "天": "day",
    "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
    "小时": "hour", "季度": "quarter", "weekend": "weekend", "quarter": "quarter",
    "fortnight": "fortnight",
}  # fmt: skip
_SHIFTS = {  # how many units from this one
    "last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "": 0,
    "上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "大前年": -3, "前年": -2, "去年": -1,
    "今年": 0, "明年": 1, "后年": 2, "大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "yesterday": -1, "last night": -1, "the day before yesterday": -2, "day before yesterday": -2,
    "tmrw": 1, "tmr": 1, "2moro": 1, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2,
}  # fmt: skip
_HAN_DIGITS = {han: at for at, han in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


def _number(word: str) -> tuple[int, int]:
    """The least and the most that a numeral means: '3', 'three', 'a few', 三十一, 二〇二四, 几."""
    if word in _NUMBERS:
        return _NUMBERS[word]
    if "十" in word:
        tens, _, ones = word.partition("十")
        value = _HAN_DIGITS.get(tens, 1) * 10 + _HAN_DIGITS.get(ones, 0)
    else:
        value = int("".join(str(_HAN_DIGITS.get(digit, digit)) for digit in word))
    return value, value


def _year_of(word: str, today: date) -> int:
    """2024, 24, 二〇二四 or 去年 as a year."""
    if word in _SHIFTS:
        return today.year + _SHIFTS[word]
    year = _number(word)[0]
    return year + 2000 if len(word) == 2 and word.isascii() else year


def _months(year: int, month: int, count: int = 1) -> Days:
    """`count` months from `month`, which may lie outside 1 to 12."""
    first, last = year * 12 + month - 1, year * 12 + month - 1 + count
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


def _one_day(day: date) -> Days:
    return day, day + _DAY


def _which_year(said: str, today: date, month: int, day: int = 0, *, ahead: str = "") -> int:
    """The year of a month or day: the one said, else the most recent that has begun.

    `ahead`: else the next that is not over.
    """
    if said == "next":
        return today.year + ((month, day) <= (today.month, today.day))
    if said == "last":
        return today.year - (month >= today.month)
    if said == "this":
        return today.year
    if said:
        return _year_of(said, today)
    if ahead:
        return today.year + ((month, day or 31) < (today.month, today.day))
    return today.year - ((month, day) > (today.month, today.day))


def _span(unit: str, shift: int, today: date) -> Days:
    """The calendar unit `shift` units from the one that holds `today`."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    if unit == "week":
        return monday, monday + timedelta(weeks=1)
    if unit == "weekend":
        return monday + timedelta(days=5), monday + timedelta(weeks=1)
    if unit == "month":
        return _months(today.year, today.month + shift)
    if unit == "quarter":
        return _months(today.year, (today.month - 1) // 3 * 3 + 1 + 3 * shift, 3)
    if unit == "year":
        return _months(today.year + shift, 1, 12)
    return _one_day(today + timedelta(days=shift))


def _back(unit: str, count: int, today: date) -> date:
    """The day `count` units before `today`; a month is cut to its last day."""
    if unit in ("month", "year"):
        first, after = _months(today.year, today.month - count * (12 if unit == "year" else 1))
        return min(first.replace(day=1) + timedelta(days=today.day - 1), after - _DAY)
    return today - timedelta(days=count * {"week": 7, "fortnight": 14, "hour": 0}.get(unit, 1))


def _full_date(parts: Parts, today: date) -> Days:
    day = _number(parts["day"])[0]
    month = _MONTHS.get(parts["month"]) or _number(parts["month"])[0]
    year = _which_year(parts.get("year", ""), today, month, day, ahead=parts["ahead"])
    return _one_day(date(year, month, day))


def _slashed(parts: Parts, today: date) -> Days:
    month, day = int(parts["first"]), int(parts["second"])
    if month > 12:
        month, day = day, month
    return _one_day(date(_year_of(parts["year"], today), month, day))


def _day_first(parts: Parts, today: date) -> Days:
    return _full_date({**parts, "day": parts["day"] or parts["plain"]}, today)


def _spoken_date(parts: Parts, today: date) -> Days | None:
    """May 2nd; 'may 2 people come' needs a preposition, a capital, a year or an ordinal."""
    said = parts["year"] or parts["ordinal"] or parts["on"]
    if not said and re.match(r"(?:may|mar|march|dec)\b", parts["text"]):
        return None
    return _day_first(parts, today)


def _month(parts: Parts, today: date) -> Days:
    month = _MONTHS.get(parts["month"]) or _number(parts["month"])[0]
    said = parts.get("year") or parts.get("which", "")
    return _months(_which_year(said, today, month, ahead=parts["ahead"]), month)


def _month_range(parts: Parts, today: date) -> Days:
    last = _MONTHS[parts["last"]]
    year = _which_year(parts["year"], today, last, ahead=parts["ahead"])
    first = _MONTHS[parts["month"]]
    return _months(year - (first > last), first)[0], _months(year, last)[1]


def _year(parts: Parts, today: date) -> Days:
    month, count = {"上": (1, 6), "下": (7, 6)}.get(parts.get("half", ""), (1, 12))
    return _months(_year_of(parts["year"], today), month, count)


def _quarter(parts: Parts, today: date) -> Days:
    month = _number(parts["quarter"])[0] * 3 - 2
    until = month + 2 * bool(parts["ahead"])
    return _months(_which_year(parts["year"], today, until, ahead=parts["ahead"]), month, 3)


def _season(parts: Parts, today: date) -> Days:
    month = _SEASONS[parts["season"]]
    said = parts.get("year") or parts.get("which", "")
    if said == "last":  # the latest that is over
        years = (today.year, today.year - 1, today.year - 2)
        return next(days for y in years if (days := _months(y, month, 3))[1] <= today)
    if said == "this" and today.month + 12 < month + 3:  # in January and February
        said = ""
    until = month + 2 * bool(parts["ahead"] and not said)
    return _months(_which_year(said, today, until, ahead=parts["ahead"]), month, 3)


def _shifted_day(parts: Parts, today: date) -> Days:
    return _one_day(today + timedelta(days=_SHIFTS[parts["shift"]]))


def _shifted_unit(parts: Parts, today: date) -> Days:
    if parts["shift"] == "past":
        return _rolling({**parts, "count": "one"}, today)
    return _span(_UNITS[parts["unit"]], _SHIFTS[parts["shift"]], today)


def _the_weekend(parts: Parts, today: date) -> Days:
    """'Over the weekend': the latest that has begun; ahead, this week's."""
    return _span("weekend", 0 if parts["ahead"] or today.weekday() > 4 else -1, today)


def _shifted_month_day(parts: Parts, today: date) -> Days:
    month = _months(today.year, today.month + _SHIFTS[parts["shift"]])[0]
    return _one_day(month.replace(day=_number(parts["day"])[0]))


def _weekday(parts: Parts, today: date) -> Days:
    """'Friday' and 'on Friday' are the latest, 'last Friday' is before today, 'next' after it."""
    this = _WEEKDAYS[parts["weekday"]] - today.weekday()
    last, next_ = this % 7 - 7, this % 7 or 7
    days = {"last": last, "past": last, "this": this, "next": next_, "coming": next_}
    bare = this % 7 if parts["ahead"] else last if this else 0
    return _one_day(today + _DAY * days.get(parts["which"], bare))


def _weekday_and_day(parts: Parts, today: date) -> Days | None:
    """'Sunday the 9th': the nearest month in which it is one, ahead the next one."""
    wanted, number = _WEEKDAYS[parts["weekday"]], _number(parts["day"])[0]
    shifts = range(12) if parts["ahead"] else sorted(range(-12, 13), key=abs)
    for shift in shifts:
        first = _months(today.year, today.month + shift)[0]
        day = first + (number - 1) * _DAY
        if (
            day.month == first.month
            and day.weekday() == wanted
            and not (parts["ahead"] and day < today)
        ):
            return _one_day(day)
    return None


def _han_weekday(parts: Parts, today: date) -> Days:
    if not parts["shift"] and parts["weekday"] != "末":
        return _weekday({**parts, "which": ""}, today)
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(weeks=_SHIFTS[parts["shift"]], days=_WEEKDAYS[parts["weekday"]])
    if not parts["shift"] and day > today and not parts["ahead"]:
        day -= timedelta(weeks=1)
    return day, day + _DAY * (2 if parts["weekday"] == "末" else 1)


def _ago(parts: Parts, today: date) -> Days:
    """As vague as people are: a day for days, a week around for weeks, a month, a year."""
    unit = _UNITS[parts["unit"]]
    if parts["half"]:
        around = today - 18 * _DAY, today - 12 * _DAY
        return _months(today.year, today.month - 6) if unit == "year" else around
    least, most = _number(parts["count"])
    far, near = _back(unit, most, today), _back(unit, least, today)
    if unit in ("month", "year"):
        return _span(unit, 0, far)[0], _span(unit, 0, near)[1]
    slack = timedelta(days=3 if unit in ("week", "fortnight") else 0)
    return far - slack, near + slack + _DAY


def _from_now(parts: Parts, today: date) -> Days:
    """A day for days and hours, else the calendar weeks, months or years that are meant."""
    unit = _UNITS[parts["unit"]]
    least, most = _number(parts["count"])
    near, far = _back(unit, -least, today), _back(unit, -most, today)
    if unit in ("day", "hour"):
        return near, far + _DAY
    unit = "week" if unit == "fortnight" else unit
    return _span(unit, 0, near)[0], _span(unit, 0, far)[1]


def _weekday_from(parts: Parts, today: date) -> Days:
    """'A week from Saturday' and 'Saturday week' count from the next one, 'two Fridays ago' back."""
    this = _WEEKDAYS[parts["weekday"]] - today.weekday()
    count = _number(parts.get("count") or "one")[0]
    if parts.get("back"):
        return _one_day(today + _DAY * (this % 7 - 7 * count))
    return _one_day(today + _DAY * (this % 7 + 7 * count))


def _after_next(parts: Parts, today: date) -> Days:
    """'The week after next', 'the Friday after next', 'the month before last'."""
    shift = 2 if parts["which"] == "after next" else -2
    if unit := parts["unit"]:
        return _span(_UNITS[unit], shift, today)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return _one_day(monday + timedelta(days=_WEEKDAYS[parts["weekday"]]))


def _day_of_month(parts: Parts, today: date) -> Days:
    """'On the 5th': this month's, or the nearest on the side that is meant."""
    day = int(parts["day"])
    month = 0
    if parts["ahead"] and day < today.day:
        month = 1
    elif not parts["ahead"] and day > today.day:
        month = -1
    return _one_day(_months(today.year, today.month + month)[0].replace(day=day))


def _feast(parts: Parts, today: date) -> Days:
    month, day = _FEASTS[" ".join(parts["feast"].replace("\u2019", "'").split())]
    return _one_day(date(_which_year("", today, month, day, ahead=parts["ahead"]), month, day))


def _rolling(parts: Parts, today: date) -> Days:
    unit = _UNITS[parts["unit"]]
    if parts.get("half"):
        unit, count = ("day", 15) if unit == "month" else ("month", 6)
    else:
        count = _number(parts["count"])[1]
    return _back(unit, count, today), today + _DAY


_FEASTS = {
    "boxing day": (12, 26), "christmas eve": (12, 24), "christmas day": (12, 25),
    "new year's eve": (12, 31), "new year's day": (1, 1), "halloween": (10, 31),
    "valentine's day": (2, 14), "st patrick's day": (3, 17),
}  # fmt: skip
_MON = f"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_TH = (
    rf"(?P<day>[0-9]{{1,2}}(?=st|nd|rd|th)|{'|'.join(_ORDINALS.split())})"
    r"(?P<ordinal>st|nd|rd|th|\b)"
)
_IN_YEAR = r"(?:,?\s{1,3}(?:of\s|in\s)?(?P<year>(?:19|20)[0-9]{2})\b(?!\s?[%:]))?"
_COUNT = rf"(?P<count>[0-9]{{1,4}}|{'|'.join(_COUNTS.split())}|twenty|thirty|couple|few|several"
_UNIT = r"\s(?P<unit>day|week|month|year|hour|fortnight)s?"
_SEASON = "(?P<season>spring|summer|autumn|fall|winter)"
_ORDINAL = "(?P<day>[12]?[0-9]|3[01])(?:st|nd|rd|th)"
_DAYNAME = f"(?P<weekday>{'|'.join(_WEEKDAY_NAMES.split())}"
_YYYY = "(?P<year>(?:19|20)[0-9]{2})"

_ENGLISH_TABLE: tuple[tuple[str, Reader], ...] = (
    ((r"(?<![0-9.-])(?P<year>[12][0-9]{3})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
     r"(?![0-9])"), _full_date),
    (r"(?<![0-9.-])(?P<year>(?:19|20)[0-9]{2})[-/](?P<month>0[1-9]|1[0-2])(?![-/0-9])", _month),
    ((r"(?<![0-9./])(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})/(?P<year>(?:19|20)?[0-9]{2})"
     r"(?![0-9./])"), _slashed),
    ((r"(?<![0-9./v])(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>(?:19|20)[0-9]{2})"
     r"(?!\.?[0-9])"), _full_date),
    ((rf"(?P<on>\bon\s)?\b{_MON}\.?\s(?:the\s)?(?:{_TH}|(?P<plain>[0-9]{{1,2}})(?![0-9]|[:%.][0-9]))"
     rf"\b{_IN_YEAR}"), _spoken_date),
    (rf"\b(?:{_TH}\s(?:day\s)?(?:of\s)?|(?P<plain>[0-9]{{1,2}})\s(?:of\s)?){_MON}\b{_IN_YEAR}",
     _day_first),
    (rf"\b{_MON}\.?,?\s(?:of\s)?{_YYYY}\b", _month),
    ((r"\b(?:in|during|since|until|till|throughout|early|late|mid|of|around|(?P<which>last|this|next))"
     rf"\s(?:early\s|late\s|mid-?\s?)?{_MON}\b{_IN_YEAR}(?!\s[0-9]{{1,2}}(?:st|nd|rd|th)?\b)"), _month),
    (r"\b(?P<month>january|february|july|august|september|october|november|december)\b", _month),
    ((rf"\b(?:from|between)\s{_MON}\s(?:to|and|until|till|through)\s"
     rf"{_MON.replace('<month>', '<last>')}\b{_IN_YEAR}"), _month_range),
    ((r"\b(?:in|during|of|since|for|from|by|before|after|until|early|late|mid|the|year|through|and"
     rf"|to)\s{_YYYY}\b(?!\s?[%$€])(?![.,:/-][0-9])"), _year),
    (rf"(?<![$€£¥#0-9.,:/-])\b{_YYYY}(?=\s*(?:[?!;,]|\.(?![0-9])|$))", _year),
    (rf"\b{_SEASON}(?:\sof)?,?\s{_YYYY}\b", _season),
    ((rf"\b(?:in|during|over|since|(?P<which>last|this|next))\s(?:the\s)?{_SEASON}\b{_IN_YEAR}"
     r"(?!\s(?:into|for|of|asleep|in|back|behind))"), _season),
    (rf"\bq(?P<quarter>[1-4])\b(?:,?\s(?:of\s)?{_YYYY}\b)?", _quarter),
    (rf"\b(?P<quarter>first|second|third|fourth)\squarter\b(?:\sof\s{_YYYY}\b)?", _quarter),
    ((r"\b(?P<shift>(?:the )?day before yesterday|(?:the )?day after tomorrow|yesterday|today"
     r"|tonight|tomorrow|tmrw?|2moro|last night|this (?:morning|afternoon|evening))\b"), _shifted_day),
    ((r"\b(?P<shift>last|this|next|previous|current|coming|past)\s"
     r"(?P<unit>weekend|week|month|year|quarter)\b"), _shifted_unit),
    (r"\b(?:over|at|on|during|for)\sthe\sweekend\b", _the_weekend),
    (rf"\b(?:the\s)?{_ORDINAL}\sof\s(?P<shift>last|this|next)\smonth\b", _shifted_month_day),
    (rf"\b(?:on\s)?{_DAYNAME}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun),?\s(?:the\s)?{_ORDINAL}\b(?!\s(?:of\s)?[a-z]{{3,9}}\b(?<!and)(?<!for)(?<!but)(?<!with))",
     _weekday_and_day),
    (rf"\b(?P<which>last|this|next|past|coming)\s{_DAYNAME}|mon|tues?|wed|thu(?:rs?)?|fri|sat)\b",
     _weekday),
    (rf"(?<!every )(?<!each )\b(?:on\s)?(?P<which>){_DAYNAME})\b", _weekday),
    (rf"\b(?:(?P<half>half an?)|(?:a\s)?{_COUNT}|an?))(?:\sof)?{_UNIT}\s(?:ago|earlier|back)\b",
     _ago),
    (rf"\b(?:past|last|previous)\s(?:(?P<half>half)|{_COUNT}))(?:\sof)?{_UNIT}\b", _rolling),
    (rf"\b{_COUNT})\s{_DAYNAME})s?\s(?P<back>ago|back)\b", _weekday_from),
    (rf"\b{_COUNT}|an?)\sweeks?\s(?:from|on|after)\s(?:this\s|next\s)?{_DAYNAME})\b", _weekday_from),
    (rf"\b{_DAYNAME})\sweek\b", _weekday_from),
    ((rf"\b(?:the\s)?(?:(?P<unit>weekend|week|month|year)|{_DAYNAME}))\s"
     r"(?P<which>after next|before last)\b"), _after_next),
    ((r"\b(?:on|by|from|until|till|before|after|to|for|through|[-–])\s(?:\w+day\s)?the\s(?P<day>[12]?[0-9]|3[01])"
     r"(?:st|nd|rd|th)\b(?!\s(?:[a-z]+ (?:floor|time)|of|floor|time|century|grade|birthday|anniversary|place|street|avenue|try"
     r"|attempt|year|month|week|day|one|hole|chapter|page|line|row|edition|version))"), _day_of_month),
    (r"\b(?P<feast>boxing day|christmas (?:eve|day)|new year['’]s (?:eve|day)|halloween|valentine['’]s day|st patrick['’]s day)\b", _feast),
)  # fmt: skip

_AHEAD_TABLE: tuple[tuple[str, Reader], ...] = (
    (rf"\bin\s(?:about\s|around\s|exactly\s)?(?:a\s)?{_COUNT}|an?)(?:\sof)?{_UNIT}(?:['’]s?)?(?:\stime)?\b", _from_now),
    (rf"\b(?:a\s)?{_COUNT}|an?)(?:\sof)?{_UNIT}\sfrom\s(?:now|today)\b", _from_now),
)  # fmt: skip

_HAN_NUMBER = "[0-9]{1,2}|[一二三四五六七八九十两]{1,3}"
_HAN_YEAR = (
    "(?:(?P<year>(?:19|20)[0-9]{2}|[一二][〇零一二三四五六七八九]{3})年"
    "|(?P<named>大前年|前年|去年|今年|明年|后年))的?"
)
_HAN_COUNT = "(?P<count>[0-9]{1,4}|[一二三四五六七八九十两几数]{1,3})"
_HAN_UNIT = "(?P<unit>天|日|周|星期|礼拜|月|年|小时)"
_HAN_SHIFT = "(?P<shift>上上|上|这|本|下下|下)"


def _han(read: Reader) -> Reader:
    """Lets 去年 stand where a number of a year may stand, and 夏天 without a year."""

    def reads(parts: Parts, today: date) -> Days | None:
        season = parts.get("season") or parts.get("bare", "")
        return read({**parts, "year": parts["year"] or parts["named"], "season": season}, today)

    return reads


def _han_days(parts: Parts, today: date) -> Days:
    """From a day to another one of the same month."""
    first = _full_date(parts, today)[0]
    return first, max(first, first.replace(day=_number(parts["until"])[0])) + _DAY


def _han_day_of_month(parts: Parts, today: date) -> Days:
    return _day_of_month({**parts, "day": str(_number(parts["day"])[0])}, today)


def _part_of_month(parts: Parts, today: date) -> Days:
    """The first ten days, the middle ones or what comes after them."""
    month, after = _months(today.year, today.month + _SHIFTS[parts["shift"]])
    tenth, twentieth = month + 10 * _DAY, month + 20 * _DAY
    if "初" in parts["part"] or "上" in parts["part"]:
        return month, tenth
    return (tenth, twentieth) if "中" in parts["part"] else (twentieth, after)


def _part_of_year(parts: Parts, today: date) -> Days:
    """年初 is January and February, 年底 is December."""
    month, count = (1, 2) if "初" in parts["part"] else (12, 1)
    until = month + count - 1 if parts["ahead"] else month
    return _months(_which_year(parts["year"], today, until, ahead=parts["ahead"]), month, count)


_HAN_FEASTS = {  # month, first day, how many days are off
    "元旦": (1, 1, 1), "情人节": (2, 14, 1), "三八": (3, 8, 1), "五一": (5, 1, 5), "六一": (6, 1, 1), "国庆": (10, 1, 7),
    "双十一": (11, 11, 1), "双11": (11, 11, 1), "平安夜": (12, 24, 1), "圣诞": (12, 25, 1), "跨年夜": (12, 31, 1),
}  # fmt: skip
_NEW_YEARS = {  # the first day of the lunar year, whose length follows from the next one
    2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23),
}  # fmt: skip
_MID_AUTUMNS = {
    2019: (9, 13), 2020: (10, 1), 2021: (9, 21), 2022: (9, 10), 2023: (9, 29), 2024: (9, 17), 2025: (10, 6),
    2026: (9, 25), 2027: (9, 15), 2028: (10, 3), 2029: (9, 22), 2030: (9, 12), 2031: (10, 1),
}  # fmt: skip
_DRAGON_BOATS = {
    2019: (6, 7), 2020: (6, 25), 2021: (6, 14), 2022: (6, 3), 2023: (6, 22), 2024: (6, 10), 2025: (5, 31),
    2026: (6, 19), 2027: (6, 9), 2028: (5, 28), 2029: (6, 16), 2030: (6, 5), 2031: (6, 24),
}  # fmt: skip
_LUNAR = {  # feast -> its table, and how many days after the day in it
    "春节": (_NEW_YEARS, 0), "除夕": (_NEW_YEARS, -1), "元宵": (_NEW_YEARS, 14),
    "中秋": (_MID_AUTUMNS, 0), "端午": (_DRAGON_BOATS, 0),
}  # fmt: skip


def _han_feast(parts: Parts, today: date) -> Days:
    month, day, days = _HAN_FEASTS[parts["feast"]]
    year = _which_year(parts["year"], today, month, day, ahead=parts["ahead"])
    first = date(year, month, day)
    return first, first + days * _DAY


def _lunar_feast(parts: Parts, today: date) -> Days | None:
    table, after = _LUNAR[parts["feast"]]
    days = {year: date(year, *day) + after * _DAY for year, day in table.items()}
    if parts["year"]:
        day = days.get(_year_of(parts["year"], today))
    elif parts["ahead"]:
        day = next((day for day in days.values() if day >= today), None)
    else:
        day = next((day for day in reversed(days.values()) if day <= today), None)
    return _one_day(day) if day else None


def _new_year_day(parts: Parts, today: date) -> Days | None:
    days = [
        date(year, *day) + (_number(parts["day"])[0] - 1) * _DAY for year, day in _NEW_YEARS.items()
    ]
    if parts["ahead"]:
        found = [day for day in days if day >= today][:1]
    else:
        found = [day for day in days if day <= today][-1:]
    return _one_day(found[0]) if found else None


_CHINESE_TABLE: tuple[tuple[str, Reader], ...] = (
    ((rf"(?:{_HAN_YEAR})?(?<![0-9])(?P<month>{_HAN_NUMBER})\s?月(?:份的?)?\s?(?P<day>{_HAN_NUMBER})(?:\s?[日号])?"
     r"(?![个点0-9])"), _han(_full_date)),
    (rf"(?:{_HAN_YEAR})?(?<![0-9.])(?P<month>1[0-2]|[1-9])\.(?P<day>[12][0-9]|3[01]|[1-9])[日号]", _han(_full_date)),
    (rf"(?:{_HAN_YEAR})?(?<![0-9])(?P<month>{_HAN_NUMBER})\s?月份?", _han(_month)),
    (_HAN_YEAR.removesuffix("的?"), _han(_year)),
    (rf"(?:{_HAN_YEAR})?(?P<half>[上下])半年", _han(_year)),
    (rf"(?:{_HAN_YEAR})?第?(?P<quarter>[一二三四1-4])季度", _han(_quarter)),
    (rf"{_HAN_YEAR}(?P<season>[春夏秋冬])[天季]?|(?P<bare>[春夏秋冬])[天季]", _han(_season)),
    (r"(?P<shift>大前|大后|前|昨|今|明|后)(?:天|日(?!葵)|儿个?(?![子女童])|晚(?!会|餐)|早(?!餐|饭))", _shifted_day),
    (rf"{_HAN_SHIFT}一?个?(?P<unit>(?:周|星期|礼拜)(?![一二三四五六日天末])|月|季度)", _shifted_unit),
    (rf"{_HAN_SHIFT}个?月的?(?P<day>{_HAN_NUMBER})[日号]", _shifted_month_day),
    ((rf"(?:{_HAN_SHIFT}个?)?(?<![一二两三四五六七八九十每几0-9])(?:周|星期|礼拜)"
     r"(?P<weekday>[一二三四五六日天末])(?![次个])"), _han_weekday),
    (rf"(?:(?P<half>半)个?|{_HAN_COUNT}个?){_HAN_UNIT}多?(?:以前|之前|前)", _ago),
    (r"(?<!目)前(?P<count>[几两三])(?P<unit>天|周|年)", _rolling),
    (rf"(?:最近|过去|近|这)的?(?:(?P<half>半)个?|{_HAN_COUNT}个?){_HAN_UNIT}", _rolling),
    ((rf"(?:{_HAN_YEAR})?(?<![0-9])(?P<month>{_HAN_NUMBER})\s?月\s?(?P<day>{_HAN_NUMBER})(?:\s?[日号](?:到|至|和|、|-|–|~)?|[到至、–~-])"
     rf"(?P<until>{_HAN_NUMBER})[日号]"), _han(_han_days)),
    (rf"{_HAN_SHIFT}个?月的?(?P<part>初|中旬|中(?![一-龥])|底|末|上旬|下旬)", _part_of_month),
    (r"(?P<shift>)(?<![0-9一二三四五六七八九十])(?P<part>月初|月底|月末|月中(?![一-龥]))", _part_of_month),
    (rf"(?:{_HAN_YEAR})?(?<!大)(?P<part>年初|年底|年末|岁末)(?![一二三四五六七八九十])", _han(_part_of_year)),
    (rf"(?:{_HAN_YEAR})?(?P<feast>{'|'.join(_HAN_FEASTS)})节?(?!假|月饼|晚会|礼物|树|广场|路|大道|居士|线)", _han(_han_feast)),
    (rf"(?:{_HAN_YEAR})?(?P<feast>{'|'.join(_LUNAR)})节?(?!假|月饼|晚会|联欢)", _han(_lunar_feast)),
    (r"(?:大年|正月|农历|年)初(?P<day>[一二三四五六七八九十])", _new_year_day),
    (r"(?<![0-9月第十一二三四五六七八九])(?<!月\s)(?P<day>[12][0-9]|3[01]|[1-9]|[一二三]?十[一二三四五六七八九]?)\s?[号日](?!线|楼|院|店|门|球|房|桌|电池|字|航站)", _han_day_of_month),
)  # fmt: skip

_Rules = tuple[tuple[re.Pattern[str], Reader], ...]
_ENGLISH: _Rules = tuple((re.compile(p, re.IGNORECASE), read) for p, read in _ENGLISH_TABLE)
_CHINESE_AHEAD_TABLE: tuple[tuple[str, Reader], ...] = (
    (rf"{_HAN_COUNT}个?{_HAN_UNIT}(?:以后|之后|后(?![天年]))", _from_now),
    (rf"再?过(?!去|了){_HAN_COUNT}个?{_HAN_UNIT}", _from_now),
)
_AHEAD: _Rules = tuple(
    (re.compile(p, re.IGNORECASE), read) for p, read in (*_AHEAD_TABLE, *_CHINESE_AHEAD_TABLE)
)
_RULES: _Rules = _ENGLISH + tuple((re.compile(p), read) for p, read in _CHINESE_TABLE)
