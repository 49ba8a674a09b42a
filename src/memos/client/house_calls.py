"""Calls about cubes, tasks and jobs, with the signatures of `MemOS`."""

from __future__ import annotations

from collections.abc import Sequence

from memos.client.calling import Calling, remote
from memos.model.audit import AuditReport
from memos.model.cube import Cube
from memos.model.job import JobResult, JobState
from memos.model.results import DeadLetter, Diagnosis, Reembedded, Statistics
from memos.model.task import Backlog, Pause
from memos.model.user import User
from memos.model.work import TaskStanding, WorkReport


class HouseCalls(Calling):
    """Sharing and housekeeping; what they mean is told at `MemOS`."""

    @remote
    async def users(self, *, limit: int = 100, after: str | None = None) -> list[User]:
        """The users of the tenant who have written or shared something, by id."""

    @remote
    async def cubes(self, user_id: str | None = None, *, agent_id: str | None = None) -> list[Cube]:
        """The cubes that the caller owns or that are shared with them."""

    @remote
    async def create_cube(
        self,
        user_id: str | None = None,
        cube_id: str = "",
        *,
        name: str | None = None,
        agent_id: str | None = None,
    ) -> Cube:
        """Makes a cube that the caller owns; raises Conflict when the id is taken."""

    @remote
    async def share(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        role: str = "reader",
        agent_id: str | None = None,
    ) -> Cube:
        """Lets a user or an agent read (or write, or administer) a cube of the caller's."""

    @remote
    async def unshare(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        agent_id: str | None = None,
    ) -> bool:
        """Takes a role away, from the next call on; False when there was none."""

    @remote
    async def audit(
        self,
        user_id: str | None = None,
        *,
        examples: int = 3,
        stale_days: int = 90,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> AuditReport:
        """How good what is stored is: junk, repetitions, contradictions, secrets, and more."""

    @remote
    async def stats(self) -> Statistics:
        """How much there is, and what waits, for the whole tenant."""

    @remote
    async def drain(self, timeout: float | None = None) -> Backlog:
        """Waits until background work is done, or `timeout` seconds; says what is left."""

    @remote
    async def doctor(self, *, repair: bool = True) -> Diagnosis:
        """Compares every projection with the records and, if asked, repairs it."""

    @remote
    async def reembed(self, *, keep: bool = False) -> Reembedded:
        """Gives all memories of the tenant vectors of the embedder that is set."""

    @remote
    async def dead_letters(self, *, limit: int = 100) -> list[DeadLetter]:
        """Background work of the tenant that failed for good, oldest first."""

    @remote
    async def replay_dead(self, task_ids: int | Sequence[int] | None = None) -> int:
        """Tries dead letters again, those that are named or all; says how many."""

    @remote
    async def task(self, task_id: int) -> TaskStanding:
        """Where a task of the tenant stands; raises NotFound for one that never was."""

    @remote
    async def cancel_tasks(self, task_ids: int | Sequence[int], reason: str = "cancelled") -> int:
        """Makes open tasks of the tenant dead letters, running ones too; says how many."""

    @remote
    async def pauses(self) -> list[Pause]:
        """What is paused for the tenant; a pause without a tenant holds for all of them."""

    @remote
    async def pause(self, kind: str | None = None) -> None:
        """Lets no task of the tenant be begun, or none of a kind; what runs goes on."""

    @remote
    async def resume(self, kind: str | None = None) -> bool:
        """Ends the pause that was made with the same `kind`; False when there is none."""

    @remote
    async def work_report(self) -> WorkReport:
        """What waits, runs and failed in the whole home, who works on it and what is paused."""

    @remote
    async def jobs(self) -> list[JobState]:
        """Where each job stands, in this process and in others of the home."""

    @remote
    async def run_job(self, name: str, *, dry_run: bool = False) -> JobResult:
        """Runs a job now, due or not, and plans its next run; its budget may end it before."""
