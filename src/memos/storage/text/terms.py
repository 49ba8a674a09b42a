"""What of a memory goes into a text index."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from memos.language.tokens import terms
from memos.model.memory import Memory


def memory_terms(memory: Memory) -> tuple[str, ...]:
    """Terms of the content and of the labels, repeats included."""
    if memory.labels:
        return terms("\n".join((memory.content, *memory.labels)))
    return terms(memory.content)


def checksum(found: Iterable[str]) -> int:
    """A number that two lists of terms share only if they hold the same, in any order."""
    return crc32("\0".join(sorted(found)).encode("utf-8", "surrogatepass"))
