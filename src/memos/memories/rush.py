"""Rush: lets work in the background wait while many write."""

from __future__ import annotations

import asyncio
import time
from collections import deque

QUIET = 0.05  # seconds
CROWD = 20  # writes within them that come first: at 400 a second, other work would slow them down
LONGEST = 10.0  # seconds, after which the work begins all the same


class Rush:
    """The last writes of this process, and whether there are many of them."""

    def __init__(self) -> None:
        self._writes: deque[float] = deque(maxlen=CROWD)  # monotonic seconds

    def note(self) -> None:
        """Says that something was written; from any thread."""
        self._writes.append(time.monotonic())

    async def over(self) -> None:
        """Waits until few write, though not for ever."""
        end = time.monotonic() + LONGEST
        while self._crowded() and time.monotonic() < end:  # noqa: ASYNC110 - no end is told
            await asyncio.sleep(QUIET)

    def _crowded(self) -> bool:
        return len(self._writes) == CROWD and time.monotonic() < self._writes[0] + QUIET
