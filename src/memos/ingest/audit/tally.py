"""Tally: counts what an audit finds, with examples that show no secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memos.governance.redaction import redact
from memos.ingest.audit.item import Item
from memos.model.audit import SECTIONS, AuditExample, AuditReport, AuditRow, AuditSection

LONGEST = 200  # characters of an example


@dataclass(slots=True)
class _Found:
    count: int = 0
    examples: list[AuditExample] = field(default_factory=list)


class Tally:
    """What was found so far; of each reason at most `examples` are kept, no two alike."""

    def __init__(self, examples: int, reasons: Mapping[str, Sequence[str]]) -> None:
        self.looked_at = self.messages = self.flagged = 0
        self._most = examples
        self._counts = dict.fromkeys(SECTIONS, 0)
        self._unknown = dict.fromkeys(SECTIONS, 0)
        self._rows = {
            name: {reason: _Found() for reason in reasons.get(name, ())} for name in SECTIONS
        }

    def note(
        self, section: str, reasons: Sequence[str], item: Item, other: Item | None = None
    ) -> None:
        """Counts an item once in its section, and for each of its reasons."""
        self._counts[section] += 1
        for reason in reasons:
            found = self._rows[section][reason]
            found.count += 1
            if len(found.examples) < self._most:
                example = _example(item, other)
                if all(example.text != one.text for one in found.examples):
                    found.examples.append(example)

    def not_known(self, section: str) -> None:
        """Counts an item of which the section cannot tell."""
        self._unknown[section] += 1

    def report(self) -> AuditReport:
        """All of it, each section with those reasons that it knows of."""
        return AuditReport(
            looked_at=self.looked_at,
            messages=self.messages,
            flagged=self.flagged,
            share=self._share(self.flagged),
            sections=tuple(
                AuditSection(
                    name=name,
                    count=count,
                    share=self._share(count),
                    unknown=self._unknown[name],
                    rows=tuple(
                        AuditRow(reason, one.count, self._share(one.count), tuple(one.examples))
                        for reason, one in self._rows[name].items()
                    ),
                )
                for name, count in self._counts.items()
            ),
        )

    def _share(self, count: int) -> float:
        return round(count / self.looked_at, 4) if self.looked_at else 0.0


def _example(item: Item, other: Item | None) -> AuditExample:
    return AuditExample(
        id=item.id,
        user_id=item.user_id,
        text=_shown(item.text),
        other_id=None if other is None else other.id,
        other_text=None if other is None else _shown(other.text),
    )


def _shown(text: str) -> str:
    """A text that fits into a line, without what must not be shown.

    It is cut last: a secret of which only a part is left would not be known for one.
    """
    safe = " ".join(redact(text)[0].split())
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 3]}..."
