"""Chinese time expressions: patterns, and the readers of what they match."""

from __future__ import annotations

from datetime import date

from memos.language.time_readers import (
    DAY,
    SHIFTS,
    Days,
    Parts,
    Reader,
    ago,
    day_of_month,
    from_now,
    full_date,
    han_weekday,
    month,
    months,
    number,
    one_day,
    quarter,
    rolling,
    season,
    shifted_day,
    shifted_month_day,
    shifted_unit,
    which_year,
    year,
    year_of,
)

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
    first = full_date(parts, today)[0]
    return first, max(first, first.replace(day=number(parts["until"])[0])) + DAY


def _han_day_of_month(parts: Parts, today: date) -> Days:
    return day_of_month({**parts, "day": str(number(parts["day"])[0])}, today)


def _part_of_month(parts: Parts, today: date) -> Days:
    """The first ten days, the middle ones or what comes after them."""
    month, after = months(today.year, today.month + SHIFTS[parts["shift"]])
    tenth, twentieth = month + 10 * DAY, month + 20 * DAY
    if "初" in parts["part"] or "上" in parts["part"]:
        return month, tenth
    return (tenth, twentieth) if "中" in parts["part"] else (twentieth, after)


def _part_of_year(parts: Parts, today: date) -> Days:
    """年初 is January and February, 年底 is December."""
    month, count = (1, 2) if "初" in parts["part"] else (12, 1)
    until = month + count - 1 if parts["ahead"] else month
    return months(which_year(parts["year"], today, until, ahead=parts["ahead"]), month, count)


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
    year = which_year(parts["year"], today, month, day, ahead=parts["ahead"])
    first = date(year, month, day)
    return first, first + days * DAY


def _lunar_feast(parts: Parts, today: date) -> Days | None:
    table, after = _LUNAR[parts["feast"]]
    days = {year: date(year, *day) + after * DAY for year, day in table.items()}
    if parts["year"]:
        day = days.get(year_of(parts["year"], today))
    elif parts["ahead"]:
        day = next((day for day in days.values() if day >= today), None)
    else:
        day = next((day for day in reversed(days.values()) if day <= today), None)
    return one_day(day) if day else None


def _new_year_day(parts: Parts, today: date) -> Days | None:
    days = [
        date(year, *day) + (number(parts["day"])[0] - 1) * DAY for year, day in _NEW_YEARS.items()
    ]
    if parts["ahead"]:
        found = [day for day in days if day >= today][:1]
    else:
        found = [day for day in days if day <= today][-1:]
    return one_day(found[0]) if found else None


CHINESE: tuple[tuple[str, Reader], ...] = (
    ((rf"(?:{_HAN_YEAR})?(?<![0-9])(?P<month>{_HAN_NUMBER})\s?月(?:份的?)?\s?(?P<day>{_HAN_NUMBER})(?:\s?[日号])?"
     r"(?![个点0-9])"), _han(full_date)),
    (rf"(?:{_HAN_YEAR})?(?<![0-9.])(?P<month>1[0-2]|[1-9])\.(?P<day>[12][0-9]|3[01]|[1-9])[日号]", _han(full_date)),
    (rf"(?:{_HAN_YEAR})?(?<![0-9])(?P<month>{_HAN_NUMBER})\s?月份?", _han(month)),
    (_HAN_YEAR.removesuffix("的?"), _han(year)),
    (rf"(?:{_HAN_YEAR})?(?P<half>[上下])半年", _han(year)),
    (rf"(?:{_HAN_YEAR})?第?(?P<quarter>[一二三四1-4])季度", _han(quarter)),
    (rf"{_HAN_YEAR}(?P<season>[春夏秋冬])[天季]?|(?P<bare>[春夏秋冬])[天季]", _han(season)),
    (r"(?P<shift>大前|大后|前|昨|今|明|后)(?:天|日(?!葵)|儿个?(?![子女童])|晚(?!会|餐)|早(?!餐|饭))", shifted_day),
    (rf"{_HAN_SHIFT}一?个?(?P<unit>(?:周|星期|礼拜)(?![一二三四五六日天末])|月|季度)", shifted_unit),
    (rf"{_HAN_SHIFT}个?月的?(?P<day>{_HAN_NUMBER})[日号]", shifted_month_day),
    ((rf"(?:{_HAN_SHIFT}个?)?(?<![一二两三四五六七八九十每几0-9])(?:周|星期|礼拜)"
     r"(?P<weekday>[一二三四五六日天末])(?![次个])"), han_weekday),
    (rf"(?:(?P<half>半)个?|{_HAN_COUNT}个?){_HAN_UNIT}多?(?:以前|之前|前)", ago),
    (r"(?<!目)前(?P<count>[几两三])(?P<unit>天|周|年)", rolling),
    (rf"(?:最近|过去|近|这)的?(?:(?P<half>半)个?|{_HAN_COUNT}个?){_HAN_UNIT}", rolling),
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

CHINESE_AHEAD: tuple[tuple[str, Reader], ...] = (
    (rf"{_HAN_COUNT}个?{_HAN_UNIT}(?:以后|之后|后(?![天年]))", from_now),
    (rf"再?过(?!去|了){_HAN_COUNT}个?{_HAN_UNIT}", from_now),
)
