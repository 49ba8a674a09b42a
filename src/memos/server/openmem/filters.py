"""Filters of the dialect, said in ours (see `memos.model.filter`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memos.errors import InvalidInput
from memos.model.checks import shape, shown
from memos.model.filter import MAX_DEPTH, TIMES
from memos.model.time import EARLIEST, LATEST, Instant

INFO = "info."
"""Before the names of `info` in metadata, so that no name of ours is met."""

TAGS = "tags"
SOURCE = "source"

FIELDS = {
    "id": "id", "memory_id": "id", "user_id": "user_id", "agent_id": "agent_id",
    "app_id": "app_id", "conversation_id": "conversation_id", "session_id": "conversation_id",
    "content": "content", "memory": "content", "memory_value": "content",
    "create_time": "recorded_at", "update_time": "recorded_at", "created_at": "recorded_at",
    "updated_at": "recorded_at", "chat_time": "said_at", "role": "role",
    "source": f"metadata.{SOURCE}",
}  # fmt: skip
"""Their fields; any other is one of `info`."""

OPERATORS = {
    "=": "eq", "eq": "eq", "ne": "ne", "!=": "ne", "gt": "gt", "gte": "gte", "lt": "lt",
    "lte": "lte", "in": "in", "nin": "nin", "contains": "contains", "icontains": "icontains",
    "like": "icontains",
}  # fmt: skip

WHOSE = ("user", "public", "knowledgebase")
"""Under these keys a filter holds for one sort of memory; all of ours are of a user."""


def translated(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Our filter for theirs; None for none."""
    if not given:
        return None
    if any(name in given and isinstance(given[name], Mapping) for name in WHOSE):
        given = given.get("user") or {}
    return _filter(given, "filter", MAX_DEPTH) if given else None


def _filter(given: object, path: str, depth: int) -> dict[str, Any]:
    if depth == 0:
        raise InvalidInput(path, "deeper nesting", f"at most {MAX_DEPTH} levels")
    if not isinstance(given, Mapping) or not given:
        raise InvalidInput(path, shape(given), "a mapping with at least one entry")
    parts = [
        _entry(str(name), value, f"{path}.{shown(name)}", depth) for name, value in given.items()
    ]
    return parts[0] if len(parts) == 1 else {"AND": parts}


def _entry(name: str, value: object, path: str, depth: int) -> dict[str, Any]:
    word = name.upper()
    if word in ("AND", "OR", "NOT"):
        several = [value] if word == "NOT" and not isinstance(value, list) else value
        if not isinstance(several, list) or not several:
            raise InvalidInput(path, shape(value), "a list with at least one filter")
        found = enumerate(several)
        return {word: [_filter(one, f"{path}[{at}]", depth - 1) for at, one in found]}
    if name == TAGS:  # those of messages, and labels of what was stored or learned
        tags = _conditions("labels", value, path)
        return {"OR": [{"labels": tags}, {f"metadata.{TAGS}": tags}]}
    field = FIELDS.get(name) or f"metadata.{INFO}{name.removeprefix(INFO)}"
    return {field: _conditions(field, value, path)}


def _conditions(field: str, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        value = {"in": value} if isinstance(value, list) else {"eq": value}
    made: dict[str, Any] = {}
    for name, operand in value.items():
        operator = OPERATORS.get(str(name).lower())
        if operator is None:
            known = ", ".join(OPERATORS)
            raise InvalidInput(path, f"the operator {shown(name)}", known)
        made[operator] = _moment(operand) if field in TIMES else _bare(str(name), operand)
    return made


def _bare(operator: str, value: object) -> object:
    """What ``like`` looks for, without the signs that stand for anything."""
    return value.strip("%") if operator == "like" and isinstance(value, str) else value


def _moment(value: object) -> object:
    """Milliseconds since 1970, which their answers tell, as the moment they stand for."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    micros = value * 1000
    return Instant(micros) if EARLIEST <= micros <= LATEST else value
