from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import apsw
import pytest

from memos import AsyncMemOS
from memos.errors import StorageBusy, StorageError, StorageFull
from memos.memories.parts import Parts, build
from memos.settings import Settings
from memos.storage.sqlite import database
from memos.testing.faultfs import FaultVFS
from memos.testing.results import report

MIB = 2**20
AT_ONCE = (1, 1, 1, 2, 8)  # writes on their way together: several share a commit


@pytest.fixture(autouse=True)
def small_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CHECKPOINT_PAGES", 40)


@pytest.fixture
def vfs() -> Iterator[FaultVFS]:
    made = FaultVFS(seed=7)
    yield made
    made.close()


def parts_on(home: Path, vfs: FaultVFS | None) -> Parts:
    parts = build(Settings.load({}, home=home))
    if vfs is not None:
        parts.records._database._vfs = vfs.name  # type: ignore[attr-defined]
    return parts


class Writer:
    """Adds numbered messages and remembers what was acknowledged, and what refused."""

    def __init__(self, memos: AsyncMemOS) -> None:
        self.memos = memos
        self.acked: set[str] = set()
        self.refused: dict[str, StorageError] = {}
        self.next = 0
        self.random = Random(3)

    async def write(self, number: int) -> None:
        names = [f"m{self.next + at}" for at in range(number)]
        self.next += number
        while names:
            at_once = self.random.choice(AT_ONCE)
            together, names = names[:at_once], names[at_once:]
            await asyncio.gather(*map(self.add, together))

    async def add(self, name: str) -> None:
        try:
            await self.memos.add_message(
                "ann", role="user", content=text(name), message_id=name, conversation_id="c"
            )
        except StorageError as error:
            self.refused[name] = error
        else:
            self.acked.add(name)
            self.refused.pop(name, None)

    async def retry(self) -> None:
        """What a client does with a refused write: the same again, under the same id."""
        for name in list(self.refused):
            await self.add(name)


def text(name: str) -> str:
    return f"{name}: Alice takes the train to Oslo on Tuesday"


async def stored(memos: AsyncMemOS) -> Counter[str]:
    """How often each message is there."""
    found, before = Counter[str](), None
    while page := await memos.get_messages("ann", "c", limit=1000, before=before):
        found.update(message.message_id for message in page)
        before = page[0].id
    return found


async def compare(memos: AsyncMemOS, writer: Writer) -> dict[str, int]:
    found = await stored(memos)
    return {
        "writes": writer.next,
        "acked": len(writer.acked),
        "refused": len(writer.refused),
        "acked but missing": len(writer.acked - found.keys()),
        "refused but present": len(writer.refused.keys() & found.keys()),
        "doubled": sum(number > 1 for number in found.values()),
    }


WRONG = ("acked but missing", "refused but present", "doubled")


async def healthy(memos: AsyncMemOS) -> None:
    diagnosis = await memos.doctor(repair=False)
    assert diagnosis.records == ()
    assert diagnosis.differences == ()


@asynccontextmanager
async def opened(home: Path, vfs: FaultVFS | None = None) -> AsyncIterator[AsyncMemOS]:
    memos = AsyncMemOS(home, parts=parts_on(home, vfs))
    try:
        yield memos
    finally:
        await memos.close()


async def failing_syncs(home: Path, vfs: FaultVFS, number: int) -> dict[str, int]:
    async with opened(home, vfs) as memos:
        writer = Writer(memos)
        await writer.write(8)
        vfs.sync_fails = 0.05
        await writer.write(number)
        vfs.sync_fails = 0.0
        figures = await compare(memos, writer)
        await healthy(memos)
    async with opened(home) as memos:
        writer.memos = memos
        assert await compare(memos, writer) == figures
        await writer.retry()
        assert not writer.refused
        assert (await stored(memos)) == Counter(writer.acked)
        await healthy(memos)
    return {**figures, "syncs that failed": vfs.refused}


async def full_now_and_then(home: Path, vfs: FaultVFS, number: int) -> dict[str, int]:
    random = Random(11)
    async with opened(home, vfs) as memos:
        writer = Writer(memos)
        await writer.write(8)
        while writer.next < number:
            vfs.room = random.randrange(60_000)
            await writer.write(random.randint(8, 64))
            assert {type(error) for error in writer.refused.values()} <= {StorageFull}
        figures = await compare(memos, writer)
        await healthy(memos)
        vfs.room = None
        await writer.retry()
        assert not writer.refused
        assert (await stored(memos)) == Counter(writer.acked)
    async with opened(home) as memos:
        assert (await stored(memos)) == Counter(writer.acked)
        await healthy(memos)
    return figures


def test_a_write_whose_sync_fails_is_refused_and_leaves_nothing(tmp_path: Path, vfs: FaultVFS):
    figures = asyncio.run(failing_syncs(tmp_path, vfs, 800))
    assert [figures[name] for name in WRONG] == [0, 0, 0]
    assert figures["refused"] > 3
    assert figures["acked"] > 700


@pytest.mark.parametrize("number", [1, 5])
def test_a_refused_write_does_not_come_back_when_the_process_dies_next(
    tmp_path: Path, vfs: FaultVFS, number: int
):
    left = tmp_path / "left"
    left.mkdir()

    async def run() -> None:
        async with opened(tmp_path / "home", vfs) as memos:
            writer = Writer(memos)
            await writer.write(8)
            vfs.sync_fails = 1.0
            await asyncio.gather(*(writer.add(f"refused {at}") for at in range(number)))
            vfs.sync_fails = 0.0
            assert len(writer.refused) == number
            for name in ("memos.db", "memos.db-wal"):  # what SIGKILL leaves: no shared memory
                shutil.copy(tmp_path / "home" / name, left)
        async with opened(left) as memos:
            assert await stored(memos) == Counter(writer.acked)
            await healthy(memos)

    asyncio.run(run())


def test_a_disk_that_is_full_now_and_then(tmp_path: Path, vfs: FaultVFS):
    figures = asyncio.run(full_now_and_then(tmp_path, vfs, 600))
    assert [figures[name] for name in WRONG] == [0, 0, 0]
    assert figures["refused"] > 50


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_so_and_read_all_the_same(tmp_path: Path, vfs: FaultVFS, reason: int):
    vfs.reason = reason

    async def run() -> None:
        async with opened(tmp_path, vfs) as memos:
            writer = Writer(memos)
            await writer.write(50)
            vfs.room = 0
            with pytest.raises(StorageFull, match=rf"no room left .*{os.strerror(reason)}"):
                await memos.add_message("ann", role="user", content="too much " * 20_000)
            assert await stored(memos) == Counter(writer.acked)
            found = await memos.recall("ann", "who takes the train to Oslo?")
            assert found
            vfs.room = None
            await memos.add_message("ann", role="user", content="The violin is in the attic.")
            assert "attic" in (await memos.recall("ann", "where is the violin?"))[0].memory.content
            await healthy(memos)

    asyncio.run(run())


def test_a_disk_too_full_to_begin_on_can_be_begun_on_later(tmp_path: Path, vfs: FaultVFS):
    async def run() -> None:
        vfs.room = 10_000
        async with opened(tmp_path, vfs) as memos:
            with pytest.raises(StorageFull):
                await memos.add_message("ann", role="user", content="tea")
            vfs.room = None
            await memos.add_message("ann", role="user", content="tea")
            await healthy(memos)

    asyncio.run(run())


def test_writes_go_on_when_a_checkpoint_cannot_have_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def run() -> None:
        async with opened(tmp_path) as memos:
            writer = Writer(memos)
            await writer.write(8)
            lock = database.file_lock

            def refused(*args: object, **options: object) -> object:
                raise OSError(24, "Too many open files")

            monkeypatch.setattr(database, "file_lock", refused)
            await asyncio.wait_for(writer.write(100), 20)
            monkeypatch.setattr(database, "file_lock", lock)
            await asyncio.wait_for(writer.write(8), 20)
            assert len(writer.acked) == 116
            await healthy(memos)

    asyncio.run(run())


def test_writers_that_wait_in_vain_are_all_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.3)

    async def run() -> None:
        async with opened(tmp_path) as memos:
            writer = Writer(memos)
            await writer.write(8)
            other = apsw.Connection(str(tmp_path / "memos.db"))
            other.execute("BEGIN IMMEDIATE")
            begun = time.monotonic()
            await asyncio.gather(*(writer.add(f"refused {at}") for at in range(20)))
            assert time.monotonic() - begun < 3
            assert {type(error) for error in writer.refused.values()} == {StorageBusy}
            assert await stored(memos) == Counter(writer.acked)
            other.execute("ROLLBACK")
            other.close()
            await writer.retry()
            assert not writer.refused
            await healthy(memos)

    asyncio.run(run())


LIMITED = """
import json, resource, sys
from memos import MemOS
from memos.errors import StorageError
from memos.storage.sqlite import database
database.CHECKPOINT_PAGES = 10**9
memos = MemOS(sys.argv[1])
memos.add_message("ann", role="user", content="Alice plays the violin.", message_id="first")
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
acked, refused = ["first"], []
for at in range(400):
    try:
        memos.add_message("ann", role="user", content=f"{at} " * 300, message_id=f"m{at}")
        acked.append(f"m{at}")
    except StorageError as error:
        assert type(error).__name__ == "StorageFull", repr(error)
        refused.append(f"m{at}")
        if len(refused) == 5:
            break
assert memos.recall("ann", "violin")
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
memos.add_message("ann", role="user", content="done", message_id="last")
memos.close()
print(json.dumps({"acked": [*acked, "last"], "refused": refused}))
"""


def test_a_file_that_may_not_grow(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)

    async def run() -> None:
        async with opened(tmp_path) as memos:
            there = [message.message_id for message in await memos.get_messages("ann")]
            assert there == said["acked"]
            assert len(said["refused"]) == 5
            await healthy(memos)

    asyncio.run(run())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=2m", "memos-test", str(place)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("needs root, and the right to mount a tmpfs")
    yield place
    subprocess.run([command[0].replace("mount", "umount"), str(place)], check=True)


def test_a_real_file_system_that_is_full(small_disk: Path):
    async def run() -> None:
        ballast = small_disk / "ballast"
        async with opened(small_disk / "home") as memos:
            writer = Writer(memos)
            await writer.write(50)
            ballast.write_bytes(bytes(1_200_000))
            while len(writer.refused) < 20:
                await writer.write(20)
            assert {type(error) for error in writer.refused.values()} == {StorageFull}
            assert [(await compare(memos, writer))[name] for name in WRONG] == [0, 0, 0]
            assert await memos.recall("ann", "who takes the train to Oslo?")
            ballast.unlink()
            await writer.retry()
            assert not writer.refused
            await healthy(memos)
        async with opened(small_disk / "home") as memos:
            assert await stored(memos) == Counter(writer.acked)
            await healthy(memos)

    asyncio.run(run())


@pytest.mark.soak
def test_soak_faults(tmp_path: Path, vfs: FaultVFS):
    begun = time.monotonic()
    syncs = asyncio.run(failing_syncs(tmp_path / "syncs", vfs, 5000))
    full = asyncio.run(full_now_and_then(tmp_path / "full", vfs, 5000))
    figures = {"failing syncs": syncs, "full disk": full}
    line = report(
        "faults",
        {**figures, "seconds": round(time.monotonic() - begun, 1)},
        os.environ.get("MEMOS_RESULTS"),
    )
    print(line)
    assert [figure[name] for figure in figures.values() for name in WRONG] == [0] * 6
