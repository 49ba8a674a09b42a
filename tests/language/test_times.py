from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.language.times import time_windows

NOW = datetime(2024, 5, 15, 14, 30, tzinfo=timezone(timedelta(hours=8)))  # a Wednesday

# text, first day, day after the last
WINDOWS = [
    ("2024-05-02", "2024-05-02", "2024-05-03"),
    ("May 2, 2024", "2024-05-02", "2024-05-03"),
    ("on 2nd of May", "2024-05-02", "2024-05-03"),
    ("5/2/2024", "2024-05-02", "2024-05-03"),
    ("25/2/2024", "2024-02-25", "2024-02-26"),
    ("5.2.2024", "2024-02-05", "2024-02-06"),
    ("21 November, 2023", "2023-11-21", "2023-11-22"),
    ("on may 2", "2024-05-02", "2024-05-03"),
    ("May 2024", "2024-05-01", "2024-06-01"),
    ("in May", "2024-05-01", "2024-06-01"),
    ("in june", "2023-06-01", "2023-07-01"),
    ("last May", "2023-05-01", "2023-06-01"),
    ("what happened in 2023", "2023-01-01", "2024-01-01"),
    ("summer of 2023", "2023-06-01", "2023-09-01"),
    ("last summer", "2023-06-01", "2023-09-01"),
    ("in winter 2023", "2023-12-01", "2024-03-01"),
    ("Q1 2024", "2024-01-01", "2024-04-01"),
    ("second quarter of 2023", "2023-04-01", "2023-07-01"),
    ("today", "2024-05-15", "2024-05-16"),
    ("the day before yesterday", "2024-05-13", "2024-05-14"),
    ("last week", "2024-05-06", "2024-05-13"),
    ("this month", "2024-05-01", "2024-06-01"),
    ("next year", "2025-01-01", "2026-01-01"),
    ("last weekend", "2024-05-11", "2024-05-13"),
    ("last Friday", "2024-05-10", "2024-05-11"),
    ("last Wednesday", "2024-05-08", "2024-05-09"),
    ("on Wednesday", "2024-05-15", "2024-05-16"),
    ("next Friday", "2024-05-17", "2024-05-18"),
    ("3 days ago", "2024-05-12", "2024-05-13"),
    ("two weeks ago", "2024-04-28", "2024-05-05"),
    ("a month ago", "2024-04-01", "2024-05-01"),
    ("five years ago", "2019-01-01", "2020-01-01"),
    ("a few days ago", "2024-05-10", "2024-05-14"),
    ("half a year ago", "2023-11-01", "2023-12-01"),
    ("two Fridays ago", "2024-05-03", "2024-05-04"),
    ("a week from Saturday", "2024-05-25", "2024-05-26"),
    ("Saturday week", "2024-05-25", "2024-05-26"),
    ("the week after next", "2024-05-27", "2024-06-03"),
    ("the month before last", "2024-03-01", "2024-04-01"),
    ("over the weekend", "2024-05-11", "2024-05-13"),
    ("on the 5th", "2024-05-05", "2024-05-06"),
    ("by the 20th", "2024-04-20", "2024-04-21"),
    ("on Boxing Day", "2023-12-26", "2023-12-27"),
    ("in the past two weeks", "2024-05-01", "2024-05-16"),
    ("since March", "2024-03-01", "2024-05-16"),
    ("since May 2nd", "2024-05-02", "2024-05-16"),
    ("in July 2023", "2023-07-01", "2023-08-01"),
    ("since last Friday", "2024-05-10", "2024-05-16"),
    ("from March to June 2023", "2023-03-01", "2023-07-01"),
    ("between November and February", "2023-11-01", "2024-03-01"),
    ("2024年5月2日", "2024-05-02", "2024-05-03"),
    ("5月2号", "2024-05-02", "2024-05-03"),
    ("五月", "2024-05-01", "2024-06-01"),
    ("十二月二十五日", "2023-12-25", "2023-12-26"),
    ("去年", "2023-01-01", "2024-01-01"),
    ("前年", "2022-01-01", "2023-01-01"),
    ("二〇二三年", "2023-01-01", "2024-01-01"),
    ("去年夏天", "2023-06-01", "2023-09-01"),
    ("去年五月", "2023-05-01", "2023-06-01"),
    ("上个月", "2024-04-01", "2024-05-01"),
    ("上个月5号", "2024-04-05", "2024-04-06"),
    ("上周五", "2024-05-10", "2024-05-11"),
    ("这周", "2024-05-13", "2024-05-20"),
    ("周末", "2024-05-11", "2024-05-13"),
    ("昨天", "2024-05-14", "2024-05-15"),
    ("大前天", "2024-05-12", "2024-05-13"),
    ("三天前", "2024-05-12", "2024-05-13"),
    ("两周前", "2024-04-28", "2024-05-05"),
    ("半年前", "2023-11-01", "2023-12-01"),
    ("最近一周", "2024-05-08", "2024-05-16"),
    ("今年3月以来", "2024-03-01", "2024-05-16"),
    ("2023年下半年", "2023-07-01", "2024-01-01"),
    ("4月3号到6号", "2024-04-03", "2024-04-07"),
    ("4月20号21号", "2024-04-20", "2024-04-22"),
    ("4月3-6日", "2024-04-03", "2024-04-07"),
    ("4 月 17 号", "2024-04-17", "2024-04-18"),
    ("上个月底", "2024-04-21", "2024-05-01"),
    ("去年年底", "2023-12-01", "2024-01-01"),
    ("年初", "2024-01-01", "2024-03-01"),
    ("8号", "2024-05-08", "2024-05-09"),
    ("20号", "2024-04-20", "2024-04-21"),
    ("十八号", "2024-04-18", "2024-04-19"),
    ("上半年", "2024-01-01", "2024-07-01"),
    ("国庆", "2023-10-01", "2023-10-08"),
    ("元旦", "2024-01-01", "2024-01-02"),
    ("去年中秋", "2023-09-29", "2023-09-30"),
    ("除夕", "2024-02-09", "2024-02-10"),
    ("大年初五", "2024-02-14", "2024-02-15"),
]

FALSE_FRIENDS = [
    "you may go",
    "may 2 people come",
    "I march 3 miles",
    "march on",
    "just a second",
    "wait a minute",
    "it costs 2000 dollars",
    "$2023",
    "5/10 stars",
    "the fall of Rome",
    "spring into action",
    "every Friday",
    "version v1.2.2024",
    "in three weeks",
    "on the 5th floor",
    "in the 20th century",
    "99/99/2024",
    "2024-13-45",
    "每周一次",
    "一周一次",
    "目前",
    "向日葵",
    "三个月",
    "以前",
    "春风",
    "",
]


# the same for plans, which look ahead
AHEAD = [
    ("on Friday", "2024-05-17", "2024-05-18"),
    ("on Wednesday", "2024-05-15", "2024-05-16"),
    ("last Friday", "2024-05-10", "2024-05-11"),
    ("in March", "2025-03-01", "2025-04-01"),
    ("in May", "2024-05-01", "2024-06-01"),
    ("on 3 November", "2024-11-03", "2024-11-04"),
    ("on May 3", "2025-05-03", "2025-05-04"),
    ("in summer", "2024-06-01", "2024-09-01"),
    ("in spring", "2024-03-01", "2024-06-01"),
    ("Q1", "2025-01-01", "2025-04-01"),
    ("on the 5th", "2024-06-05", "2024-06-06"),
    ("over the weekend", "2024-05-18", "2024-05-20"),
    ("in 2 days", "2024-05-17", "2024-05-18"),
    ("in three weeks", "2024-06-03", "2024-06-10"),
    ("in a fortnight", "2024-05-27", "2024-06-03"),
    ("in a couple of months", "2024-07-01", "2024-09-01"),
    ("a week from now", "2024-05-20", "2024-05-27"),
    ("New Year's Eve", "2024-12-31", "2025-01-01"),
    ("五月三号", "2025-05-03", "2025-05-04"),
    ("周五", "2024-05-17", "2024-05-18"),
    ("周末", "2024-05-18", "2024-05-20"),
    ("三天后", "2024-05-18", "2024-05-19"),
    ("再过两个月", "2024-07-01", "2024-08-01"),
    ("8号", "2024-06-08", "2024-06-09"),
    ("年底", "2024-12-01", "2025-01-01"),
    ("春节", "2025-01-29", "2025-01-30"),
]


@pytest.mark.parametrize(("text", "start", "end"), AHEAD)
def test_ahead_a_bare_expression_names_the_next_window(text: str, start: str, end: str):
    (window,) = time_windows(text, NOW, ahead=True)
    assert (window.start.date().isoformat(), window.end.date().isoformat()) == (start, end)


@pytest.mark.parametrize(("text", "start", "end"), WINDOWS)
def test_an_expression_names_its_window(text: str, start: str, end: str):
    (window,) = time_windows(text, NOW)
    assert window.start == datetime.fromisoformat(start).replace(tzinfo=NOW.tzinfo)
    assert window.end == datetime.fromisoformat(end).replace(tzinfo=NOW.tzinfo)
    assert window.text in text


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_false_friends_name_nothing(text: str):
    assert time_windows(text, NOW) == ()


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("see you Sunday the 9th", "2024-06-09"),
        ("it was the 15th of last month", "2024-04-15"),
        ("the 3rd of next month", "2024-06-03"),
        ("tmrw at 8", "2024-05-16"),
        ("昨儿去的", "2024-05-14"),
        ("6.3号去", "2023-06-03"),
    ],
)
def test_days_that_are_named_in_short(text: str, start: str):
    (window,) = time_windows(text, datetime(2024, 5, 15, 9, 30, tzinfo=timezone.utc))
    assert window.start.date().isoformat() == start


def test_several_windows_come_in_order():
    found = time_windows("Did I run more last week than in July 2023 or 去年五月?", NOW)
    assert [window.text for window in found] == ["last week", "in July 2023", "去年五月"]


def test_the_leap_day_has_to_exist():
    assert time_windows("on 29 February 2023?", NOW)[0].text != "29 February 2023"
    assert time_windows("on 29 February 2024?", NOW)[0].text == "29 February 2024"


def test_in_january_this_winter_began_last_december():
    january = NOW.replace(month=1)
    assert time_windows("this winter", january)[0].start == NOW.replace(2023, 12, 1, 0, 0)
    assert time_windows("last winter", january)[0].start == NOW.replace(2022, 12, 1, 0, 0)


def test_a_naive_now_is_refused():
    with pytest.raises(ValueError, match="aware"):
        time_windows("today", NOW.replace(tzinfo=None))


PIECES = st.sampled_from(
    [
        *(row[0] for row in WINDOWS),
        *FALSE_FRIENDS,
        " ",
        "99",
        "\ud800",
        "\x00",
        "万",
        "ago",
        "since ",
    ]
)


@given(
    st.text(st.characters(blacklist_categories=())) | st.lists(PIECES).map(" ".join),
    st.datetimes(timezones=st.just(timezone.utc)),
)
def test_windows_are_ordered_and_never_empty(text: str, now: datetime):
    found = time_windows(text, now)
    assert all(window.start < window.end for window in found)
    assert all(window.text and window.text in text for window in found)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["5/", "a ", "may ", "2023 ", "一", "1 ", "5月", "on ", "first of ", " "]
)
def test_hostile_text_stays_cheap(unit: str):
    for _ in range(4):
        time_windows((unit * 100_000)[:100_000], NOW)
