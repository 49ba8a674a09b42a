"""Secrets and personal identifiers in a text: where they are, and the text without them.

Pure functions, and the `Guard` that applies them to what callers write. What was found is
never shown: not in a repr, an error or a log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memos.errors import TextRefused
from memos.governance.identifiers import EMAILS, HARMLESS, NUMBERS
from memos.governance.rules import Rule
from memos.governance.secrets import SECRETS

KINDS = tuple(dict.fromkeys(one.kind for one in (*SECRETS, *EMAILS, *NUMBERS)))
_MARK = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")

# Full-width forms and typographic signs as ASCII, one for one, so that places stay.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0x00A0: " ", 0x2009: " ", 0x202F: " ", 0x2010: "-", 0x2011: "-", 0x2012: "-",
    0x2013: "-", 0x2212: "-",
}  # fmt: skip

_PASSES = 10  # ordinary text needs one, and seldom two; this is for text made to cost time

OFF, BLOCK = "off", "block"  # and anything else for marks


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Where a secret or identifier stands in its text."""

    start: int
    end: int
    kind: str


def findings(text: str) -> tuple[Finding, ...]:
    """All of them, from left to right, without overlaps; marks of `redact` are none."""
    view = text if text.isascii() else text.translate(_PLAIN)
    if "[" in view:
        view = _MARK.sub(_blank, view)
    found: list[Finding] = []
    digits = sum(map(view.count, "0123456789"))
    view = _look((*SECRETS, *EMAILS), view, digits, found)
    if digits:
        _look(NUMBERS, HARMLESS.sub(_blank, view), digits, found)
    return tuple(sorted(found))


def _look(rules: Sequence[Rule], view: str, digits: int, found: list[Finding]) -> str:
    """Adds what the rules find; what one has found is blank for the next."""
    lowered = view.lower()
    for rule in rules:
        if not rule.may_find(lowered, digits):
            continue
        spans = list(rule.spans(view))
        found += [Finding(start, end, rule.kind) for start, end in spans]
        if spans:
            view = _replaced(view, [(start, end, "\n" * (end - start)) for start, end in spans])
    return view


def _blank(match: re.Match[str]) -> str:
    """A line feed ends whatever a rule might see across it."""
    return "\n" * len(match[0])


def redact(text: str) -> tuple[str, dict[str, int]]:
    """`text` with a mark such as ``[email]`` for each finding, and how many of each kind.

    What is left has no findings, so that doing it again changes nothing: what can be seen
    only when its neighbour is gone is taken out in another pass.
    """
    counts: Counter[str] = Counter()
    for _ in range(_PASSES):
        found = findings(text)
        if not found:
            break
        counts.update(one.kind for one in found)
        text = _replaced(text, [(one.start, one.end, f"[{one.kind}]") for one in found])
    return text, dict(counts)


def _replaced(text: str, parts: Sequence[tuple[int, int, str]]) -> str:
    made, at = [], 0
    for start, end, mark in parts:
        made += [text[at:start], mark]
        at = end
    return "".join((*made, text[at:]))


class Guard:
    """Does with what callers write what is set, and counts it: by kind, nothing else."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self.counts: Counter[str] = Counter(dict.fromkeys(() if mode == OFF else KINDS, 0))

    def text(self, field: str, text: str) -> str:
        """The text to keep; raises TextRefused under ``block``."""
        if self._mode == OFF:
            return text
        made, counts = redact(text)
        self.counts.update(counts)
        if counts and self._mode == BLOCK:
            raise TextRefused(field, counts)
        return made

    def metadata(self, field: str, value: object, key: str = "") -> object:
        """The same for all strings in metadata, read with the key that says what they are."""
        if self._mode == OFF:
            return value
        if isinstance(value, Mapping):
            return {name: self.metadata(field, item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.metadata(field, item, key) for item in value]
        if not isinstance(value, str):
            return value
        named = f"{key}: "
        if findings(named):  # a key is a name, and stays
            return self.text(field, value)
        made = self.text(field, named + value)
        return made[len(named) :] if made.startswith(named) else self.text(field, value)
