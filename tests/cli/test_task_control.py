import asyncio

import pytest

from memos.model.task import Lane, Task
from memos.model.time import SECOND, SystemClock
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.sqlite.database import Database


@pytest.fixture
def tasks(home, told):
    """Ids of one task that is dead, one that runs, one that waits and one that is done."""

    async def fill():
        outbox = SqliteOutbox(Database(home / "memos.db"), SystemClock())
        await outbox.open()
        given = [Task("learn", "default", "user:ada", f"s{n}", Lane.LEARN) for n in range(4)]
        await outbox.enqueue(given)
        dead, _, done = await outbox.claim("box:7:1", 3, 60 * SECOND)
        await outbox.bury(dead, "no\x1b[31m\ngood")
        await outbox.complete([done])
        await outbox.close()

    told("stats")
    asyncio.run(fill())
    return 1, 2, 4, 3


def test_a_task_is_shown(memos, told, tasks):
    dead, running, waiting, done = tasks
    assert [told("tasks", "show", id)["state"] for id in tasks] == [
        "dead", "running", "waiting", "done",
    ]  # fmt: skip
    assert told("tasks", "show", running)["task"]["owner"] == "box:7:1"
    assert told("tasks", "show", done)["task"] is None
    assert memos("tasks", "show", done).stdout == "3  done\n"
    shown = memos("tasks", "show", dead).stdout.splitlines()
    assert shown[0] == "1  dead  learn  user:ada  s0"
    assert shown[1].startswith("    normal, 1 try, since 2")
    assert shown[2] == r"    last error: no\x1b[31m good"
    assert "run by box:7:1" in memos("tasks", "show", running).stdout
    assert "0 tries" in memos("tasks", "show", waiting).stdout
    assert told.fails("tasks", "show", 5)["type"] == "NotFound"


def test_tasks_are_cancelled_and_brought_back(memos, told, tasks):
    dead, running, waiting, done = tasks
    assert told.fails("tasks", "cancel", waiting, done)["type"] == "NotFound"
    assert told("tasks", "show", waiting)["state"] == "waiting"
    shown = memos("tasks", "cancel", dead, running, waiting, "--reason", "too dear").stdout
    assert shown == "cancelled: 2 tasks\n"
    assert told("tasks", "cancel", running) == {"cancelled": 0}
    errors = [one["error"] for one in told("tasks", "dead")]
    assert errors == ["no\x1b[31m\ngood", "too dear", "too dear"]
    assert told("tasks", "replay", waiting, "--no-wait")["replayed"] == 1
    assert told("tasks", "show", waiting)["state"] == "waiting"


def test_tasks_are_paused_and_resumed(memos, told):
    assert memos("tasks", "resume").stdout == "it was not paused\nnothing is paused\n"
    assert memos("tasks", "pause").stdout == "paused: everything\n"
    assert memos("tasks", "pause", "--kind", "learn").stdout == (
        "paused: everything\npaused: learn\n"
    )
    everything = {"tenant": "default", "kind": None}
    assert told("tasks", "resume", "--kind", "learn") == {"pauses": [everything]}
    assert memos("tasks", "resume").stdout == "nothing is paused\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show"], 2),
        (["show", "x"], 2),
        (["show", "0"], 1),
        (["cancel"], 2),
        (["cancel", "1", "--reason", " "], 1),
        (["pause", "--kind", ""], 1),
    ],
)
def test_wrong_usage(memos, arguments, code):
    assert memos("tasks", *arguments).exit_code == code
