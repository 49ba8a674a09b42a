"""Readers of time expressions: from what a pattern has matched, and a day, to days.

A bare month, day or weekday is the most recent one that has begun, or the next one where the
parts say `ahead`; seasons are northern, winter is named after its December.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

Days = tuple[date, date]  # half-open
Parts = Mapping[str, str]  # the named groups that matched
Reader = Callable[[Parts, date], "Days | None"]  # what matched, today

DAY = timedelta(days=1)

_MONTH_NAMES = "january february march april may june july august september october november"
MONTHS = {name: at for at, name in enumerate([*_MONTH_NAMES.split(), "december"], 1)}
MONTHS |= {name[:3]: at for name, at in MONTHS.items()} | {"sept": 9}
WEEKDAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAYS = {name: at for at, name in enumerate(WEEKDAY_NAMES.split())}
_WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_WEEKDAYS |= {"sat": 5, "sun": 6, "天": 6, "末": 5} | {
    h: at for at, h in enumerate("一二三四五六日")
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12, "春": 3, "夏": 6}
_SEASONS |= {"秋": 9, "冬": 12}
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
COUNTS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_NUMBERS: dict[str, tuple[int, int]] = {  # the least and the most that the word may mean
    **{word: (at, at) for at, word in enumerate(ORDINALS.split(), 1)},
    **{word: (at, at) for at, word in enumerate(COUNTS.split(), 1)},
    "a": (1, 1), "an": (1, 1), "twenty": (20, 20), "thirty": (30, 30), "couple": (2, 3), "few": (2, 5),
    "几": (2, 7), "several": (3, 7), "数": (3, 9),
}  # fmt: skip
_UNITS = {
    "day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour", "天": "day",
    "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
    "小时": "hour", "季度": "quarter", "weekend": "weekend", "quarter": "quarter",
    "fortnight": "fortnight",
}  # fmt: skip
SHIFTS = {  # how many units from this one
    "last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "": 0,
    "上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "大前年": -3, "前年": -2, "去年": -1,
    "今年": 0, "明年": 1, "后年": 2, "大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "yesterday": -1, "last night": -1, "the day before yesterday": -2, "day before yesterday": -2,
    "tmrw": 1, "tmr": 1, "2moro": 1, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2,
}  # fmt: skip
_HAN_DIGITS = {han: at for at, han in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


def number(word: str) -> tuple[int, int]:
    """The least and the most that a numeral means: '3', 'three', 'a few', 三十一, 二〇二四, 几."""
    if word in _NUMBERS:
        return _NUMBERS[word]
    if "十" in word:
        tens, _, ones = word.partition("十")
        value = _HAN_DIGITS.get(tens, 1) * 10 + _HAN_DIGITS.get(ones, 0)
    else:
        value = int("".join(str(_HAN_DIGITS.get(digit, digit)) for digit in word))
    return value, value


def year_of(word: str, today: date) -> int:
    """2024, 24, 二〇二四 or 去年 as a year."""
    if word in SHIFTS:
        return today.year + SHIFTS[word]
    year = number(word)[0]
    return year + 2000 if len(word) == 2 and word.isascii() else year


def months(year: int, month: int, count: int = 1) -> Days:
    """`count` months from `month`, which may lie outside 1 to 12."""
    first, last = year * 12 + month - 1, year * 12 + month - 1 + count
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


def one_day(day: date) -> Days:
    """A day alone."""
    return day, day + DAY


def which_year(said: str, today: date, month: int, day: int = 0, *, ahead: str = "") -> int:
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
        return year_of(said, today)
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
        return months(today.year, today.month + shift)
    if unit == "quarter":
        return months(today.year, (today.month - 1) // 3 * 3 + 1 + 3 * shift, 3)
    if unit == "year":
        return months(today.year + shift, 1, 12)
    return one_day(today + timedelta(days=shift))


def _back(unit: str, count: int, today: date) -> date:
    """The day `count` units before `today`; a month is cut to its last day."""
    if unit in ("month", "year"):
        first, after = months(today.year, today.month - count * (12 if unit == "year" else 1))
        return min(first.replace(day=1) + timedelta(days=today.day - 1), after - DAY)
    return today - timedelta(days=count * {"week": 7, "fortnight": 14, "hour": 0}.get(unit, 1))


def full_date(parts: Parts, today: date) -> Days:
    """A day with its month, and a year or the one that is meant."""
    day = number(parts["day"])[0]
    month = MONTHS.get(parts["month"]) or number(parts["month"])[0]
    year = which_year(parts.get("year", ""), today, month, day, ahead=parts["ahead"])
    return one_day(date(year, month, day))


def slashed(parts: Parts, today: date) -> Days:
    """5/2/2024, month first unless that is impossible."""
    month, day = int(parts["first"]), int(parts["second"])
    if month > 12:
        month, day = day, month
    return one_day(date(year_of(parts["year"], today), month, day))


def day_first(parts: Parts, today: date) -> Days:
    """5.2.2024 and 5 February."""
    return full_date({**parts, "day": parts["day"] or parts["plain"]}, today)


def spoken_date(parts: Parts, today: date) -> Days | None:
    """May 2nd; 'may 2 people come' needs a preposition, a capital, a year or an ordinal."""
    said = parts["year"] or parts["ordinal"] or parts["on"]
    if not said and re.match(r"(?:may|mar|march|dec)\b", parts["text"]):
        return None
    return day_first(parts, today)


def month(parts: Parts, today: date) -> Days:
    """A month, of the year that is said or meant."""
    month = MONTHS.get(parts["month"]) or number(parts["month"])[0]
    said = parts.get("year") or parts.get("which", "")
    return months(which_year(said, today, month, ahead=parts["ahead"]), month)


def month_range(parts: Parts, today: date) -> Days:
    """From one month to another, both included."""
    last = MONTHS[parts["last"]]
    year = which_year(parts["year"], today, last, ahead=parts["ahead"])
    first = MONTHS[parts["month"]]
    return months(year - (first > last), first)[0], months(year, last)[1]


def year(parts: Parts, today: date) -> Days:
    """A year, or half of one."""
    month, count = {"上": (1, 6), "下": (7, 6)}.get(parts.get("half", ""), (1, 12))
    return months(year_of(parts["year"], today), month, count)


def quarter(parts: Parts, today: date) -> Days:
    """A quarter of a year."""
    month = number(parts["quarter"])[0] * 3 - 2
    until = month + 2 * bool(parts["ahead"])
    return months(which_year(parts["year"], today, until, ahead=parts["ahead"]), month, 3)


def season(parts: Parts, today: date) -> Days:
    """Three months, northern; winter is named after its December."""
    month = _SEASONS[parts["season"]]
    said = parts.get("year") or parts.get("which", "")
    if said == "last":  # the latest that is over
        years = (today.year, today.year - 1, today.year - 2)
        return next(days for y in years if (days := months(y, month, 3))[1] <= today)
    if said == "this" and today.month + 12 < month + 3:  # in January and February
        said = ""
    until = month + 2 * bool(parts["ahead"] and not said)
    return months(which_year(said, today, until, ahead=parts["ahead"]), month, 3)


def shifted_day(parts: Parts, today: date) -> Days:
    """Yesterday, today, the day after tomorrow."""
    return one_day(today + timedelta(days=SHIFTS[parts["shift"]]))


def shifted_unit(parts: Parts, today: date) -> Days:
    """Last week, next month."""
    if parts["shift"] == "past":
        return rolling({**parts, "count": "one"}, today)
    return _span(_UNITS[parts["unit"]], SHIFTS[parts["shift"]], today)


def the_weekend(parts: Parts, today: date) -> Days:
    """'Over the weekend': the latest that has begun; ahead, this week's."""
    return _span("weekend", 0 if parts["ahead"] or today.weekday() > 4 else -1, today)


def shifted_month_day(parts: Parts, today: date) -> Days:
    """The 15th of last month."""
    month = months(today.year, today.month + SHIFTS[parts["shift"]])[0]
    return one_day(month.replace(day=number(parts["day"])[0]))


def weekday(parts: Parts, today: date) -> Days:
    """'Friday' and 'on Friday' are the latest, 'last Friday' is before today, 'next' after it."""
    this = _WEEKDAYS[parts["weekday"]] - today.weekday()
    last, next_ = this % 7 - 7, this % 7 or 7
    days = {"last": last, "past": last, "this": this, "next": next_, "coming": next_}
    bare = this % 7 if parts["ahead"] else last if this else 0
    return one_day(today + DAY * days.get(parts["which"], bare))


def weekday_and_day(parts: Parts, today: date) -> Days | None:
    """'Sunday the 9th': the nearest month in which it is one, ahead the next one."""
    wanted, nth = _WEEKDAYS[parts["weekday"]], number(parts["day"])[0]
    shifts = range(12) if parts["ahead"] else sorted(range(-12, 13), key=abs)
    for shift in shifts:
        first = months(today.year, today.month + shift)[0]
        day = first + (nth - 1) * DAY
        if (
            day.month == first.month
            and day.weekday() == wanted
            and not (parts["ahead"] and day < today)
        ):
            return one_day(day)
    return None


def han_weekday(parts: Parts, today: date) -> Days:
    """下周三 and 周末: without a week they are read as in English."""
    if not parts["shift"] and parts["weekday"] != "末":
        return weekday({**parts, "which": ""}, today)
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(weeks=SHIFTS[parts["shift"]], days=_WEEKDAYS[parts["weekday"]])
    if not parts["shift"] and day > today and not parts["ahead"]:
        day -= timedelta(weeks=1)
    return day, day + DAY * (2 if parts["weekday"] == "末" else 1)


def ago(parts: Parts, today: date) -> Days:
    """As vague as people are: a day for days, a week around for weeks, a month, a year."""
    unit = _UNITS[parts["unit"]]
    if parts["half"]:
        around = today - 18 * DAY, today - 12 * DAY
        return months(today.year, today.month - 6) if unit == "year" else around
    least, most = number(parts["count"])
    far, near = _back(unit, most, today), _back(unit, least, today)
    if unit in ("month", "year"):
        return _span(unit, 0, far)[0], _span(unit, 0, near)[1]
    slack = timedelta(days=3 if unit in ("week", "fortnight") else 0)
    return far - slack, near + slack + DAY


def from_now(parts: Parts, today: date) -> Days:
    """A day for days and hours, else the calendar weeks, months or years that are meant."""
    unit = _UNITS[parts["unit"]]
    least, most = number(parts["count"])
    near, far = _back(unit, -least, today), _back(unit, -most, today)
    if unit in ("day", "hour"):
        return near, far + DAY
    unit = "week" if unit == "fortnight" else unit
    return _span(unit, 0, near)[0], _span(unit, 0, far)[1]


def weekday_from(parts: Parts, today: date) -> Days:
    """'A week from Saturday' and 'Saturday week' count from the next one, 'two Fridays ago' back."""
    this = _WEEKDAYS[parts["weekday"]] - today.weekday()
    count = number(parts.get("count") or "one")[0]
    if parts.get("back"):
        return one_day(today + DAY * (this % 7 - 7 * count))
    return one_day(today + DAY * (this % 7 + 7 * count))


def after_next(parts: Parts, today: date) -> Days:
    """'The week after next', 'the Friday after next', 'the month before last'."""
    shift = 2 if parts["which"] == "after next" else -2
    if unit := parts["unit"]:
        return _span(_UNITS[unit], shift, today)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return one_day(monday + timedelta(days=_WEEKDAYS[parts["weekday"]]))


def day_of_month(parts: Parts, today: date) -> Days:
    """'On the 5th': this month's, or the nearest on the side that is meant."""
    day = int(parts["day"])
    month = 0
    if parts["ahead"] and day < today.day:
        month = 1
    elif not parts["ahead"] and day > today.day:
        month = -1
    return one_day(months(today.year, today.month + month)[0].replace(day=day))


def feast(parts: Parts, today: date) -> Days:
    """A feast of a fixed day."""
    month, day = _FEASTS[" ".join(parts["feast"].replace("\u2019", "'").split())]
    return one_day(date(which_year("", today, month, day, ahead=parts["ahead"]), month, day))


def rolling(parts: Parts, today: date) -> Days:
    """The past three days, until today."""
    unit = _UNITS[parts["unit"]]
    if parts.get("half"):
        unit, count = ("day", 15) if unit == "month" else ("month", 6)
    else:
        count = number(parts["count"])[1]
    return _back(unit, count, today), today + DAY


_FEASTS = {
    "boxing day": (12, 26), "christmas eve": (12, 24), "christmas day": (12, 25),
    "new year's eve": (12, 31), "new year's day": (1, 1), "halloween": (10, 31),
    "valentine's day": (2, 14), "st patrick's day": (3, 17),
}  # fmt: skip
