from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from memos.contracts.blobs import BlobStore
from memos.contracts.hot import HotSet
from memos.contracts.outbox import Outbox
from memos.storage.blobs.sqlite import SqliteBlobs
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.graphs.sqlite import SqliteGraph
from memos.storage.hot.sqlite import SqliteHot
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments.cache import Segments
from memos.storage.sqlite.database import Database
from memos.storage.text.memory import MemoryText
from memos.storage.text.sqlite import SqliteText
from memos.storage.vectors.sqlite import SqliteVectors
from memos.testing.build import Backends
from memos.testing.clock import ManualClock
from memos.testing.contract_blobs import BlobsContract
from memos.testing.contract_graph import GraphContract
from memos.testing.contract_hot import CAPACITY, HotContract
from memos.testing.contract_outbox import OutboxContract
from memos.testing.contract_outbox_control import OutboxControlContract
from memos.testing.contract_records import RecordsContract
from memos.testing.contract_text import TextContract
from memos.testing.contract_vectors import VectorContract


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "memos.db", sync="normal")


class SqliteSystems:
    @pytest.fixture
    def system(self, clock: ManualClock, database: Database) -> Backends:
        segments = Segments(database, room=1 << 20)
        text, graph = SqliteText(segments), SqliteGraph(segments)
        records = SqliteRecords(database, segments)
        return Backends(records, text, graph, SqliteOutbox(database, clock), clock)

    @pytest.fixture
    def following(self, clock: ManualClock, database: Database) -> Backends:
        text, graph = MemoryText(inline=False), MemoryGraph(inline=False)
        records = SqliteRecords(database, Segments(database, room=1 << 20), ["text", "graph"])
        return Backends(records, text, graph, SqliteOutbox(database, clock), clock)


class TestSqliteRecords(SqliteSystems, RecordsContract):
    pass


class TestSqliteText(SqliteSystems, TextContract):
    pass


class TestSqliteGraph(SqliteSystems, GraphContract):
    pass


class TestSqliteVectors(VectorContract):
    @pytest.fixture
    def system(self, clock: ManualClock, database: Database) -> Backends:
        segments = Segments(database, room=1 << 20)
        text, graph = SqliteText(segments), SqliteGraph(segments)
        records, outbox = SqliteRecords(database, segments), SqliteOutbox(database, clock)
        vectors = SqliteVectors(database, segments)
        return Backends(records, text, graph, outbox, clock, vectors)


class TestSqliteOutbox(OutboxContract, OutboxControlContract):
    @pytest.fixture
    def outbox(self, clock: ManualClock, database: Database) -> Outbox:
        return SqliteOutbox(database, clock)


class TestSqliteHot(HotContract):
    @pytest.fixture
    def hot(self, database: Database) -> HotSet:
        return SqliteHot(database, CAPACITY)


class TestSqliteBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, database: Database) -> BlobStore:
        return SqliteBlobs(database)

    @pytest.fixture
    def spoil(self, database: Database) -> Callable[[str, str], None]:
        def change(tenant: str, digest: str) -> None:
            with apsw.Connection(str(database.path)) as connection:
                connection.execute(
                    "UPDATE blobs SET content = CAST(content || x'21' AS BLOB)"
                    " WHERE tenant=? AND digest=?",
                    (tenant, digest),
                )

        return change
