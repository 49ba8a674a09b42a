"""A new home is on the disk before anything in it is acknowledged."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from memos import MemOS
from memos.errors import StorageError, StorageFull
from memos.storage.disk import make_folder


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are flushed, in order."""
    found: list[Path] = []
    flush = os.fsync

    def watch(handle: int) -> None:
        flush(handle)
        found.append(Path(f"/proc/self/fd/{handle}").readlink())

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to tell what is flushed")
    monkeypatch.setattr(os, "fsync", watch)
    return found


def test_every_folder_above_a_new_home_is_flushed(tmp_path: Path, flushed: list[Path]):
    home = tmp_path / "one" / "two" / "home"
    with MemOS(home, embedder="none") as memos:
        assert {tmp_path, tmp_path / "one", tmp_path / "one" / "two"} <= set(flushed)
        assert home.stat().st_mode & 0o777 == 0o700
        assert memos.add_message("ann", role="user", content="tea").memory_ids


def test_folders_that_somebody_else_has_made_are_flushed_too(tmp_path: Path, flushed: list[Path]):
    home = tmp_path / "one" / "home"
    home.mkdir(parents=True)  # and then the process died
    with MemOS(home, embedder="none", blobs="memory"):
        assert {tmp_path, tmp_path / "one"} <= set(flushed)
    flushed.clear()
    with MemOS(home, embedder="none", blobs="memory"):
        assert not {tmp_path, tmp_path / "one"} & set(flushed)


def test_a_link_to_a_home_leads_to_where_it_is(tmp_path: Path, flushed: list[Path]):
    (tmp_path / "disk" / "home").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "home")
    with MemOS(tmp_path / "link", embedder="none"):
        assert {tmp_path, tmp_path / "disk"} <= set(flushed)


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.EIO, StorageError), (errno.EDQUOT, StorageFull)]
)
def test_a_folder_that_cannot_be_flushed_is_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StorageError]
):
    def fail(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match=rf"home: .*{os.strerror(number)}") as caught:
            MemOS(tmp_path / "home", embedder="none")
        assert type(caught.value) is kind
    with MemOS(tmp_path / "home", embedder="none") as memos:
        memos.add_message("ann", role="user", content="tea")


def test_folders_are_made_by_several_at_once(tmp_path: Path):
    async def play() -> None:
        deep = tmp_path / "a" / "b" / "c"
        await asyncio.gather(*(asyncio.to_thread(make_folder, deep) for _ in range(16)))
        assert deep.is_dir()

    asyncio.run(play())
