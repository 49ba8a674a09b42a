"""Ledger: what claims change in what is known, entry by entry, until it is committed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from memos.ingest.knowledge import (
    LATEST_SOURCES,
    claim_of,
    memory_of,
    slot_name,
    speaker_of,
)
from memos.ingest.reconcile import relation, slot
from memos.model.changes import Derivation
from memos.model.claim import EVENT, Claim, Relation, is_learned
from memos.model.ids import IdSource
from memos.model.memory import Memory, State
from memos.model.time import Instant, parse_iso

MORE_IMPORTANT = 0.05  # with each time that something is said again


@dataclass(frozen=True, slots=True)
class Entry:
    """What one claim did: to which memory, and which ones it put an end to."""

    relation: Relation
    memory_id: str
    ended: tuple[str, ...] = ()


class Ledger:
    """New and next versions of memories, at most one of each; none is written here.

    Of what one speaker has only one of, one memory at most is current: the one said last.
    """

    def __init__(self, now: Instant, ids: IdSource, zone: tzinfo, *, by: str) -> None:
        self.counts = dict.fromkeys(Relation, 0)
        self._now = now
        self._ids = ids
        self._zone = zone
        self._by = by
        self._planned: dict[str, Memory] = {}
        self._links: dict[Derivation, None] = {}

    @property
    def memories(self) -> tuple[Memory, ...]:
        """Versions to write."""
        return tuple(self._planned.values())

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """What they were made from."""
        return tuple(self._links)

    def enter(
        self,
        claim: Claim,
        episode: Memory,
        known: Iterable[Memory],
        instead: Collection[str] = (),
    ) -> Entry:
        """Takes in what `episode` claims; `known` is what the records have that may concern it.

        Of these it puts an end to those `instead` of which it is said, whatever they say.
        """
        ended: list[Memory] = []
        after: Instant | None = None  # when something said later began to be true
        for memory in self._current(known, episode, instead):
            if memory.id in instead:
                ended.append(memory)
                continue
            later = _said(memory) > _said(episode)
            found = _related(memory, claim, later=later)
            if found in (Relation.DUPLICATE, Relation.REFINEMENT):
                return self._again(memory, claim, episode, found, later=later)
            if found is Relation.CONTRADICTION and episode.trust >= memory.trust:
                if later:
                    after = memory.valid_from if after is None else min(after, _begin(memory))
                else:
                    ended.append(memory)
            elif found is Relation.CONTRADICTION:  # who is trusted less has no say in it
                return self._note(Relation.DUPLICATE, memory.id)
        return self._new(claim, episode, ended, after)

    def again(self, memory: Memory, claim: Claim, episode: Memory, found: Relation) -> Entry:
        """Takes in that `episode` says a known thing again, or more exactly."""
        memory = self._planned.get(memory.id, memory)
        return self._again(memory, claim, episode, found, later=_said(memory) > _said(episode))

    def end(self, memory: Memory, by: str | None = None) -> None:
        """Puts an end to what is no longer so."""
        memory = self._planned.get(memory.id, memory)
        if memory.valid_to is None and memory.state is State.ACTIVE:
            end = Instant(max(self._now, _begin(memory) + 1))
            more = {"ended_by": self._by, **({} if by is None else {"superseded_by": by})}
            self._plan(replace(memory, valid_to=end, metadata={**memory.metadata, **more}))

    def begin(self, memory: Memory, source: Memory) -> Memory:
        """Plans a first version that somebody else has made."""
        self._planned[memory.id] = memory
        self._link(source, memory.id)
        return memory

    def put(self, memory: Memory) -> Memory:
        """Plans a version that somebody else has made."""
        self._plan(memory)
        return self._planned[memory.id]

    def _current(
        self, known: Iterable[Memory], episode: Memory, instead: Collection[str]
    ) -> list[Memory]:
        """What is known by now of the same speaker, to the same readers, newest first."""
        latest = {memory.id: memory for memory in known} | self._planned
        mine = [
            memory
            for memory in latest.values()
            if memory.valid_to is None and (memory.id in instead or _alike(memory, episode))
        ]
        return sorted(mine, key=lambda memory: (_said(memory), memory.id), reverse=True)

    def _again(
        self, memory: Memory, claim: Claim, episode: Memory, found: Relation, *, later: bool
    ) -> Entry:
        """Another source for what is known; a refinement puts the fuller words in."""
        if set(episode.sources) <= set(memory.sources):
            return self._note(found, memory.id)
        sources = tuple(dict.fromkeys((*memory.sources, *episode.sources)))
        metadata = {
            **memory.metadata,
            "count": int(memory.metadata.get("count", 1)) + 1,
            "last_said": max(_said(memory), _said(episode)).iso(),
        }
        changes: dict[str, object] = {
            "sources": (sources[0], *sources[1:][-LATEST_SOURCES + 1 :]),
            "metadata": metadata,
            "importance": min(1.0, memory.importance + MORE_IMPORTANT),
        }
        if found is Relation.REFINEMENT and not later and is_learned(memory):
            fuller = self._made(claim, episode, memory.id)
            changes["content"] = fuller.content
            changes["metadata"] = {
                **metadata,
                **fuller.metadata,
                "count": metadata["count"],
                "last_said": metadata["last_said"],
            }
            changes["labels"] = fuller.labels
        self._plan(replace(memory, **changes))  # type: ignore[arg-type]
        self._link(episode, memory.id)
        return self._note(found, memory.id)

    def _new(
        self, claim: Claim, episode: Memory, ended: Sequence[Memory], after: Instant | None
    ) -> Entry:
        made = self._made(claim, episode, self._ids())
        for memory in ended:
            end = Instant(max(_begin(made), _begin(memory) + 1))
            by = {**memory.metadata, "superseded_by": made.id, "ended_by": self._by}
            self._plan(replace(memory, valid_to=end, metadata=by))
        if after is not None:  # it was true until then
            made = replace(made, valid_to=Instant(max(after, _begin(made) + 1)))
        if ended:
            names = [memory.id for memory in ended]
            made = replace(made, metadata={**made.metadata, "supersedes": names})
        self._planned[made.id] = made
        self._link(episode, made.id)
        found = Relation.CONTRADICTION if ended else Relation.NEW
        return self._note(found, made.id, tuple(memory.id for memory in ended))

    def _made(self, claim: Claim, episode: Memory, id: str) -> Memory:
        name = slot(claim)
        named = None if name is None else slot_name(speaker_of(episode), name)
        return memory_of(claim, episode, id, self._now, by=self._by, zone=self._zone, slot=named)

    def _plan(self, memory: Memory) -> None:
        """The next version of a memory, or the same one again if it is planned already."""
        planned = self._planned.get(memory.id)
        version = memory.version + 1 if planned is None else planned.version
        self._planned[memory.id] = replace(
            memory, version=version, recorded_at=self._now, superseded_at=None
        )

    def _link(self, episode: Memory, memory_id: str) -> None:
        self._links[Derivation(episode.id, episode.version, "memory", memory_id)] = None

    def _note(self, found: Relation, memory_id: str, ended: tuple[str, ...] = ()) -> Entry:
        self.counts[found] += 1
        return Entry(found, memory_id, ended)


def _alike(memory: Memory, episode: Memory) -> bool:
    """Whether both are seen by the same readers, and said by the same speaker."""
    return (
        memory.visibility is episode.visibility
        and memory.agent_id == episode.agent_id
        and (not is_learned(memory) or speaker_of(memory) == speaker_of(episode))
    )


def _related(memory: Memory, claim: Claim, *, later: bool) -> Relation:
    """How the claim stands to what is known; to what was said later the other way round."""
    held = claim_of(memory)
    found = relation(claim, held) if later else relation(held, claim)
    if found is Relation.REFINEMENT and later:
        return Relation.DUPLICATE  # what is known says it all, and more
    if found is Relation.NEW and slot(claim) is not None and slot(claim) == slot(held):
        found = Relation.CONTRADICTION  # there is only one
    if found is Relation.CONTRADICTION and not is_learned(memory):
        return Relation.NEW  # what was stored by hand is changed by hand
    if found is Relation.CONTRADICTION and EVENT in (held.label, claim.label):
        return Relation.NEW  # what happened has happened, whatever came after it
    return found


def _said(memory: Memory) -> Instant:
    """When it was said for the last time."""
    last = memory.metadata.get("last_said")
    return parse_iso(last) if isinstance(last, str) and is_learned(memory) else memory.when


def _begin(memory: Memory) -> Instant:
    return memory.when if memory.valid_from is None else memory.valid_from
