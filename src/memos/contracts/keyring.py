"""Keyring: tenants and API keys, the same for all processes of a home."""

from __future__ import annotations

from abc import ABC, abstractmethod

from memos.contracts.part import Part
from memos.model.key import ApiKey, Quota, Tenant
from memos.model.time import Instant


class Keyring(Part, ABC):
    """Keys by id, with a digest of each secret, and tenants by name.

    Obligations:

    - **No secret.** What is given is a digest; nothing from which a key can be used is kept.
    - **At once.** A key that was added, changed or revoked is what the next `find` in any
      process sees. What is written is durable when the call returns.
    - Names, ids and tenants are the same only if their code points are.
    - A revoked key stays listed and can neither be revoked again at another moment nor brought
      back; an expiry may be set earlier, never later.
    """

    @abstractmethod
    async def add_tenant(self, tenant: Tenant) -> None:
        """Raises Conflict when there is one of that name."""

    @abstractmethod
    async def set_quota(self, name: str, quota: Quota) -> Tenant:
        """The tenant with its new quota; raises NotFound."""

    @abstractmethod
    async def tenant(self, name: str) -> Tenant | None:
        """A tenant by name."""

    @abstractmethod
    async def tenants(self) -> list[Tenant]:
        """All of them, by name."""

    @abstractmethod
    async def add(self, key: ApiKey, digest: bytes) -> None:
        """Raises NotFound for an unknown tenant, Conflict when the id is taken."""

    @abstractmethod
    async def find(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        """A key with the digest of its secret."""

    @abstractmethod
    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        """Those of a tenant, or all, by tenant and moment of making, then id."""

    @abstractmethod
    async def expire(self, key_id: str, at: Instant) -> ApiKey | None:
        """Lets a key end at a moment, if it does not end before; None if there is no such key."""

    @abstractmethod
    async def revoke(self, key_id: str, at: Instant) -> ApiKey | None:
        """Ends a key for good; None if there is no such key. Again: as it was."""
