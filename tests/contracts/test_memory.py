from __future__ import annotations

import pytest

from memos.storage.graphs.memory import MemoryGraph
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.text.memory import MemoryText
from memos.testing.build import Backends
from memos.testing.clock import ManualClock
from memos.testing.contract_graph import GraphContract
from memos.testing.contract_records import RecordsContract
from memos.testing.contract_text import TextContract
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
