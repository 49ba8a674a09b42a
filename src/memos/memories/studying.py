"""Studying: learning with a model, a buffer of messages at a time, on top of what rules found."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from memos.contracts.extractor import Extraction, Extractor, Told
from memos.errors import BadAnswer, Conflict, ProviderError, ProviderRefused
from memos.ingest.grounding import grounded
from memos.ingest.knowledge import MODEL
from memos.ingest.ledger import Ledger
from memos.language.tokens import terms
from memos.memories.learning import ACTOR, HEARD, KNOWLEDGE, REMARK, TRIES, Learner
from memos.model.changes import Mark
from memos.model.claim import Relation
from memos.model.memory import Memory
from memos.model.message import Message
from memos.model.scope import CubeKey, WriteScope
from memos.model.task import Lane, Priority, Task
from memos.model.time import DAY, SECOND, Instant

STUDY = "study"  # the task, and the mark of the commit that it came to
MESSAGES = 40  # that fill a buffer, and
CHARACTERS = 12_000  # of them
OFFERED = 30  # known memories that the model is shown
FIRST_PAUSE, LONGEST_PAUSE = 2 * SECOND, 600 * SECOND  # while the model is away; doubles
CALLS, TOKENS, GARBLED, BUFFERS = "model calls", "model tokens", "garbled answers", "buffers"
UNGROUNDED = "ungrounded claims"

Heard = tuple[Sequence[Memory], Sequence[Memory], Told]
"""One thing that the model told, with the messages that it read and what it was shown as known."""

log = logging.getLogger("memos.learning")


def study_task(key: CubeKey, due_at: Instant, failures: int = 0) -> Task:
    """The task that reads a cube's buffer when it is due: one waits, whoever asks for it."""
    payload = {"failures": failures} if failures else {}
    return Task(
        STUDY, key.tenant, key.cube_id, STUDY, Lane.LEARN, Priority.BULK, payload, due_at=due_at
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """When a buffer that is not full is read, and what a tenant may use of the model a day."""

    idle: float  # seconds of silence
    calls: int
    tokens: int


@dataclass(slots=True)
class Student:
    """Asks a model once for each buffer: messages of one conversation, in a row.

    What rules have learned stands already. A model that is away, busy or slow is asked again
    later, as often as it takes, and nothing is lost meanwhile; an answer that cannot be used
    ends the buffer, and what the rules found stands alone.
    """

    learner: Learner
    extractor: Extractor
    budget: Budget
    hurried: bool = False  # read buffers that are not full, too

    def task(self, key: CubeKey) -> Task:
        """What reads what was just said, when it is silent for a while."""
        return study_task(key, Instant(self._now() + round(self.budget.idle * SECOND)))

    async def run(self, task: Task) -> None:
        """Reads buffers that are full or over; plans the next look when one is not."""
        key, failures = CubeKey(task.tenant, task.cube_id), int(task.payload.get("failures", 0))
        while True:
            try:
                due = await self._next(key)
                failures = 0
            except ProviderError as error:
                due = self._later(error, failures)
                failures += 1
            if due is None:
                return
            if due > self._now():
                await self.learner.parts.outbox.enqueue([study_task(key, due, failures)])
                return

    async def _next(self, key: CubeKey) -> Instant | None:
        """Reads one buffer; when to look again, None when nothing is left to read."""
        parts = self.learner.parts
        was = (await parts.records.marks(key)).get(STUDY, 0)
        episodes, last = await parts.records.episodes_after(key, was, MESSAGES)
        if not episodes:
            return None
        fresh = [one for one in episodes if not one.metadata.get(REMARK)]
        if not any(one.role in HEARD for one in fresh):
            await self._store(key, [], Mark(STUDY, was, last))
            return self._now()
        waits = self._waits(fresh)
        if waits is not None:
            return waits
        tomorrow = await self._exhausted(key.tenant)
        if tomorrow is not None:
            return tomorrow
        await self._read(key, fresh, Mark(STUDY, was, last))
        return self._now()

    def _waits(self, episodes: Sequence[Memory]) -> Instant | None:
        """When a buffer that may still grow is to be read; None for now."""
        full = len(episodes) >= MESSAGES or sum(len(one.content) for one in episodes) >= CHARACTERS
        over = len({one.conversation_id for one in episodes}) > 1
        if self.hurried or full or over:
            return None
        due = Instant(max(one.recorded_at for one in episodes) + round(self.budget.idle * SECOND))
        return due if due > self._now() else None

    async def _read(self, key: CubeKey, episodes: Sequence[Memory], moved: Mark) -> None:
        """One call of the model for each conversation, and one commit for all of them."""
        told: list[Heard] = []
        for conversation in dict.fromkeys(one.conversation_id for one in episodes):
            group = [one for one in episodes if one.conversation_id == conversation]
            if not any(one.role in HEARD for one in group):
                continue
            known = await self._offered(key, group)
            found = await self._ask(key, group, known)
            told += [(group, known, each) for each in found.told]
        await self._store(key, told, moved)

    async def _ask(
        self, key: CubeKey, group: Sequence[Memory], known: Sequence[Memory]
    ) -> Extraction:
        """What the model finds; nothing where it cannot answer properly."""
        try:
            found = await self.extractor.extract([_message(one) for one in group], known)
        except BadAnswer as error:
            log.warning("a buffer of %s messages was not understood: %s", len(group), error)
            used = {
                CALLS: 2, TOKENS: error.tokens_in + error.tokens_out, BUFFERS: 1, GARBLED: 1,
            }  # fmt: skip
            await self._spend(key.tenant, used)
            return Extraction()
        except ProviderError:
            await self._spend(key.tenant, {CALLS: 1})
            raise
        sound = tuple(each for each in found.told if _grounded(group, each))
        used = {
            CALLS: found.calls,
            TOKENS: found.tokens_in + found.tokens_out,
            BUFFERS: 1,
            UNGROUNDED: len(found.told) - len(sound),
        }
        await self._spend(key.tenant, used)
        return replace(found, told=sound)

    async def _store(
        self,
        key: CubeKey,
        told: Sequence[Heard],
        moved: Mark,
    ) -> None:
        """Reconciles what the model told with what is known by now."""
        for _attempt in range(TRIES):
            marks = await self.learner.parts.records.marks(key)
            ledger = self.learner.ledger(MODEL)
            for group, known, each in told:
                if group[each.message].role in HEARD:
                    await self._enter(ledger, key, group[each.message], known, each)
            scope = WriteScope(*key, ACTOR)
            if marks.get(STUDY, 0) != moved.was:
                return  # another has read it
            try:
                await self.learner.commit(scope, ledger, marks.get(KNOWLEDGE, 0), (moved,))
                return
            except Conflict:
                continue
        raise Conflict(f"{key.cube_id}: what is known kept changing")

    async def _enter(
        self, ledger: Ledger, key: CubeKey, episode: Memory, known: Sequence[Memory], told: Told
    ) -> None:
        found = [
            *await self.learner.waiting(key),
            *await self.learner.known(key, episode, told.claim),
        ]
        if told.known is None or told.relation is Relation.NEW:
            ledger.enter(told.claim, episode, found)
            return
        meant = known[told.known]
        current = next((one for one in found if one.id == meant.id), meant)
        if told.relation is Relation.CONTRADICTION:
            trusted = episode.trust >= current.trust
            ledger.enter(told.claim, episode, [*found, current], {current.id} if trusted else ())
        else:
            ledger.again(current, told.claim, episode, told.relation)

    async def _offered(self, key: CubeKey, group: Sequence[Memory]) -> list[Memory]:
        """What is known that the messages may concern."""
        parts, scope = self.learner.parts, self.learner.reads(key, group[0])
        wanted = list(dict.fromkeys(term for one in group for term in terms(one.content)))
        refs = [hit.ref for hit in (await parts.text.search(scope, wanted, OFFERED)).hits]
        found = await parts.records.memories(scope, refs)
        return [found[ref] for ref in refs if ref in found]

    async def _exhausted(self, tenant: str) -> Instant | None:
        """When the tenant may use the model again; None for now."""
        used: Mapping[str, int] = await self.learner.parts.work_log.spent(tenant, self._today())
        if used.get(CALLS, 0) < self.budget.calls and used.get(TOKENS, 0) < self.budget.tokens:
            return None
        log.warning("tenant %s has used up the model's budget of the day", tenant)
        return Instant((self._now() // DAY + 1) * DAY)

    async def _spend(self, tenant: str, amounts: Mapping[str, int]) -> None:
        await self.learner.parts.work_log.spend(tenant, self._today(), amounts)

    def _later(self, error: ProviderError, failures: int) -> Instant:
        """When to ask again: as its server says, else after pauses that double."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 20))
        if isinstance(error, ProviderRefused):  # until somebody mends the settings
            pause = LONGEST_PAUSE
        if error.retry_after is not None:
            pause = max(SECOND // 10, round(error.retry_after * SECOND))
        log.warning("the model will be asked again in %g s: %s", pause / SECOND, error)
        return Instant(self._now() + pause)

    def _today(self) -> str:
        return self._now().iso()[:10]

    def _now(self) -> Instant:
        return self.learner.parts.clock.now()


def _grounded(group: Sequence[Memory], told: Told) -> bool:
    before = [one.content for one in group[: told.message]]
    return grounded(told.claim, group[told.message].content, before)


def _message(episode: Memory) -> Message:
    """What was said, as the extractor reads it."""
    said = episode.when
    return Message(
        id=episode.id,
        message_id=episode.sources[0] if episode.sources else episode.id,
        role=episode.role or "user",
        content=episode.content,
        cube_id=episode.cube_id,
        said_at=said,
        recorded_at=episode.recorded_at,
        conversation_id=episode.conversation_id,
        name=episode.name,
        user_id=episode.user_id,
        agent_id=episode.agent_id,
        trust=episode.trust,
        ordinal=episode.ordinal or 0,
    )
