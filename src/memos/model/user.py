"""Users: who has a personal cube."""

from __future__ import annotations

from dataclasses import dataclass

from memos.model.plain import Plain
from memos.model.time import Instant


@dataclass(frozen=True, slots=True)
class User(Plain):
    """A user and how much is in their personal cube; what is forgotten does not count.

    `memories` are those that are current: of each the newest version.
    """

    user_id: str
    created_at: Instant
    messages: int
    memories: int
