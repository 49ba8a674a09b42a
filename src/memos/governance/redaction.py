"""Secrets and personal identifiers in a text: where they are, and the text without them.

Pure functions, and the `Guard` that applies them to what callers write. What was found is
never shown: not in a repr, an error or a log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memos.errors import TextRefused
from memos.governance.identifiers import HARMLESS, IDENTIFIERS
from memos.governance.secrets import SECRETS

KINDS = tuple(dict.fromkeys(one.kind for one in (*SECRETS, *IDENTIFIERS)))
_MARK = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")
_FEW_DIGITS = 6  # a text with fewer in all has no number of a person

# Full-width forms and typographic signs as ASCII, one for one, so that places stay.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0x00A0: " ", 0x2009: " ", 0x202F: " ", 0x2010: "-", 0x2011: "-", 0x2012: "-",
    0x2013: "-", 0x2212: "-",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Where a secret or identifier stands in its text."""

    start: int
    end: int
    kind: str


def findings(text: str) -> tuple[Finding, ...]:
    """All of them, from left to right, without overlaps; marks of `redact` are none."""
    view = text if text.isascii() else text.translate(_PLAIN)
    view = _MARK.sub(_blank, view) if "[" in view else view
    found: list[Finding] = []
    view = _look(SECRETS, view, found)
    if sum(map(view.count, "0123456789")) >= _FEW_DIGITS:
        view = HARMLESS.sub(_blank, view)
    _look(IDENTIFIERS, view, found)
    return tuple(sorted(found))
