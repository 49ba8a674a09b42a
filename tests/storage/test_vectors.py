from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np
import pytest

from memos.contracts.vectors import Embedded, Generation, VectorIndex
from memos.model.memory import Kind, Memory, Ref
from memos.model.time import Instant
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.graphs.sqlite import SqliteGraph
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.queues.sqlite import SqliteOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments import scan
from memos.storage.segments.cache import Segments
from memos.storage.sqlite.database import Database
from memos.storage.text.memory import MemoryText
from memos.storage.text.sqlite import SqliteText
from memos.storage.vectors.memory import MemoryVectors
from memos.storage.vectors.sqlite import SqliteVectors
from memos.testing.build import Backends, Desk
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

WIDTH = 32
SPACE = Generation("space", WIDTH)


def embedded(path: Path, room: int = 1 << 20) -> Backends:
    """A process of its own, as far as the index can tell."""
    clock, database = ManualClock(), Database(path / "memos.db", sync="normal")
    segments = Segments(database, room)
    return Backends(
        SqliteRecords(database, segments),
        SqliteText(segments),
        SqliteGraph(segments),
        SqliteOutbox(database, clock),
        clock,
        SqliteVectors(database, segments),
    )


def in_memory() -> Backends:
    clock = ManualClock()
    text, graph, vectors, outbox = MemoryText(), MemoryGraph(), MemoryVectors(), MemoryOutbox(clock)
    records = MemoryRecords([text, graph, vectors], outbox=outbox)
    return Backends(records, text, graph, outbox, clock, vectors)


@pytest.fixture
def here(tmp_path: Path) -> Backends:
    return embedded(tmp_path)


@pytest.fixture
def there(tmp_path: Path) -> Backends:
    return embedded(tmp_path)


@pytest.fixture
def cramped(tmp_path: Path) -> Backends:
    return embedded(tmp_path, room=1)


@pytest.fixture
def specified() -> Backends:
    return in_memory()


def index(system: Backends) -> VectorIndex:
    assert system.vectors is not None
    return system.vectors


def some(count: int, seed: int = 0) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32))


async def put(desk: Desk, memories: Sequence[Memory], vectors: Sequence[np.ndarray]) -> None:
    items = [Embedded(m.ref, m.seq, v, b"t") for m, v in zip(memories, vectors, strict=True)]
    await index(desk.system).put(desk.key, SPACE, items)


async def find(system: Backends, desk: Desk, vector: np.ndarray, limit: int = 10) -> list[Ref]:
    hits = await index(system).search(desk.reads(), SPACE, [vector], limit)
    return [hit.ref for hit in hits]


@scenario
async def test_other_processes_follow(here: Backends, there: Backends):
    desk, up = Desk(here), some(1)[0]
    first = await desk.remember("a")
    await put(desk, [first], [up])
    assert await find(there, desk, up) == [first.ref]
    second = await desk.remember("b")
    assert await index(there).missing(desk.key, SPACE, 10) == [second.ref]
    await put(desk, [second], [up])
    await put(desk, [first], [-up])
    assert await find(there, desk, up) == [second.ref, first.ref]
    await desk.commit(forget=(second.id,))
    assert await find(there, desk, up) == [first.ref]
    await index(here).drop(desk.key, SPACE)
    assert await find(there, desk, up) == []
    await put(desk, [first], [up])
    assert await find(there, desk, up) == [first.ref]
    await index(there).clear(desk.key)
    assert await find(here, desk, up) == []


@scenario
async def test_vectors_outlive_a_text_index_that_is_thrown_away(here: Backends):
    desk, up = Desk(here), some(1)[0]
    memory = await desk.remember("a")
    await put(desk, [memory], [up])
    assert await find(here, desk, up) == [memory.ref]
    await here.text.clear(desk.key)
    assert await find(here, desk, up) == [memory.ref]


@scenario
async def test_segments_that_are_let_go_come_back_with_their_vectors(cramped: Backends):
    desks = [Desk(cramped, f"user:{name}") for name in ("ann", "bob", "cho")]
    up = some(1)[0]
    made = []
    for desk in desks:
        made.append(await desk.remember("a"))
        await put(desk, made[-1:], [up])
    for _ in range(2):
        for desk, memory in zip(desks, made, strict=True):
            assert await find(cramped, desk, up) == [memory.ref]


@scenario
async def test_damaged_vectors_are_missing_until_they_are_put_again(
    tmp_path: Path, here: Backends, there: Backends
):
    desk, up = Desk(here), some(1)[0]
    damaged, astray, sound = [await desk.remember(text) for text in "abc"]
    await put(desk, [damaged, astray, sound], [up] * 3)
    with apsw.Connection(str(tmp_path / "memos.db")) as connection:
        connection.execute("UPDATE vectors SET vector = x'00' WHERE version = 1")
        connection.execute("UPDATE vectors SET version = 77 WHERE version = 2")
    assert await find(there, desk, up) == [sound.ref]
    assert await index(there).missing(desk.key, SPACE, 10) == [damaged.ref, astray.ref]
    assert await index(there).contents(desk.key) == {damaged.ref: 1}
    assert await index(there).generations(desk.key) == {SPACE: 1}
    await put(desk, [damaged, astray], [up] * 2)
    assert await find(there, desk, up) == [damaged.ref, astray.ref, sound.ref]
    assert await index(there).contents(desk.key) == {}


@scenario
async def test_the_embedded_index_agrees_with_the_specification(
    monkeypatch: pytest.MonkeyPatch, here: Backends, specified: Backends
):
    monkeypatch.setattr(scan, "BLOCK", 128)
    answers = []
    vectors, queries = some(700), some(5, seed=1)
    kinds = [Kind.FACT, Kind.EPISODE, Kind.LESSON]
    for system in (here, specified):
        desk = Desk(system)
        memories = [desk.memory(f"m{at}", kinds[at % 3]) for at in range(600)]
        await desk.commit(memories=tuple(memories))
        await put(desk, memories[:300], vectors[:300])
        revised = [await desk.revise(memory, "again") for memory in memories[::20]]
        await desk.commit(forget=tuple(memory.id for memory in memories[7::20]))
        await put(desk, revised, vectors[600 : 600 + len(revised)])
        await put(desk, memories[200:500], vectors[250:550])
        answers.append(await _ask(desk, queries, memories[0].recorded_at))
    for embedded_hits, exact_hits in zip(*answers, strict=True):
        assert len(embedded_hits) == len(exact_hits)
        for hits, others in ((embedded_hits, exact_hits), (exact_hits, embedded_hits)):
            worst = min(others.values(), default=1.0)
            for ref, cosine in hits.items():
                assert cosine == pytest.approx(others.get(ref, worst), abs=0.01)


async def _ask(
    desk: Desk, queries: Sequence[np.ndarray], moment: Instant
) -> list[dict[Ref, float]]:
    """Cosines by reference for several searches, and what is missing, as a last one."""
    answers = []
    scopes = [
        desk.reads(),
        desk.reads(kinds=frozenset({Kind.LESSON})),
        desk.reads(known_at=moment),
    ]
    for scope in scopes:
        for limit in (1, 10, 1000):
            for asked in (queries[:1], queries):
                hits = await index(desk.system).search(scope, SPACE, asked, limit)
                answers.append({hit.ref: hit.similarity for hit in hits})
    missing = await index(desk.system).missing(desk.key, SPACE, 1000)
    answers.append(dict.fromkeys(missing, 0.0))
    return answers
