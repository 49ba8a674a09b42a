"""Jobs: what is done on a schedule, in contrast to tasks, which somebody enqueued."""

from __future__ import annotations

from dataclasses import dataclass

from memos.model.plain import Plain
from memos.model.time import Instant

MOST_DECISIONS = 100  # that a result keeps


@dataclass(frozen=True, slots=True)
class Budget(Plain):
    """What one run may use: seconds, items, and US dollars; a job that calls no model spends none.

    It is looked at between items, so that the last of them may go beyond it.
    """

    seconds: float
    items: int
    money: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision(Plain):
    """Something that a job did, or would do in a dry run; ids and counts, never text."""

    subject: str
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class JobResult(Plain):
    """How a run went.

    `finished` is False when its budget or a stop ended it, or an `error`. `decided` counts all
    decisions, of which the first `MOST_DECISIONS` are kept. `mark` is where a run that has not
    finished came to, in the job's own words: the next one goes on from there.
    """

    started_at: Instant
    ended_at: Instant
    items: int
    money: float
    finished: bool
    decided: int = 0
    decisions: tuple[Decision, ...] = ()
    error: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class JobState(Plain):
    """Where a job stands: when it is due, None if nothing is planned, and who runs it now.

    `help` and `every` (seconds) are known to the timetable alone; a job book leaves them empty.
    """

    name: str
    next_at: Instant | None = None
    running: bool = False
    owner: str | None = None
    last: JobResult | None = None
    help: str = ""
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to run a job and to say how it went, void once it ran out or `epoch` moved on.

    `last` is how the run before it went, `lost` how many runners since then were never heard of
    again.
    """

    name: str
    epoch: int
    last: JobResult | None = None
    lost: int = 0

    @property
    def mark(self) -> str | None:
        """Where the run before it came to, if it did not finish."""
        return None if self.last is None else self.last.mark
