"""Folders that survive a power loss, and what a system says when there is no room."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from memos.errors import StorageError, StorageFull

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The device is full, a quota is used up, or a file may not grow any larger."""


def failure(what: str, error: OSError) -> StorageError:
    """Our error for one of the system's."""
    kind = StorageFull if error.errno in NO_ROOM else StorageError
    return kind(f"{what}: {error.strerror or error}")


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes `folder`, with `mode`, and what is missing above it, so that they stay."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode, exist_ok=True)
    flush_folder(folder.parent)


def flush_way_to(folder: Path) -> None:
    """Makes the entries that lead to `folder` durable, whoever made them."""
    for above in folder.resolve().parents:
        if os.access(above, os.W_OK):  # elsewhere nobody with our rights has made anything
            flush_folder(above)


def flush_folder(folder: Path) -> None:
    """Makes the entries of `folder` durable."""
    if os.name == "nt":  # Windows opens no folders; its file systems journal their entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that flushes no folders
            raise
    finally:
        os.close(handle)
