"""Supervisor: keeps processes running, and replaces those that crash or hang.

A child says that it is alive with a byte now and then, into a pipe that it inherits. Children
are in sessions of their own, so that Ctrl-C in a terminal reaches them through here alone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from types import FrameType

from memos.cli.signals import ENDING

TICK = 0.25  # seconds between looks
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds before a child is started again; doubles
SOUND = 60.0  # seconds: one that has lived for so long begins with the first delay again
HANG_AFTER = 60.0  # seconds of silence
STOP_WITHIN = 15.0  # seconds that children get to end
FROZEN = 5.0  # seconds between two looks, after which nobody is blamed for silence

log = logging.getLogger("memos.supervisor")


class Child:
    """One place in the row: a process, or the wait for the next one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.pipe = -1  # its end to read
        self.started = self.heard = 0.0  # monotonic seconds, like `due`
        self.due = 0.0  # when the next one is started
        self.delay = 0.0

    def start(self, command: Callable[[int], Sequence[str]]) -> None:
        """Starts a process that gets the end to write of a new pipe."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)  # a child never waits for us
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                list(command(writing)), pass_fds=(writing,), start_new_session=True
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self.pipe = reading
        self.started = self.heard = time.monotonic()

    def listen(self) -> None:
        """Takes what it has said."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.pipe, 4096):
                self.heard = time.monotonic()

    def end(self, now: float) -> None:
        """Forgets a process that is over, and plans the next one."""
        os.close(self.pipe)
        if now - self.started >= SOUND:
            self.delay = 0.0
        self.process, self.pipe = None, -1
        self.postpone(now)

    def postpone(self, now: float) -> None:
        """Plans the next start, later each time."""
        self.delay = min(LONGEST_DELAY, 2 * self.delay) or FIRST_DELAY
        self.due = now + self.delay


class Supervisor:
    """Keeps `count` processes running until a signal asks it to end.

    `command` gives the arguments of a child for the descriptor that it writes to.
    """

    def __init__(
        self,
        command: Callable[[int], Sequence[str]],
        count: int,
        *,
        hang_after: float = HANG_AFTER,
        stop_within: float = STOP_WITHIN,
    ) -> None:
        self.restarts = 0
        self._command = command
        self._children = [Child(number) for number in range(1, count + 1)]
        self._hang_after = hang_after
        self._stop_within = stop_within
        self._told: list[int] = []  # signals, in the order in which they came

    def run(self) -> None:
        """Works until a signal of `ENDING`, passes it on, and waits until all have ended."""
        before = {one: signal.signal(one, self._hear) for one in ENDING}
        try:
            self._watch()
            self._stop()
        finally:
            for child in self._children:  # none is left, unless something went wrong here
                self._kill(child)
            for one, handler in before.items():
                signal.signal(one, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._told.append(number)

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._told:
            for child in self._children:
                self._look(child, last)
            last = time.monotonic()
            self._wait(TICK)

    def _look(self, child: Child, last: float) -> None:
        """Replaces a child if it has ended or hangs; `last` is when all were looked at."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                self._start(child, now)
            return
        child.listen()
        if now - last > FROZEN:  # this process was stopped: perhaps the children were too
            child.heard = now
        if child.process.poll() is None and now - child.heard > self._hang_after:
            log.warning("worker %s has been silent for %.0f s", child.number, now - child.heard)
            child.process.kill()
            child.process.wait()
        if child.process.poll() is not None:
            how, pid = _how(child.process.returncode), child.process.pid
            child.end(now)
            log.warning(
                "worker %s (process %s) %s; the next one starts in %.1f s",
                child.number, pid, how, child.delay,
            )  # fmt: skip

    def _start(self, child: Child, now: float) -> None:
        again = child.delay > 0
        try:
            child.start(self._command)
        except OSError as error:  # no memory or no descriptors, perhaps not for long
            child.postpone(now)
            log.warning("worker %s could not be started: %s", child.number, error)
        else:
            self.restarts += again

    def _wait(self, seconds: float) -> None:
        """Until a signal came, or a child has spoken or ended, but not less than a moment."""
        time.sleep(0.01)
        with selectors.DefaultSelector() as selector:
            for child in self._children:
                if child.process is None:
                    continue
                selector.register(child.pipe, selectors.EVENT_READ)
            if not self._told:
                selector.select(seconds)

    def _stop(self) -> None:
        """Passes signals on, a second one too; who does not end in time is killed."""
        end, passed = time.monotonic() + self._stop_within, 0
        while any(_alive(child) for child in self._children) and time.monotonic() < end:
            for number in self._told[passed:]:
                for child in self._children:
                    if child.process is not None:
                        child.process.send_signal(number)
                passed += 1
            time.sleep(0.02)
        for child in self._children:
            if _alive(child):
                log.warning("worker %s did not end and is killed", child.number)
            self._kill(child)

    def _kill(self, child: Child) -> None:
        if child.process is not None:
            child.process.kill()
            child.process.wait()
            child.end(time.monotonic())


def _alive(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _how(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit status {code}"
