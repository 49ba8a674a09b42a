"""Inside: what this dialect needs of a memory beyond its public calls, all in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from memos.errors import NotFound
from memos.governance.access import written_cube
from memos.memories.learning import HEARD, LEARN
from memos.memories.scopes import Caller
from memos.model.cube import AGENT_PREFIX, USER_PREFIX, personal_owner
from memos.model.memory import Kind, Memory
from memos.model.message import Message
from memos.model.scope import Narrowing, ReadScope, SystemScope
from memos.model.time import SECOND, Instant
from memos.system import AsyncMemOS
from memos.system.care import MOST_LETTERS

MOST_LISTED = 1_000_000
CUBES = 10_000  # that one read looks into
MARGIN = 2 * SECOND  # a task that was planned just before an add learns that, too

Name = tuple[str | None, str]
"""A message: (conversation id, message id)."""


def now(memos: AsyncMemOS) -> Instant:
    """The moment by the clock of the memory."""
    return memos._parts.clock.now()


def written(caller: Caller) -> str:
    """The cube that the caller writes."""
    return written_cube(caller.user_id, caller.agent_id, caller.cube_id)


async def listed(
    memos: AsyncMemOS,
    caller: Caller,
    kinds: Sequence[Kind] | None,
    filter: Mapping[str, Any] | None,
    *,
    all_states: bool = False,
) -> list[Memory]:
    """Memories that the caller may see, the newest first.

    With `all_states` also those that are archived, no longer true or tainted.
    """
    narrowing = memos._narrowing(
        caller, kinds=None if kinds is None else list(kinds), filter=filter, by_name=all_states
    )
    scope, _ = await memos._scopes.reading(caller, narrowing)
    return await memos._parts.records.listed(scope, MOST_LISTED)


async def messages_named(
    memos: AsyncMemOS, caller: Caller, named: Sequence[Name]
) -> Mapping[Name, Message]:
    """Messages of the cube that the caller writes, forgotten ones too."""
    caller = replace(caller, cube_id=written(caller))
    scope, _ = await memos._scopes.reading(caller, memos._narrowing(caller))
    found = await memos._parts.records.messages_named(scope, named)
    return {name: message for name, (message, _) in found.items()}


async def cubes(memos: AsyncMemOS) -> list[Caller]:
    """All cubes of the tenant, each with its owner as who calls."""
    keys = await memos._parts.records.cube_keys(SystemScope(memos.settings.tenant))
    return [await owner(memos, key.cube_id) for key in keys]


async def holder(memos: AsyncMemOS, memory_id: str) -> Caller:
    """The owner of the cube in which a memory lies, on that cube; raises NotFound."""
    keys = await memos._parts.records.cube_keys(SystemScope(memos.settings.tenant))
    narrowing = Narrowing(now=now(memos), by_name=True)
    for start in range(0, len(keys), CUBES):
        some = tuple(key.cube_id for key in keys[start : start + CUBES])
        scope = ReadScope(memos.settings.tenant, some, narrowing)
        found = await memos._parts.records.by_id(scope, [memory_id])
        if memory_id in found:
            return await owner(memos, found[memory_id].cube_id)
    raise NotFound("memory", memory_id)


async def owner(memos: AsyncMemOS, cube_id: str) -> Caller:
    """The owner of a cube, on that cube; raises NotFound."""
    name = personal_owner(cube_id)
    if name is None:
        cube = await memos._parts.records.cube(memos._scopes.key(cube_id))
        if cube is None:
            raise NotFound("cube", cube_id)
        name = cube.owner
    if name.startswith(USER_PREFIX):
        return Caller(user_id=name.removeprefix(USER_PREFIX), cube_id=cube_id)
    return Caller(agent_id=name.removeprefix(AGENT_PREFIX), cube_id=cube_id)


async def standing(memos: AsyncMemOS, caller: Caller, seq: int) -> str:
    """Whether what commit `seq` of the caller's cube said is learned: running, completed, failed.

    Raises NotFound for a commit that never was, or a cube that the caller does not read.
    """
    scope, seqs = await memos._scopes.reading(caller, memos._narrowing(caller))
    (key,) = scope.cube_keys
    if not 0 <= seq <= seqs[key.cube_id]:
        raise NotFound("task", str(seq))
    records = memos._parts.records
    if not memos._learns or (await records.marks(key)).get(LEARN, 0) >= seq:
        return "completed"
    episodes, _ = await records.episodes_after(key, seq - 1, 1)
    if not any(one.seq <= seq and one.role in HEARD for one in episodes):
        return "completed"  # nothing in it is learned from
    since = (await records.recorded_by(key, seq) or 0) - MARGIN
    lost = any(
        one.kind == LEARN and one.cube_id == key.cube_id and (one.enqueued_at or 0) >= since
        for one in await memos.dead_letters(limit=MOST_LETTERS)
    )
    return "failed" if lost else "running"


async def hasten(memos: AsyncMemOS) -> None:
    """Lets what was said be learned at once."""
    if memos._learns:
        memos._planned.forget()
        await memos._parts.outbox.hasten(SystemScope(memos.settings.tenant), [LEARN])
        memos._worker.wake()


async def scores(
    memos: AsyncMemOS, query: str, texts: Sequence[str]
) -> tuple[str | None, list[float]]:
    """How far texts answer a query, in [0, 1], and the model that says so, if any does."""
    parts = memos._parts
    if parts.reranker is not None:
        return parts.reranker.name, await parts.reranker.score(query, texts)
    if parts.embedder is None:
        return None, []
    (asked,) = await parts.embedder.embed([query], query=True)
    found = await parts.embedder.embed(texts)
    near = [_cosine(asked.vector, one.vector) for one in found]
    return parts.embedder.generation.model, near


def _cosine(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return min(1.0, max(0.0, float(one @ other) / size)) if size else 0.0
