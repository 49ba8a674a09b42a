"""Calls about tenants, keys and the audit log, with the signatures of `MemOS`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memos.client.calling import Calling, remote
from memos.model.deeds import AuditEntry, ChainReport
from memos.model.key import ApiKey, NewKey, Tenant

When = datetime | str
DAY = 86_400  # seconds


class IdentityCalls(Calling):
    """Who may do what; what they mean is told at `MemOS`."""

    @remote
    async def create_tenant(
        self,
        name: str,
        *,
        memories: int | None = None,
        bytes: int | None = None,
        model_calls: int | None = None,
    ) -> Tenant:
        """Makes a tenant; raises Conflict when there is one of that name."""

    @remote
    async def tenants(self) -> list[Tenant]:
        """The tenants of the home, by name."""

    @remote
    async def set_quota(
        self,
        name: str,
        *,
        memories: int | None = None,
        bytes: int | None = None,
        model_calls: int | None = None,
    ) -> Tenant:
        """Gives a tenant another quota, as a whole: what is None has no limit from now on."""

    @remote
    async def create_key(
        self,
        tenant: str | None = None,
        *,
        name: str = "key",
        rights: Sequence[str] = ("read", "write"),
        user_id: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
        rate: int | None = None,
        expires_at: When | None = None,
        expires_in: float | None = None,
    ) -> NewKey:
        """Makes a key; its text is in `secret` and nowhere else, now and never again."""

    @remote
    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        """The keys of a tenant, or of all, also those that have ended; without their secrets."""

    @remote
    async def rotate_key(
        self, key_id: str, *, overlap: float = DAY, tenant: str | None = None
    ) -> NewKey:
        """Makes a key with the same rights and bounds; the old one ends after the overlap."""

    @remote
    async def revoke_key(self, key_id: str, *, tenant: str | None = None) -> ApiKey:
        """Ends a key at once and for good; one that was revoked stays as it is."""

    @remote
    async def audit_log(
        self, *, tenant: str | None = None, after: int = 0, limit: int = 100
    ) -> list[AuditEntry]:
        """Who did what: the first entries with a number above `after`, of a tenant or of all."""

    @remote
    async def verify_audit(self, *, seen: str | None = None) -> ChainReport:
        """Checks the whole audit log: whether an entry was changed, removed or cut off."""
