"""Rows of the tables and the objects of the model, in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from memos.model.memory import Kind, Memory, State, Trust, Visibility
from memos.model.message import Message
from memos.model.time import Instant, instant

Row = Sequence[Any]


def pack(id: str) -> bytes:
    """A canonical UUID as 16 bytes; anything else as bytes that no stored id equals."""
    if len(id) == 36 and id[8] == id[13] == id[18] == id[23] == "-" and id == id.lower():
        try:
            return bytes.fromhex(id.replace("-", ""))
        except ValueError:
            return b""
    return b""


def unpack(key: bytes) -> str:
    """The canonical form of a 16-byte UUID."""
    text = key.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(value: Any) -> str | None:
    return _encode(value) if value else None


INSERT_MESSAGE = """
INSERT INTO messages (id, cube, conversation, message_id, ordinal, role, name, content, said_at,
    recorded_at, user_id, agent_id, app_id, visibility, trust, metadata, echo, seq)
{}"""

MESSAGE_COLUMNS = """m.id, c.cube_id, m.conversation, m.message_id, m.ordinal, m.role, m.name,
    m.content, m.said_at, m.recorded_at, m.user_id, m.agent_id, m.app_id, m.visibility, m.trust,
    m.metadata, m.echo, m.seq"""


def message_row(message: Message, cube: int, ordinal: int, seq: int) -> tuple[Any, ...]:
    """Values for `INSERT_MESSAGE`."""
    return (
        pack(message.id), cube, message.conversation_id or "", message.message_id, ordinal,
        message.role, message.name, message.content, message.said_at, message.recorded_at,
        message.user_id, message.agent_id, message.app_id, message.visibility.value,
        int(message.trust), _json(dict(message.metadata)), int(message.echo), seq,
    )  # fmt: skip


def message_of(row: Row) -> Message:
    """A message from `MESSAGE_COLUMNS`."""
    return Message(
        id=unpack(row[0]),
        cube_id=row[1],
        conversation_id=row[2] or None,
        message_id=row[3],
        ordinal=row[4],
        role=row[5],
        name=row[6],
        content=row[7],
        said_at=Instant(row[8]),
        recorded_at=Instant(row[9]),
        user_id=row[10],
        agent_id=row[11],
        app_id=row[12],
        visibility=Visibility(row[13]),
        trust=Trust(row[14]),
        metadata=_mapping(row[15]),
        echo=bool(row[16]),
        seq=row[17],
    )


INSERT_VERSION = """
INSERT INTO versions (memory, version, cube, kind, content, user_id, agent_id, app_id,
    conversation, ordinal, chunk, role, name, labels, metadata, sources, visibility, trust,
    importance, said_at, valid_from, valid_to, recorded_at, recorded_by, seq)
{}"""

MEMORY_COLUMNS = """v.memory, v.version, v.kind, v.content, c.cube_id, v.recorded_at, v.user_id,
    v.agent_id, v.app_id, v.conversation, v.ordinal, v.chunk, v.role, v.name, v.labels,
    v.metadata, v.sources, v.visibility, v.trust, v.importance, v.said_at, v.valid_from,
    v.valid_to, v.superseded_at, y.state, y.tainted, v.seq, y.changed_seq"""

MEMORY_TABLES = """versions v
    CROSS JOIN memories y ON y.id = v.memory
    CROSS JOIN cubes c ON c.key = v.cube"""
"""Versions first, whatever the planner thinks: the indexes are theirs."""


def version_row(
    memory: Memory, cube: int, *, ordinal: int | None, seq: int, actor: str
) -> tuple[Any, ...]:
    """Values for `INSERT_VERSION`."""
    return (
        pack(memory.id), memory.version, cube, memory.kind.value, memory.content, memory.user_id,
        memory.agent_id, memory.app_id, memory.conversation_id or "", ordinal, memory.chunk,
        memory.role, memory.name, _json(memory.labels), _json(dict(memory.metadata)),
        _json(memory.sources), memory.visibility.value, int(memory.trust),
        float(memory.importance), memory.said_at, memory.valid_from, memory.valid_to,
        memory.recorded_at, actor, seq,
    )  # fmt: skip


# Looked up in a mapping: a call of the class costs ten times as much, for each of many rows.
KINDS = {kind.value: kind for kind in Kind}
VISIBILITIES = {visibility.value: visibility for visibility in Visibility}
TRUSTS = {int(trust): trust for trust in Trust}
STATES = {state.value: state for state in State}


def memory_of(row: Row) -> Memory:
    """A version from `MEMORY_COLUMNS`."""
    return Memory(
        id=unpack(row[0]),
        version=row[1],
        kind=KINDS[row[2]],
        content=row[3],
        cube_id=row[4],
        recorded_at=Instant(row[5]),
        user_id=row[6],
        agent_id=row[7],
        app_id=row[8],
        conversation_id=row[9] or None,
        ordinal=row[10],
        chunk=row[11],
        role=row[12],
        name=row[13],
        labels=_strings(row[14]),
        metadata=_mapping(row[15]),
        sources=_strings(row[16]),
        visibility=VISIBILITIES[row[17]],
        trust=TRUSTS[row[18]],
        importance=row[19],
        said_at=instant(row[20]),
        valid_from=instant(row[21]),
        valid_to=instant(row[22]),
        superseded_at=instant(row[23]),
        state=STATES[row[24]],
        tainted=bool(row[25]),
        seq=row[26],
        changed_seq=row[27],
    )


def _strings(text: str | None) -> tuple[str, ...]:
    if not text:
        return ()
    if text.count('"') == 2 and "\\" not in text:  # one plain string, as nearly always
        return (text[2:-2],)
    return tuple(json.loads(text))


def _mapping(text: str | None) -> Mapping[str, Any]:
    return json.loads(text) if text else {}
