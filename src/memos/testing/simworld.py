"""The simulator's world: stores, workers with their handlers, and servers that give them work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import cast

from memos.contracts.outbox import Outbox
from memos.contracts.projection import Projection
from memos.contracts.records import Records
from memos.contracts.run_queue import RunQueue
from memos.errors import Conflict, StorageBusy
from memos.model.changes import ChangeSet
from memos.model.memory import Kind, Memory
from memos.model.scope import CubeKey, WriteScope
from memos.model.task import Lane, Priority, Task
from memos.model.time import SECOND
from memos.scheduler.feed import Direct, Feed, Relayed
from memos.scheduler.worker import Handler, Worker
from memos.storage.records.memory import MemoryRecords
from memos.storage.text.memory import MemoryText
from memos.testing.ids import seeded_ids
from memos.testing.simloop import Process, SimClock, VirtualLoop
from memos.testing.simnet import Link, Network, Trace
from memos.testing.simstores import WatchedOutbox, WipedQueue

LEASE = 2 * SECOND
TRANSIT = SECOND
WORKERS = 3
STORM = 24  # commits of each of two servers while everything goes wrong
COMMITS = 40  # with those that follow in the calm
EACH = 16  # effects of one order key
WORK = 4.0  # seconds that an effect takes at most: longer than a lease
LIMIT = 8.0  # seconds that a handler may take
SKEW = 5.0  # seconds by which a worker's clock may be wrong
FAILS, KILLS = "poison.fails", "poison.kills"
EFFECTS = tuple(f"effect.{number}" for number in range(EACH))
KINDS = (*EFFECTS, FAILS, KILLS, "project.text")
CUBES = (CubeKey("acme", "user:ann"), CubeKey("globex", "user:bob"))
SUBJECTS = ("tea", "rain")


@dataclass(frozen=True)
class Setup:
    """What is simulated; tests put in something that is broken."""

    outbox: type[WatchedOutbox] = WatchedOutbox
    effect: Callable[[Hand, Task], Awaitable[None]] = field(
        default=lambda hand, task: hand.effect(task)
    )


@dataclass(eq=False)
class Post:
    """A worker in its process."""

    process: Process
    worker: Worker
    clock: SimClock
    relayed: bool


class World:
    """The stores, and who works over them."""

    def __init__(self, seed: int, setup: Setup, loop: VirtualLoop) -> None:
        self.loop = loop
        self.setup = setup
        self.random = Random(f"{seed} world")
        self.ids = seeded_ids(seed)
        self.trace = Trace(loop.time)
        self.clock = SimClock(loop)
        self.problems: list[str] = []
        self.outbox = setup.outbox(self.clock, self.problems)
        self.text = MemoryText(inline=False)
        self.records = MemoryRecords(followers=[self.text.name], outbox=self.outbox)
        self.queue = WipedQueue(self.clock)
        self.network = Network(Random(f"{seed} network"), self.trace, self.outbox.is_strained)
        self.posts: list[Post] = []
        self.calm = asyncio.Event()
        self.retiring: set[asyncio.Task[None]] = set()
        self.hired = 0
        self.relays = self.random.choice((0.0, 0.5, 1.0))  # share of workers behind the queue
        poisons: list[tuple[str, ...]] = [(), (), (), (FAILS,), (KILLS,), (FAILS, KILLS)]
        self.poison: list[str] = list(self.random.choice(poisons))
        self.next = dict.fromkeys(((key, subject) for key in CUBES for subject in SUBJECTS), 0)

    def hire(self) -> None:
        """Starts a worker, by either feed."""
        process = Process(f"worker{self.hired}")
        self.hired += 1
        clock = SimClock(self.loop, self.random.choice((0.0, self.random.uniform(-SKEW, SKEW))))
        outbox = cast(Outbox, self.link(process, self.outbox))
        feed: Feed = Direct(outbox, process.name, KINDS, LEASE)
        relayed = self.random.random() < self.relays
        if relayed:
            queue = cast(RunQueue, self.link(process, self.queue))
            feed = Relayed(
                outbox, queue, process.name, KINDS, lease_us=LEASE, transit_us=TRANSIT,
                monotonic=self.loop.time,
            )  # fmt: skip
        worker = Worker(
            outbox,
            feed,
            Hand(self, process).handlers(),
            clock,
            owner=process.name,
            concurrency=self.random.choice((1, 4, 64)),
            lease_us=LEASE,
            random=Random(f"{process.name} {self.random.random()}"),
        )
        process.start(worker.start)
        self.posts.append(Post(process, worker, clock, relayed))
        self.trace.note("hire", f"{process.name} {type(feed).__name__}")

    async def keep(self) -> None:
        """Starts a worker for each one that is no more, not at once."""
        while True:
            await asyncio.sleep(self.random.uniform(0, 2))
            self.posts = [post for post in self.posts if post.process.alive]
            while len(self.posts) < WORKERS:
                self.hire()

    async def retire(self, post: Post) -> None:
        """Stops a worker as its owner would; nothing of it may go on afterwards."""
        self.posts.remove(post)
        self.trace.note("retire", post.process.name)
        stopping = post.process.start(lambda: asyncio.ensure_future(post.worker.stop(1.0)))
        await asyncio.wait([stopping])
        if post.process.alive and (stopping.cancelled() or post.process.left):
            self.problems.append(f"{post.process.name} goes on after its stop")
        post.process.end()

    def link(self, process: Process, part: Outbox | Records | RunQueue | Projection) -> object:
        """A process's way to a part."""
        return Link(self.network, process, part)

    def unexpected(self, context: dict[str, object]) -> None:
        """Hears of what nobody caught."""
        self.problems.append(f"{context.get('message')}: {context.get('exception')!r}")


class Hand:
    """A worker's handlers."""

    def __init__(self, world: World, process: Process) -> None:
        self.world = world
        self.process = process
        self.records = cast(Records, world.link(process, world.records))
        self.outbox = cast(Outbox, world.link(process, world.outbox))
        self._text = cast(Projection, world.link(process, world.text))
        self._at: dict[int, Task] = {}

    def handlers(self) -> dict[str, Handler]:
        """What runs each kind of task."""
        runs: dict[str, Callable[[Task], Awaitable[None]]] = dict.fromkeys(EFFECTS, self._effect)
        runs |= {FAILS: self._fail, KILLS: self._kill, "project.text": self._project}
        return {kind: Handler(self._watched(run), LIMIT) for kind, run in runs.items()}

    async def effect(self, task: Task) -> None:
        """Writes one memory and completes the task, both or none."""
        changes = self.changes(task, completes=True)
        try:
            await self.records.commit(WriteScope(task.tenant, task.cube_id, "worker"), changes)
        except Conflict:
            self.world.trace.note("fenced", task.lease)

    def changes(self, task: Task, *, completes: bool) -> ChangeSet:
        """What an effect writes; its text says from which task it came."""
        number = task.kind.partition(".")[2]
        memory = _memory(self.world, CubeKey(task.tenant, task.cube_id), task.subject, number)
        memory.content = f"effect {memory.content}"
        leases = (task.lease,) if completes else ()
        return ChangeSet(memories=(memory,), completes=leases, at=memory.recorded_at)

    def _watched(self, run: Callable[[Task], Awaitable[None]]) -> Callable[[Task], Awaitable[None]]:
        """Sees to it that a suspect runs alone in its process."""

        async def watched(task: Task) -> None:
            place = id(asyncio.current_task())
            self._at[place] = task
            if len(self._at) > 1 and any(one.lost for one in self._at.values()):
                shown = [f"{one.lease.task_id}:{one.epoch}" for one in self._at.values()]
                self.world.problems.append(f"a suspect is not alone: {shown}")
            try:
                await run(task)
            finally:
                del self._at[place]

        return watched

    async def _effect(self, task: Task) -> None:
        slow = self.world.random.random() < 0.3
        await asyncio.sleep(self.world.random.uniform(0, WORK if slow else 0.1))
        await self.world.setup.effect(self, task)

    async def _project(self, task: Task) -> None:
        key = CubeKey(task.tenant, task.cube_id)
        await self._text.apply(key, await self.records.states(key, [task.subject]))

    async def _fail(self, _: Task) -> None:
        raise ArithmeticError("always")

    async def _kill(self, _: Task) -> None:
        await asyncio.sleep(self.world.random.choice((0, 0, 0.05)))
        self.world.trace.note("die", "of poison")
        self.process.kill()
        await asyncio.sleep(0)


class Server:
    """Commits memories, some of them with a task; it tries again until it knows."""

    def __init__(self, world: World, name: str) -> None:
        self.process = Process(name, mortal=False)
        self.name = name
        self.halfway = False
        self.cubes: dict[str, str] = {}  # memory id -> where it is
        self.said: dict[str, list[str]] = {}  # acknowledged: memory id -> its versions
        self.unsure: dict[str, str | None] = {}  # given up: a version, or None for a forgetting
        self.forgotten: set[str] = set()
        self._world = world
        self._records = cast(Records, world.link(self.process, world.records))
        self._notes: list[Memory] = []

    def start(self) -> asyncio.Task[None]:
        """Begins."""
        return asyncio.ensure_future(self._run())

    def possible(self, memory_id: str, said: Sequence[str]) -> list[list[str]]:
        """What may be left of a memory, as far as the server knows."""
        if memory_id in self.forgotten:
            return [[]]
        if memory_id not in self.unsure:
            return [[*said]]
        unsure = self.unsure[memory_id]
        return [[*said], [] if unsure is None else [*said, unsure]]

    async def _run(self) -> None:
        random = self._world.random
        acts = (self._cause, self._note, self._revise, self._forget)
        for number in range(COMMITS):
            await asyncio.sleep(random.uniform(0, 0.2 if number > STORM else 0.6))
            if number == STORM:
                self.halfway = True
                await self._world.calm.wait()
            (act,) = random.choices(acts, (6, 2, 2, 1))
            await act()
            if self._world.posts and random.random() < 0.5:
                random.choice(self._world.posts).worker.wake()

    async def _cause(self) -> None:
        """A memory and the task that is to answer it."""
        world = self._world
        key, subject = world.random.choice(list(world.next))
        number = world.next[key, subject]
        if world.poison:
            kind = world.poison.pop()
            memory = _memory(world, key, "poison", kind)
            await self._write(memory, Task(kind, *key, "poison", Lane.LEARN))
        elif number < EACH:
            world.next[key, subject] += 1
            memory = _memory(world, key, subject, str(number))
            memory.content = f"cause {memory.content}"
            priority = world.random.choice(list(Priority))
            await self._write(memory, Task(EFFECTS[number], *key, subject, Lane.LEARN, priority))

    async def _note(self) -> None:
        memory = _memory(self._world, self._world.random.choice(CUBES), "note", "1")
        if await self._write(memory):
            self._notes.append(memory)

    async def _revise(self) -> None:
        if self._notes:
            old = self._notes.pop(self._world.random.randrange(len(self._notes)))
            new = _memory(self._world, CubeKey(_tenant(old), old.cube_id), "note", "")
            new.id, new.version = old.id, old.version + 1
            new.content = f"note {new.version}"
            if await self._write(new):
                self._notes.append(new)

    async def _forget(self) -> None:
        if self._notes:
            gone = self._notes.pop(self._world.random.randrange(len(self._notes)))
            if await self._commit(gone, ChangeSet(forget=(gone.id,), at=self._world.clock.now())):
                self.forgotten.add(gone.id)
            else:
                self.unsure[gone.id] = None

    async def _write(self, memory: Memory, *tasks: Task) -> bool:
        changes = ChangeSet(memories=(memory,), outbox=tasks, at=memory.recorded_at)
        known = await self._commit(memory, changes)
        self.cubes[memory.id] = memory.cube_id
        said = self.said.setdefault(memory.id, [])
        if known:
            said.append(memory.content)
        else:
            self.unsure[memory.id] = memory.content
        return known

    async def _commit(self, memory: Memory, changes: ChangeSet) -> bool:
        """Whether it is known to be written; a conflict with itself tells that too."""
        scope = WriteScope(_tenant(memory), memory.cube_id, self.process.name)
        for attempt in range(1, 100):
            try:
                await self._records.commit(scope, changes)
            except Conflict:
                if attempt == 1:
                    raise
            except StorageBusy:
                if self._world.random.random() < 0.1:
                    return False
                await asyncio.sleep(0.1)
                continue
            return True
        return False


def _memory(world: World, key: CubeKey, subject: str, number: str) -> Memory:
    now = world.clock.now()
    return Memory(world.ids(), 1, Kind.FACT, f"{subject} {number}", key.cube_id, recorded_at=now)


def _tenant(memory: Memory) -> str:
    return next(key.tenant for key in CUBES if key.cube_id == memory.cube_id)
