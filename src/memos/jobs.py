"""Every background job: the kind of task it serves, and its function."""

from __future__ import annotations

from memos.contracts.projection import Projection
from memos.memories.parts import Parts
from memos.model.scope import CubeKey
from memos.model.task import Task
from memos.scheduler.worker import Handler


def handlers(parts: Parts) -> dict[str, Handler]:
    """Task kind -> what runs it, for the projections that follow the records."""
    return {f"project.{one.name}": _project(parts, one) for one in parts.followers}


def _project(parts: Parts, projection: Projection) -> Handler:
    """Brings one memory's versions into an index, as the records have them now."""

    async def run(task: Task) -> None:
        key = CubeKey(task.tenant, task.cube_id)
        await projection.apply(key, await parts.records.states(key, [task.subject]))

    return Handler(run)
