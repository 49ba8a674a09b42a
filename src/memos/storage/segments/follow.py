"""Following the records: reads what has happened in a cube since a segment was current."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import apsw
import numpy as np

from memos.model.memory import Kind
from memos.storage.outline import cues_of, message_place, name_count, role_of
from memos.storage.segments.postings import Codes, Postings, codes
from memos.storage.segments.segment import (
    DEAD,
    NAMED,
    SAID,
    SPECIAL,
    SUPERSEDED,
    Segment,
    marked,
)
from memos.storage.sqlite.query import every
from memos.storage.text.terms import text_terms

BULK = 64  # versions from which on sorting them at once is cheaper than one by one

KINDS = {kind.value: at for at, kind in enumerate(Kind)}

FLAGS = f"""(v.superseded_at IS NOT NULL) * {SUPERSEDED}
    + (y.state = 'forgotten' OR y.tainted) * {DEAD} + (v.said_at IS NOT NULL) * {SAID}
    + (v.visibility <> 'cube' OR y.state = 'archived' OR v.valid_to IS NOT NULL) * {SPECIAL}"""

# Terms that were worked out before come from their table, others from the text.
ARRIVED = f"""
SELECT v.key, v.memory, v.version, v.kind, coalesce(v.said_at, v.valid_from, v.recorded_at),
    {FLAGS}, v.conversation, v.ordinal, v.chunk, v.role, t.words, t.names, t.cues,
    CASE WHEN t.version IS NULL THEN v.content END, v.labels, v.name
FROM versions v CROSS JOIN memories y ON y.id = v.memory LEFT JOIN terms t ON t.version = v.key
WHERE v.cube = ? AND v.seq > ? ORDER BY v.seq, v.key"""

CHANGED = f"""
SELECT v.key, {FLAGS} FROM versions v CROSS JOIN memories y ON y.id = v.memory
WHERE v.memory IN (
    SELECT memory FROM events WHERE cube = ?1 AND seq > ?2
    UNION SELECT memory FROM versions WHERE cube = ?1 AND seq > ?2 AND version > 1)
AND +v.cube = ?1"""  # the plus: not the whole cube by that index


class Arrived(NamedTuple):
    """A row of `ARRIVED`."""

    key: int
    memory: bytes
    version: int
    kind: str
    when: int
    flags: int
    conversation: str
    ordinal: int | None
    chunk: int
    role: str | None
    words: bytes | None
    names: str | None
    cues: int | None
    content: str | None
    labels: str | None
    name: str | None


class Read(NamedTuple):
    """What reading a version tells: words in order, marked names, cues as bits."""

    words: Codes
    names: tuple[str, ...]
    cues: int


def follow(cursor: apsw.Cursor, segment: Segment, seq: int) -> None:
    """Brings a segment up to commit `seq`, the newest that the cursor's snapshot holds."""
    rows = every(cursor, ARRIVED, (segment.cube, segment.seq))
    if segment.seq:
        changed = every(cursor, CHANGED, (segment.cube, segment.seq))
        keys = segment.keys.values
        for key, flags in changed:
            at = int(np.searchsorted(keys, key))
            if at < len(keys) and keys[at] == key:
                segment.flags.values[at] = flags
    _append(segment, [Arrived(*row) for row in rows])
    segment.seq = seq


def _append(segment: Segment, rows: Sequence[Arrived]) -> None:
    if not rows:
        return
    first = len(segment)
    found = [_read(segment, row) for row in rows]
    ids = np.frombuffer(b"".join(row.memory for row in rows), ">u8")
    segment.references.add(ids, [row.version for row in rows])
    segment.kinds.extend([KINDS[row.kind] for row in rows])
    segment.when.extend([row.when for row in rows])
    segment.flags.extend([row.flags for row in rows])
    numbers = segment.conversations
    segment.places.extend([numbers.setdefault(row.conversation, len(numbers)) for row in rows])
    segment.ordinals.extend([_ordinal(row) for row in rows])
    segment.chunks.extend([row.chunk for row in rows])
    segment.roles.extend([role_of(row.role) for row in rows])
    segment.cues.extend([each.cues for each in found])
    segment.named.extend([_names_of(each.names) for each in found])
    segment.lengths.extend([len(each.words) for each in found])
    segment.keys.extend([row.key for row in rows])
    _thread(segment, first)
    for each in found:
        for name in each.names:
            segment.add_entity(name[1:])
    _list(segment.words, [each.words for each in found], first)
    _list(segment.names, [codes(each.names) for each in found], first)


def _ordinal(row: Arrived) -> int:
    return message_place(row.ordinal, Kind(row.kind), row.role)


def _names_of(marks: Sequence[str]) -> int:
    return name_count(mark[1:] for mark in marks if mark[0] == NAMED)


def _list(postings: Postings, lists: Sequence[Codes], first: int) -> None:
    """Enters documents, numbered from `first`, into inverted lists."""
    if len(lists) < BULK:
        for doc, terms in enumerate(lists, first):
            postings.add(doc, terms)
        return
    numbers = np.arange(first, first + len(lists), dtype=np.int32)
    postings.extend(np.concatenate(lists), np.repeat(numbers, [len(each) for each in lists]))


def _thread(segment: Segment, first: int) -> None:
    """Puts the episodes among documents from `first` on into their conversations."""
    by_thread: dict[int, list[tuple[int, int]]] = defaultdict(list)
    places = segment.places.values[first:].tolist()
    ordinals = segment.ordinals.values[first:].tolist()
    for doc, (place, ordinal) in enumerate(zip(places, ordinals, strict=True), first):
        if ordinal > 0:
            by_thread[place].append((doc, ordinal))
    for place, found in by_thread.items():
        docs, numbers = zip(*found, strict=True)
        segment.threads[place].docs.extend(docs)
        segment.threads[place].ordinals.extend(numbers)


def _read(segment: Segment, row: Arrived) -> Read:
    """What was worked out before, else from the text, which is noted to be kept."""
    if row.words is not None:
        names = tuple(row.names.split("\n")) if row.names else ()
        return Read(np.frombuffer(row.words, "<u8"), names, row.cues or 0)
    content, kind = row.content or "", Kind(row.kind)
    held = text_terms(content, json.loads(row.labels) if row.labels else (), kind, row.role)
    cues = cues_of(content, kind, row.role)
    found = Read(codes(held), marked(content, row.name), cues)
    words = found.words.astype("<u8").tobytes()
    segment.unsaved.append((row.key, words, "\n".join(found.names), cues))
    return found
