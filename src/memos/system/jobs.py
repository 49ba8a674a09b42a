"""Public calls about jobs: what is done on a schedule."""

from __future__ import annotations

from collections.abc import Callable

from memos.errors import InvalidInput
from memos.model import checks
from memos.model.job import Decision, JobResult, JobState
from memos.system.base import Base


class Jobs(Base):
    """Jobs of the home, which go over all of its tenants; nothing runs them by itself here."""

    async def jobs(self) -> list[JobState]:
        """Where each job stands, in this process and in others of the home."""
        await self._ready()
        return await self._timetable.states()

    async def run_job(
        self,
        name: str,
        *,
        dry_run: bool = False,
        progress: Callable[[Decision], object] | None = None,
    ) -> JobResult:
        """Runs a job now, due or not, and plans its next run; its budget may end it before.

        Raises Conflict when another runs it. What goes wrong in the job itself is not raised:
        it is the result's `error`.

        Args:
            name: which job.
            dry_run: only say what would be done; takes no lock and writes nothing.
            progress: called with each decision as it is made, on the event loop: it must not
                wait, nor call this MemOS. What it raises ends the run.
        """
        wanted = checks.check_id("name", name, self.settings.max_id)
        dry = checks.check_bool("dry_run", dry_run)
        if progress is not None and not callable(progress):
            raise InvalidInput("progress", f"a {type(progress).__name__}", "a function")
        await self._ready()
        return await self._timetable.run(wanted, dry=dry, on_decision=progress)
