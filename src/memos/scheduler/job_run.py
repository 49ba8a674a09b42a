"""One run of a job: what the job is, what it may use, and how it goes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from memos.errors import MemOSError
from memos.model.job import MOST_DECISIONS, Budget, Decision, JobResult
from memos.model.time import Clock

Told = Callable[[Decision], object]

log = logging.getLogger("memos.scheduler")


class Allowance:
    """What a run may use, and what it has used.

    The job says what it spends, and asks whether anything is `left` before it begins
    something more, never at its end: a run that was told no has not finished.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        dry: bool = False,
        mark: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`mark` is where the run before came to; the job moves it on as it goes."""
        self.dry = dry
        self.mark = mark
        self.items = 0
        self.money = 0.0
        self.ended = False  # whether the job was told no
        self._budget = budget
        self._monotonic = monotonic
        self._began = monotonic()
        self._stopped = False

    def spend(self, items: int = 1, money: float = 0.0) -> None:
        """Notes what was used; a budget of no money is over with the first that is spent."""
        self.items += items
        self.money += money

    def stop(self) -> None:
        """Leaves nothing: the job is to end after the item at hand."""
        self._stopped = True

    @property
    def left(self) -> bool:
        """Whether the job may go on."""
        over = (
            self._stopped
            or self.items >= self._budget.items
            or (self.money > 0 and self.money >= self._budget.money)
            or self._monotonic() - self._began >= self._budget.seconds
        )
        self.ended = self.ended or over
        return not over


@dataclass(frozen=True, slots=True)
class Job:
    """What is done every so many seconds, give or take the share `jitter` (0 to 1) of them.

    `run` yields what it did or, when its allowance is `dry`, what it would do. It can be
    ended between any two decisions and begun again: what is done then is found done.
    """

    name: str
    help: str
    every: float
    jitter: float
    budget: Budget
    run: Callable[[Allowance], AsyncGenerator[Decision, None]]


class JobRun:
    """Carries a job out, and knows at any moment how far it is."""

    def __init__(self, job: Job, allowance: Allowance, clock: Clock, told: Told | None) -> None:
        self.job = job
        self.allowance = allowance
        self.refused: Exception | None = None  # what `told` raised; it ends the run
        self._clock = clock
        self._told = told
        self._started = clock.now()
        self._kept: list[Decision] = []
        self._decided = 0
        self._exhausted = False
        self._error: str | None = None

    async def carry_out(self) -> None:
        """Runs the job to its end; what it raises is logged and becomes the result's error."""
        try:
            async with aclosing(self.job.run(self.allowance)) as decisions:
                async for decision in decisions:
                    self._note(decision)
                    await asyncio.sleep(0)  # what never waits would leave no turn to heartbeats
            self._exhausted = True
        except Exception as error:
            known = isinstance(error, MemOSError)
            log.warning("job %s failed: %s", self.job.name, error, exc_info=not known)
            self._error = f"{type(error).__name__}: {error}"

    def result(self) -> JobResult:
        """How it went so far."""
        finished = self._exhausted and not self.allowance.ended
        return JobResult(
            started_at=self._started,
            ended_at=self._clock.now(),
            items=self.allowance.items,
            money=self.allowance.money,
            finished=finished,
            decided=self._decided,
            decisions=tuple(self._kept),
            error=self._error,
            mark=None if finished else self.allowance.mark,
        )

    def _note(self, decision: Decision) -> None:
        self._decided += 1
        if len(self._kept) < MOST_DECISIONS:
            self._kept.append(decision)
        if self._told is not None and self.refused is None:
            try:
                self._told(decision)
            except Exception as error:  # noqa: BLE001 - the caller's own: raised when the run is over
                self.refused = error
                self.allowance.stop()
