"""Every background job: tasks by kind, each with its function, and what is done on a schedule."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

from memos.contracts.projection import Projection
from memos.contracts.vectors import VectorIndex
from memos.errors import MemOSError
from memos.memories.doctor import compare
from memos.memories.embedding import Embedding
from memos.memories.learning import LEARN, Learner
from memos.memories.pages import Pages
from memos.memories.parts import Parts
from memos.memories.relearning import RELEARN, Relearner
from memos.memories.studying import STUDY, Student
from memos.model.job import Budget, Decision
from memos.model.results import Difference
from memos.model.scope import CubeKey, SystemScope
from memos.model.task import Task
from memos.scheduler.job_run import Allowance, Job
from memos.scheduler.worker import Handler

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0  # seconds
ALL = 1 << 31  # more versions than a cube has

Decisions = AsyncGenerator[Decision, None]
Look = Callable[[CubeKey, Allowance], Decisions]


def handlers(parts: Parts, learner: Learner | None, student: Student | None) -> dict[str, Handler]:
    """Task kind -> what runs it: projections that follow the records, and learning."""
    found = {f"project.{one.name}": _project(parts, one) for one in parts.followers}
    if learner is not None:
        found[LEARN] = Handler(learner.run)
        found[RELEARN] = Handler(Relearner(learner).run)
    if student is not None:
        found[STUDY] = Handler(student.run, limit=HOUR)
    return found


def timetable_jobs(
    parts: Parts, embedding: Embedding | None, pages: Pages | None = None
) -> tuple[Job, ...]:
    """What is done on a schedule in a home, in all of its tenants.

    `embed` needs an embedder, and `consolidate` the pages that it keeps.
    """
    repair = Job(
        "repair",
        "Compare every index with the records, and repair it.",
        every=DAY,
        jitter=0.1,
        budget=Budget(seconds=30 * MINUTE, items=100_000),
        run=_repair(parts),
    )
    jobs = (repair,) if pages is None else (_consolidation(parts, pages), repair)
    if embedding is None or parts.vectors is None:
        return jobs
    embed = Job(
        "embed",
        "Give vectors to memories that lack one.",
        every=10 * MINUTE,
        jitter=0.2,
        budget=Budget(seconds=5 * MINUTE, items=100_000),
        run=_over_cubes(parts, _embed(parts.vectors, embedding)),
    )
    return embed, *jobs


def _consolidation(parts: Parts, pages: Pages) -> Job:
    return Job(
        "consolidate",
        "Put what is known and was said together into pages.",
        every=HOUR,
        jitter=0.2,
        budget=Budget(seconds=5 * MINUTE, items=10_000),
        run=_over_cubes(parts, _consolidate(pages)),
    )


def _project(parts: Parts, projection: Projection) -> Handler:
    """Brings one memory's versions into an index, as the records have them now."""

    async def run(task: Task) -> None:
        key = CubeKey(task.tenant, task.cube_id)
        await projection.apply(key, await parts.records.states(key, [task.subject]))

    return Handler(run)


def _over_cubes(parts: Parts, look: Look) -> Callable[[Allowance], Decisions]:
    """A job that looks at cube after cube, and goes on where the run before it came to."""

    async def run(allowance: Allowance) -> Decisions:
        past = None if allowance.mark is None else CubeKey(*json.loads(allowance.mark))
        for key in await parts.records.cube_keys(SystemScope()):
            if past is not None and key <= past:
                continue
            if not allowance.left:
                return
            try:
                async with aclosing(look(key, allowance)) as decisions:
                    async for decision in decisions:
                        yield decision
            except MemOSError:
                allowance.mark = json.dumps(key)  # it must not keep the others waiting for ever
                raise
            if allowance.ended:
                return
            allowance.mark = json.dumps(key)

    return run


def _embed(vectors: VectorIndex, embedding: Embedding) -> Look:
    """Gives what lacks a vector in a cube one; an item is a version, and a batch is not split."""

    async def look(key: CubeKey, allowance: Allowance) -> Decisions:
        given = 0
        if allowance.dry:
            given = len(await vectors.missing(key, embedding.generation, ALL))
            allowance.spend(given)
        else:
            made = cast("AsyncGenerator[int, None]", embedding.complete(key))
            async with aclosing(made) as batches:
                async for count in batches:
                    given += count
                    allowance.spend(count)
                    await asyncio.sleep(0)  # what never waits would leave no turn to others
                    if not allowance.left:
                        break
        if given:
            yield Decision(_name(key), "embed", f"{given} without a vector")

    return look


def _consolidate(pages: Pages) -> Look:
    """Brings the pages of a cube up to date: an item is a cube, a page, or a call of the model."""

    async def look(key: CubeKey, allowance: Allowance) -> Decisions:
        done = await pages.consolidate(key, allowance)
        if done:
            counts = ", ".join(f"{count} {action}" for action, count in sorted(done.items()))
            yield Decision(_name(key), "consolidate", f"pages: {counts}")

    return look


def _repair(parts: Parts) -> Callable[[Allowance], Decisions]:
    """Doctor, cube by cube: an item is a cube. A round begins with the records themselves."""

    async def look(key: CubeKey, allowance: Allowance) -> Decisions:
        allowance.spend()
        for projection in parts.projections:
            found = await _difference(parts, projection, key)
            if found is not None:
                if not allowance.dry:
                    await compare(parts.records, projection, key, repair=True)
                counts = f"{found.missing} missing, {found.extra} extra, {found.wrong} wrong"
                yield Decision(f"{projection.name} of {_name(key)}", "repair", counts)

    async def run(allowance: Allowance) -> Decisions:
        if allowance.mark is None:
            for fault in await parts.records.check():
                yield Decision("records", "report", fault)
        async with aclosing(_over_cubes(parts, look)(allowance)) as decisions:
            async for decision in decisions:
                yield decision

    return run


async def _difference(parts: Parts, projection: Projection, key: CubeKey) -> Difference | None:
    """Looks twice: what was written between a look at the records and one at the index is none."""
    found, _ = await compare(parts.records, projection, key, repair=False)
    if found is not None:
        found, _ = await compare(parts.records, projection, key, repair=False)
    return found


def _name(key: CubeKey) -> str:
    return f"{key.tenant}/{key.cube_id}"
