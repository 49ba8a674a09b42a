"""Following the records: reads what has happened in a cube since a segment was current."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import apsw
import numpy as np

from memos.language.entities import mentioned
from memos.model.memory import Kind
from memos.storage.segments.postings import Codes, Postings, codes
from memos.storage.segments.segment import DEAD, SAID, SPECIAL, SUPERSEDED, Segment, named, said
from memos.storage.sqlite.query import every
from memos.storage.text.terms import text_terms

BULK = 64  # versions from which on sorting them at once is cheaper than one by one

KINDS = {kind.value: at for at, kind in enumerate(Kind)}

FLAGS = f"""(v.superseded_at IS NOT NULL) * {SUPERSEDED}
    + (y.state = 'forgotten' OR y.tainted) * {DEAD} + (v.said_at IS NOT NULL) * {SAID}
    + (v.visibility <> 'cube' OR y.state = 'archived' OR v.valid_from IS NOT NULL
        OR v.valid_to IS NOT NULL) * {SPECIAL}"""

# Terms that were worked out before come from their table, others from the text.
ARRIVED = f"""
SELECT v.key, v.memory, v.version, v.kind, coalesce(v.said_at, v.valid_from, v.recorded_at),
    {FLAGS}, v.conversation, v.ordinal, t.words, t.names,
    CASE WHEN t.version IS NULL THEN v.content END, v.labels, v.name, v.role
FROM versions v CROSS JOIN memories y ON y.id = v.memory LEFT JOIN terms t ON t.version = v.key
WHERE v.cube = ? AND v.seq > ? ORDER BY v.seq, v.key"""

CHANGED = f"""
SELECT v.key, {FLAGS} FROM versions v CROSS JOIN memories y ON y.id = v.memory
WHERE v.memory IN (
    SELECT memory FROM events WHERE cube = ?1 AND seq > ?2
    UNION SELECT memory FROM versions WHERE cube = ?1 AND seq > ?2 AND version > 1)
AND v.cube = ?1"""


class Terms(NamedTuple):
    """What a version is found by: words in order, and marked names (`named`, `said`)."""

    words: Codes
    names: tuple[str, ...]


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
    _append(segment, rows)
    segment.seq = seq


def _marked(content: str, name: str | None) -> tuple[str, ...]:
    """Who is named in a text, and who says it."""
    return tuple((said if n.said else named)(n.key) for n in mentioned(content, name))


def _append(segment: Segment, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    first = len(segment)
    found = [_terms(segment, row) for row in rows]
    keys, ids, versions, kinds, when, flags = list(zip(*rows, strict=True))[:6]
    segment.keys.extend(keys)
    segment.ids.extend(np.frombuffer(b"".join(ids), ">u8"))
    segment.versions.extend(versions)
    segment.kinds.extend([KINDS[kind] for kind in kinds])
    segment.when.extend(when)
    segment.flags.extend(flags)
    numbers = segment.conversations
    segment.places.extend([numbers.setdefault(row[6], len(numbers)) for row in rows])
    segment.lengths.extend([len(each.words) for each in found])
    _thread(segment, rows, first)
    for each in found:
        for name in each.names:
            segment.add_entity(name[1:])
    _list(segment.words, [each.words for each in found], first)
    _list(segment.names, [codes(each.names) for each in found], first)


def _list(postings: Postings, lists: Sequence[Codes], first: int) -> None:
    """Enters documents, numbered from `first`, into inverted lists."""
    if len(lists) < BULK:
        for doc, terms in enumerate(lists, first):
            postings.add(doc, terms)
        return
    numbers = np.arange(first, first + len(lists), dtype=np.int32)
    postings.extend(np.concatenate(lists), np.repeat(numbers, [len(each) for each in lists]))


def _thread(segment: Segment, rows: Sequence[tuple[Any, ...]], first: int) -> None:
    """Puts episodes into their conversations."""
    by_thread: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for doc, row in enumerate(rows, first):
        if row[7] is not None and row[3] == Kind.EPISODE.value:
            by_thread[row[6]].append((doc, row[7]))
    for conversation, found in by_thread.items():
        docs, ordinals = zip(*found, strict=True)
        segment.threads[conversation].docs.extend(docs)
        segment.threads[conversation].ordinals.extend(ordinals)


def _terms(segment: Segment, row: tuple[Any, ...]) -> Terms:
    words, names, content, labels, name, role = row[8:]
    if words is not None:
        return Terms(np.frombuffer(words, "<u8"), tuple(names.split("\n")) if names else ())
    held = text_terms(content, json.loads(labels) if labels else (), Kind(row[3]), role)
    found = Terms(codes(held), _marked(content, name))
    segment.unsaved.append((row[0], found.words.astype("<u8").tobytes(), "\n".join(found.names)))
    return found
