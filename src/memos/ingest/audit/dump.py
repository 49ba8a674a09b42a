"""Dumps: what another memory system has stored, read from a file as items.

Understood are JSON and JSON lines: a list of objects, or an object with such a list (mem0's
``get_all()``: ``{"results": [{"id", "memory", "user_id", ...}]}``). Nothing is written anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from memos.errors import InvalidInput
from memos.ingest.audit.examination import MOST_DAYS, MOST_EXAMPLES, Examination
from memos.ingest.audit.item import Item, Sort
from memos.language.selves import in_first_person
from memos.model import checks
from memos.model.audit import AuditReport
from memos.model.claim import Claim
from memos.model.memory import Kind

LISTS = ("results", "memories", "messages", "items", "data")
TEXTS = ("memory", "content", "text", "data", "fact")
"""Names of the list, and of the text of an entry, in the order in which they are looked for."""

USERS = ("user_id", "userId", "user", "agent_id")
LONGEST = 1_000_000  # characters of a text
_NAMED = re.compile(
    r"\A(?:(?:the )?user['’]s )?(?=(?:name|age|birthday|job|occupation|profession|employer|hometown|home|address|nickname"
    r"|favou?rite [\w ]{1,30}|(?:native |first )?language|phone(?: number)?|e-?mail(?: address)?) is\b)",
    re.IGNORECASE,
)
_USER = frozenset({"user"})
_ARTICLE = re.compile(r"\A\W*the user\b", re.IGNORECASE)


def audit_dump(
    path: Path, *, examples: int = 3, stale_days: int = 90, user_id: str | None = None
) -> AuditReport:
    """How good the memories in a file are; with `user_id` only those of one user.

    Raises InvalidInput that names the file, the entry and the field. A dump does not say what
    was recalled, so that `stale_days` is only checked.
    """
    checks.check_int("stale_days", stale_days, 0, MOST_DAYS)
    examination = Examination(checks.check_int("examples", examples, 0, MOST_EXAMPLES), mixed=True)
    for item in read_dump(path):
        if user_id is None or item.user_id == user_id:
            examination.look(item)
    return examination.report()


def read_dump(path: Path) -> Iterator[Item]:
    """The entries of a file; one without an id gets its place."""
    for place, entry in _entries(path):
        yield _item(f"{path}: {place}", place, entry)


def _entries(path: Path) -> Iterator[tuple[str, object]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(str(path), "bytes that are not UTF-8", "a UTF-8 text file") from error
    except OSError as error:
        raise InvalidInput(str(path), f"{error.strerror}", "a readable file") from error
    found, whole = _whole(text)
    if whole:
        yield from _listed(path, found)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _line(f"{path}: line {number}", line)


def _whole(text: str) -> tuple[object, bool]:
    """The text as one JSON document, and whether it is one; a single entry is a line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None, False
    single = isinstance(found, dict) and any(isinstance(found.get(name), str) for name in TEXTS)
    return found, not single


def _listed(path: Path, found: object) -> Iterator[tuple[str, object]]:
    name, entries = "", found
    if isinstance(found, dict):
        name = next((one for one in LISTS if isinstance(found.get(one), list)), "")
        entries = found.get(name)
    if not isinstance(entries, list):
        allowed = f"a list, or an object with one: {', '.join(LISTS)}"
        raise InvalidInput(str(path), checks.shape(found), allowed)
    for at, entry in enumerate(entries):
        yield f"{name}[{at}]", entry


def _line(place: str, line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(place, "something that is not JSON", "JSON") from error


def _item(where: str, place: str, entry: object) -> Item:
    if not isinstance(entry, dict):
        raise InvalidInput(where, checks.shape(entry), "an object")
    name = next((one for one in TEXTS if one in entry), None)
    if name is None:
        raise InvalidInput(where, "an object without a text", f"one of {', '.join(TEXTS)}")
    text = entry[name]
    if not isinstance(text, str) or len(text) > LONGEST:
        raise InvalidInput(
            f"{where}.{name}", checks.shape(text), f"a string of at most {LONGEST} characters"
        )
    user = _text(where, entry, USERS)
    claim = Claim(kind=Kind.FACT, text=_first_person(text), value=text)
    return Item(
        id=_text(where, entry, ("id", "memory_id", "uuid")) or place,
        text=text,
        sort=Sort.CLAIM,
        user_id=user,
        role=_text(where, entry, ("role",)),
        group=(user or "",),
        claim=claim,
        plain=Claim(kind=Kind.FACT, text=text, value=text) if claim.text != text else None,
    )


def _text(where: str, entry: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The first of the fields that is there; a number counts as its text."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"{where}.{name}", checks.shape(value), "a string")
        if value:
            return value
    return None


def _first_person(text: str) -> str:
    """As its user would say it, since that is what is compared: User lives in Porto, Name is Ann."""
    if _NAMED.match(text):
        return _NAMED.sub("My ", text, count=1)
    return in_first_person(_ARTICLE.sub("User", text), _USER)
