from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from memos.contracts.blobs import BlobStore
from memos.contracts.hot import HotSet
from memos.contracts.outbox import Outbox
from memos.storage.blobs.folder import FolderBlobs
from memos.storage.blobs.memory import MemoryBlobs
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.hot.memory import MemoryHot
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.text.memory import MemoryText
from memos.storage.vectors.memory import MemoryVectors
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
from memos.testing.lagging import LaggingGraph, LaggingText


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def inline(clock: ManualClock) -> Backends:
    text, graph, outbox = MemoryText(), MemoryGraph(), MemoryOutbox(clock)
    return Backends(MemoryRecords([text, graph], outbox=outbox), text, graph, outbox, clock)


def behind(clock: ManualClock) -> Backends:
    text, graph, outbox = MemoryText(inline=False), MemoryGraph(inline=False), MemoryOutbox(clock)
    records = MemoryRecords(followers=["text", "graph"], outbox=outbox)
    return Backends(records, text, graph, outbox, clock)


class MemorySystems:
    @pytest.fixture
    def system(self, clock: ManualClock) -> Backends:
        return inline(clock)

    @pytest.fixture
    def following(self, clock: ManualClock) -> Backends:
        return behind(clock)


class TestMemoryRecords(MemorySystems, RecordsContract):
    pass


class TestMemoryText(MemorySystems, TextContract):
    pass


class TestMemoryGraph(MemorySystems, GraphContract):
    pass


class TestMemoryVectors(VectorContract):
    @pytest.fixture
    def system(self, clock: ManualClock) -> Backends:
        text, graph, vectors = MemoryText(), MemoryGraph(), MemoryVectors()
        outbox = MemoryOutbox(clock)
        records = MemoryRecords([text, graph, vectors], outbox=outbox)
        return Backends(records, text, graph, outbox, clock, vectors)


class LaggingSystems:
    @pytest.fixture(params=range(5))
    def system(self, clock: ManualClock, request: pytest.FixtureRequest) -> Backends:
        made = behind(clock)
        made.text = LaggingText(made.text, request.param)
        made.graph = LaggingGraph(made.graph, request.param)
        return made


class TestLaggingText(LaggingSystems, TextContract):
    pass


class TestLaggingGraph(LaggingSystems, GraphContract):
    pass


class TestMemoryOutbox(OutboxContract, OutboxControlContract):
    @pytest.fixture
    def outbox(self, clock: ManualClock) -> Outbox:
        return MemoryOutbox(clock)


class TestMemoryHot(HotContract):
    @pytest.fixture
    def hot(self) -> HotSet:
        return MemoryHot(CAPACITY)


class TestMemoryBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self) -> BlobStore:
        return MemoryBlobs()

    @pytest.fixture
    def spoil(self, blobs: MemoryBlobs) -> Callable[[str, str], None]:
        def change(tenant: str, digest: str) -> None:
            blobs._blobs[tenant, digest] += b"!"

        return change


class TestFolderBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> BlobStore:
        return FolderBlobs(tmp_path / "deep" / "blobs")

    @pytest.fixture
    def spoil(self, tmp_path: Path) -> Callable[[str, str], None]:
        def change(tenant: str, digest: str) -> None:
            folder = tmp_path / "deep" / "blobs" / sha256(tenant.encode()).hexdigest()
            (folder / digest[:2] / digest[2:4] / digest).write_bytes(b"!")

        return change
