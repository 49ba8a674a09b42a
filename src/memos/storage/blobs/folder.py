"""Blobs in a folder: a file each, TENANT/ab/cd/DIGEST, where TENANT is a hash too."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from memos.contracts.blobs import BlobStore
from memos.errors import NotFound, StorageCorrupt
from memos.storage.disk import failure, flush_folder, make_folder

DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class FolderBlobs(BlobStore):
    """Below `root`, which is made when needed.

    A file appears under its name only when its content is on the disk: written beside it,
    flushed, then renamed. What a crash leaves behind has another name and is no blob.
    """

    needs_loop = False

    def __init__(self, root: Path) -> None:
        self._root = root

    async def open(self) -> None:
        with _translated("open"):
            await asyncio.to_thread(make_folder, self._root)

    async def put(self, tenant: str, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        with _translated("put"):
            await asyncio.to_thread(_write, self._path(tenant, digest), content)
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        if not DIGEST.match(digest):
            raise NotFound("blob", digest)
        with _translated("get"):
            try:
                content = await asyncio.to_thread(self._path(tenant, digest).read_bytes)
            except FileNotFoundError as error:
                raise NotFound("blob", digest) from error
        if sha256(content).hexdigest() != digest:
            raise StorageCorrupt(f"blob {digest}: the content is not what was put")
        return content

    async def has(self, tenant: str, digest: str) -> bool:
        with _translated("has"):
            return bool(DIGEST.match(digest)) and await asyncio.to_thread(
                self._path(tenant, digest).is_file
            )

    async def delete(self, tenant: str, digest: str) -> bool:
        if not DIGEST.match(digest):
            return False
        with _translated("delete"):
            return await asyncio.to_thread(_remove, self._path(tenant, digest))

    async def digests(self, tenant: str) -> AsyncIterator[str]:
        with _translated("digests"):
            found = await asyncio.to_thread(_names, self._folder(tenant))
        for digest in found:
            yield digest

    def _folder(self, tenant: str) -> Path:
        return self._root / sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()

    def _path(self, tenant: str, digest: str) -> Path:
        return self._folder(tenant) / digest[:2] / digest[2:4] / digest


@contextmanager
def _translated(verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure(f"blobs: {verb}", error) from error


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    flush_folder(path.parent)
    return True


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*/*") if DIGEST.match(path.name))
