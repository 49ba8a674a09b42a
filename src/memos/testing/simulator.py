"""A seeded simulator of background work: ``python -m memos.testing.simulator SEED``.

Real workers with real feeds work over the stores in memory, in one thread and in virtual time,
while servers commit memories and tasks. Calls are lost, late and doubled, workers die between any
two of their steps or sleep past their leases, clocks are wrong, the run-queue is wiped. Then all
of it is healed, and when nothing is open any more the records have to tell that each commit and
each effect is there once, and in order. A seed is one history: what fails, fails again.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from memos.model.memory import Memory
from memos.model.scope import SystemScope
from memos.scheduler.feed import SWEEP
from memos.testing.simloop import VirtualLoop
from memos.testing.simnemesis import Nemesis
from memos.testing.simnet import LATE, SLOW, Trace
from memos.testing.simworld import CUBES, WORKERS, Server, Setup, World

QUIET = 600.0  # seconds after which all must be done once nothing goes wrong any more


@dataclass(frozen=True)
class Report:
    """One history."""

    seed: int
    trace: tuple[str, ...]
    digest: str
    counts: dict[str, int]


def simulate(seed: int, setup: Setup | None = None) -> Report:
    """Plays a seed; raises AssertionError, with the end of the trace, when something is wrong."""
    loop = VirtualLoop(Random(f"{seed} loop"))
    world = World(seed, setup or Setup(), loop)
    loop.set_exception_handler(lambda _, context: world.unexpected(context))
    try:
        with _told(world.trace):
            loop.run_until_complete(_play(world))
            _end(loop)
    finally:
        loop.close()
    trace = world.trace
    if world.problems:
        raise AssertionError("\n".join([f"seed {seed}:", *world.problems, "", *trace.lines[-30:]]))
    return Report(seed, tuple(trace.lines), trace.digest(), dict(trace.counts))


async def _play(world: World) -> None:
    for _ in range(WORKERS):
        world.hire()
    keeper = asyncio.ensure_future(world.keep())
    servers = [Server(world, f"server{number}") for number in range(2)]
    running = [server.process.start(server.start) for server in servers]
    nemesis = Nemesis(world)
    while not all(server.halfway for server in servers):
        await nemesis.act()
    nemesis.heal()
    await asyncio.sleep(LATE + 2 * SLOW)  # what was on its way has arrived
    world.outbox.calm = True
    world.calm.set()
    while not all(one.done() for one in running):
        await nemesis.act()
    await asyncio.gather(*running, *world.retiring)
    if await _quiet(world):
        keeper.cancel()
        await _stop_all(world)
        await Checks(world, servers).check()


async def _quiet(world: World) -> bool:
    """Waits until nothing is open; with relays also until the run-queue has forgotten all."""
    end = world.loop.time() + QUIET
    while (await world.outbox.backlog(SystemScope())).open or world.network.travelling:
        if world.loop.time() > end:
            world.problems.append(f"still open: {await world.outbox.backlog(SystemScope())}")
            return False
        await asyncio.sleep(0.5)
    end = world.loop.time() + 3 * SWEEP
    while any(post.relayed for post in world.posts) and await world.queue.depth():
        if world.loop.time() > end:
            world.problems.append(f"{await world.queue.depth()} entries stay in the run-queue")
            return False
        await asyncio.sleep(1)
    return True


async def _stop_all(world: World) -> None:
    await asyncio.gather(*(world.retire(post) for post in list(world.posts)))


def _end(loop: VirtualLoop) -> None:
    """Lets what is left unwind, so that nothing of it is heard of in the next history."""
    for _ in range(10):
        left = asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=1))


@contextmanager
def _told(trace: Trace) -> Iterator[None]:
    """Writes what the scheduler logs into the trace, and nowhere else."""

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            trace.note("log", record.getMessage())

    logger, told = logging.getLogger("memos.scheduler"), Told()
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(told)
    try:
        yield
    finally:
        logger.removeHandler(told)
        logger.propagate = propagate


class Checks:
    """Whether what is left is what ought to be."""

    def __init__(self, world: World, servers: Sequence[Server]) -> None:
        self._world = world
        self._servers = servers

    async def check(self) -> None:
        """Adds what is wrong to the world's problems."""
        problems = self._world.problems
        problems += await self._world.records.check()
        poison = []
        for key in CUBES:
            states = await self._world.records.states(key)
            held = {state.memory_id: state.versions for state in states}
            versions = [version for state in states for version in state.versions]
            wanted = {each.ref: sum_ for each in versions if (sum_ := self._sum(each)) is not None}
            if await self._world.text.contents(key) != wanted:
                problems.append(f"the projection of {key.cube_id} departs from the records")
            problems += self._acknowledged(key.cube_id, held)
            problems += _effects(versions)
            poison += [each.content for each in versions if each.content.startswith("poison ")]
        dead = await self._world.outbox.dead(SystemScope(), 1000)
        if sorted(f"poison {task.kind}" for task in dead) != sorted(poison):
            shown = [(task.id, task.kind, task.tries, task.lost, task.error) for task in dead]
            problems.append(f"dead letters: {shown}, but poison: {poison}")

    def _sum(self, memory: Memory) -> int | None:
        return self._world.text.expected(memory)

    def _acknowledged(self, cube_id: str, held: dict[str, tuple[Memory, ...]]) -> Iterator[str]:
        """What a server was told is there is there; what it was not told may be."""
        known = set()
        for server in self._servers:
            for memory_id, said in server.said.items():
                if server.cubes[memory_id] != cube_id:
                    continue
                known.add(memory_id)
                found = [memory.content for memory in held.get(memory_id, ())]
                if found not in server.possible(memory_id, said):
                    yield f"{memory_id}: {found}, but {server.name} was told {said}"
        for memory_id in held.keys() - known:
            if not held[memory_id] or not held[memory_id][0].content.startswith("effect "):
                yield f"{memory_id}: nobody wrote it"


def _effects(versions: Sequence[Memory]) -> Iterator[str]:
    """Effects that are not there once, and in the order of their causes."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for memory in sorted(versions, key=lambda memory: memory.seq):
        what, _, rest = memory.content.partition(" ")
        subject, _, number = rest.partition(" ")
        if what in ("cause", "effect"):
            found[what, subject].append(number)
    for subject in {subject for _, subject in found}:
        if found["cause", subject] != found["effect", subject]:
            yield f"{subject}: {found['cause', subject]} caused {found['effect', subject]}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(simulate(int(sys.argv[1])).trace) + "\n")
