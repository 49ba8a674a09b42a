"""Disks that fail: a SQLite file system that runs full, or whose syncs fail now and then."""

# ruff: noqa: N802 - the methods have SQLite's names

from __future__ import annotations

import errno
import os
import threading
from itertools import count
from random import Random

import apsw

_numbers = count(1)


class FaultVFS(apsw.VFS):
    """Over SQLite's own; both faults are off until they are set. `close` it at the end.

    `room` is how many bytes all files together may still grow by, None for no limit; a
    write beyond it is refused whole, with the number `reason` of errno. `sync_fails` is the
    probability with which a sync raises, without having synced; the outcomes follow from
    `seed`.
    """

    def __init__(self, seed: int = 0) -> None:
        self.name = f"memos-fault-{next(_numbers)}"
        self.room: int | None = None
        self.reason = errno.ENOSPC
        self.sync_fails = 0.0
        self.refused = 0  # writes and syncs that failed on purpose
        self._random = Random(seed)
        self._lock = threading.Lock()
        super().__init__(self.name, "")

    def close(self) -> None:
        """Makes the name unknown to SQLite."""
        self.unregister()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Opens a file; those without a name are SQLite's temporary ones."""
        return apsw.VFSFile("", name, flags) if name is None else _FaultFile(self, name, flags)

    def xGetLastError(self) -> tuple[int, str]:
        """The number behind the last refusal, as the system would have it."""
        return self.reason, ""

    def grow(self, size: int) -> None:
        """Takes `size` bytes of the room; raises FullError if there are not as many."""
        with self._lock:
            if self.room is None or size <= 0:
                return
            if size > self.room:
                self.refused += 1
                full = self.reason == errno.ENOSPC  # the only reason that SQLite knows
                raise (apsw.FullError if full else apsw.IOError)(os.strerror(self.reason))
            self.room -= size

    def sync(self) -> None:
        """Fails, or does not."""
        with self._lock:
            if self._random.random() >= self.sync_fails:
                return
            self.refused += 1
        raise apsw.IOError(os.strerror(errno.EIO))


class _FaultFile(apsw.VFSFile):
    def __init__(self, vfs: FaultVFS, name: str | apsw.URIFilename, flags: list[int]) -> None:
        self._vfs = vfs
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._vfs.grow(offset + len(data) - self.xFileSize())
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._vfs.sync()
        super().xSync(flags)
