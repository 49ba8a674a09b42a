"""When to try again: backoff, and what the server asks for in Retry-After."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timezone
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import TypeVar

from memos.errors import ProviderBusy, ProviderDown
from memos.model.time import SECOND, Instant

FIRST_WAIT = 0.5  # seconds; then twice as long each time
LONGEST_BACKOFF = 8.0  # seconds
LONGEST_WAIT = 60.0  # seconds; a server that asks for more gets no second attempt in this call

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_spread = SystemRandom()


async def persist(attempt: Callable[[], Awaitable[T]], attempts: int, sleep: Sleep) -> T:
    """What `attempt` gives, tried again where that may help; at last its error.

    A timeout is not tried again: the caller has waited, and the server is not idle.
    """
    tried = 1
    while True:
        try:
            return await attempt()
        except (ProviderBusy, ProviderDown) as error:
            wait = backoff(tried) if error.retry_after is None else error.retry_after
            if tried >= attempts or wait > LONGEST_WAIT:
                raise
        await sleep(wait)
        tried += 1


async def doze(seconds: float) -> None:
    """The usual `Sleep`."""
    await asyncio.sleep(seconds)


def backoff(tried: int) -> float:
    """Seconds to wait after `tried` attempts, spread so that callers do not come in step."""
    longest = min(FIRST_WAIT * 2.0 ** (tried - 1), LONGEST_BACKOFF)
    return longest * _spread.uniform(0.5, 1.0)


def retry_after(header: str | None, now: Instant) -> float | None:
    """Seconds from now that a Retry-After header names; None if it says nothing usable."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # "-0000": UTC, from a sender whose zone is unknown
            moment = moment.replace(tzinfo=timezone.utc)
        return max(0.0, (Instant.of(moment) - now) / SECOND)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
