"""Relearning: what a fact still rests on when one of its sources was forgotten or edited.

What was made of a source that changed is hidden in the same commit, whatever else it rests on.
Behind that, what is said elsewhere is learned anew, so that text and values come only from what
is still there; what had come to an end because of what is hidden now holds again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memos.errors import Conflict
from memos.ingest.knowledge import RULES, claim_of, unended
from memos.ingest.ledger import Ledger
from memos.ingest.reconcile import relation, slot
from memos.language.tokens import terms
from memos.memories.learning import ACTOR, KNOWLEDGE, TRIES, Heard, Learner
from memos.model.claim import Claim, Relation, is_learned
from memos.model.memory import Kind, Memory
from memos.model.scope import CubeKey, WriteScope
from memos.model.task import Lane, Task

RELEARN = "relearn"
MOST = 200  # ids in one task
NEAR = 24  # episodes in which a hidden fact is looked for


def relearning_tasks(key: CubeKey, ids: Sequence[str]) -> tuple[Task, ...]:
    """Tasks that make good what changing these memories takes away."""
    return tuple(
        Task(
            RELEARN,
            key.tenant,
            key.cube_id,
            ids[at],
            Lane.LEARN,
            payload={"of": " ".join(ids[at : at + MOST])},
        )
        for at in range(0, len(ids), MOST)
    )


@dataclass(frozen=True, slots=True)
class Relearner:
    """Done twice it comes to the same: a source that is known adds nothing."""

    learner: Learner

    async def run(self, task: Task) -> None:
        """Learns anew what the memories that the task names were sources of."""
        key, ids = CubeKey(task.tenant, task.cube_id), str(task.payload["of"]).split()
        for _attempt in range(TRIES):
            try:
                await self._relearn(key, ids)
            except Conflict:  # another was faster: on top of what it wrote
                continue
            return
        raise Conflict(f"{key.cube_id}: what is known kept changing")

    async def _relearn(self, key: CubeKey, ids: Sequence[str]) -> None:
        records = self.learner.parts.records
        marks = await records.marks(key)
        hidden = [one for one in await records.tainted_by(key, ids) if is_learned(one)]
        ledger = self.learner.ledger(RULES)
        for memory in hidden:
            await self._give_back(ledger, key, memory)
        edited = await self._episodes(key, ids)
        others = [one for one in await self._beside(key, hidden) if one.id not in ids]
        said = sorted((*edited, *others), key=lambda one: (one.when, one.id))
        for episode, claim in await asyncio.to_thread(self.learner.claims, said):
            if episode in edited or any(_supports(claim, memory) for memory in hidden):
                await self._enter(ledger, key, (episode, claim))
        await self.learner.commit(WriteScope(*key, ACTOR), ledger, marks.get(KNOWLEDGE, 0))

    async def _enter(self, ledger: Ledger, key: CubeKey, heard: Heard) -> None:
        episode, claim = heard
        waiting = await self.learner.waiting(key)
        known = await self.learner.known(key, episode, claim)
        ledger.enter(claim, episode, [*waiting, *known])

    async def _give_back(self, ledger: Ledger, key: CubeKey, hidden: Memory) -> None:
        """What it had put an end to holds again, or until that came which ended it, too."""
        heir = str(hidden.metadata.get("superseded_by", ""))
        ended = [
            one
            for name in hidden.metadata.get("supersedes", ())
            if (one := await self._last(key, name)) is not None
            and one.metadata.get("superseded_by") == hidden.id
        ]
        for one in ended:
            told = {name: hidden.metadata[name] for name in _HEIRS if name in hidden.metadata}
            free = unended(one)
            metadata = {**free.metadata, **told}
            ledger.put(replace(free, valid_to=hidden.valid_to, metadata=metadata))
        after = await self._last(key, heir) if heir and ended else None
        if after is not None:
            named = [name for name in after.metadata.get("supersedes", ()) if name != hidden.id]
            supersedes = [*named, *(one.id for one in ended)]
            ledger.put(replace(after, metadata={**after.metadata, "supersedes": supersedes}))

    async def _last(self, key: CubeKey, memory_id: str) -> Memory | None:
        (state,) = await self.learner.parts.records.states(key, [memory_id])
        return state.versions[-1] if state.versions else None

    async def _episodes(self, key: CubeKey, ids: Sequence[str]) -> list[Memory]:
        """Those of the memories that are messages, and still there."""
        found = [await self._last(key, one) for one in ids]
        return [one for one in found if one is not None and one.kind is Kind.EPISODE]

    async def _beside(self, key: CubeKey, hidden: Sequence[Memory]) -> list[Memory]:
        """Messages that may say what is hidden."""
        parts, found = self.learner.parts, dict[str, Memory]()
        for memory in hidden:
            reads = self.learner.reads(key, memory)
            narrowing = replace(reads.narrowing, kinds=frozenset({Kind.EPISODE}))
            scope = replace(reads, narrowing=narrowing)
            wanted = list(dict.fromkeys(terms(memory.content)))
            refs = [hit.ref for hit in (await parts.text.search(scope, wanted, NEAR)).hits]
            told = await parts.records.memories(scope, refs)
            found |= {one.id: one for one in told.values()}
        return list(found.values())


_HEIRS = ("superseded_by", "ended_by")


def _supports(claim: Claim, hidden: Memory) -> bool:
    """Whether a claim says what is hidden, or something else of what there is only one of."""
    held = claim_of(hidden)
    same = slot(claim) is not None and slot(claim) == slot(held)
    near = (relation(held, claim), relation(claim, held))
    return same or any(one in (Relation.DUPLICATE, Relation.REFINEMENT) for one in near)
