"""A clock that moves only when a test says so."""

from __future__ import annotations

from datetime import datetime

from memos.model.time import SECOND, Instant


class ManualClock:
    """Stands still between calls; with `tick` it moves that many seconds after each reading."""

    def __init__(self, start: str = "2024-01-01T00:00:00Z", tick: float = 0.0) -> None:
        self._now = _moment(start)
        self._tick = round(tick * SECOND)

    def now(self) -> Instant:
        """The current instant."""
        now = self._now
        self._now = Instant(now + self._tick)
        return now

    def advance(self, seconds: float) -> Instant:
        """Moves by `seconds`, backwards if negative; gives the new instant."""
        self._now = Instant(self._now + round(seconds * SECOND))
        return self._now

    def set(self, moment: str | Instant) -> Instant:
        """Moves to `moment` (ISO 8601, UTC unless it says otherwise)."""
        self._now = _moment(moment) if isinstance(moment, str) else moment
        return self._now


def _moment(text: str) -> Instant:
    return Instant.of(datetime.fromisoformat(text.replace("Z", "+00:00")))
