"""Public calls that look after the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from memos.errors import InvalidInput
from memos.memories.doctor import examine
from memos.memories.learning import LEARN
from memos.memories.reembed import Reembedding, generations
from memos.memories.studying import STUDY, Student
from memos.model import checks
from memos.model.results import DeadLetter, Diagnosis, Reembedded, ReembedStep, Statistics
from memos.model.scope import SystemScope
from memos.model.task import Backlog
from memos.system.base import Base

MOST_LETTERS = 10_000  # that one call lists
LAST_TASK = 2**63 - 1  # the largest id that an outbox can give


class Care(Base):
    """Background work, counts and health of the tenant."""

    async def drain(self, timeout: float | None = None) -> Backlog:
        """Waits until background work is done, or `timeout` seconds; says what is left."""
        wait = None if timeout is None else checks.check_seconds("timeout", timeout)
        await self._ready()
        await self._touches.flush()
        self._planned.forget()
        await self._parts.outbox.hasten(SystemScope(self.settings.tenant), [LEARN])
        await self._worker.drain(wait, apart=(STUDY,))
        if self._student is not None:
            await self._study(self._student, wait)
        if self._embedding is not None:  # last: it embeds what was learned, too
            await self._embedding.drain(wait)
        return await self._parts.outbox.backlog(SystemScope(self.settings.tenant))

    async def _study(self, student: Student, wait: float | None) -> None:
        """Lets the model read what it would wait for; what it puts off is left for later."""
        scope, outbox = SystemScope(self.settings.tenant), self._parts.outbox
        clock = asyncio.get_running_loop().time
        end = None if wait is None else clock() + wait
        student.hurried = True
        try:
            await outbox.hasten(scope, [STUDY])
            while any(load.ready or load.running for load in await outbox.loads([STUDY])):
                if end is not None and clock() >= end:
                    break
                self._worker.wake()
                await asyncio.sleep(0.02)
        finally:
            student.hurried = False

    async def stats(self) -> Statistics:
        """How much there is, and what waits, for the whole tenant."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return Statistics(
            counts=await self._parts.records.count(scope),
            backlog=await self._parts.outbox.backlog(scope),
            generations=await generations(self._parts, scope),
            model=await self._parts.work_log.spent(
                self.settings.tenant, self._parts.clock.now().iso()[:10]
            ),
        )

    async def dead_letters(self, *, limit: int = 100) -> list[DeadLetter]:
        """Background work of the tenant that failed for good, oldest first."""
        most = checks.check_int("limit", limit, 1, MOST_LETTERS)
        await self._ready()
        found = await self._parts.outbox.dead(SystemScope(self.settings.tenant), most)
        return [DeadLetter.of(task) for task in found]

    async def replay_dead(self, task_ids: int | Sequence[int] | None = None) -> int:
        """Tries dead letters again, those that are named or all; says how many.

        Raises NotFound, and replays none, when one that is named is no dead letter.
        """
        chosen = None if task_ids is None else _task_ids(task_ids, self.settings.max_batch)
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        replayed = await self._parts.outbox.replay(scope, chosen)
        self._worker.wake()
        return replayed

    async def reembed(
        self, *, keep: bool = False, progress: Callable[[ReembedStep], object] | None = None
    ) -> Reembedded:
        """Gives all memories of the tenant vectors of the embedder that is set.

        Goes on while others read and write, and where an earlier call stopped. The vectors
        of other embedders are dropped, cube by cube, once nothing lacks a new one.

        Args:
            keep: keep them, to go back to another embedder later.
            progress: called at the beginning of each cube and after each batch, on the event
                loop: it must not wait, nor call this MemOS.
        """
        kept = checks.check_bool("keep", keep)
        if progress is not None and not callable(progress):
            raise InvalidInput("progress", f"a {type(progress).__name__}", "a function")
        await self._ready()
        if self._embedding is None or self._parts.vectors is None:
            raise InvalidInput("embedder", "none", "a model that turns text into vectors")
        work = Reembedding(self._parts.records, self._parts.vectors, self._embedding)
        told = progress or (lambda _: None)
        return await work.run(SystemScope(self.settings.tenant), told, keep=kept)

    async def doctor(self, *, repair: bool = True) -> Diagnosis:
        """Compares every projection with the records and, if asked, repairs it."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return await examine(self._parts, scope, repair=checks.check_bool("repair", repair))


def _task_ids(given: object, most: int) -> list[int]:
    """One id of a task or a list of them."""
    if isinstance(given, int):
        return [checks.check_int("task_ids", given, 1, LAST_TASK)]
    found = checks.check_list("task_ids", given, most)
    if not found:
        raise InvalidInput("task_ids", "an empty list", "one id or more")
    return [checks.check_int(f"task_ids[{at}]", one, 1, LAST_TASK) for at, one in enumerate(found)]
