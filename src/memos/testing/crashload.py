"""What is written while the power fails, and whether an image of the disk is right.

A workload is a list of steps that follow from a seed, each atomic. `Oracle` plays it on an
undisturbed database, one step at a time, and keeps a digest of the whole content after each.
What a crash leaves has to be equal to one of these states, no earlier than the last step
that was acknowledged: then nothing is lost, nothing is half there, and nothing came in
another order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import apsw

from memos.contracts.projection import Projection
from memos.errors import Conflict
from memos.model.changes import ChangeSet
from memos.model.memory import Ref
from memos.model.scope import SystemScope, WriteScope
from memos.model.task import Lease, Task
from memos.model.time import SECOND, Instant
from memos.storage.blobs.sqlite import SqliteBlobs
from memos.storage.graphs.sqlite import SqliteGraph
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments.cache import Segments
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every
from memos.storage.text.sqlite import SqliteText
from memos.testing.clock import ManualClock

FOLLOWERS = ("vectors",)  # a projection that is not inline, so that commits fill the outbox
FILE = "memos.db"


class Stores:
    """The shipped backends over one file, with the clock by which leases run."""

    def __init__(self, folder: Path, sync: str = "full", vfs: str | None = None) -> None:
        self.clock = ManualClock()
        self.database = Database(folder / FILE, sync, vfs)
        segments = Segments(self.database, room=64 << 20)
        self.text = SqliteText(segments)
        self.graph = SqliteGraph(segments)
        self.records = SqliteRecords(self.database, segments, FOLLOWERS)
        self.outbox = SqliteOutbox(self.database, self.clock)
        self.blobs = SqliteBlobs(self.database)

    async def open(self) -> None:
        """Opens the file."""
        await self.database.open()

    async def close(self) -> None:
        """Closes it."""
        await self.database.close()

    async def digest(self) -> Digest:
        """What is in the tables now."""
        return await self.database.read(_digest)

    async def problems(self, sums: dict[tuple[str, Ref], int | None]) -> list[str]:
        """What the records say of themselves, and projections that depart from them.

        `sums` remembers checksums of versions, by projection, from one image to the next.
        """
        found = await self.records.check()
        for key in await self.records.cube_keys(SystemScope()):
            states = await self.records.states(key)
            projections: tuple[Projection, ...] = (self.text, self.graph)
            for projection in projections:
                wanted: dict[Ref, int] = {}
                for memory in (memory for state in states for memory in state.versions):
                    name = projection.name, memory.ref
                    if name not in sums:
                        sums[name] = projection.expected(memory)
                    if (expected := sums[name]) is not None:
                        wanted[memory.ref] = expected
                if await projection.contents(key) != wanted:
                    found.append(f"{projection.name} of {key.cube_id} departs from the records")
        return found


Digest = Mapping[str, bytes]
"""Table -> hash over its rows."""


def _digest(cursor: apsw.Cursor) -> Digest:
    made = {}
    for _, name, *_ in every(cursor, "PRAGMA main.table_list"):
        # Which terms have been kept depends on what was searched, not on what was written.
        if not name.startswith("sqlite_") and name != "terms":
            # The first tenant is as old as the file, which a crash may make anew.
            what = "name, memories, bytes, model_calls" if name == "tenants" else "*"
            made[name] = _hash(cursor, f'SELECT {what} FROM "{name}"')  # noqa: S608
    return made


def _hash(cursor: apsw.Cursor, sql: str) -> bytes:
    state = blake2b(digest_size=16)
    for row in sorted(map(repr, every(cursor, sql))):
        state.update(row.encode())
    return state.digest()


@dataclass(slots=True)
class Run:
    """One play of a workload. `leased` is what each claim got, by the claim's name."""

    stores: Stores
    leased: dict[str, list[Task]]


@dataclass(frozen=True, slots=True)
class Step:
    """One atomic write at its moment. `alone`: not at the same time as its neighbours.

    `messages` are the (cube id, id) of messages it adds, `hides` those that it forgets.
    """

    at: Instant
    write: Callable[[Run], Awaitable[object]]
    alone: bool = False
    messages: tuple[tuple[str, str], ...] = ()
    hides: tuple[str, ...] = ()


def commit(scope: WriteScope, changes: ChangeSet, hides: Sequence[str] = ()) -> Step:
    """A change set; one that contradicts the store is refused, and that is its effect."""

    async def write(run: Run) -> None:
        with suppress(Conflict):
            await run.stores.records.commit(scope, changes)

    added = tuple((scope.cube_id, message.id) for message in changes.messages)
    return Step(changes.at, write, messages=added, hides=tuple(hides))


def claim(at: Instant, name: str, number: int) -> Step:
    """Leases tasks, for `finish` to complete."""

    async def write(run: Run) -> None:
        run.leased[name] = await run.stores.outbox.claim(name, number, 3600 * SECOND)

    return Step(at, write, alone=True)


def finish(scope: WriteScope, changes: ChangeSet, name: str) -> Step:
    """Completes what `name` has leased in the same transaction as its effect, `changes`."""

    async def write(run: Run) -> None:
        leases = tuple(Lease(task.id, task.epoch) for task in run.leased[name])
        fields = {field: getattr(changes, field) for field in ChangeSet.__dataclass_fields__}
        await run.stores.records.commit(scope, ChangeSet(**{**fields, "completes": leases}))

    added = tuple((scope.cube_id, message.id) for message in changes.messages)
    return Step(changes.at, write, alone=True, messages=added)


def blob(at: Instant, tenant: str, content: bytes) -> Step:
    """A large object in the same file."""

    async def write(run: Run) -> None:
        await run.stores.blobs.put(tenant, content)

    return Step(at, write)


async def play(
    run: Run,
    steps: Sequence[tuple[int, Step]],
    ack: Callable[[int], None] | None = None,
    together: int = 1,
) -> None:
    """Writes numbered steps, up to `together` at once, and acknowledges each as it is done."""

    async def perform(number: int, step: Step) -> None:
        await step.write(run)
        if ack is not None:
            ack(number)

    waiting: list[tuple[int, Step]] = []
    for number, step in [*steps, (0, None)]:
        if waiting and (step is None or step.alone or len(waiting) >= together):
            # In this order into the writer's queue, so in this order into the file.
            await asyncio.gather(*(perform(*entry) for entry in waiting))
            waiting = []
        if step is None:
            break
        run.stores.clock.set(step.at)
        if step.alone:
            await perform(number, step)
        else:
            waiting.append((number, step))


@dataclass(slots=True)
class Verdict:
    """What an image is worth. `stands` is the number of steps in it, None if it is none."""

    stands: int | None
    lost: int = 0  # acknowledged steps that are gone
    problems: list[str] = field(default_factory=list)


class Oracle:
    """The states that a workload goes through when nothing disturbs it."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self.leased: dict[str, list[Task]] = {}
        self._states: list[Digest] = []
        self._sums: dict[tuple[str, Ref], int | None] = {}

    def numbered(self, first: int = 0) -> list[tuple[int, Step]]:
        """The steps after `first`, with their numbers, from 1."""
        return list(enumerate(self.steps, 1))[first:]

    async def prepare(self, folder: Path) -> None:
        """Plays everything once, in `folder`."""
        stores = Stores(folder, "normal")
        await stores.open()
        run = Run(stores, self.leased)
        self._states.append(await stores.digest())
        for entry in self.numbered():
            await play(run, [entry])
            self._states.append(await stores.digest())
        await stores.close()

    async def judge(self, stores: Stores, acked: Sequence[int]) -> Verdict:
        """Compares what `stores` hold with the states, and with themselves."""
        problems = await stores.problems(self._sums)
        found = await stores.digest()
        promised = max(acked, default=0)
        fitting = [at for at, state in enumerate(self._states) if state == found]
        if not fitting:
            near = max(range(len(self._states)), key=lambda at: self._alike(at, found))
            other = [name for name in found if found[name] != self._states[near].get(name)]
            problems.append(f"no state of the workload; most like {near}, but for {other}")
            return Verdict(None, 0, problems)
        stands = fitting[-1]  # a step that was refused leaves the state as it was
        lost = sum(1 for number in acked if number > stands)
        problems += await self._missing(stores, [n for n in acked if n <= stands], stands)
        return Verdict(stands, lost if stands < promised else 0, problems)

    def _alike(self, at: int, found: Digest) -> int:
        return sum(self._states[at].get(name) == value for name, value in found.items())

    async def _missing(self, stores: Stores, acked: Sequence[int], stands: int) -> list[str]:
        """Acknowledged messages that a plain query does not find: the digest's own test."""
        hidden = {id for step in self.steps[:stands] for id in step.hides}
        wanted = {id for at in acked for _, id in self.steps[at - 1].messages if id not in hidden}
        rows = await stores.database.read(
            lambda cursor: every(cursor, "SELECT lower(hex(id)) FROM messages WHERE forgotten=0")
        )
        there = {row[0] for row in rows}
        return [f"message {id} is gone" for id in wanted if id.replace("-", "") not in there]
