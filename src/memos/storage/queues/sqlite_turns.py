"""Turns: which of a key's tasks may be claimed, kept right inside each transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from memos.model.task import Lane, Lease, Priority, Task, TaskState
from memos.model.time import Instant, instant
from memos.storage.sqlite.query import many

COLUMNS = """id, tenant, cube, kind, subject, lane, priority, payload, state, tries, lost, epoch,
    owner, leased_until, due_at, enqueued_at, error"""

KEY = "tenant, cube, subject, lane"

_OPEN = """SELECT 1 FROM outbox WHERE tenant=?1 AND cube=?2 AND subject=?4 AND lane=?5
        AND state"""

ENQUEUE = f"""
INSERT INTO outbox (tenant, cube, kind, subject, lane, priority, payload, state, tries, epoch,
    due_at, enqueued_at, turn)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', 0, 0, ?8, ?9,
    NOT EXISTS ({_OPEN} IN ('waiting', 'running'))
WHERE NOT EXISTS ({_OPEN} = 'waiting' AND kind=?3 AND tries=0)"""

FINISH = f"""
DELETE FROM outbox WHERE +state='running' AND (id, epoch) IN ({{}}) RETURNING id, {KEY}"""

NEXT = """
UPDATE outbox SET turn=1 WHERE id IN (
    SELECT (SELECT min(o.id) FROM outbox o WHERE o.tenant=k.column1 AND o.cube=k.column2
        AND o.subject=k.column3 AND o.lane=k.column4 AND o.state='waiting') FROM ({}) k)"""

STOP = """
UPDATE outbox SET turn=0 WHERE state='waiting' AND turn=1 AND (tenant, cube, subject, lane) IN ({})
RETURNING id"""

IDLE = """
SELECT k.* FROM ({}) k WHERE NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.tenant=k.column1 AND o.cube=k.column2 AND o.subject=k.column3
        AND o.lane=k.column4 AND o.state='running')"""


def enqueue(cursor: apsw.Cursor, tasks: Sequence[Task], at: Instant) -> None:
    """Adds tasks; equal waiting ones coalesce."""
    for task in tasks:
        payload = json.dumps(dict(task.payload)) if task.payload else None
        cursor.execute(
            ENQUEUE,
            (
                task.tenant, task.cube_id, task.kind, task.subject, task.lane.value,
                int(task.priority), payload, task.due_at, at,
            ),
        )  # fmt: skip


def finish(cursor: apsw.Cursor, leases: Sequence[Lease]) -> set[int]:
    """Removes tasks whose leases hold, and gives their ids; the next of their keys have a turn."""
    gone = many(cursor, FINISH, [(lease.task_id, lease.epoch) for lease in leases])
    many(cursor, NEXT, [row[1:] for row in gone])
    return {row[0] for row in gone}


def retake(cursor: apsw.Cursor, keys: Iterable[Sequence[Any]]) -> None:
    """Finds out anew whose turn it is, for keys of which tasks came back or stood aside."""
    asked = list(dict.fromkeys(map(tuple, keys)))
    many(cursor, STOP, asked)
    many(cursor, NEXT, many(cursor, IDLE, asked))


def task_of(row: Sequence[Any]) -> Task:
    """A task from `COLUMNS`."""
    return Task(
        id=row[0],
        tenant=row[1],
        cube_id=row[2],
        kind=row[3],
        subject=row[4],
        lane=Lane(row[5]),
        priority=Priority(row[6]),
        payload=json.loads(row[7]) if row[7] else {},
        state=TaskState(row[8]),
        tries=row[9],
        lost=row[10],
        epoch=row[11],
        owner=row[12],
        leased_until=instant(row[13]),
        due_at=Instant(row[14]),
        enqueued_at=instant(row[15]),
        error=row[16],
    )
