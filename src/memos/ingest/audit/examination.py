"""Examination: looks at one item after the other, and reports in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from memos.governance.redaction import KINDS, findings
from memos.ingest.audit import judging, junk, support
from memos.ingest.audit.alike import Alike, Link
from memos.ingest.audit.item import Item, Sort
from memos.ingest.audit.tally import Tally
from memos.language.cues import script_of
from memos.model.audit import (
    CONTRADICTIONS,
    DUPLICATES,
    JUNK,
    PERSONAL,
    STALE,
    UNSUPPORTED,
    AuditReport,
)

UNUSED = "never recalled"
MOST_EXAMPLES = 100  # of each reason
MOST_DAYS = 36_500  # after which something is stale
REASONS = {
    JUNK: junk.REASONS,
    DUPLICATES: (judging.EXACT, judging.NEAR),
    CONTRADICTIONS: (judging.VALUES, judging.OPPOSED),
    STALE: (UNUSED,),
    PERSONAL: KINDS,
    UNSUPPORTED: support.REASONS,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a store knows of an item besides its text.

    `stale` is None where nobody knows whether it was recalled; `unsupported` is one of
    `support.REASONS`, and `sourced` whether there are sources to hold it against.
    """

    stale: bool | None = None
    unsupported: str | None = None
    sourced: bool = False


UNKNOWN = Standing()


class Examination:
    """Everything is looked at once; what is kept grows with what is known, not with what was said.

    In a dump there are no sources; `mixed` counts what is in another script than most of the
    texts of its user instead.
    """

    def __init__(self, examples: int, *, mixed: bool = False) -> None:
        self._tally = Tally(examples, REASONS)
        self._alike = Alike()
        self._mixed = mixed
        self._flagged: set[tuple[tuple[str, ...], str]] = set()
        self._scripts: dict[str | None, dict[str, list[Item]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._counts: dict[str | None, Counter[str]] = defaultdict(Counter)

    def look(self, item: Item, standing: Standing = UNKNOWN) -> None:
        """Takes one item in."""
        self._tally.looked_at += 1
        self._tally.messages += item.sort is Sort.MESSAGE
        reason = junk.junk(item)
        if reason is not None:
            self._note(JUNK, [reason], item)
        if kinds := sorted({one.kind for one in findings(item.text)}):
            self._note(PERSONAL, kinds, item)
        if item.sort is Sort.MESSAGE:
            return
        link = self._alike.add(item, whole=reason is not None or item.sort is Sort.OTHER)
        if link is not None:
            self._link(link)
        if item.sort is Sort.CLAIM:
            self._stand(item, standing, junky=reason is not None)

    def report(self) -> AuditReport:
        """What was found; compares what was taken in."""
        for link in self._alike.links():
            self._link(link)
        self._mix()
        self._tally.flagged = len(self._flagged)
        return self._tally.report()

    def _stand(self, item: Item, standing: Standing, *, junky: bool) -> None:
        if standing.stale is None:
            self._tally.not_known(STALE)
        elif standing.stale:
            self._note(STALE, [UNUSED], item)
        if standing.unsupported is not None:
            self._note(UNSUPPORTED, [standing.unsupported], item)
        elif not standing.sourced:
            self._tally.not_known(UNSUPPORTED)
        if self._mixed and not junky:
            script = script_of(item.text)
            self._counts[item.user_id][script] += 1
            self._scripts[item.user_id][script].append(item)

    def _mix(self) -> None:
        """What is in another script than most of a user's texts."""
        for user, counts in self._counts.items():
            main = support.main_script(counts)
            for script, items in self._scripts[user].items():
                if main is not None and script not in (main, support.NO_SCRIPT):
                    for item in items:
                        self._tally.note(UNSUPPORTED, [support.MIXED], item)  # perhaps no fault

    def _link(self, link: Link) -> None:
        section = DUPLICATES if link.reason in REASONS[DUPLICATES] else CONTRADICTIONS
        self._note(section, [link.reason], link.item, link.other)

    def _note(
        self, section: str, reasons: Sequence[str], item: Item, other: Item | None = None
    ) -> None:
        self._tally.note(section, reasons, item, other)
        self._flagged.add((item.group, item.id))
