"""Power loss: a SQLite file system that logs what reaches the disk, and what a crash leaves.

What the disk has promised is what was synced; everything later may be there, in part or not
at all. `CrashVFS` writes to real files and logs each change with its place in one sequence,
into which the test also puts its acknowledgements. `images` cuts that sequence at random
moments and builds what could be on the disk then. Shared memory (``-shm``) never is.

Taken for granted, as SQLite does on Linux (powersafe overwrite): a torn write leaves the
bytes beside it alone. Not modelled: sectors that rot, and disks that lie about a sync.
"""

# ruff: noqa: N802 - the methods have SQLite's names

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import apsw

SECTOR = 512  # bytes that a disk writes whole or not at all
WHOLE = 0.45  # probability that a write that was not synced is there all the same
TORN = 0.15  # probability that some of its sectors are
RENAMED = 0.5  # probability that a file created or deleted is so, before its folder is synced

_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was there before the log began, with its bytes."""

    file: int
    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Created:
    """A new file under a name."""

    file: int
    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes that went to a place in a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    """A file that was cut, in bytes."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A sync that has come back; with `folder` also the names in the folder."""

    file: int
    folder: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """A name that is gone; with `folder` for good."""

    path: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Acked:
    """The caller was told that `what` is done."""

    what: int


Event = Found | Created | Written | Truncated | Synced | Deleted | Acked


class Log:
    """One sequence of events, from any thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lock = threading.Lock()

    def ack(self, what: int) -> None:
        """Says that the caller knows by now that `what` is done."""
        with self.lock:
            self.events.append(Acked(what))


class CrashVFS(apsw.VFS):
    """A file system over SQLite's own, which writes to `log`. `close` it after its databases."""

    def __init__(self, log: Log) -> None:
        self.name = f"memos-crash-{next(_numbers)}"
        self.log = log
        self.known: dict[str, int] = {}  # path -> number of the file that has this name now
        super().__init__(self.name, "")

    def close(self) -> None:
        """Makes the name unknown to SQLite."""
        self.unregister()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Opens a file, new or not; SQLite's temporary files have no name and no log."""
        if name is None:
            return apsw.VFSFile("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        with self.log.lock:
            there = Path(path).exists()
            handle = _CrashFile(self, name, flags)
            if path not in self.known or not there:
                self.known[path] = next(_numbers)
                self.log.events.append(
                    Found(self.known[path], path, Path(path).read_bytes())
                    if there
                    else Created(self.known[path], path)
                )
            handle.number = self.known[path]
            return handle

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: FBT001 - SQLite's interface
        """Deletes a name; handles to the file go on."""
        with self.log.lock:
            super().xDelete(name, syncdir)
            self.known.pop(name, None)
            self.log.events.append(Deleted(name, folder=bool(syncdir)))


class _CrashFile(apsw.VFSFile):
    def __init__(self, vfs: CrashVFS, name: str | apsw.URIFilename, flags: list[int]) -> None:
        self.number = 0
        self._log = vfs.log
        # SQLite's unix files sync the folder with the first sync of a journal they may create.
        self._syncs_folder = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        with self._log.lock:
            super().xWrite(data, offset)
            self._log.events.append(Written(self.number, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        with self._log.lock:
            super().xTruncate(newsize)
            self._log.events.append(Truncated(self.number, newsize))

    def xSync(self, flags: int) -> None:
        with self._log.lock:
            super().xSync(flags)
            self._log.events.append(Synced(self.number, self._syncs_folder))
        self._syncs_folder = False


@dataclass(frozen=True, slots=True)
class Image:
    """What one crash leaves: files by name, and what had been acknowledged before it."""

    at: int  # events before the crash
    files: dict[str, bytes]
    acked: tuple[int, ...]

    def write(self, folder: Path) -> None:
        """Puts the files into `folder`, which has to exist."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def images(log: Log, seed: int, number: int, *, first: int = 0) -> Iterator[Image]:
    """`number` images of crashes, in the order of their moments, from the event `first` on.

    Every other crash is right behind an acknowledgement, where a promise is youngest; the
    others are anywhere. Everything follows from `seed`.
    """
    random = Random(seed)
    events = tuple(log.events)
    acks = [at + 1 for at, event in enumerate(events) if isinstance(event, Acked) and at >= first]
    moments = sorted(
        random.choice(acks) if acks and each % 2 else random.randint(first, len(events))
        for each in range(number)
    )
    disk, done = _Disk(), 0
    for event in events:
        if isinstance(event, Found):  # at the beginning, whenever it was opened
            disk.apply(event)
    for moment in moments:
        for event in events[done:moment]:
            if not isinstance(event, Found):
                disk.apply(event)
        done = moment
        yield Image(moment, disk.crash(random), tuple(disk.acked))


@dataclass(slots=True)
class _File:
    """Bytes that are safe, and what was done since the last sync."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Written | Truncated] = field(default_factory=list)


class _Disk:
    """What is safe and what is not, up to one moment."""

    def __init__(self) -> None:
        self.acked: list[int] = []
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}
        self._renamed: list[tuple[str, int | None]] = []

    def apply(self, event: Event) -> None:
        """Takes the next event."""
        match event:
            case Found(file, path, content):
                self._files[file] = _File(bytearray(content))
                self._names[path] = file
            case Created(file, path):
                self._files[file] = _File()
                self._renamed.append((path, file))
            case Written() | Truncated():
                self._files[event.file].pending.append(event)
            case Synced(file, folder):
                self._sync(self._files[file])
                self._sync_folder(needed=folder)
            case Deleted(path, folder):
                self._renamed.append((path, None))
                self._sync_folder(needed=folder)
            case Acked(what):
                self.acked.append(what)

    def _sync(self, file: _File) -> None:
        for change in file.pending:
            _change(file.safe, change)
        file.pending.clear()

    def _sync_folder(self, *, needed: bool) -> None:
        if needed:
            _rename(self._names, self._renamed)
            self._renamed.clear()

    def crash(self, random: Random) -> dict[str, bytes]:
        """File name -> bytes, after losing power now."""
        names = dict(self._names)
        _rename(names, [each for each in self._renamed if random.random() < RENAMED])
        return {
            Path(path).name: _survivor(self._files[file], random)
            for path, file in sorted(names.items())
        }


def _survivor(file: _File, random: Random) -> bytes:
    content = bytearray(file.safe)
    for change in file.pending:
        luck = random.random()
        if luck < WHOLE:
            _change(content, change)
        elif luck < WHOLE + TORN and isinstance(change, Written):
            for sector in _sectors(change):
                if random.random() < 0.5:
                    _change(content, sector)
    return bytes(content)


def _sectors(write: Written) -> Iterator[Written]:
    """The parts of a write that lie in different sectors of its file."""
    at = 0
    while at < len(write.data):
        end = at + SECTOR - (write.offset + at) % SECTOR
        yield Written(write.file, write.offset + at, write.data[at:end])
        at = end


def _change(content: bytearray, change: Written | Truncated) -> None:
    if isinstance(change, Truncated):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
    else:
        content.extend(bytes(max(0, change.offset - len(content))))
        content[change.offset : change.offset + len(change.data)] = change.data


def _rename(names: dict[str, int], renamed: Sequence[tuple[str, int | None]]) -> None:
    for path, file in renamed:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file
