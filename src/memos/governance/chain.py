"""The chain of the audit log: how a link is made, and what shows that one was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from memos.model.deeds import START, AuditEntry, Deed
from memos.model.time import Instant

Problem = tuple[int, str]
"""The number of an entry, and what is wrong with it."""


def linked(before: AuditEntry | None, deed: Deed, at: Instant) -> AuditEntry:
    """The entry that comes after `before`, never earlier than it."""
    if before is None:
        return _made(1, at, deed, START)
    return _made(before.number + 1, max(at, before.at), deed, before.digest)


def check(entries: Sequence[AuditEntry], last: AuditEntry | None = None) -> list[Problem]:
    """What is wrong with entries that should follow `last`, the last one seen before them.

    So a long chain can be checked page by page.
    """
    found: list[Problem] = []
    for entry in entries:
        found += _problems(entry, last)
        last = entry
    return found


def check_end(last: AuditEntry | None, end: AuditEntry | None) -> list[Problem]:
    """What is wrong with the last entry there is, where `end` was the last one written."""
    have, written = (0 if one is None else one.number for one in (last, end))
    if have < written:
        return [(have + 1, _missing(have + 1, written))]
    if have > written:
        return [(written + 1, "was not written by the log")]
    return [] if last == end else [(have, "is not what was written last")]


def _problems(entry: AuditEntry, last: AuditEntry | None) -> list[Problem]:
    number, before = (0, START) if last is None else (last.number, last.digest)
    found: list[Problem] = []
    if entry.number > number + 1:
        found.append((number + 1, _missing(number + 1, entry.number - 1)))
    elif entry.before != before:
        found.append((entry.number, f"does not follow entry {number}"))
    if entry != _made(entry.number, entry.at, entry.deed, entry.before):
        found.append((entry.number, "was changed"))
    return found


def _missing(first: int, last: int) -> str:
    return "is missing" if first == last else f"is missing, with all up to {last}"


def _made(number: int, at: Instant, deed: Deed, before: str) -> AuditEntry:
    told = {"number": number, "at": int(at), "deed": asdict(deed), "before": before}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))  # in ASCII, so one text only
    return AuditEntry(number, at, deed, before, hashlib.sha256(text.encode("ascii")).hexdigest())
