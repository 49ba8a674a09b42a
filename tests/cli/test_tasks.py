import asyncio

import pytest

from memos.model.task import Lane, Task
from memos.model.time import SECOND, SystemClock
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.sqlite.database import Database

ERROR = "StorageBusy: the index\nis \x1b[31maway"


@pytest.fixture
def letters(home, told):
    """Ids of two tasks of a home that have failed for good."""

    async def bury():
        outbox = SqliteOutbox(Database(home / "memos.db"), SystemClock())
        await outbox.open()
        tasks = [Task("learn", "default", "user:ada", id, Lane.LEARN) for id in ("s1", "s2")]
        await outbox.enqueue(tasks)
        buried = await outbox.claim("test", 9, SECOND)
        for task in buried:
            await outbox.bury(task, ERROR)
        await outbox.close()
        return [task.id for task in buried]

    told("add", "--user", "ada", "hello")
    return asyncio.run(bury())


def test_nothing_has_failed(memos, told):
    assert memos("tasks", "dead").stdout == "nothing failed for good\n"
    assert told("tasks", "dead") == []
    assert memos("tasks", "replay").stdout == "replayed: 0 tasks\n"


def test_what_failed_is_listed_with_its_error(memos, told, letters):
    found = told("tasks", "dead")
    assert [(one["id"], one["subject"], one["tries"]) for one in found] == [
        (letters[0], "s1", 1),
        (letters[1], "s2", 1),
    ]
    assert found[0]["error"] == ERROR
    assert told("tasks", "dead", "--limit", 1) == found[:1]
    shown = memos("tasks", "dead").stdout.splitlines()
    assert shown[0] == f"{letters[0]}  learn  user:ada  s1"
    assert shown[1].startswith("    1 try, since 2")
    assert shown[1].endswith(r": StorageBusy: the index is \x1b[31maway")
    assert "see memos tasks dead" in memos("stats").stdout
    assert "2 tasks failed for good; see memos tasks dead" in memos("doctor").stdout


def test_what_failed_is_tried_again(memos, told, letters):
    assert told.fails("tasks", "replay", letters[0], 999)["type"] == "NotFound"
    assert len(told("tasks", "dead")) == 2
    replayed = told("tasks", "replay", letters[0])
    assert (replayed["replayed"], replayed["backlog"]["dead"]) == (1, 1)
    assert "replayed: 1 task\n" in memos("tasks", "replay", "--no-wait").stdout
    assert told("tasks", "dead") == []
    assert "waiting: 2 tasks" in memos("add", "--user", "ada", "goodbye").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["dead", "--limit", "0"], 2),
        (["dead", "--limit", "10001"], 1),
        (["replay", "x"], 2),
        (["replay", "0"], 1),
        (["replay", str(2**70)], 1),
        (["nonsense"], 2),
    ],
)
def test_wrong_tasks(memos, arguments, code):
    assert memos("tasks", *arguments).exit_code == code
