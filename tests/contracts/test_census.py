from __future__ import annotations

from pathlib import Path

import pytest

from memos.contracts.outbox import Outbox
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.sqlite.database import Database
from memos.testing.clock import ManualClock
from memos.testing.contract_census import CensusContract


class TestMemoryCensus(CensusContract):
    @pytest.fixture
    def outbox(self, clock: ManualClock) -> Outbox:
        return MemoryOutbox(clock)


class TestSqliteCensus(CensusContract):
    @pytest.fixture
    def outbox(self, clock: ManualClock, tmp_path: Path) -> Outbox:
        return SqliteOutbox(Database(tmp_path / "memos.db", sync="normal"), clock)
