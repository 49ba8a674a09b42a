"""Adding: messages and feedback, and where what was added stands."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from memos.errors import InvalidInput, NotFound
from memos.memories.learning import REMARK
from memos.memories.scopes import Caller
from memos.model.checks import shape
from memos.model.time import SECOND, Instant
from memos.server.openmem import inside, tickets
from memos.server.openmem.bodies import AddFeedback, AddMessage, GetStatus
from memos.server.openmem.envelope import NO_TASK, refused
from memos.server.openmem.filters import INFO, SOURCE, TAGS
from memos.server.openmem.whose import everyone, not_offered, offered, who
from memos.server.sessions import Session

WINDOW = 60 * SECOND  # in which the same body is the same call, sent again
PATIENCE = 15.0  # seconds that an add which is not asynchronous waits to be learned
PAUSE = 0.05  # seconds between two looks
SECONDS = 10**11  # up to which a number of them is a moment that somebody talks about
LATEST = 20  # messages in which a repeated remark is looked for


async def add_message(session: Session, asked: AddMessage) -> dict[str, object]:
    """Keeps messages; they are found as soon as this returns."""
    offered(allow_public=asked.allow_public, allow_knowledgebase_ids=asked.allow_knowledgebase_ids)
    callers = everyone(session, asked.user_id, asked.agent_id)
    beside = _metadata(asked)
    messages = [_message(one, f"messages[{at}]", beside) for at, one in enumerate(asked.messages)]
    at = inside.now(session.memos)
    parts = []
    for caller in callers:
        named = await _named(session, caller, asked, messages, at)
        added = await session.memos.add_messages(
            caller.user_id,
            named,
            conversation_id=asked.conversation_id,
            agent_id=caller.agent_id,
            app_id=asked.app_id,
            cube_id=caller.cube_id,
        )
        seq = max(one.seq for one in added)
        part = tickets.Part(caller.user_id, caller.agent_id, added[0].cube_id, seq)
        parts.append(part)
    if not asked.async_mode:
        await _learned(session, parts)
    return await _receipt(session, parts)


async def add_feedback(session: Session, asked: AddFeedback) -> dict[str, object]:
    """Corrects what is remembered, at once."""
    offered(allow_public=asked.allow_public, allow_knowledgebase_ids=asked.allow_knowledgebase_ids)
    memos, at = session.memos, inside.now(session.memos)
    caller = who(session, asked.user_id, asked.agent_id)
    whose: dict[str, Any] = {"agent_id": caller.agent_id, "cube_id": caller.cube_id}
    lately = await memos.get_messages(caller.user_id, asked.conversation_id, limit=LATEST, **whose)
    again = any(
        one.content == asked.feedback_content
        and one.metadata.get(REMARK)
        and one.conversation_id == asked.conversation_id
        and at - one.recorded_at < WINDOW
        for one in lately
    )
    if not again:
        await memos.feedback(
            caller.user_id,
            asked.feedback_content,
            conversation_id=asked.conversation_id,
            **whose,
        )
    cube = inside.written(caller)
    return await _receipt(session, [tickets.Part(caller.user_id, caller.agent_id, cube, 0)])


async def get_status(session: Session, asked: GetStatus) -> dict[str, object] | Response:
    """Where something added stands."""
    try:
        status = await tickets.standing(session, tickets.read(asked.task_id))
    except NotFound:
        told = str(NotFound("task", asked.task_id))
        return refused(HTTPStatus.NOT_FOUND, NO_TASK, told)
    return {"task_id": asked.task_id, "status": status}


async def _learned(session: Session, parts: Sequence[tickets.Part]) -> None:
    """Waits until it is learned, or for as long as a client waits at least."""
    await inside.hasten(session.memos)
    end = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < end:
        if await tickets.standing(session, parts) != "running":
            return
        await asyncio.sleep(PAUSE)


async def _receipt(session: Session, parts: Sequence[tickets.Part]) -> dict[str, object]:
    status = await tickets.standing(session, parts)
    return {"success": True, "task_id": tickets.written(parts), "status": status}


async def _named(
    session: Session,
    caller: Caller,
    asked: AddMessage,
    messages: Sequence[Mapping[str, Any]],
    now: Instant,
) -> list[Mapping[str, Any]]:
    """The messages, each with an id: a body that is sent again within a minute has the same.

    Ids are made of the key, the body and the window of the clock in which it came. Those of the
    window before are taken where they were given out less than a minute ago.
    """
    body = asked.model_dump()
    told = json.dumps([session.key.id, caller.principals, body], sort_keys=True)
    window = now // WINDOW
    earlier = _ids(told, window - 1, messages)
    named = [(asked.conversation_id, one) for one in earlier[:1]]
    known = await inside.messages_named(session.memos, caller, named)
    again = any(now - one.recorded_at < WINDOW for one in known.values())
    ids = earlier if again else _ids(told, window, messages)
    return [
        {**one, "message_id": one.get("message_id") or made}
        for one, made in zip(messages, ids, strict=True)
    ]


def _ids(told: str, window: int, messages: Sequence[object]) -> list[str]:
    digest = hashlib.sha256(f"{window} {told}".encode()).hexdigest()[:32]
    return [f"{digest}-{at}" for at in range(len(messages))]


def _metadata(asked: AddMessage) -> dict[str, Any]:
    made: dict[str, Any] = {f"{INFO}{name}": value for name, value in (asked.info or {}).items()}
    if asked.tags:
        made[TAGS] = asked.tags
    if asked.source:
        made[SOURCE] = asked.source
    return made


def _message(given: Mapping[str, Any], path: str, beside: Mapping[str, Any]) -> dict[str, Any]:
    """A message of theirs with our fields."""
    made: dict[str, Any] = {"role": given.get("role"), "content": text_of(given, path)}
    for name in ("name", "message_id"):
        if given.get(name) is not None:
            made[name] = given[name]
    if given.get("chat_time") is not None:
        made["timestamp"] = moment_of(given["chat_time"])
    if beside:
        made["metadata"] = beside
    return made


def text_of(given: Mapping[str, Any], path: str) -> str:
    """What a message says: its text, that of its parts, or the tools that it calls."""
    content = given.get("content")
    if isinstance(content, list):
        content = "\n".join(_part(one, f"{path}.content[{at}]") for at, one in enumerate(content))
    if not content and given.get("tool_calls"):
        return json.dumps(given["tool_calls"], ensure_ascii=False)
    if not isinstance(content, str):
        raise InvalidInput(f"{path}.content", shape(content), "a string, or a list of text parts")
    return content


def _part(given: object, path: str) -> str:
    text = given.get("text") if isinstance(given, Mapping) else given
    if not isinstance(text, str):
        raise not_offered(f"{path}: parts that are no text")
    return text


def moment_of(given: object) -> object:
    """A time of theirs: a text as it is, a number as seconds or milliseconds since 1970."""
    if isinstance(given, bool) or not isinstance(given, int):
        return given
    return Instant(given * (SECOND if abs(given) < SECONDS else 1000))
