"""Learning: from what was said to what is known, behind the writes and without a model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from memos.errors import Conflict
from memos.ingest.extraction import extract
from memos.ingest.knowledge import RULES, slot_name, speaker_of
from memos.ingest.ledger import Ledger
from memos.ingest.reconcile import slot
from memos.language.tokens import terms
from memos.memories.embedding import Embedding
from memos.memories.parts import Parts
from memos.memories.rush import Rush
from memos.model.changes import ChangeSet, Mark
from memos.model.claim import LEARNED, SLOT, Claim, slot_term
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, Narrowing, ReadScope, WriteScope
from memos.model.task import Lane, Task
from memos.model.time import SECOND, Instant

LEARN = "learn"  # the task, and the mark of the commit that it came to
KNOWLEDGE = "knowledge"  # the mark that every change of what is known moves
ACTOR = "memos:learning"  # in histories
BATCH = 200  # episodes between two commits
DELAY = SECOND  # that a task waits for more to be said
MARGIN = SECOND // 4  # in which a task may be claimed by a clock that is ahead
MOST_PLANNED = 4096  # cubes that are kept in mind
ALIKE = 12  # known memories that a claim is held against, besides those of its slot
TRIES = 8  # times that a change is begun anew because another was faster
REMARK = "feedback"  # in the metadata of a message: it is no news but a remark, dealt with at once
HEARD = ("user",)  # roles whose words are learned; an assistant's and a tool's are not

Heard = tuple[Memory, Claim]
"""An episode, and one thing that it claims."""


def learning_task(key: CubeKey, due_at: Instant) -> Task:
    """The task that learns what was said in a cube: one runs at a time, and one may wait."""
    return Task(LEARN, key.tenant, key.cube_id, LEARN, Lane.LEARN, due_at=due_at)


class Planned:
    """Which cubes have a learning task that will run soon, so that not every write adds one.

    A task takes three commits to come and go, which would be more than the write itself.
    """

    def __init__(self) -> None:
        self._due: dict[CubeKey, Instant] = {}

    def covers(self, key: CubeKey, now: Instant) -> bool:
        """Whether what is committed by now will be learned by a task that waits."""
        return now < self._due.get(key, 0) - MARGIN

    def note(self, key: CubeKey, due_at: Instant, now: Instant) -> None:
        """Says that a task was committed."""
        if len(self._due) >= MOST_PLANNED:
            self._due = {one: due for one, due in self._due.items() if due > now}
        self._due[key] = due_at

    def forget(self) -> None:
        """Says that tasks may run before they are due."""
        self._due.clear()


@dataclass(frozen=True, slots=True)
class Learner:
    """Reads what was said since it last looked, and writes what that claims.

    Done twice, late or by two at once it comes to the same: the marks of the cube fence off
    whoever was slower, and what is known already only gains a source.
    """

    parts: Parts
    embedding: Embedding | None
    rush: Rush
    zone: tzinfo

    async def run(self, task: Task) -> None:
        """Learns all that a cube has said by now."""
        key, beaten = CubeKey(task.tenant, task.cube_id), 0
        while True:
            await self.rush.over()
            try:
                if not await self.learn(key):
                    return
            except Conflict:  # another was faster: on top of what it wrote
                beaten += 1
                if beaten == TRIES:
                    raise

    async def learn(self, key: CubeKey) -> int:
        """One batch; how many episodes it held. Raises Conflict when another was faster."""
        marks = await self.parts.records.marks(key)
        was = marks.get(LEARN, 0)
        episodes, last = await self.parts.records.episodes_after(key, was, BATCH)
        if not episodes:
            return 0
        heard = await asyncio.to_thread(self.claims, episodes)
        moved = (Mark(LEARN, was, last),)
        await self.write(key, heard, marks.get(KNOWLEDGE, 0), by=RULES, moved=moved)
        return len(episodes)

    async def write(
        self,
        key: CubeKey,
        heard: Sequence[Heard],
        knowledge: int,
        *,
        by: str,
        moved: tuple[Mark, ...] = (),
    ) -> Ledger:
        """Reconciles claims with what is known, and commits what that changes."""
        ledger = self.ledger(by)
        waiting = await self.waiting(key)
        for episode, claim in heard:
            known = await self.known(key, episode, claim)
            ledger.enter(claim, episode, [*waiting, *known])
        await self.commit(WriteScope(*key, ACTOR), ledger, knowledge, moved)
        return ledger

    def ledger(self, by: str) -> Ledger:
        """An empty one, as of now."""
        return Ledger(self.parts.clock.now(), self.parts.ids, self.zone, by=by)

    async def commit(
        self, scope: WriteScope, ledger: Ledger, knowledge: int, moved: tuple[Mark, ...] = ()
    ) -> None:
        """Writes what a ledger changes, unless what is known has changed since it was read."""
        if ledger.memories:
            moved = (*moved, Mark(KNOWLEDGE, knowledge, knowledge + 1))
        if not moved:
            return
        changes = ChangeSet(
            memories=ledger.memories,
            derivations=ledger.derivations,
            marks=moved,
            at=self.parts.clock.now(),
        )
        commit = await self.parts.records.commit(scope, changes)
        if self.embedding is not None:
            self.embedding.written(scope.key, commit.seq)

    def claims(self, episodes: Iterable[Memory]) -> list[Heard]:
        """What messages claim, each with its message; takes a while."""
        return [
            (episode, claim)
            for episode in episodes
            if episode.role in HEARD and not episode.metadata.get(REMARK)
            for claim in extract(episode.content, episode.when.datetime.astimezone(self.zone))
        ]

    async def known(self, key: CubeKey, episode: Memory, claim: Claim) -> list[Memory]:
        """Current memories that a claim may concern."""
        scope = self.reads(key, episode)
        wanted = list(dict.fromkeys(terms(claim.text)))
        found = (await self.parts.text.search(scope, wanted, ALIKE)).hits
        refs: dict[Ref, None] = {hit.ref: None for hit in found}
        name = slot(claim)
        if name is not None:
            term = slot_term(SLOT + slot_name(speaker_of(episode), name))
            held = (await self.parts.text.search(scope, [term], ALIKE)).hits
            refs |= {hit.ref: None for hit in held}
        return list((await self.parts.records.memories(scope, list(refs))).values())

    async def waiting(self, key: CubeKey) -> list[Memory]:
        """Current memories that a text index which follows late has not taken in yet."""
        if self.parts.text.inline:
            return []
        scope = self.reads(key, None)
        found, _ = await self.parts.records.pending(scope, self.parts.text.name, 1 << 20)
        return found

    def reads(self, key: CubeKey, episode: Memory | None) -> ReadScope:
        """What is known now in a cube, as the speaker of an episode sees it."""
        agent = None if episode is None else episode.agent_id
        narrowing = Narrowing(now=self.parts.clock.now(), kinds=LEARNED, agent_id=agent)
        return ReadScope(key.tenant, (key.cube_id,), narrowing)
