"""Job book: where each job stands, the same for all processes of a home."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part
from memos.model.job import JobLease, JobResult, JobState
from memos.model.time import Instant


class JobBook(Part, ABC):
    """Plans, leases and last results of jobs, by name.

    Obligations:

    - **One runner.** Of one job at most one lease holds at a time, by the store's own clock.
      Each has a higher epoch than those before it.
    - **Fenced.** A lease that ran out can neither extend nor finish, whether or not somebody
      else has taken the job since; nothing of such a call is written.
    - **Nothing is skipped.** A job whose runner was never heard of again is due as before, once
      its lease ran out; each lease counts how many such runners it had since the last result.
    - Names are the same only if their code points are; a job that nobody planned or took is
      no error.
    - What is written is durable when the call returns, as far as the store is.
    """

    @abstractmethod
    async def plan(self, name: str, next_at: Instant) -> None:
        """Sets when a job is due, if nothing is planned."""

    @abstractmethod
    async def take(
        self, name: str, owner: str, lease_us: int, *, due_only: bool = True
    ) -> JobLease | None:
        """Leases a job for `lease_us` microseconds; None while another lease of it holds.

        With `due_only` also None before it is due, and when nothing is planned.
        """

    @abstractmethod
    async def extend(self, lease: JobLease, lease_us: int) -> bool:
        """Lets a lease end `lease_us` microseconds from now: a heartbeat; False if it is lost."""

    @abstractmethod
    async def finish(self, lease: JobLease, result: JobResult, next_at: Instant) -> bool:
        """Ends a lease: keeps the result and plans the next run; False if it is lost."""

    @abstractmethod
    async def states(self, names: Sequence[str]) -> list[JobState]:
        """Where jobs stand, in the order of `names`."""
