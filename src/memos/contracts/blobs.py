"""Blobs: large immutable things by the hash of their content."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from memos.contracts.part import Part


class BlobStore(Part, ABC):
    """Content-addressed bytes, apart for each tenant.

    Obligations: the digest (lower-case hex SHA-256) is the only name, so no caller's
    string becomes a path; `put` is durable when it returns and idempotent; `get` verifies
    the content and raises StorageCorrupt when it is not what was put, NotFound when it
    is absent; one tenant's digests say nothing about another's.
    """

    @abstractmethod
    async def put(self, tenant: str, content: bytes) -> str:
        """Stores `content` and returns its digest."""

    @abstractmethod
    async def get(self, tenant: str, digest: str) -> bytes:
        """The content under `digest`."""

    @abstractmethod
    async def has(self, tenant: str, digest: str) -> bool:
        """Whether there is content under `digest`."""

    @abstractmethod
    async def delete(self, tenant: str, digest: str) -> bool:
        """Removes content for good; False when there was none."""

    @abstractmethod
    def digests(self, tenant: str) -> AsyncIterator[str]:
        """All digests of a tenant, sorted."""
