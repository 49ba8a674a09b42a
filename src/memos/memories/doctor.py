"""Doctor: compares every projection with the records, and repairs it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from memos.contracts.projection import Projection
from memos.contracts.records import Records
from memos.memories.parts import Parts
from memos.model.changes import MemoryState
from memos.model.memory import Ref
from memos.model.results import Diagnosis, Difference
from memos.model.scope import CubeKey, SystemScope


async def examine(parts: Parts, scope: SystemScope, *, repair: bool) -> Diagnosis:
    """Checks the records, then each projection of each cube in the scope."""
    differences, versions = [], 0
    keys = await parts.records.cube_keys(scope)
    for key in keys:
        for projection in parts.projections:
            found, seen = await compare(parts.records, projection, key, repair=repair)
            versions = max(versions, 0) + (seen if projection is parts.projections[0] else 0)
            if found is not None:
                differences.append(found)
    backlog = await parts.outbox.backlog(scope)
    return Diagnosis(
        cubes=len(keys),
        versions=versions,
        records=tuple(await parts.records.check()),
        differences=tuple(differences),
        waiting=backlog.open,
        dead=backlog.dead,
    )


def _wanted(projection: Projection, states: Sequence[MemoryState]) -> dict[Ref, int]:
    """The checksums that the index ought to have."""
    found: dict[Ref, int] = {}
    for state in states:
        for memory in state.versions:
            expected = projection.expected(memory)
            if expected is not None:
                found[memory.ref] = expected
    return found


async def compare(
    records: Records, projection: Projection, key: CubeKey, *, repair: bool
) -> tuple[Difference | None, int]:
    """How an index departs from the records in a cube, and how many memories were looked at."""
    states = await records.states(key)
    wanted = await asyncio.to_thread(_wanted, projection, states)  # it reads every word
    held = await projection.contents(key)
    missing = wanted.keys() - held.keys()
    extra = held.keys() - wanted.keys()
    wrong = {ref for ref in wanted.keys() & held.keys() if wanted[ref] != held[ref]}
    seen = sum(len(state.versions) for state in states)
    if not (missing or extra or wrong):
        return None, seen
    if repair:
        # Anew, because an index that holds wrong things may do so where nobody asked.
        await projection.clear(key)
        await projection.apply(key, states)
    return (
        Difference(
            projection.name, key.tenant, key.cube_id, len(missing), len(extra), len(wrong), repair
        ),
        seen,
    )
