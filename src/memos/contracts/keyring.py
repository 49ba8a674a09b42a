"""Keyring: tenants and API keys, the same for all processes of a home."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part
from memos.model.deeds import Deed
from memos.model.key import ApiKey, Quota, Tenant
from memos.model.time import Instant


class Keyring(Part, ABC):
    """Keys by id, with a digest of each secret, and tenants by name.

    Obligations:

    - **No secret.** What is given is a digest; nothing from which a key can be used is kept.
    - **At once.** A key that was added, changed or revoked is what the next `find` in any
      process sees. What is written is durable when the call returns.
    - **Told.** A change and its deed are one: whoever dies when, the audit log of the home has
      both or neither. A call that changes nothing writes no deed.
    - Names, ids and tenants are the same only if their code points are.
    - A revoked key stays listed and can neither be revoked again at another moment nor brought
      back; an expiry may be set earlier, never later.
    - The tenant `default` exists from the start.
    """

    @abstractmethod
    async def add_tenant(self, tenant: Tenant, deed: Deed) -> None:
        """Raises Conflict when there is one of that name."""

    @abstractmethod
    async def set_quota(self, name: str, quota: Quota, deed: Deed) -> Tenant:
        """The tenant with its new quota; raises NotFound. The quota it has is no change."""

    @abstractmethod
    async def tenant(self, name: str) -> Tenant | None:
        """A tenant by name."""

    @abstractmethod
    async def tenants(self) -> list[Tenant]:
        """All of them, by name."""

    @abstractmethod
    async def add(self, key: ApiKey, digest: bytes, deed: Deed) -> None:
        """Raises NotFound for an unknown tenant, Conflict when the id is taken."""

    @abstractmethod
    async def find(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        """A key with the digest of its secret."""

    @abstractmethod
    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        """Those of a tenant, or all, by tenant and moment of making, then id."""

    @abstractmethod
    async def rotate(
        self, key_id: str, until: Instant, key: ApiKey, digest: bytes, deeds: Sequence[Deed]
    ) -> None:
        """Adds `key` in the place of another, which ends at `until` if it does not end before.

        Raises NotFound when there is no such key in the tenant of `key`, Conflict when it has
        ended by the moment at which `key` was made, or when the id of `key` is taken.
        """

    @abstractmethod
    async def revoke(self, key_id: str, at: Instant, deed: Deed) -> ApiKey | None:
        """Ends a key for good; None if there is no such key. Again: as it was."""
