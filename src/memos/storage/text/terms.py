"""What of a memory goes into a text index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from memos.language.cues import STANDING_TERM, is_standing_order
from memos.language.tokens import terms
from memos.model.claim import SLOT, slot_term
from memos.model.memory import Kind, Memory


def memory_terms(memory: Memory) -> tuple[str, ...]:
    """Terms of the content and of the labels, repeats included, and cues that are searched for."""
    return text_terms(memory.content, memory.labels, memory.kind, memory.role)


def text_terms(
    content: str, labels: Sequence[str], kind: Kind, role: str | None
) -> tuple[str, ...]:
    """The same from the fields that matter."""
    words = [label for label in labels if not label.startswith(SLOT)]
    found = terms("\n".join((content, *words)) if words else content)
    found = (*found, *(slot_term(label) for label in labels if label.startswith(SLOT)))
    ordered = kind is Kind.EPISODE and role == "user" and is_standing_order(content)
    return (*found, STANDING_TERM) if ordered or kind is Kind.INSTRUCTION else found


def checksum(found: Iterable[str]) -> int:
    """A number that two lists of terms share only if they hold the same, in any order."""
    return crc32("\0".join(sorted(found)).encode("utf-8", "surrogatepass"))
