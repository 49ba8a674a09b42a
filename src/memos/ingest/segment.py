"""Cuts a long text into pieces that an index can score one by one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class Segment:
    """`text == source[start:end]`; offsets count code points."""

    start: int
    end: int
    text: str


# Where a cut is welcome, best first; the cut goes behind the match.
_BOUNDARIES = (
    re.compile(r"\n[ \t\r]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!Mrs)(?<!\be\.g)(?<!\bi\.e)[.!?…][\"'”’)\]]*(?=\s)"
               r"|[。！？；][”’」』）】]*"),
    re.compile(r"\s"),
)  # fmt: skip
_FENCE = re.compile(r"^[ \t]{0,3}(```|~~~)", re.MULTILINE)
_BLANK = re.compile(r"\s*")
_LONGEST_SIGN = 64  # characters; a longer pile of marks is cut
_JOINER = "\u200d"  # the character before or behind it belongs to the same sign


def segments(text: str, size: int = 600) -> tuple[Segment, ...]:
    """Pieces of about `size` characters, in order, that together hold all of `text` but blanks.

    Text of at most `size` characters is one piece, as it is; blank text is none. Longer text is
    cut at a paragraph, else a line, a sentence, a blank, else anywhere that parts no sign; blanks
    at the ends of a piece are left out. A fenced code block of at most `size` characters stays in
    one piece. No piece is longer than twice `size`, and what is left over at the end (less than a
    quarter) goes to the piece before it where that limit allows.

    Raises:
        ValueError: `size` is below 1.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1 character, not {size}")
    if not text or text.isspace():
        return ()
    if len(text) <= size:
        return (Segment(0, len(text), text),)
    fences = _fences(text)
    spans: list[tuple[int, int]] = []
    end = len(text.rstrip())
    at = _skip_blank(text, 0)
    while at < end:
        stop = end if end - at <= size + size // 4 else _cut(text, at, size, fences)
        spans.append((at, at + len(text[at:stop].rstrip())))
        at = _skip_blank(text, stop)
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < size / 4:
        joined = (spans[-2][0], spans[-1][1])
        if joined[1] - joined[0] <= 2 * size:
            spans[-2:] = [joined]
    return tuple(Segment(start, stop, text[start:stop]) for start, stop in spans)


def _skip_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _fences(text: str) -> list[tuple[int, int]]:
    """Start and end of each fenced block; one that is never closed runs to the end."""
    found: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = (match.start(), match[1])
        elif match[1] == opened[1]:
            line_end = text.find("\n", match.end())
            found.append((opened[0], len(text) if line_end < 0 else line_end + 1))
            opened = None
    if opened is not None:
        found.append((opened[0], len(text)))
    return found


def _cut(text: str, at: int, size: int, fences: list[tuple[int, int]]) -> int:
    """Where the piece that begins at `at` ends, at most 5/4 of `size` behind it (2 for a sign)."""
    stop = _boundary(text, at + max(1, size // 2), at + size)
    nearest = bisect_right(fences, (stop, 0)) - 1
    if nearest < 0:
        return stop
    start, end = fences[nearest]
    if not start < stop < end or end - start > size:
        return stop
    if start - at > size // 4:
        return start
    return end if end - at <= 2 * size else stop


def _boundary(text: str, low: int, high: int) -> int:
    """The last best place for a cut from `low` to `high`, `low <= cut <= high` if there is one."""
    for pattern in _BOUNDARIES:
        cut = 0
        # One character more, so that a look at what follows sees it.
        for match in pattern.finditer(text, low - 1, high + 1):
            if match.end() <= high:
                cut = match.end()
        if cut >= low:
            return cut
    reach = min(high - low, _LONGEST_SIGN)
    for cut in chain(range(high, high - reach - 1, -1), range(high + 1, high + reach)):
        if not _inside_sign(text, cut):
            return cut
    return high


def _inside_sign(text: str, at: int) -> bool:
    """Whether a cut at `at` would part a base from its marks, or a pair of surrogates."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    return (
        _JOINER in (before, after)
        or unicodedata.category(after)[0] == "M"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
    )
