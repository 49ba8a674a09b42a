"""A segment: what searches of one cube need, as columns with one row for each version."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

import apsw
import numpy as np
from numpy.typing import NDArray

from memos.language.entities import mentioned
from memos.model.memory import Kind, Ref
from memos.model.scope import Narrowing
from memos.storage.segments.column import Column
from memos.storage.segments.postings import Docs, Postings
from memos.storage.segments.references import References
from memos.storage.segments.space import Space

Mask: TypeAlias = NDArray[np.bool_]

# Flags: a newer version is there; forgotten, or made of what has changed; said by somebody;
# of an end or of limited visibility, or archived, so that only the records can admit it.
SUPERSEDED, DEAD, SAID, SPECIAL = 1, 2, 4, 8


class Thread:
    """The episodes of one conversation, as they came, with the ordinals of their messages."""

    def __init__(self) -> None:
        self.docs = Column(np.int32)
        self.ordinals = Column(np.int32)

    def within(self, lows: NDArray[Any], highs: NDArray[Any]) -> Docs:
        """Documents with an ordinal in one of the ranges ``[low, high]``."""
        docs, ordinals = self.docs.values, self.ordinals.values
        if np.any(ordinals[1:] < ordinals[:-1]):  # one was written anew
            order = np.argsort(ordinals, kind="stable")
            docs, ordinals = docs[order], ordinals[order]
        first = np.searchsorted(ordinals, lows)
        last = np.searchsorted(ordinals, highs, side="right")
        spans = [np.arange(start, end) for start, end in zip(first, last, strict=True)]
        found: Docs = docs[np.unique(np.concatenate(spans))] if spans else docs[:0]
        return found


class Segment:
    """One cube as of commit `seq`. Take `lock` to read it; only `follow` and `space` change it.

    A row is called a document; documents are numbered in the order of ``versions.key``.
    `epoch` counts how often indexes of the cube were thrown away.
    """

    def __init__(self, cube: int, cube_id: str, epoch: int) -> None:
        self.cube = cube
        self.cube_id = cube_id
        self.epoch = epoch
        self.seq = 0
        self.lock = threading.Lock()
        self.keys = Column(np.int64)  # versions.key
        self.references = References()
        self.kinds = Column(np.uint8)  # place in `Kind`
        self.lengths = Column(np.int32)  # terms, repeats included
        self.when = Column(np.int64)  # `Memory.when`
        self.flags = Column(np.uint8)
        self.conversations: dict[str, int] = {}  # numbered as they came
        self.places = Column(np.int32)  # in which of them
        self.ordinals = Column(np.int32)  # as in `Outline`
        self.chunks = Column(np.int32)
        self.roles = Column(np.uint8)  # as in `Outline`, like the next two
        self.cues = Column(np.uint8)
        self.named = Column(np.uint8)
        self.threads: dict[int, Thread] = defaultdict(Thread)  # by place, episodes only
        self.words = Postings()
        self.names = Postings()  # of `named` and `said`, below
        self.entities: dict[str, None] = {}
        self.bearers: dict[str, list[str]] = defaultdict(list)  # word -> entities with that word
        self.spaces: dict[int, Space] = {}  # vectors, by generations.key
        self.grown = True  # since its size was looked at
        self.unsaved: list[tuple[int, bytes, str, int]] = []  # rows for the table of terms

    def __len__(self) -> int:
        return len(self.keys.values)

    @property
    def alive(self) -> Mask:
        """Documents that may be found at all, as a mask."""
        mask: Mask = (self.flags.values & DEAD) == 0
        return mask

    @property
    def current(self) -> Mask:
        """Documents that are the newest version of a memory that may be found, as a mask."""
        mask: Mask = (self.flags.values & (DEAD | SUPERSEDED)) == 0
        return mask

    def matching(self, narrowing: Narrowing) -> Mask:
        """Documents that a read may see as far as columns tell, as a mask."""
        mask = self.current if narrowing.known_at is None else self.alive
        if narrowing.kinds is not None:
            wanted = [at for at, kind in enumerate(Kind) if kind in narrowing.kinds]
            mask &= np.isin(self.kinds.values, wanted)
        if narrowing.conversation_id is not None:
            mask &= self.places.values == self.conversations.get(narrowing.conversation_id, -1)
        if narrowing.first_hand:
            mask &= self.ordinals.values >= 0
        return mask

    def holding(self, postings: Postings, term: int) -> tuple[Docs, NDArray[np.uint16]]:
        """Living documents that hold a term, and how often."""
        docs, counts = postings.find(term)
        kept = (self.flags.values[docs] & DEAD) == 0
        return docs[kept], counts[kept]

    def find(self, refs: Sequence[Ref]) -> tuple[NDArray[np.int64], Docs]:
        """Documents of those references that are here, with the places of these in `refs`."""
        return self.references.find(refs)

    def refs(self, docs: Docs) -> list[Ref]:
        """What documents are versions of."""
        return self.references.of(docs)

    def space(self, cursor: apsw.Cursor, generation: int, dimension: int) -> Space:
        """The vectors of a generation, as of the cursor's snapshot at least."""
        if generation not in self.spaces:
            self.spaces[generation] = Space(self.cube, generation, dimension)
        space = self.spaces[generation]
        self.grown |= space.follow(cursor, self.keys.values)
        return space

    def add_entity(self, key: str) -> None:
        """Makes an entity known by its name and by each word of it."""
        if key not in self.entities:
            self.entities[key] = None
            for word in dict.fromkeys(key.split(" ")):
                self.bearers[word].append(key)

    def said_between(self, start: int, end: int) -> Docs:
        """Documents of what was said in ``[start, end)``, microseconds."""
        when, flags = self.when.values, self.flags.values
        inside = (when >= start) & (when < end) & ((flags & SAID) != 0)
        return np.flatnonzero(inside).astype(np.int32)

    def around(self, docs: Docs, before: int, after: int) -> Docs:
        """Episodes of messages near those of `docs`, these included, each once."""
        spoken = docs[self.ordinals.values[docs] > 0]
        places, ordinals = self.places.values[spoken], self.ordinals.values[spoken]
        found = [docs]
        for place in np.unique(places).tolist():
            middle = ordinals[places == place]
            if place in self.threads:
                found.append(self.threads[place].within(middle - before, middle + after))
        made: Docs = np.unique(np.concatenate(found))
        return made

    @property
    def nbytes(self) -> int:
        """Memory taken, about."""
        columns = (self.keys, self.kinds, self.lengths, self.when)
        arrays = sum(column.values.nbytes for column in columns) + 32 * len(self)
        names = 300 * len(self.entities) + 500 * len(self.threads)
        vectors = sum(space.nbytes for space in list(self.spaces.values()))
        lists = self.words.nbytes + self.names.nbytes + self.references.nbytes
        return arrays + lists + names + vectors + 2_000

    def order(self, docs: Docs, by: NDArray[Any]) -> Docs:
        """Documents sorted by a column of values for them, equal ones by reference."""
        return self.references.order(docs, by)


NAMED, SPOKEN = "@", "!"


def named(key: str) -> str:
    """The term under which mentions of an entity are listed."""
    return NAMED + key


def said(key: str) -> str:
    """The term under which what an entity said is listed."""
    return SPOKEN + key


def marked(content: str, name: str | None) -> tuple[str, ...]:
    """Who is named in a text, and who says it, as such terms."""
    return tuple((said if n.said else named)(n.key) for n in mentioned(content, name))
