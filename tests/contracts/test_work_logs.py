from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from memos.contracts.work_log import WorkLog
from memos.storage.queues.work_log_memory import MemoryWorkLog
from memos.storage.queues.work_log_sqlite import SqliteWorkLog
from memos.storage.sqlite.database import Database
from memos.testing.clock import ManualClock
from memos.testing.contract_work_log import WorkLogContract, told


class TestMemoryWorkLog(WorkLogContract):
    @pytest.fixture
    def log(self, clock: ManualClock) -> WorkLog:
        return MemoryWorkLog(clock)


class TestSqliteWorkLog(WorkLogContract):
    @pytest.fixture
    def log(self, clock: ManualClock, tmp_path: Path) -> WorkLog:
        return SqliteWorkLog(Database(tmp_path / "memos.db", sync="normal"), clock)


def test_processes_count_together(tmp_path: Path):
    clock = ManualClock()
    logs = [SqliteWorkLog(Database(tmp_path / "memos.db", sync="normal"), clock) for _ in range(3)]

    async def play() -> None:
        for log in logs:
            await log.open()
        for count in range(1, 6):
            await asyncio.gather(
                *(log.report(told(f"w{at}", done=count)) for at, log in enumerate(logs))
            )
        assert (await logs[0].totals())["done"] == 15
        assert len(await logs[1].workers()) == 3
        for log in logs:
            await log.close()

    asyncio.run(play())
