"""An event loop whose time is virtual and whose order is drawn by lot, for the simulator.

Nothing waits: when nobody has anything to do, the clock jumps to the next timer. What is ready
runs in an order that follows from the seed alone, so that one seed is one history.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar
from itertools import count
from operator import attrgetter
from random import Random
from typing import Any, TypeVar, Union

from memos.model.time import SECOND, Instant

START = Instant(1_704_067_200 * SECOND)  # 2024-01-01

Answer = TypeVar("Answer")
Work = Union[Coroutine[Any, Any, Answer], Generator[Any, None, Answer]]  # noqa: UP007 - Python 3.10

_context_of: Callable[[asyncio.Handle], Context] = attrgetter("_context")  # public from 3.12 on


class Process:
    """What would be an operating system's process: it can be killed, and stopped for a while.

    Whatever is started in it belongs to it, tasks and timers of tasks too.
    """

    def __init__(self, name: str, *, mortal: bool = True) -> None:
        self.name = name
        self.mortal = mortal  # whether the nemesis may kill it
        self.alive = True
        self.died = False  # without having been asked to stop
        self.frozen = False
        self.held: list[asyncio.Handle] = []  # its callbacks that came while it was frozen
        self.tasks: list[asyncio.Task[object]] = []

    def start(self, begin: Callable[[], Answer]) -> Answer:
        """Calls `begin` inside."""
        context = Context()
        context.run(PROCESS.set, self)
        context.run(SENDER.set, self)
        return context.run(begin)

    def kill(self) -> None:
        """Ends it at once: its tasks are left to unwind, and may have no effect any more."""
        self.died = self.died or self.alive
        self.end()

    def end(self) -> None:
        """Ends it after it has stopped."""
        self.alive = False
        for task in self.tasks:
            task.cancel()

    @property
    def left(self) -> int:
        """How many of its tasks are not over."""
        return sum(not task.done() for task in self.tasks)


PROCESS: ContextVar[Process | None] = ContextVar("PROCESS", default=None)  # whose code runs
SENDER: ContextVar[Process | None] = ContextVar("SENDER", default=None)  # who asked for it


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs callbacks of one thread, in an order drawn from `random`."""

    def __init__(self, random: Random) -> None:
        self._moment = 0.0  # seconds since START
        super().__init__(_Sleepless(self._pass_time))
        self._ready = _Shuffled(random)
        numbers = count()

        def make(
            loop: asyncio.AbstractEventLoop,
            work: Work[Answer],
            name: str | None = None,
            context: Context | None = None,
        ) -> _Numbered[Answer]:
            if context is not None:
                return context.run(make, loop, work, name)
            made: _Numbered[Answer] = _Numbered(work, loop, next(numbers))
            process = PROCESS.get()
            if process is not None:
                process.tasks.append(made)
            return made

        self.set_task_factory(make)

    def time(self) -> float:
        """Virtual seconds."""
        return self._moment

    def thaw(self, process: Process) -> None:
        """Lets a frozen process go on; all that came for it meanwhile comes now."""
        process.frozen = False
        self._ready.extend(process.held)
        process.held = []

    def _pass_time(self, seconds: float | None) -> None:
        if seconds is None:
            raise AssertionError("nothing will ever happen again, and somebody waits for it")
        self._moment += seconds


class SimClock:
    """The loop's time as a clock that may be wrong by `skew` seconds."""

    def __init__(self, loop: VirtualLoop, skew: float = 0.0) -> None:
        self.skew = skew
        self._loop = loop

    def now(self) -> Instant:
        """The current instant."""
        return Instant(START + round((self._loop.time() + self.skew) * SECOND))


class _Numbered(asyncio.Task[Answer]):
    """A task that sets hold in the same place in every run, unlike one hashed by its address."""

    def __init__(
        self,
        work: Work[Answer],
        loop: asyncio.AbstractEventLoop,
        number: int,
    ) -> None:
        self._number = number
        super().__init__(work, loop=loop)

    def __hash__(self) -> int:
        return self._number


class _Shuffled(deque[asyncio.Handle]):
    """Ready callbacks; the next one may be any. Those of a frozen process are put by."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    def popleft(self) -> asyncio.Handle:
        self.rotate(-int(self._random.random() * len(self)))
        handle = super().popleft()
        process = _context_of(handle).get(PROCESS)
        if process is None or not process.frozen or not process.alive:
            return handle
        process.held.append(handle)
        return _NOTHING


class _Nothing(asyncio.Handle):
    """A handle that was cancelled, so that the loop goes on to the next."""

    def __init__(self) -> None:
        self._cancelled = True


_NOTHING = _Nothing()


class _Sleepless(selectors.SelectSelector):
    """Moves the clock where another selector waits for files."""

    def __init__(self, pass_time: Callable[[float | None], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._pass_time(timeout)
        return []
