from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from memos.contracts.job_book import JobBook
from memos.storage.queues.job_book_memory import MemoryJobBook
from memos.storage.queues.job_book_sqlite import SqliteJobBook
from memos.storage.sqlite.database import Database
from memos.testing.clock import ManualClock
from memos.testing.contract_job_book import LATER, LEASE, RESULT, START, JobBookContract


class TestMemoryJobBook(JobBookContract):
    @pytest.fixture
    def book(self, clock: ManualClock) -> JobBook:
        return MemoryJobBook(clock)


class TestSqliteJobBook(JobBookContract):
    @pytest.fixture
    def book(self, clock: ManualClock, tmp_path: Path) -> JobBook:
        return SqliteJobBook(Database(tmp_path / "memos.db", sync="normal"), clock)


def test_two_connections_share_one_book(tmp_path: Path):
    """As two processes do."""
    clock = ManualClock()
    one, two = (
        SqliteJobBook(Database(tmp_path / "memos.db", sync="normal"), clock) for _ in range(2)
    )

    async def play() -> None:
        await one.open()
        await two.open()
        await one.plan("a", START)
        taken = await asyncio.gather(*(book.take("a", "x", LEASE) for book in (one, two) * 4))
        (lease,) = [each for each in taken if each is not None]
        assert await two.finish(lease, RESULT, LATER)
        assert await one.states(["a"]) == await two.states(["a"])
        await one.close()
        await two.close()

    asyncio.run(play())
