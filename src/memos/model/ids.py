"""Identifiers: UUIDv7 for what memos names, checked strings for what callers name."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable

IdSource = Callable[[], str]
"""Gives a fresh UUIDv7 in canonical text form at each call."""


class Uuid7Source:
    """Time-ordered UUIDs (RFC 9562, version 7), strictly increasing within a process.

    They are names, not secrets: nothing is allowed because somebody knows one.

    48 bits of Unix milliseconds, then a 74-bit field that starts at random in each
    millisecond and is counted up within it, so that ids sort in the order they were made.
    """

    def __init__(
        self,
        milliseconds: Callable[[], int] | None = None,
        entropy: Callable[[int], int] | None = None,
    ) -> None:
        self._milliseconds = milliseconds or (lambda: time.time_ns() // 1_000_000)
        # A generator seeded by the system: asking the system itself releases the interpreter
        # lock, which then takes longer to get back than everything else here.
        self._entropy = entropy or random.Random(os.urandom(32)).getrandbits  # noqa: S311
        self._lock = threading.Lock()
        self._last_ms = -1
        self._tail = 0

    def forked(self) -> None:
        """In a child process: a lock and a tail of its own, or both would give equal ids."""
        self._lock = threading.Lock()
        self._entropy = random.Random(os.urandom(32)).getrandbits  # noqa: S311
        self._last_ms = -1

    def __call__(self) -> str:
        """The next id."""
        with self._lock:
            now = self._milliseconds()
            if now > self._last_ms:
                self._last_ms = now
                # The top bit stays free, so that counting up cannot overflow the field.
                self._tail = self._entropy(73)
            else:  # same millisecond, or the clock stepped back: keep the order
                self._tail += 1
            ms, tail = self._last_ms, self._tail
        value = (ms << 80) | (0x7 << 76) | ((tail >> 62) << 64) | (0b10 << 62) | (tail & _LOW62)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_LOW62 = (1 << 62) - 1
uuid7 = Uuid7Source()
os.register_at_fork(after_in_child=uuid7.forked)
