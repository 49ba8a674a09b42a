"""Tickets: task ids that say of themselves what they stand for, in any process, after any restart.

A ticket names the commits of an add. Where these stand is looked up when somebody asks.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from memos.errors import NotFound
from memos.server.openmem import inside
from memos.server.openmem.whose import MOST, who
from memos.server.sessions import Session

PREFIX = "task-"
WORST = ("failed", "running", "completed")  # what holds for several, the first that holds for one


@dataclass(frozen=True, slots=True)
class Part:
    """What was added for one user or agent, by its commit."""

    user_id: str | None
    agent_id: str | None
    cube_id: str
    seq: int


def written(parts: Sequence[Part]) -> str:
    """The task id."""
    told = [[one.user_id, one.agent_id, one.cube_id, one.seq] for one in parts]
    text = json.dumps(told, separators=(",", ":"))
    return PREFIX + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(task_id: str) -> list[Part]:
    """What `written` was given; raises NotFound for what it never gave."""
    text = task_id.removeprefix(PREFIX)
    try:
        told = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        parts = [Part(*one) for one in told if _sound(one)]
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise NotFound("task", task_id) from error
    if not task_id.startswith(PREFIX) or not 0 < len(parts) == len(told) <= MOST:
        raise NotFound("task", task_id)
    return parts


def _sound(told: object) -> bool:
    if not isinstance(told, list) or len(told) != 4:
        return False
    *names, cube_id, seq = told
    return (
        any(names)
        and all(one is None or isinstance(one, str) for one in names)
        and isinstance(cube_id, str)
        and type(seq) is int
    )


async def standing(session: Session, parts: Sequence[Part]) -> str:
    """Where all of it stands: running until what was said is learned, then completed."""
    found = set()
    for one in parts:
        caller = who(session, one.user_id, one.agent_id, one.cube_id)
        found.add(await inside.standing(session.memos, caller, one.seq))
    return next(state for state in WORST if state in found)
