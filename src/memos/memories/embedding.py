"""Embedding: gives memories their vectors, behind the writes.

What lacks a vector is read from the index itself (`VectorIndex.missing`), so nothing is queued,
nothing can be lost, and doing it twice does no harm: two processes may at worst embed the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Collection, Sequence

import numpy as np

from memos.contracts.embedder import Embedder
from memos.contracts.records import Records
from memos.contracts.vectors import Embedded, Generation, VectorIndex
from memos.errors import MemOSError, UsageError
from memos.memories.rush import QUIET, Rush
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey, Narrowing, ReadScope
from memos.model.time import Clock
from memos.retrieval.late import pack

BATCH = 256  # versions between two writes: texts of equal length are embedded together
ELSEWHERE = 3.0  # seconds that the process which wrote something gets to embed it
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds after a failure; doubles

log = logging.getLogger("memos.embedding")


class Embedding:
    """One task in this process, while there is work, over the cubes that were written or read."""

    def __init__(
        self,
        records: Records,
        vectors: VectorIndex,
        embedder: Embedder,
        clock: Clock,
        rush: Rush | None = None,
    ) -> None:
        self._records = records
        self._vectors = vectors
        self._embedder = embedder
        self._clock = clock
        self._due: dict[CubeKey, float] = {}  # monotonic seconds
        self._seen: dict[CubeKey, int] = {}  # seq of the cube when it was last looked at
        self._rush = rush or Rush()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._working = asyncio.Lock()
        self._turn = asyncio.Lock()  # of one batch: all who embed here would take the same one
        self._pause = 0.0

    def start(self) -> None:
        """Lets the background work begin whenever there is some."""
        self._loop = asyncio.get_running_loop()
        if self._due:
            self._begin()

    async def stop(self) -> None:
        """Ends the work; what lacks a vector will be found again."""
        self._loop = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def written(self, key: CubeKey, seq: int) -> None:
        """Says that this process has written to a cube; from any thread."""
        now = time.monotonic()
        self._rush.note()
        self._seen[key] = seq
        if key not in self._due:
            self._due[key] = now + QUIET
            self._tell()

    def read(self, key: CubeKey, seq: int) -> None:
        """Says that a cube is read here; if another process has written, it may need help."""
        if self._seen.get(key) != seq:
            self._seen[key] = seq
            if key not in self._due:
                self._due[key] = time.monotonic() + ELSEWHERE
                self._tell()

    async def drain(self, timeout: float | None) -> None:
        """Embeds what is known to be waiting, for at most `timeout` seconds."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._catch_up(), timeout)

    async def complete(self, key: CubeKey) -> AsyncIterator[int]:
        """Gives each current version of a cube its vector; tells after each batch how many."""
        last: list[Ref] = []
        while True:
            async with self._turn:
                refs = await self._vectors.missing(key, self.generation, BATCH)
                if not refs or refs == last:  # what the records do not know is left to doctor
                    return
                memories = await self._versions(key, refs)
                await self._embed(key, memories)
            last = refs
            yield len(memories)

    async def complete_past(
        self, key: CubeKey, older: Collection[Generation]
    ) -> AsyncIterator[int]:
        """The same for superseded versions that have a vector in one of the generations `older`."""
        states = await self._records.states(key) if older else []
        past = [one for state in states for one in state.versions if one.superseded_at is not None]
        for at in range(0, len(past), BATCH):
            batch = {memory.ref: memory for memory in past[at : at + BATCH]}
            async with self._turn:
                lacking = await self.uncovered(key, list(batch), older)
                await self._embed(key, [batch[ref] for ref in lacking])
            if lacking:
                yield len(lacking)

    async def uncovered(
        self, key: CubeKey, refs: Sequence[Ref], older: Collection[Generation]
    ) -> list[Ref]:
        """Versions that one of the generations `older` can find, but not the embedder's own."""
        scope = ReadScope(key.tenant, (key.cube_id,), Narrowing(now=self._clock.now()))
        had = np.zeros(len(refs), np.bool_)
        for generation in older:
            had |= (await self._vectors.embedded(scope, generation, refs, tokens=False)).held
        have = (await self._vectors.embedded(scope, self.generation, refs, tokens=False)).held
        return [refs[at] for at in np.flatnonzero(had & ~have).tolist()]

    @property
    def generation(self) -> Generation:
        """That of the embedder."""
        return self._embedder.generation

    async def _versions(self, key: CubeKey, refs: Sequence[Ref]) -> list[Memory]:
        """Versions whoever may see them: those of one agent are found by their meaning too."""
        wanted = set(refs)
        states = await self._records.states(key, list(dict.fromkeys(id for id, _ in refs)))
        return [memory for state in states for memory in state.versions if memory.ref in wanted]

    async def _embed(self, key: CubeKey, memories: Sequence[Memory]) -> None:
        made = await self._embedder.embed([memory.content for memory in memories])
        items = [
            Embedded(memory.ref, memory.changed_seq, one.vector, pack(one.tokens, one.pieces))
            for memory, one in zip(memories, made, strict=True)
        ]
        await self._vectors.put(key, self.generation, items)

    async def _catch_up(self, *, patient: bool = False) -> None:
        """Embeds what is due; a patient one lets a crowd of writers go first."""
        async with self._working:
            while self._due:
                key = min(self._due, key=lambda one: self._due[one])
                del self._due[key]  # first: what is written from here on notes it again
                try:
                    async for _ in self.complete(key):
                        if patient:
                            await self._rush.over()
                except BaseException:
                    self._due.setdefault(key, time.monotonic())
                    raise

    def _begin(self) -> None:
        if self._loop is not None and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while self._due:
            await asyncio.sleep(max(0.0, min(self._due.values()) - time.monotonic()))
            await self._rush.over()
            try:
                await self._catch_up(patient=True)
                self._pause = 0.0
            except UsageError:  # the interpreter or this MemOS is on its way out
                return
            except MemOSError as error:  # the texts are found by their words meanwhile
                self._pause = min(LONGEST_PAUSE, 2 * self._pause or FIRST_PAUSE)
                log.warning("nothing could be embedded: %s", error)
                await asyncio.sleep(self._pause)

    def _tell(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: so is everything
                self._loop.call_soon_threadsafe(self._begin)
