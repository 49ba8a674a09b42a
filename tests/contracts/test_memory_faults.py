from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from memos.errors import StorageBusy, StorageError, StorageFull
from memos.model.changes import Derivation, MemoryState
from memos.model.scope import CubeKey
from memos.storage.blobs.folder import FolderBlobs
from memos.storage.graphs.memory import MemoryGraph
from memos.storage.queues.memory import MemoryOutbox
from memos.storage.records.memory import MemoryRecords
from memos.storage.text.memory import MemoryText
from memos.testing.build import UNKNOWN, Backends, Desk, derivation
from memos.testing.clock import ManualClock


class Breaking(MemoryGraph):
    """Fails at every state once it is broken."""

    broken = False

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        if self.broken and any("bad" in m.content for state in states for m in state.versions):
            raise StorageBusy("broken")
        await super().apply(key, states)


def backends(graph: MemoryGraph | None = None) -> Backends:
    clock = ManualClock()
    text, graph, outbox = MemoryText(), graph or MemoryGraph(), MemoryOutbox(clock)
    return Backends(MemoryRecords([text, graph], outbox=outbox), text, graph, outbox, clock)


def test_a_projection_that_fails_inside_a_commit_undoes_it():
    async def play() -> None:
        graph = Breaking()
        desk = Desk(backends(graph))
        memory = await desk.remember("good plums")
        gone = await desk.remember("plums")
        await desk.commit(forget=(gone.id,))
        states = await desk.system.records.states(desk.key)
        contents = await desk.system.text.contents(desk.key)
        graph.broken = True
        with pytest.raises(StorageBusy):
            await desk.revise(memory, "bad plums")
        assert await desk.system.records.states(desk.key) == states
        assert await desk.system.text.contents(desk.key) == contents
        assert (await desk.commit()).seq == 4

    asyncio.run(play())


def test_several_loops_may_commit_at_once():
    system = backends()

    def work(n: int) -> None:
        async def play() -> None:
            desk = Desk(system, f"user:{n % 2}")
            desk.ids = iter_ids(n).__next__
            for _ in range(25):
                await desk.say(desk.message("hello"))

        asyncio.run(play())

    def iter_ids(n: int):
        count = 0
        while True:
            count += 1
            yield f"00000000-0000-7000-8000-{n:04d}{count:08d}"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    async def check() -> None:
        assert await system.records.check() == []
        for n in range(2):
            desk = Desk(system, f"user:{n}")
            found = await system.records.messages(desk.reads())
            assert [message.ordinal for message in found] == list(range(1, 51))
            assert [message.seq for message in found] == list(range(1, 51))

    asyncio.run(check())


def test_check_names_what_is_wrong():
    async def play() -> None:
        desk = Desk(backends())
        message = desk.message("hello")
        (episode,) = await desk.say(message)
        memory = await desk.remember("one")
        await desk.revise(memory, "two")
        assert await desk.system.records.check() == []
        book = desk.system.records._books["acme"]
        first, second = book.chains[memory.id]
        book.chains[memory.id] = (replace(first, tainted=True, superseded_at=None), second)
        book.chains[episode.id] = (replace(book.chains[episode.id][0], version=2, changed_seq=99),)
        book.messages[message.id] = replace(message, ordinal=2)
        book.hidden.add(UNKNOWN)
        book.derived[UNKNOWN] = (Derivation(UNKNOWN, 1, "memory", memory.id),)
        book.derived[message.id] = (derivation(message, episode),)
        found = "\n".join(await desk.system.records.check())
        for words in (
            "has a gap in its versions",
            "has not exactly one current version",
            "says different things in its versions",
            "was written by a commit that its cube does not count",
            "has a gap in its ordinals",
            "is forgotten, but was never there",
            f"derives from {UNKNOWN}, which is not there",
        ):
            assert words in found
        assert len(found.splitlines()) == 7

    asyncio.run(play())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EFBIG, StorageFull),
        (errno.EIO, StorageError),
    ],
)
def test_a_folder_says_why_it_could_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[StorageError]
):
    def fail(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    async def play() -> None:
        blobs = FolderBlobs(tmp_path / "blobs")
        await blobs.open()
        digest = await blobs.put("acme", b"before")
        folder = tmp_path / "blobs"
        before = files(folder)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            with pytest.raises(expected) as caught:
                await blobs.put("acme", b"after")
        assert type(caught.value) is expected
        assert isinstance(caught.value.__cause__, OSError)
        assert files(folder) == before
        assert [each async for each in blobs.digests("acme")] == [digest]

    asyncio.run(play())


def test_what_a_crash_left_in_a_folder_is_no_blob(tmp_path: Path):
    async def play() -> None:
        blobs = FolderBlobs(tmp_path)
        digest = await blobs.put("acme", b"hello")
        (file,) = files(tmp_path)
        file.with_name(".half-written").write_bytes(b"hel")
        assert [each async for each in blobs.digests("acme")] == [digest]

    asyncio.run(play())
