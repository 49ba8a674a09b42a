"""Outlines of the embedded records, from the columns of cube segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.contracts.outline import COLUMNS, Outline, Wanted
from memos.model.memory import Ref
from memos.model.scope import Narrowing, ReadScope
from memos.storage.segments.paging import admitted_refs, columns_tell
from memos.storage.segments.postings import Codes, Docs, Postings, codes
from memos.storage.segments.segment import SPECIAL, Mask, Segment, named, said

THREADS = 32  # bits for the conversations of one cube


class Asked(NamedTuple):
    """What is wanted: `before` and `after` say how far around."""

    scope: ReadScope
    refs: Sequence[Ref]
    wanted: Wanted
    before: int
    after: int


def outline(cursor: apsw.Cursor, segments: Sequence[Segment], asked: Asked) -> Outline:
    """The versions that the scope admits, and what was said around them."""
    return _joined([_part(cursor, segment, asked) for segment in segments], asked.wanted)


def _part(cursor: apsw.Cursor, segment: Segment, asked: Asked) -> Outline:
    narrowing = asked.scope.narrowing
    # What a filter leaves out may inform, what is hidden may not.
    reach = replace(narrowing, kinds=None, filter=None)
    with segment.lock:
        _, docs = segment.find(asked.refs)
        chosen = docs[_admitted(cursor, narrowing, segment, docs)]
        near = segment.around(chosen, asked.before, asked.after)
        near = near[_admitted(cursor, reach, segment, near)]
        seen = np.ones(len(near), np.bool_)
        if reach != narrowing:
            seen = _admitted(cursor, narrowing, segment, near)
        return _columns(asked.scope, segment, near, seen, asked.wanted)


def _admitted(cursor: apsw.Cursor, narrowing: Narrowing, segment: Segment, docs: Docs) -> Mask:
    """Which documents a read may see; rows are looked at only where columns do not tell."""
    mask: Mask = segment.matching(narrowing)[docs]
    doubtful = mask
    if columns_tell(narrowing):
        doubtful = mask & ((segment.flags.values[docs] & SPECIAL) != 0)
    if doubtful.any():
        asked = docs[doubtful]
        ranked = (asked, np.zeros(len(asked)))
        seen = [doc for doc, _ in admitted_refs(cursor, narrowing, segment, ranked, len(asked))]
        mask &= ~doubtful | np.isin(docs, seen)
    return mask


def _columns(
    scope: ReadScope, segment: Segment, docs: Docs, admitted: Mask, wanted: Wanted
) -> Outline:
    place = scope.cubes.index(segment.cube_id)
    counts = np.zeros((len(docs), len(wanted.terms)), np.uint16)
    for at, term in enumerate(codes(wanted.terms).tolist()):
        counts[:, at] = segment.words.counts(term, docs)
    entities = [key for word in wanted.names for key in segment.bearers.get(word, ())]
    return Outline(
        refs=segment.refs(docs),
        cubes=np.full(len(docs), place, np.int64),
        kinds=segment.kinds.values[docs],
        when=segment.when.values[docs],
        threads=segment.places.values[docs].astype(np.int64) | (place << THREADS),
        ordinals=segment.ordinals.values[docs].astype(np.int64),
        chunks=segment.chunks.values[docs].astype(np.int64),
        roles=segment.roles.values[docs],
        cues=segment.cues.values[docs],
        names=segment.named.values[docs],
        counts=counts,
        lengths=segment.lengths.values[docs],
        named=_holding(segment.names, codes(map(named, entities)), docs),
        spoken=_holding(segment.names, codes(map(said, entities)), docs),
        admitted=admitted,
    )


def _holding(postings: Postings, terms: Codes, docs: Docs) -> Mask:
    """Documents that hold any of `terms`."""
    mask: Mask = np.zeros(len(docs), np.bool_)
    for term in terms.tolist():
        mask |= postings.counts(term, docs) > 0
    return mask


def _joined(parts: Sequence[Outline], wanted: Wanted) -> Outline:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _nothing(len(wanted.terms))
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return Outline(refs=[ref for part in parts for ref in part.refs], **columns)


def _nothing(terms: int) -> Outline:
    """Of no cube."""
    whole: NDArray[np.int64] = np.zeros(0, np.int64)
    small: NDArray[np.uint8] = np.zeros(0, np.uint8)
    flag: Mask = np.zeros(0, np.bool_)
    return Outline(
        refs=[], cubes=whole, kinds=small, when=whole, threads=whole, ordinals=whole,
        chunks=whole, roles=small, cues=small, names=small,
        counts=np.zeros((0, terms), np.uint16), lengths=np.zeros(0, np.int32),
        named=flag, spoken=flag, admitted=flag,
    )  # fmt: skip
