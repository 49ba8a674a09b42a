"""Changing: updates and deletions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from memos.errors import InvalidInput
from memos.memories.scopes import Caller
from memos.model.checks import check_list, shown
from memos.model.memory import Kind
from memos.server.openmem import inside, items
from memos.server.openmem.bodies import DeleteMemory, UpdateMemory
from memos.server.openmem.filters import translated
from memos.server.openmem.whose import holding, not_offered, who
from memos.server.sessions import Session
from memos.system import AsyncMemOS

PAGE = 1000  # messages that are looked at together
CHANGES = ("content", "title", "status")


async def update_memory(session: Session, asked: UpdateMemory) -> dict[str, object]:
    """Writes the next version of a memory; with status ``deleted`` it is forgotten."""
    if not (asked.content or asked.title or asked.status):
        raise InvalidInput("content", "no change", f"one or more of {', '.join(CHANGES)}")
    if asked.status not in (None, "", "activated", "deleted"):
        raise not_offered(f"the status {shown(asked.status)}")
    caller, memory = await holding(session, asked, asked.memory_id)
    if asked.status == "deleted":
        await _forget(session.memos, replace(caller, cube_id=memory.cube_id), [memory.id])
        return {"success": True, "id": memory.id, "status": "deleted"}
    if asked.content or asked.title:
        titled = {**memory.metadata, items.TITLE: asked.title} if asked.title else None
        memory = await session.memos.update_memory(
            caller.user_id,
            memory.id,
            asked.content or None,
            metadata=titled,
            agent_id=caller.agent_id,
            cube_id=memory.cube_id,
        )
    return {"success": True, **items.item(memory)}


async def delete_memory(session: Session, asked: DeleteMemory) -> dict[str, object]:
    """Forgets memories by one condition; with all of a user's also what they said."""
    whose = bool(asked.user_id) or bool(asked.agent_id)
    given = (bool(asked.memory_ids), whose, asked.filter is not None)
    if sum(given) != 1:
        allowed = "exactly one of memory_ids, user_id, agent_id and filter"
        raise InvalidInput("memory_ids", f"{sum(given)} conditions", allowed)
    kinds = _kinds(asked.memory_type)
    if asked.memory_ids:
        await _named(session, asked, asked.memory_ids, kinds)
        return {"success": True}
    caller = who(session, asked.user_id, asked.agent_id)
    if whose and kinds is None:
        await _unsay(session.memos, replace(caller, cube_id=inside.written(caller)))
    for one in await _everywhere(session, caller):
        narrowed = _narrowed(asked)
        found = await inside.listed(session.memos, one, kinds, narrowed, all_states=True)
        await _forget(session.memos, one, [memory.id for memory in found])
    return {"success": True}


def _kinds(name: str | None) -> Sequence[Kind] | None:
    if name is None:
        return None
    kinds = items.kinds_of(name)
    if kinds is None:
        allowed = "memory, preference, tool_memory or skill"
        raise InvalidInput("memory_type", shown(name), allowed)
    return kinds


def _narrowed(asked: DeleteMemory) -> dict[str, object] | None:
    if asked.filter is None:
        return None
    narrowed = translated(asked.filter)
    if narrowed is None:  # it would be all there is
        raise InvalidInput("filter", "a filter without a condition", "one condition or more")
    return narrowed


async def _everywhere(session: Session, caller: Caller) -> list[Caller]:
    """The cubes that a deletion by a condition reaches: the caller's own, or the tenant's."""
    if caller.principals:
        return [replace(caller, cube_id=inside.written(caller))]
    if caller.cube_id is not None:
        return [await inside.owner(session.memos, caller.cube_id)]
    return await inside.cubes(session.memos)


async def _named(
    session: Session, asked: DeleteMemory, ids: Sequence[str], kinds: Sequence[Kind] | None
) -> None:
    """Forgets memories by their ids, none if one of them is not there."""
    found: dict[Caller, list[str]] = {}
    for memory_id in dict.fromkeys(check_list("memory_ids", ids, session.memos.settings.max_batch)):
        caller, memory = await holding(session, asked, memory_id)
        if kinds is None or memory.kind in kinds:
            found.setdefault(replace(caller, cube_id=memory.cube_id), []).append(memory.id)
    for caller, named in found.items():
        await _forget(session.memos, caller, named)


async def _forget(memos: AsyncMemOS, caller: Caller, ids: Sequence[str]) -> None:
    most = memos.settings.max_batch
    for start in range(0, len(ids), most):
        await memos.forget(
            caller.user_id,
            ids[start : start + most],
            agent_id=caller.agent_id,
            cube_id=caller.cube_id,
        )


async def _unsay(memos: AsyncMemOS, caller: Caller) -> None:
    """Forgets all messages of a cube, with what was learned from them."""
    while True:
        page = await memos.get_messages(
            caller.user_id, limit=PAGE, agent_id=caller.agent_id, cube_id=caller.cube_id
        )
        if not page:
            return
        threads: dict[str | None, list[str]] = {}
        for one in page:
            threads.setdefault(one.conversation_id, []).append(one.message_id)
        for thread, ids in threads.items():
            await memos.forget(
                caller.user_id,
                message_id=ids,
                conversation_id=thread,
                agent_id=caller.agent_id,
                cube_id=caller.cube_id,
            )
