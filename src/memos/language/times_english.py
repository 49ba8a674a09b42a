"""English time expressions: patterns, and the readers of what they match."""

from __future__ import annotations

from memos.language.time_readers import (
    COUNTS,
    MONTHS,
    ORDINALS,
    WEEKDAY_NAMES,
    Reader,
    after_next,
    ago,
    day_first,
    day_of_month,
    feast,
    from_now,
    full_date,
    month,
    month_range,
    quarter,
    rolling,
    season,
    shifted_day,
    shifted_month_day,
    shifted_unit,
    slashed,
    spoken_date,
    the_weekend,
    weekday,
    weekday_and_day,
    weekday_from,
    year,
)

_MON = f"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_TH = (
    rf"(?P<day>[0-9]{{1,2}}(?=st|nd|rd|th)|{'|'.join(ORDINALS.split())})"
    r"(?P<ordinal>st|nd|rd|th|\b)"
)
_IN_YEAR = r"(?:,?\s{1,3}(?:of\s|in\s)?(?P<year>(?:19|20)[0-9]{2})\b(?!\s?[%:]))?"
_COUNT = rf"(?P<count>[0-9]{{1,4}}|{'|'.join(COUNTS.split())}|twenty|thirty|couple|few|several"
_UNIT = r"\s(?P<unit>day|week|month|year|hour|fortnight)s?"
_SEASON = "(?P<season>spring|summer|autumn|fall|winter)"
_ORDINAL = "(?P<day>[12]?[0-9]|3[01])(?:st|nd|rd|th)"
_DAYNAME = f"(?P<weekday>{'|'.join(WEEKDAY_NAMES.split())}"
_YYYY = "(?P<year>(?:19|20)[0-9]{2})"

ENGLISH: tuple[tuple[str, Reader], ...] = (
    ((r"(?<![0-9.-])(?P<year>[12][0-9]{3})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
     r"(?![0-9])"), full_date),
    (r"(?<![0-9.-])(?P<year>(?:19|20)[0-9]{2})[-/](?P<month>0[1-9]|1[0-2])(?![-/0-9])", month),
    ((r"(?<![0-9./])(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})/(?P<year>(?:19|20)?[0-9]{2})"
     r"(?![0-9./])"), slashed),
    ((r"(?<![0-9./v])(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>(?:19|20)[0-9]{2})"
     r"(?!\.?[0-9])"), full_date),
    ((rf"(?P<on>\bon\s)?\b{_MON}\.?\s(?:the\s)?(?:{_TH}|(?P<plain>[0-9]{{1,2}})(?![0-9]|[:%.][0-9]))"
     rf"\b{_IN_YEAR}"), spoken_date),
    (rf"\b(?:{_TH}\s(?:day\s)?(?:of\s)?|(?P<plain>[0-9]{{1,2}})\s(?:of\s)?){_MON}\b{_IN_YEAR}",
     day_first),
    (rf"\b{_MON}\.?,?\s(?:of\s)?{_YYYY}\b", month),
    ((r"\b(?:in|during|since|until|till|throughout|early|late|mid|of|around|(?P<which>last|this|next))"
     rf"\s(?:early\s|late\s|mid-?\s?)?{_MON}\b{_IN_YEAR}(?!\s[0-9]{{1,2}}(?:st|nd|rd|th)?\b)"), month),
    (r"\b(?P<month>january|february|july|august|september|october|november|december)\b", month),
    ((rf"\b(?:from|between)\s{_MON}\s(?:to|and|until|till|through)\s"
     rf"{_MON.replace('<month>', '<last>')}\b{_IN_YEAR}"), month_range),
    ((r"\b(?:in|during|of|since|for|from|by|before|after|until|early|late|mid|the|year|through|and"
     rf"|to)\s{_YYYY}\b(?!\s?[%$€])(?![.,:/-][0-9])"), year),
    (rf"(?<![$€£¥#0-9.,:/-])\b{_YYYY}(?=\s*(?:[?!;,]|\.(?![0-9])|$))", year),
    (rf"\b{_SEASON}(?:\sof)?,?\s{_YYYY}\b", season),
    ((rf"\b(?:in|during|over|since|(?P<which>last|this|next))\s(?:the\s)?{_SEASON}\b{_IN_YEAR}"
     r"(?!\s(?:into|for|of|asleep|in|back|behind))"), season),
    (rf"\bq(?P<quarter>[1-4])\b(?:,?\s(?:of\s)?{_YYYY}\b)?", quarter),
    (rf"\b(?P<quarter>first|second|third|fourth)\squarter\b(?:\sof\s{_YYYY}\b)?", quarter),
    ((r"\b(?P<shift>(?:the )?day before yesterday|(?:the )?day after tomorrow|yesterday|today"
     r"|tonight|tomorrow|tmrw?|2moro|last night|this (?:morning|afternoon|evening))\b"), shifted_day),
    ((r"\b(?P<shift>last|this|next|previous|current|coming|past)\s"
     r"(?P<unit>weekend|week|month|year|quarter)\b"), shifted_unit),
    (r"\b(?:over|at|on|during|for)\sthe\sweekend\b", the_weekend),
    (rf"\b(?:the\s)?{_ORDINAL}\sof\s(?P<shift>last|this|next)\smonth\b", shifted_month_day),
    (rf"\b(?:on\s)?{_DAYNAME}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun),?\s(?:the\s)?{_ORDINAL}\b(?!\s(?:of\s)?[a-z]{{3,9}}\b(?<!and)(?<!for)(?<!but)(?<!with))",
     weekday_and_day),
    (rf"\b(?P<which>last|this|next|past|coming)\s{_DAYNAME}|mon|tues?|wed|thu(?:rs?)?|fri|sat)\b",
     weekday),
    (rf"(?<!every )(?<!each )\b(?:on\s)?(?P<which>){_DAYNAME})\b", weekday),
    (rf"\b(?:(?P<half>half an?)|(?:a\s)?{_COUNT}|an?))(?:\sof)?{_UNIT}\s(?:ago|earlier|back)\b",
     ago),
    (rf"\b(?:past|last|previous)\s(?:(?P<half>half)|{_COUNT}))(?:\sof)?{_UNIT}\b", rolling),
    (rf"\b{_COUNT})\s{_DAYNAME})s?\s(?P<back>ago|back)\b", weekday_from),
    (rf"\b{_COUNT}|an?)\sweeks?\s(?:from|on|after)\s(?:this\s|next\s)?{_DAYNAME})\b", weekday_from),
    (rf"\b{_DAYNAME})\sweek\b", weekday_from),
    ((rf"\b(?:the\s)?(?:(?P<unit>weekend|week|month|year)|{_DAYNAME}))\s"
     r"(?P<which>after next|before last)\b"), after_next),
    ((r"\b(?:on|by|from|until|till|before|after|to|for|through|[-–])\s(?:\w+day\s)?the\s(?P<day>[12]?[0-9]|3[01])"
     r"(?:st|nd|rd|th)\b(?!\s(?:[a-z]+ (?:floor|time)|of|floor|time|century|grade|birthday|anniversary|place|street|avenue|try"
     r"|attempt|year|month|week|day|one|hole|chapter|page|line|row|edition|version))"), day_of_month),
    (r"\b(?P<feast>boxing day|christmas (?:eve|day)|new year['’]s (?:eve|day)|halloween|valentine['’]s day|st patrick['’]s day)\b", feast),
)  # fmt: skip

ENGLISH_AHEAD: tuple[tuple[str, Reader], ...] = (
    (rf"\bin\s(?:about\s|around\s|exactly\s)?(?:a\s)?{_COUNT}|an?)(?:\sof)?{_UNIT}(?:['’]s?)?(?:\stime)?\b", from_now),
    (rf"\b(?:a\s)?{_COUNT}|an?)(?:\sof)?{_UNIT}\sfrom\s(?:now|today)\b", from_now),
)  # fmt: skip
