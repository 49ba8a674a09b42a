"""Support: whether a memory says what its sources say, in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memos.language.cues import script_of
from memos.language.tokens import terms
from memos.model.claim import Claim

NO_SOURCE, NOT_SAID = "no source is left", "not in its sources"
TRANSLATED, MIXED = "translated", "mixed languages"
REASONS = (NO_SOURCE, NOT_SAID, TRANSLATED, MIXED)
"""Why something is unsupported; mixed languages are only counted where there are no sources."""

NO_SCRIPT = "other"
_CLEAR = 4  # letters from which on a text has a language
_MOST = 0.8  # the share of a user's texts that are in one script, if it is theirs
_ENOUGH = 5  # texts from which on that can be said


def unsupported(claim: Claim, sources: Sequence[str]) -> str | None:
    """What is wrong with a claim that was learned from the texts `sources`, all of them."""
    if translated(claim.text, sources):
        return TRANSLATED
    said = {term for source in sources for term in terms(source)}
    value = set(terms(claim.value or claim.text))
    return NOT_SAID if value and value.isdisjoint(said) else None


def translated(text: str, sources: Sequence[str]) -> bool:
    """Whether a text is in another script than each of its sources."""
    script = script_of(text)
    if script == NO_SCRIPT or sum(map(str.isalpha, text)) < _CLEAR:
        return False
    return bool(sources) and all(_holds_none(source, script) for source in sources)


def main_script(counts: Mapping[str, int]) -> str | None:
    """The script in which somebody writes, if it is one."""
    told = {script: count for script, count in counts.items() if script != NO_SCRIPT}
    total = sum(told.values())
    if total < _ENOUGH:
        return None
    most = max(told, key=lambda script: told[script])
    return most if told[most] >= _MOST * total else None


def _holds_none(source: str, script: str) -> bool:
    """Whether a source is in another script, and has no sentence in this one."""
    other = script_of(source)
    if other in (script, NO_SCRIPT):
        return False
    return all(script_of(line) != script for line in source.splitlines() if line.strip())
