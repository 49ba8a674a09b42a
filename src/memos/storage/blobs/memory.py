"""Blobs in memory: the specification of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256

from memos.contracts.blobs import BlobStore
from memos.errors import NotFound, StorageCorrupt


class MemoryBlobs(BlobStore):
    """Bytes by (tenant, digest); gone with the process."""

    def __init__(self) -> None:
        self._blobs: dict[tuple[str, str], bytes] = {}

    async def put(self, tenant: str, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        self._blobs[tenant, digest] = bytes(content)
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        content = self._blobs.get((tenant, digest))
        if content is None:
            raise NotFound("blob", digest)
        if sha256(content).hexdigest() != digest:
            raise StorageCorrupt(f"blob {digest}: the content is not what was put")
        return content

    async def has(self, tenant: str, digest: str) -> bool:
        return (tenant, digest) in self._blobs

    async def delete(self, tenant: str, digest: str) -> bool:
        return self._blobs.pop((tenant, digest), None) is not None

    async def digests(self, tenant: str) -> AsyncIterator[str]:
        for owner, digest in sorted(self._blobs):
            if owner == tenant:
                yield digest
