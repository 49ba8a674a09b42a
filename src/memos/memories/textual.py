"""Textual memory: what was said and what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from memos.errors import MessageExists, NotFound
from memos.ingest.pipeline import Draft, remember
from memos.memories.embedding import Embedding
from memos.memories.learning import HEARD
from memos.memories.parts import Parts
from memos.model.changes import ChangeSet, Commit, Derivation, HistoryEntry
from memos.model.memory import STANDING, Kind, Memory
from memos.model.message import Added, Message
from memos.model.recall import Context, Effort, Recall
from memos.model.scope import CubeKey, Narrowing, ReadScope, WriteScope
from memos.model.task import Task
from memos.retrieval.effort import BUDGETS
from memos.retrieval.legs import Sources
from memos.retrieval.pack import pack, prefix
from memos.retrieval.pipeline import recall
from memos.retrieval.rank import Weights
from memos.retrieval.standing import NEAR, by_weight, of_the_user, pertinent
from memos.scheduler.touches import Touches

STANDING_LIMIT = 500  # standing memories that a context looks at
CONTEXT_HITS = 60  # hits offered to a context's budget
USED, WRITTEN = 1.0, 0.5  # how much a recall and a write warm a memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What of the settings textual memory needs."""

    segment: int
    pending: int
    zone: tzinfo


class Textual:
    """Episodes, facts, preferences and the like, over scopes that have been checked."""

    def __init__(
        self,
        parts: Parts,
        touches: Touches,
        embedding: Embedding | None,
        limits: Limits,
        *,
        tasks: Callable[[CubeKey], tuple[Task, ...]],
        planned: Callable[[CubeKey, Task], None],
        again: Callable[[CubeKey, Sequence[str]], tuple[Task, ...]],
    ) -> None:
        self._parts = parts
        self._touches = touches
        self._embedding = embedding
        self._limits = limits
        self._tasks = tasks
        self._planned = planned
        self._again = again
        self._sources = Sources(
            records=parts.records,
            text=parts.text,
            graph=parts.graph,
            hot=parts.hot,
            followers=tuple(projection.name for projection in parts.followers),
            pending=limits.pending,
            vectors=parts.vectors,
            embedder=parts.embedder,
            reranker=parts.reranker,
        )

    async def add(self, scope: WriteScope, drafts: Sequence[Draft]) -> list[Added]:
        """Commits messages with their episodes, all or none.

        A message whose id is there already with the same content gives the ids it has;
        with other content it raises MessageExists, and nothing is written.
        """
        named = _first_of_each_name(drafts)
        there: dict[int, Added] = {}
        while True:
            fresh = [at for at in named if at not in there]
            if not fresh:
                return _in_order(drafts, there)
            episodes = remember(
                [drafts[at] for at in fresh],
                scope.cube_id,
                self._parts.clock.now(),
                self._parts.ids,
                self._limits.segment,
            )
            try:
                tasks = self._to_learn(scope, episodes.changes)
                changes = replace(episodes.changes, outbox=tasks)
                commit = await self._parts.records.commit(scope, changes)
            except MessageExists as clash:
                repeated = await self._repeated(scope, drafts, fresh)
                if not repeated:
                    raise MessageExists(clash.taken) from clash
                there.update(repeated)
                continue
            if not tasks and (tasks := self._to_learn(scope, episodes.changes)):
                await self._parts.outbox.enqueue(tasks)  # the one to come may have run meanwhile
            for task in tasks:
                self._planned(scope.key, task)
            messages = zip(fresh, episodes.changes.messages, episodes.memory_ids, strict=True)
            for at, message, memory_ids in messages:
                there[at] = Added(message.message_id, memory_ids, scope.cube_id, commit.seq)
                self._touches.note(scope.key, memory_ids, WRITTEN)
            self._written(scope, commit)
            return _in_order(drafts, there)

    def _to_learn(self, scope: WriteScope, changes: ChangeSet) -> tuple[Task, ...]:
        """Tasks where there is something that can be learned."""
        heard = any(one.role in HEARD for one in changes.memories)
        return self._tasks(scope.key) if heard else ()

    def _written(self, scope: WriteScope, commit: Commit) -> None:
        if self._embedding is not None:
            self._embedding.written(scope.key, commit.seq)

    async def _repeated(
        self, scope: WriteScope, drafts: Sequence[Draft], fresh: Sequence[int]
    ) -> dict[int, Added]:
        """Drafts that say again what is stored; raises when one says something else."""
        names = {
            (drafts[at].conversation_id, message_id): at
            for at in fresh
            if (message_id := drafts[at].message_id) is not None
        }
        stored = await self._parts.records.messages_named(self._own(scope), list(names))
        own = self._own(scope, by_name=True)
        held = [memory_id for _, memory_ids in stored.values() for memory_id in memory_ids]
        alive = await self._parts.records.by_id(own, held)
        found, changed = {}, dict[int, tuple[str, str]]()
        for (conversation, message_id), (message, memory_ids) in stored.items():
            at = names[conversation, message_id]
            if not message.says_the_same(_as_said(drafts[at], message)):
                changed[at] = (conversation or "", message_id)
            gone = bool(memory_ids) and not any(one in alive for one in memory_ids)
            found[at] = Added(
                message_id, memory_ids, scope.cube_id, message.seq, repeated=True, forgotten=gone
            )
        if changed:
            raise MessageExists(list(changed.values()), list(changed) if len(drafts) > 1 else ())
        return found

    def _own(self, scope: WriteScope, *, by_name: bool = False) -> ReadScope:
        narrowing = Narrowing(now=self._parts.clock.now(), by_name=by_name)
        return ReadScope(scope.tenant, (scope.cube_id,), narrowing)

    async def store(self, scope: WriteScope, memory: Memory, sources: Sequence[Memory]) -> Memory:
        """Commits a memory of any kind, derived from `sources` if there are any."""
        links = [Derivation(one.id, one.version, "memory", memory.id) for one in sources]
        commit = await self._parts.records.commit(
            scope,
            ChangeSet(memories=(memory,), derivations=tuple(links), at=memory.recorded_at),
        )
        self._touches.note(scope.key, [memory.id], WRITTEN)
        self._written(scope, commit)
        tainted = memory.id in commit.tainted
        return replace(memory, seq=commit.seq, changed_seq=commit.seq, tainted=tainted)

    async def update(self, scope: WriteScope, current: Memory, changes: dict[str, Any]) -> Memory:
        """Commits the next version; raises VersionConflict when there is one already."""
        now = self._parts.clock.now()
        made = replace(
            current,
            **changes,
            version=current.version + 1,
            recorded_at=now,
            superseded_at=None,
            tainted=False,
        )
        told = made.kind is Kind.EPISODE and made.content != current.content
        tasks = self._again(scope.key, [made.id]) if told else ()
        written = ChangeSet(memories=(made,), outbox=tasks, at=now)
        commit = await self._parts.records.commit(scope, written)
        self._touches.note(scope.key, [made.id], WRITTEN)
        self._written(scope, commit)
        return replace(made, seq=commit.seq, changed_seq=commit.seq)

    async def forget(
        self, scope: WriteScope, memory_ids: Sequence[str], messages: Sequence[str]
    ) -> Commit:
        """Makes memories and messages invisible, and what derives from them unreliable."""
        commit = await self._parts.records.commit(
            scope,
            ChangeSet(
                forget=tuple(memory_ids),
                forget_messages=tuple(messages),
                outbox=self._again(scope.key, memory_ids),
                at=self._parts.clock.now(),
            ),
        )
        await self._parts.hot.evict(scope.key, memory_ids)
        return commit

    async def recall(
        self,
        scope: ReadScope,
        query: str,
        seqs: dict[str, int],
        *,
        top_k: int,
        effort: Effort = Effort.NORMAL,
        deadline_ms: int | None = None,
        explain: bool = False,
    ) -> Recall:
        """What answers `query`; see `memos.retrieval.pipeline.recall`."""
        found = await recall(
            self._sources,
            scope,
            query,
            seqs=seqs,
            top_k=top_k,
            zone=self._limits.zone,
            budget=BUDGETS[effort],
            deadline_ms=deadline_ms,
            explain=explain,
        )
        if self._embedding is not None:
            for key in scope.cube_keys:
                self._embedding.read(key, seqs.get(key.cube_id, 0))
        by_cube: dict[str, list[str]] = {}
        for hit in found:
            by_cube.setdefault(hit.memory.cube_id, []).append(hit.memory.id)
        for key in scope.cube_keys:
            if key.cube_id in by_cube:
                self._touches.note(key, by_cube[key.cube_id], USED)
        return found

    async def replay(
        self,
        scope: ReadScope,
        query: str,
        seqs: dict[str, int],
        *,
        top_k: int,
        effort: Effort,
        zone: tzinfo,
        table: Mapping[str, Weights] | None,
    ) -> Recall:
        """The same with a receipt of all candidates; what is replayed is not thereby used."""
        return await recall(
            self._sources,
            scope,
            query,
            seqs=seqs,
            top_k=top_k,
            zone=zone,
            budget=BUDGETS[effort],
            explain=True,
            table=table,
        )

    async def context(
        self,
        scope: ReadScope,
        query: str,
        seqs: dict[str, int],
        *,
        max_tokens: int,
        effort: Effort = Effort.NORMAL,
        deadline_ms: int | None = None,
    ) -> Context:
        """A block for a prompt: standing memories, then what answers `query`."""
        # What stands holds in every conversation, and whatever else the read filters for.
        everywhere = replace(scope.narrowing, conversation_id=None, filter=None)
        standing, found = await asyncio.gather(
            self._parts.records.recent(
                replace(scope, narrowing=everywhere), STANDING_LIMIT, STANDING
            ),
            self.recall(
                scope, query, seqs, top_k=CONTEXT_HITS, effort=effort, deadline_ms=deadline_ms
            ),
        )
        mine = by_weight(of_the_user(standing))
        stands = prefix(mine, max_tokens)
        left = [memory for memory in mine if memory not in stands.memories]
        called = await self._called(scope, query, seqs, left) if left else []
        return pack(found, stands, called, max_tokens)

    async def _called(
        self, scope: ReadScope, query: str, seqs: dict[str, int], standing: Sequence[Memory]
    ) -> list[Memory]:
        """Standing memories beyond the prefix that the question calls for."""
        narrowing = replace(
            scope.narrowing, kinds=frozenset(STANDING), conversation_id=None, filter=None
        )
        near = await recall(
            self._sources,
            replace(scope, narrowing=narrowing),
            query,
            seqs=seqs,
            top_k=NEAR,
            zone=self._limits.zone,
            budget=BUDGETS[Effort.FAST],
        )
        left = {memory.id for memory in standing}
        return pertinent(query, standing, [hit.memory for hit in near if hit.memory.id in left])

    async def get(self, scope: ReadScope, memory_id: str) -> Memory:
        """The version of a memory that the scope admits; raises NotFound."""
        found = await self._parts.records.by_id(scope, [memory_id])
        if memory_id not in found:
            raise NotFound("memory", memory_id)
        return found[memory_id]

    async def history(self, scope: ReadScope, memory_id: str) -> list[HistoryEntry]:
        """What happened to a memory, oldest first; raises NotFound."""
        found = await self._parts.records.history(scope, memory_id)
        if not found:
            raise NotFound("memory", memory_id)
        return found

    async def messages(
        self, scope: ReadScope, conversation_id: str | None, limit: int, before: str | None
    ) -> list[Message]:
        """The last `limit` messages, in the order in which they were added."""
        return await self._parts.records.messages(scope, conversation_id, limit, before)


def _first_of_each_name(drafts: Sequence[Draft]) -> list[int]:
    """Places of drafts to store: of several with one id, the first; raises when they differ."""
    places: list[int] = []
    seen: dict[tuple[str | None, str], Draft] = {}
    for at, draft in enumerate(drafts):
        if draft.message_id is None:
            places.append(at)
            continue
        name = (draft.conversation_id, draft.message_id)
        first = seen.setdefault(name, draft)
        if first is draft:
            places.append(at)
        elif (first.role, first.name, first.content) != (draft.role, draft.name, draft.content):
            raise MessageExists([(draft.conversation_id or "", draft.message_id)], [at])
    return places


def _in_order(drafts: Sequence[Draft], there: dict[int, Added]) -> list[Added]:
    """One answer for each draft; repetitions within the batch get that of the first."""
    by_name = {(drafts[at].conversation_id, added.message_id): added for at, added in there.items()}
    made = []
    for at, draft in enumerate(drafts):
        if at in there:
            made.append(there[at])
        else:
            first = by_name[draft.conversation_id, draft.message_id or ""]
            made.append(replace(first, repeated=True))
    return made


def _as_said(draft: Draft, stored: Message) -> Message:
    return replace(stored, role=draft.role, name=draft.name, content=draft.content)
