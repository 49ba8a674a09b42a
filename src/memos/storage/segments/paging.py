"""From ranked documents to memories that the scope admits: page by page, until enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.model.memory import Memory, Ref
from memos.model.scope import Narrowing
from memos.storage.segments.postings import Docs
from memos.storage.segments.segment import SPECIAL, Segment
from memos.storage.sqlite.reach import admitted, marks

LARGEST = 2_000  # documents in one page


def admitted_documents(
    cursor: apsw.Cursor,
    narrowing: Narrowing,
    segment: Segment,
    ranked: tuple[Docs, NDArray[Any]],
    limit: int,
) -> list[tuple[int, Memory]]:
    """At most `limit` documents that may be seen, with their memories.

    `ranked` are documents, in any order, and a value for each: the lowest come first, ties
    are broken by reference.
    """
    found: list[tuple[int, Memory]] = []
    for page in pages(segment, *ranked, limit):
        keys = segment.keys.values[page].tolist()
        visible = {
            (memory.id, memory.version): memory
            for memory in admitted(cursor, narrowing, f"v.key IN ({marks(len(keys))})", keys)
        }
        for doc, ref in zip(page.tolist(), segment.refs(page), strict=True):
            memory = visible.get(ref)
            if memory is not None:
                found.append((doc, memory))
        if len(found) >= limit:
            break
    return found[:limit]


def admitted_refs(
    cursor: apsw.Cursor,
    narrowing: Narrowing,
    segment: Segment,
    ranked: tuple[Docs, NDArray[Any]],
    limit: int,
) -> list[tuple[int, Ref]]:
    """The same without the memories, for documents that `Segment.matching` lets through.

    Where columns tell all that the narrowing asks, only special documents are looked up.
    """
    if not columns_tell(narrowing):
        found = admitted_documents(cursor, narrowing, segment, ranked, limit)
        return [(doc, memory.ref) for doc, memory in found]
    made: list[tuple[int, Ref]] = []
    for page in pages(segment, *ranked, limit):
        special = page[(segment.flags.values[page] & SPECIAL) != 0]
        hidden: set[int] = set()
        if len(special):
            every = (special, np.zeros(len(special)))
            seen = admitted_documents(cursor, narrowing, segment, every, len(special))
            hidden = set(special.tolist()) - {doc for doc, _ in seen}
        refs = zip(page.tolist(), segment.refs(page), strict=True)
        made += [(doc, ref) for doc, ref in refs if doc not in hidden]
        if len(made) >= limit:
            break
    return made[:limit]


def columns_tell(narrowing: Narrowing) -> bool:
    """Whether columns decide what may be seen, of all documents but the special ones."""
    moved = narrowing.as_of is not None or narrowing.known_at is not None
    return narrowing.filter is None and not narrowing.without and not moved


def pages(segment: Segment, docs: Docs, by: NDArray[Any], first_size: int) -> Iterator[Docs]:
    """Documents by a value for each, lowest first, ties by reference.

    In pages that grow, so that little is sorted for nothing.
    """
    size = max(1, first_size)
    while len(docs):
        size = min(size, LARGEST)
        if len(docs) > 2 * size:
            first = by <= np.partition(by, size - 1)[size - 1]
        else:
            first = np.ones(len(docs), np.bool_)
        ordered = segment.order(docs[first], by[first])
        for start in range(0, len(ordered), size):
            yield ordered[start : start + size]
        docs, by, size = docs[~first], by[~first], 4 * size
