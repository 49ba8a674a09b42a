"""What a rule for secrets and personal identifiers is: where to look, and what to check there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FREE = r"(?<![A-Za-z0-9])"  # where a word or number of Latin script begins: \b sees none in Chinese
END = r"(?![A-Za-z0-9])"

_TURN = re.compile(
    r"[A-Za-z][^A-Za-z0-9]*[0-9]+[^A-Za-z0-9]*[A-Za-z]"
    r"|[0-9][^A-Za-z0-9]*[A-Za-z]+[^A-Za-z0-9]*[0-9]"
)

Check = Callable[[re.Match[str]], int]
"""Where what was matched ends, for what is really one; 0 for a false alarm."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to see a finding: the group `it` of the pattern, the whole where there is none.

    Patterns never look at unbounded text twice: what repeats without bound begins at a
    boundary that lies outside of it, and boundaries on the left forbid no more than those on
    the right: else what follows a finding would be one only after that is gone.

    Args:
        kind: what it finds.
        pattern: where.
        check: what the pattern cannot say.
        hints: texts in lower case, of which one has to be there.
        digits: how many the text has at least.
        again: look inside what turned out a false alarm; wants a bounded pattern.
    """

    kind: str
    pattern: re.Pattern[str]
    check: Check | None = None
    hints: tuple[str, ...] = ()
    digits: int = 0
    again: bool = False

    def may_find(self, lowered: str, digits: int) -> bool:
        """Whether it is worth a search, by what can be seen at a glance."""
        return digits >= self.digits and (
            not self.hints or any(hint in lowered for hint in self.hints)
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """What it finds, from left to right, without overlaps."""
        group = "it" if "it" in self.pattern.groupindex else 0
        at = 0
        while match := self.pattern.search(text, at):
            start, end = match.span(group)
            if self.check is not None:
                end = self.check(match)
            if end:
                yield start, end
                at = end
            else:
                at = match.start() + 1 if self.again else match.end()


def rule(kind: str, pattern: str, check: Check | None = None, *hints: str) -> Rule:
    """A rule whose pattern minds capitals."""
    return Rule(kind, re.compile(pattern), check, hints)


def any_case(kind: str, pattern: str, check: Check | None = None, *hints: str) -> Rule:
    """A rule whose pattern does not."""
    return Rule(kind, re.compile(pattern, re.IGNORECASE), check, hints)


def is_random(text: str, least: int = 16) -> bool:
    """Whether it looks drawn, not written: letters and digits take turns, many different ones."""
    if len(text) < least or len(set(text)) < least // 2:
        return False
    return _TURN.search(text) is not None
