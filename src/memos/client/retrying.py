"""Retrying: which failures of a request are worth another try, and when."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

BUSY = (429, 502, 503, 504)
LONGEST = 30.0  # seconds that a server may ask to wait; longer is the caller's to decide


@dataclass(frozen=True, slots=True)
class Patience:
    """`tries` in all; pauses begin at `first` seconds and double, with full jitter."""

    tries: int = 4
    first: float = 0.25

    def pause(self, tried: int, status: int | None, headers: Mapping[str, str]) -> float | None:
        """Seconds until the next try after `tried` of them; None when it is not worth one.

        `status` is None where no answer came: all calls may be sent again, since writing ones
        carry an idempotency key.
        """
        if tried >= self.tries or (status is not None and status not in BUSY):
            return None
        asked = headers.get("retry-after", "")
        if asked.isascii() and asked.isdigit():
            return float(asked) if int(asked) <= LONGEST else None
        return random.uniform(0, self.first * 2 ** (tried - 1))  # noqa: S311 - jitter, no secret
