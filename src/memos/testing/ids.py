"""Ids that are the same in every run."""

from __future__ import annotations

from itertools import count
from random import Random

from memos.model.ids import IdSource, Uuid7Source

START_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z


def seeded_ids(seed: int) -> IdSource:
    """A source of UUIDv7s that depends on `seed` alone; each id a millisecond after the last."""
    milliseconds = count(START_MS)
    return Uuid7Source(lambda: next(milliseconds), Random(seed).getrandbits)
