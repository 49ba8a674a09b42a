"""The audit log: who did what, as a chain in which no link can be changed unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from memos.model.plain import Plain
from memos.model.time import Instant

START = "0" * 64
"""What the first entry of a chain has before it."""


@dataclass(frozen=True, slots=True)
class Deed(Plain):
    """Something that was done: never what was said or found, only ids and outcomes."""

    tenant: str
    actor: str  # the id of a key, or "home"
    action: str  # such as "keys.create", "memories.forget"
    subject: str  # what it was done to, by id
    outcome: str  # "done", or why it was refused


@dataclass(frozen=True, slots=True)
class AuditEntry(Plain):
    """A deed in the chain of its home: `digest` covers it and the digest `before` it."""

    number: int  # from 1, without gaps
    at: Instant
    deed: Deed
    before: str  # hex
    digest: str  # hex


@dataclass(frozen=True, slots=True)
class ChainReport(Plain):
    """What checking a chain found; `broken` are numbers of entries, and why."""

    SHOWN: ClassVar[tuple[str, ...]] = ("ok",)

    entries: int
    last: str  # the digest of the last entry; keep it elsewhere, and a cut chain shows
    broken: tuple[tuple[int, str], ...]

    @property
    def ok(self) -> bool:
        """Whether every entry is what it was when it was written, and none is missing."""
        return not self.broken
