"""What goes wrong in the simulator: calls that get lost, and processes that die or sleep."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from random import Random
from typing import TypeVar

from memos.contracts.part import Part
from memos.contracts.run_queue import Delivery
from memos.errors import MemOSError, StorageBusy
from memos.model.task import Task
from memos.testing.simloop import PROCESS, SENDER, Process

SLOW = 1.5  # seconds that a call may take on its way, there or back
LATE = 6.0  # seconds after which a call still has its effect, given up long ago

Answer = TypeVar("Answer")


class Trace:
    """What happened, a line each."""

    def __init__(self, time: Callable[[], float]) -> None:
        self.lines: list[str] = []
        self.counts: Counter[str] = Counter()
        self._time = time

    def note(self, event: str, detail: object = "") -> None:
        """Something happened, in the process that asked for it."""
        sender = SENDER.get()
        who = "-" if sender is None else sender.name
        self.lines.append(f"{self._time():9.4f} {who:8} {event} {detail}".rstrip())
        self.counts[event.partition(" ")[0]] += 1

    def digest(self) -> str:
        """The same for the same history."""
        return blake2b("\n".join(self.lines).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely each fate of a call is; some seeds know no fault of a sort, others many."""

    slow: float = 0.0
    drop: float = 0.0  # it never arrives
    cut: float = 0.0  # the effect is there, the answer is not
    late: float = 0.0  # like a drop, but the effect comes all the same, later
    double: float = 0.0  # it arrives twice
    die: float = 0.0  # the caller dies, before it or after it

    @classmethod
    def draw(cls, random: Random) -> Odds:
        """Odds for one seed."""

        def upto(most: float) -> float:
            return random.choice((0.0, most / 4, most))

        return cls(upto(0.4), upto(0.06), upto(0.06), upto(0.06), upto(0.06), upto(0.02))


class Network:
    """Between processes and the parts that they share."""

    def __init__(self, random: Random, trace: Trace, is_strained: Callable[[], bool]) -> None:
        """While `is_strained`, no fault is made: what suffers most has had as much as it can."""
        self.odds = Odds()
        self.travelling: set[asyncio.Task[None]] = set()
        self._random = random
        self._trace = trace
        self._is_strained = is_strained

    async def call(
        self, process: Process, name: str, act: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Carries a call over and its answer back, or fails to."""
        fate = self._fate()
        await self._travel(process)
        if fate in ("drop", "late"):
            self._trace.note(fate, name)
            if fate == "late":
                self._later(name, act)
            raise StorageBusy(f"{name}: no answer")
        if fate == "die" and self._random.random() < 0.3:
            self._kill(process, f"before {name}")
        try:
            answer = await act()
            self._trace.note(name, _brief(answer))
        except MemOSError as error:
            self._trace.note(name, type(error).__name__)
            if fate != "cut":
                await self._travel(process)
                raise
            raise StorageBusy(f"{name}: the answer was lost") from error
        if fate == "die":
            self._kill(process, f"after {name}")
        if fate == "double":
            await self._again(name, act)
        if fate == "cut":
            self._trace.note(fate, name)
            raise StorageBusy(f"{name}: the answer was lost")
        await self._travel(process)
        return answer

    async def _travel(self, process: Process) -> None:
        """Takes a while; the dead neither send nor hear anything any more."""
        if process.alive:
            slow = self._random.random() < self.odds.slow and not self._is_strained()
            await asyncio.sleep(self._random.uniform(0, SLOW) if slow else 0)
        if not process.alive:
            raise asyncio.CancelledError

    def _fate(self) -> str:
        drawn = self._random.random()
        for fate in ("drop", "cut", "late", "double", "die"):
            drawn -= float(getattr(self.odds, fate))
            if drawn < 0:
                return "" if self._is_strained() else fate
        return ""

    def _kill(self, process: Process, where: str) -> None:
        if process.mortal:
            self._trace.note("die", where)
            process.kill()
            raise asyncio.CancelledError

    def _later(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Lets a call arrive whatever becomes of its sender."""

        async def arrive() -> None:
            await asyncio.sleep(self._random.uniform(0, LATE))
            if not self._is_strained():
                await self._again(f"{name} (late)", act)

        outside = copy_context()
        outside.run(PROCESS.set, None)
        task: asyncio.Task[None] = outside.run(asyncio.ensure_future, arrive())
        self.travelling.add(task)
        task.add_done_callback(self.travelling.discard)

    async def _again(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Makes a call whose answer nobody hears."""
        self._trace.note("again", name)
        with suppress(MemOSError):
            self._trace.note(name, _brief(await act()))


class Link:
    """One process's way to a part: each call may meet with a fault. Stands in for the part."""

    def __init__(self, network: Network, process: Process, part: Part) -> None:
        self._network = network
        self._process = process
        self._part = part

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Asked once for each name: what it gives is kept."""
        method: Callable[..., Awaitable[object]] = getattr(self._part, name)
        if not inspect.iscoroutinefunction(method):
            return method
        shown = f"{type(self._part).__name__}.{name}"

        def call(*values: object, **named: object) -> Awaitable[object]:
            return self._network.call(self._process, shown, partial(method, *values, **named))

        vars(self)[name] = call
        return call


def _brief(answer: object) -> str:
    """An answer in few words that are the same in every run."""
    if isinstance(answer, list):
        return " ".join(map(_brief, answer))
    if isinstance(answer, (Task, Delivery)):
        return f"{answer.lease.task_id}:{answer.lease.epoch}"
    if isinstance(answer, (bool, int)):
        return str(answer)
    return "" if answer is None else type(answer).__name__
