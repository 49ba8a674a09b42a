from __future__ import annotations

import asyncio
import threading

import apsw
import pytest

from memos.errors import StorageError
from memos.storage.sqlite.reader import Reader

SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def reader(tmp_path):
    path = str(tmp_path / "a.db")
    made = apsw.Connection(path)
    made.execute("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)").fetchall()
    reader = Reader([apsw.Connection(path) for _ in range(2)])
    yield reader
    reader.close()


def value(cursor: apsw.Cursor) -> int:
    return cursor.execute("SELECT x FROM t").fetchone()[0]


def thread(_: apsw.Cursor) -> int:
    return threading.get_ident()


def test_what_is_asked_for_at_once_shares_a_thread_and_a_snapshot(reader, tmp_path):
    def write(_: apsw.Cursor) -> None:
        apsw.Connection(str(tmp_path / "a.db")).execute("UPDATE t SET x = x + 1").fetchall()

    async def play() -> None:
        first, _, second, *threads = await asyncio.gather(
            reader.read(value), reader.read(write), reader.read(value),
            reader.read(thread), reader.read(thread),
        )  # fmt: skip
        assert (first, second) == (1, 1)
        assert threads[0] == threads[1] != threading.get_ident()
        assert await reader.read(value) == 2

    asyncio.run(play())


def test_a_read_that_fails_spoils_no_other(reader):
    async def play() -> None:
        found = await asyncio.gather(
            reader.read(value),
            reader.read(lambda cursor: cursor.execute("SELECT nope").fetchall()),
            reader.read(lambda _: 1 // 0),
            reader.read(value),
            return_exceptions=True,
        )
        assert [type(one) for one in found] == [int, StorageError, ZeroDivisionError, int]

    asyncio.run(play())


def test_cancelling_interrupts_that_read_alone(reader):
    async def play() -> None:
        slow = asyncio.ensure_future(reader.read(lambda c: c.execute(SLOW).fetchone()))
        after = asyncio.ensure_future(reader.read(value))
        unborn = asyncio.ensure_future(reader.read(lambda c: c.execute(SLOW).fetchone()))
        await asyncio.sleep(0.1)
        unborn.cancel()
        slow.cancel()
        assert await asyncio.wait_for(after, 10) == 1
        assert [one.cancelled() for one in (slow, unborn)] == [True, True]
        assert await asyncio.wait_for(reader.read(value), 10) == 1

    asyncio.run(play())


def test_without_a_loop_it_reads_right_there(reader):
    read = reader.read(thread)
    with pytest.raises(StopIteration) as told:
        read.send(None)
    assert told.value.value == threading.get_ident()


def test_a_closed_reader_says_so(reader):
    reader.close()

    async def play() -> None:
        with pytest.raises(RuntimeError):
            await reader.read(value)

    asyncio.run(play())


def test_a_read_that_fails_keeps_no_snapshot(reader, tmp_path):
    def fail(cursor: apsw.Cursor) -> None:
        row = cursor.execute("SELECT x FROM t UNION ALL SELECT 2").fetchone()
        raise LookupError(row)

    async def play() -> None:
        failed = []
        for turn in range(1, 4):
            with pytest.raises(LookupError) as caught:
                await reader.read(fail)
            failed.append(caught.value)  # with its frames, as a caller may keep it
            apsw.Connection(str(tmp_path / "a.db")).execute("UPDATE t SET x = x + 1").fetchall()
            for _ in range(2):  # on each of the connections
                assert await reader.read(value) == turn + 1

    asyncio.run(play())
