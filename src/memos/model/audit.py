"""Audit: what an examination of the quality of stored memories found."""

from __future__ import annotations

from dataclasses import dataclass

from memos.model.plain import Plain

JUNK, DUPLICATES, CONTRADICTIONS = "junk", "duplicates", "contradictions"
STALE, PERSONAL, UNSUPPORTED = "stale", "personal", "unsupported"

SECTIONS = (JUNK, DUPLICATES, CONTRADICTIONS, STALE, PERSONAL, UNSUPPORTED)
"""What an audit looks for, in the order in which it reports."""


@dataclass(frozen=True, slots=True)
class AuditExample(Plain):
    """One thing that was found; secrets and identifiers in texts are marks such as ``[email]``.

    `other_id` and `other_text` are of what it repeats or contradicts.
    """

    id: str
    user_id: str | None
    text: str
    other_id: str | None = None
    other_text: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRow(Plain):
    """How many were found for one reason, and their share of all that was looked at."""

    reason: str
    count: int
    share: float
    examples: tuple[AuditExample, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditSection(Plain):
    """What was found of one sort. What has two reasons counts once in `count`.

    `unknown` are those of which the store does not know enough to tell.
    """

    name: str
    count: int
    share: float
    unknown: int
    rows: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class AuditReport(Plain):
    """How good what is stored is: `flagged` of `looked_at` have something wrong."""

    looked_at: int
    messages: int
    flagged: int
    share: float
    sections: tuple[AuditSection, ...]

    def section(self, name: str) -> AuditSection:
        """One of `SECTIONS` by its name."""
        return {one.name: one for one in self.sections}[name]
