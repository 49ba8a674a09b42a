"""What all public calls stand on: the parts, their life, and the scope of a call."""

from __future__ import annotations

import asyncio
import copy
import os
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from memos.errors import UsageError
from memos.jobs import handlers, timetable_jobs
from memos.memories.abstracts import Abstracts
from memos.memories.drafts import Desk, check_kinds
from memos.memories.embedding import Embedding
from memos.memories.learning import DELAY, LEARN, Learner, Planned, learning_task
from memos.memories.pages import Pages
from memos.memories.parts import Parts, build
from memos.memories.relearning import relearning_tasks
from memos.memories.rush import Rush
from memos.memories.scopes import Caller, Scopes
from memos.memories.studying import Budget, Student
from memos.memories.textual import Limits, Textual
from memos.model import checks
from memos.model.filter import parse_filter
from memos.model.memory import Memory
from memos.model.scope import CubeKey, Narrowing
from memos.model.task import Task
from memos.model.time import Instant
from memos.scheduler.feed import Direct, Feed, Relayed
from memos.scheduler.reporting import Reporting
from memos.scheduler.timetable import Timetable
from memos.scheduler.touches import Touches
from memos.scheduler.worker import CONCURRENCY, Handler, Worker
from memos.settings import Settings

When = datetime | str
"""A moment: a datetime or an ISO 8601 string; naive ones are read in the set time zone."""

B = TypeVar("B", bound="Base")

_NUMBERS = count(1)  # of workers in this process


class Base:
    """Opens and closes the parts, and turns what callers say into scopes."""

    def __init__(
        self, home: str | Path | None = None, *, parts: Parts | None = None, **settings: Any
    ) -> None:
        """`home` or MEMOS_HOME or ``~/.memos``; `settings` are those of `memos.settings`.

        `parts` replaces the backends that the settings name, for tests and integrations.
        """
        self.settings = Settings.load(home=home, **settings)
        checks.check_id("tenant", self.settings.tenant, self.settings.max_id)
        self._parts = parts or build(self.settings)
        self._scopes = Scopes(self._parts, self.settings.tenant)
        self._desk = Desk(self.settings)
        self._touches = Touches(self._parts.hot, self._parts.clock)
        self._concurrency = CONCURRENCY
        self._learns = self.settings.learn == "on"
        rush = Rush()
        self._planned = Planned()
        self._embedding = _embedding(self._parts, rush)
        self._learner = Learner(self._parts, self._embedding, rush, self.settings.zone)
        self._student = self._studying()
        self._pages = Pages(
            self._parts, self._embedding, self.settings.zone, _abstracts(self._parts, self.settings)
        )
        self._worker, self._reporting = self._employed()
        limits = Limits(self.settings.segment, self.settings.pending, self.settings.zone)
        self._timetable = Timetable(
            self._parts.job_book,
            timetable_jobs(self._parts, self._embedding, self._pages if self._learns else None),
            self._parts.clock,
            owner=self._worker.owner,
        )
        self._textual = Textual(
            self._parts,
            self._touches,
            self._embedding,
            limits,
            tasks=self._tasks,
            planned=self._plan,
            again=self._relearning,
        )
        self._needs_loop = self._parts.needs_loop
        self._opening: asyncio.Lock | None = None
        self._open = False
        self._closed = False
        self._lent = False  # parts and workers are another one's

    async def open(self, *, working: bool = True) -> None:
        """Opens files and starts background work; done by the first call otherwise.

        Without `working` it does none, for who only looks.
        """
        if self._closed:
            raise UsageError("this MemOS is closed; make a new one")
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if not self._open:
                await self._parts.open()
                self._touches.start()
                if working:
                    self._work()
                self._open = True

    def _work(self) -> None:
        self._worker.start()
        if self._handlers:
            self._reporting.start(idle=False)
        if self._embedding is not None:
            self._embedding.start()

    async def close(self) -> None:
        """Stops background work and closes files. Waiting work goes on at the next start."""
        if self._lent:
            return
        was_open, self._open, self._closed = self._open, False, True
        if was_open:
            await asyncio.gather(self._timetable.stop(), self._worker.stop())
            await self._reporting.stop()
            if self._embedding is not None:
                await self._embedding.stop()
            try:
                await self._touches.close()
            finally:  # a full disk keeps nothing open
                await self._parts.close()

    def of(self: B, tenant: str) -> B:  # noqa: PYI019 - Self needs Python 3.11
        """The same memory on behalf of another tenant; it lives as long as this one."""
        checks.check_id("tenant", tenant, self.settings.max_id)
        if not self._open:
            raise UsageError("open this MemOS first")
        made = copy.copy(self)
        made.settings = replace(self.settings, tenant=tenant)
        made._scopes = Scopes(self._parts, tenant)  # noqa: SLF001 - one of its own
        made._lent = True  # noqa: SLF001
        return made

    async def __aenter__(self: B) -> B:  # noqa: PYI019 - Self needs Python 3.11
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._open else "not opened yet"
        return f"<{type(self).__name__} {str(self.settings.home)!r} {state}>"

    async def _ready(self) -> None:
        if not self._open:
            await self.open()

    async def _employ(self, concurrency: int) -> None:
        """Reports from now on; if need be a worker of another size takes the worker's place."""
        if concurrency != self._concurrency:
            await self._worker.stop()
            await self._reporting.stop()
            self._concurrency = concurrency
            self._worker, self._reporting = self._employed()
            self._worker.start()
        self._reporting.start()
        await self._reporting.say()  # who asks next sees it

    def _tasks(self, key: CubeKey) -> tuple[Task, ...]:
        """What learns from what was just said in a cube."""
        now = self._parts.clock.now()
        if not self._learns or self._planned.covers(key, now):
            return ()
        learning = learning_task(key, Instant(now + DELAY))
        return (learning,) if self._student is None else (learning, self._student.task(key))

    def _relearning(self, key: CubeKey, ids: Sequence[str]) -> tuple[Task, ...]:
        """What makes good what a change of these memories takes away."""
        return relearning_tasks(key, ids) if self._learns and ids else ()

    def _plan(self, key: CubeKey, task: Task) -> None:
        """Keeps in mind that a task of `_tasks` was committed."""
        if task.kind == LEARN:
            self._planned.note(key, task.due_at, self._parts.clock.now())

    def _studying(self) -> Student | None:
        """Learning with a model, where there is one."""
        chosen = self.settings
        if self._parts.extractor is None or not self._learns:
            return None
        return Student(self._learner, self._parts.extractor, _model_budget(chosen))

    @property
    def _handlers(self) -> dict[str, Handler]:
        """What the worker of this process can do."""
        return handlers(self._parts, self._learner if self._learns else None, self._student)

    def _employed(self) -> tuple[Worker, Reporting]:
        """The worker of this process, of the size that is set."""
        parts, served = self._parts, self._handlers
        owner = f"{socket.gethostname()}:{os.getpid()}:{next(_NUMBERS)}"
        feed: Feed = Direct(parts.outbox, owner, list(served))
        if parts.run_queue is not None:
            feed = Relayed(parts.outbox, parts.run_queue, owner, list(served))
        worker = Worker(
            parts.outbox, feed, served, parts.clock, owner=owner, concurrency=self._concurrency
        )
        return worker, Reporting(parts.work_log, worker, parts.clock)

    async def _visible(
        self,
        caller: Caller,
        memory_id: object,
        *,
        as_of: object = None,
        known_at: object = None,
    ) -> Memory:
        wanted = checks.check_id("memory_id", memory_id, self.settings.max_id)
        narrowing = self._narrowing(caller, as_of=as_of, known_at=known_at, by_name=True)
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        return await self._textual.get(scope, wanted)

    def _narrowing(
        self,
        caller: Caller,
        *,
        kinds: object = None,
        conversation_id: object = None,
        filter: object = None,
        as_of: object = None,
        known_at: object = None,
        include_archived: object = False,
        by_name: bool = False,
    ) -> Narrowing:
        return Narrowing(
            now=self._parts.clock.now(),
            as_of=self._desk.moment("as_of", as_of),
            known_at=self._desk.moment("known_at", known_at),
            kinds=check_kinds(kinds),
            conversation_id=checks.optional_id(
                "conversation_id", conversation_id, self.settings.max_id
            ),
            agent_id=caller.agent_id,
            include_archived=checks.check_bool("include_archived", include_archived),
            filter=None if filter is None else parse_filter(filter, self.settings.zone),
            by_name=by_name,
        )


def _model_budget(settings: Settings) -> Budget:
    return Budget(float(settings.model_idle), settings.model_calls, settings.model_tokens)


def _abstracts(parts: Parts, settings: Settings) -> Abstracts | None:
    if parts.chat_model is None:
        return None
    return Abstracts(parts.chat_model, parts.work_log, parts.clock, _model_budget(settings))


def _embedding(parts: Parts, rush: Rush) -> Embedding | None:
    if parts.vectors is None or parts.embedder is None:
        return None
    return Embedding(parts.records, parts.vectors, parts.embedder, parts.clock, rush)
