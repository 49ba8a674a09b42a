"""Items: memories and messages as the dialect shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from memos.ingest.knowledge import MODEL
from memos.model.claim import SLOT
from memos.model.memory import Kind, Memory, State
from memos.model.message import Message
from memos.model.time import Instant
from memos.server.openmem.filters import INFO, TAGS

PREFERENCE = (Kind.PREFERENCE, Kind.INSTRUCTION)
TOOL = (Kind.TOOL,)
SKILL = (Kind.SKILL,)
MEMORY = tuple(kind for kind in Kind if kind not in (*PREFERENCE, *TOOL, *SKILL))
"""Kinds by the list in which the dialect shows them; each stands in exactly one."""

KNOWN = (Kind.FACT, Kind.PROFILE)
"""Kinds that the dialect calls a memory of the user, not of what was said."""

TITLE = "title"
LONGEST_KEY = 60  # characters of a memory that stand for a title
NO_CONVERSATION = "default_session"
STATUS = {State.ACTIVE: "activated", State.ARCHIVED: "archived", State.FORGOTTEN: "deleted"}


def item(memory: Memory, score: float | None = None) -> dict[str, Any]:
    """One memory, in the form of its list."""
    if memory.kind in PREFERENCE:
        return _preference(memory, score)
    if memory.kind in TOOL:
        return {"tool_type": "ToolTrajectoryMemory", "tool_value": memory.content} | _common(
            memory, score
        )
    if memory.kind in SKILL:
        value = {"name": _key(memory), "description": memory.content}
        return {"skill_value": value, "skill_type": "SkillMemory"} | _common(memory, score)
    return {
        "memory_key": _key(memory),
        "memory_value": memory.content,
        "memory_type": "UserMemory" if memory.kind in KNOWN else "LongTermMemory",
        "confidence": _confidence(memory),
        "tags": _tags(memory),
    } | _common(memory, score)


def listed(memories: Iterable[Memory]) -> dict[str, list[dict[str, Any]]]:
    """Memories in their lists, with where they come from."""
    lists: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("memory", "preference", "tool_memory", "skill")
    }
    for memory in memories:
        made = item(memory) | {"sources": list(memory.sources), "info": _info(memory)}
        lists[_list_of(memory.kind)].append(made)
    return {f"{name}_detail_list": found for name, found in lists.items()}


def message(one: Message) -> dict[str, Any]:
    """One message as it was said."""
    said = one.said_at.datetime.strftime("%Y-%m-%d %H:%M:%S")
    return {
        "role": one.role,
        "content": one.content,
        "message_id": one.message_id,
        "conversation_id": one.conversation_id or NO_CONVERSATION,
        "create_time": said,
        "update_time": said,
    }


def preference_type(learned: object) -> str:
    """A model deduces; all else was said or stored as it is."""
    return "implicit_preference" if learned == MODEL else "explicit_preference"


def key_of(text: str) -> str:
    """What stands for a title where there is none."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= LONGEST_KEY else line[: LONGEST_KEY - 1] + "…"


def kinds_of(name: str) -> Sequence[Kind] | None:
    """The kinds that a `memory_type` of the dialect means; None for an unknown one."""
    word = name.lower().removesuffix("_detail_list").removesuffix("_memory").removesuffix("memory")
    named = {
        "": MEMORY, "user": KNOWN, "longterm": MEMORY, "fact": MEMORY, "text": MEMORY,
        "preference": PREFERENCE, "tool": TOOL, "skill": SKILL,
    }  # fmt: skip
    return named.get(word)


def _preference(memory: Memory, score: float | None) -> dict[str, Any]:
    count = memory.metadata.get("count")
    return {
        "preference": memory.content,
        "preference_type": preference_type(memory.metadata.get("learned")),
        "reasoning": "",
        "times": count if isinstance(count, int) else 1,
        "tags": _tags(memory),
    } | _common(memory, score)


def _common(memory: Memory, score: float | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": memory.id,
        "conversation_id": memory.conversation_id or NO_CONVERSATION,
        "create_time": _milliseconds(memory.when),
        "update_time": _milliseconds(memory.recorded_at),
        "status": STATUS[memory.state],
    }
    return made if score is None else made | {"relativity": score}


def _milliseconds(moment: Instant) -> int:
    return int(moment) // 1000


def _list_of(kind: Kind) -> str:
    if kind in PREFERENCE:
        return "preference"
    if kind in TOOL:
        return "tool_memory"
    return "skill" if kind in SKILL else "memory"


def _key(memory: Memory) -> str:
    title = memory.metadata.get(TITLE)
    return title if isinstance(title, str) and title else key_of(memory.content)


def _confidence(memory: Memory) -> float:
    """How sure the extraction was; what was said or stored as it is, is what it is."""
    found = memory.metadata.get("confidence")
    return float(found) if isinstance(found, (int, float)) else 1.0


def _tags(memory: Memory) -> list[str]:
    given = memory.metadata.get(TAGS)
    mine = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    return [*mine, *(one for one in memory.labels if not one.startswith(SLOT) and one not in mine)]


def _info(memory: Memory) -> dict[str, Any]:
    return {
        name.removeprefix(INFO): value
        for name, value in memory.metadata.items()
        if name.startswith(INFO)
    }
