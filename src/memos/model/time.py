"""Time as memos counts it: UTC microseconds since 1970, and clocks that tell it."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000  # microseconds
DAY = 86_400 * SECOND
EARLIEST = -62_135_596_800 * SECOND  # 0001-01-01T00:00:00Z
LATEST = 253_402_300_799 * SECOND + 999_999  # 9999-12-31T23:59:59.999999Z


class Instant(int):
    """A moment as UTC microseconds since 1970: an ``int`` that prints as ISO 8601."""

    __slots__ = ()

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo = timezone.utc) -> Instant:
        """The instant of `moment`; a naive one is read in `zone`.

        Raises OverflowError where the year in UTC is not one from 1 to 9999.
        """
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        made = cls((moment - EPOCH) // MICROSECOND)
        if not EARLIEST <= made <= LATEST:
            raise OverflowError(f"out of range: {moment}")
        return made

    @property
    def datetime(self) -> datetime:
        """The same moment as an aware datetime in UTC."""
        return EPOCH + timedelta(microseconds=int(self))

    def iso(self) -> str:
        """ISO 8601 in UTC, ending in ``Z``; fractions only where there are any."""
        return self.datetime.isoformat().replace("+00:00", "Z")

    def __str__(self) -> str:
        return self.iso()

    def __repr__(self) -> str:
        return f"Instant({self.iso()!r})"


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r" ?(Z|z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def parse_iso(text: str, zone: tzinfo = timezone.utc) -> Instant:
    """The instant that an ISO 8601 date or date and time names; without offset, in `zone`.

    Raises ValueError. The same on every Python: ``fromisoformat`` knew less before 3.11.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an ISO 8601 date: {text[:40]!r}")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "0")[:6].ljust(6, "0"))
    moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=zone)
    if match[8]:
        moment = moment.replace(tzinfo=timezone(_offset(match[8])))
    try:
        return Instant.of(moment)
    except OverflowError as error:  # the first and the last day, seen from another zone
        raise ValueError(f"out of range: {text[:40]!r}") from error


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)


def instant(value: int | None) -> Instant | None:
    """`value` as an Instant; None stays None."""
    return None if value is None else Instant(value)


class Clock(Protocol):
    """Tells the time; injected everywhere so that tests and replays own it."""

    def now(self) -> Instant:
        """The current instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The current instant."""
        return Instant(time.time_ns() // 1000)
