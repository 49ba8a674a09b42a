"""The keyring in memory: the specification of the others."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from memos.contracts.keyring import Keyring
from memos.errors import Conflict, NotFound
from memos.model.deeds import Deed
from memos.model.key import DEFAULT_TENANT, ApiKey, Quota, Tenant
from memos.model.time import Clock, Instant
from memos.storage.identity.audit_memory import MemoryAuditLog


class MemoryKeyring(Keyring):
    """Keys by id and tenants by name. Lives and dies with the process."""

    needs_loop = False

    def __init__(self, clock: Clock, audit_log: MemoryAuditLog) -> None:
        self._audit_log = audit_log
        self._tenants = {DEFAULT_TENANT: Tenant(DEFAULT_TENANT, clock.now())}
        self._keys: dict[str, tuple[ApiKey, bytes]] = {}
        self._lock = threading.Lock()

    async def add_tenant(self, tenant: Tenant, deed: Deed) -> None:
        with self._lock:
            if tenant.name in self._tenants:
                raise tenant_taken(tenant.name)
            self._tenants[tenant.name] = tenant
            self._audit_log.record(deed)

    async def set_quota(self, name: str, quota: Quota, deed: Deed) -> Tenant:
        with self._lock:
            known = self._tenants.get(name)
            if known is None:
                raise NotFound("tenant", name)
            if known.quota != quota:
                self._tenants[name] = replace(known, quota=quota)
                self._audit_log.record(deed)
            return self._tenants[name]

    async def tenant(self, name: str) -> Tenant | None:
        with self._lock:
            return self._tenants.get(name)

    async def tenants(self) -> list[Tenant]:
        with self._lock:
            return [self._tenants[name] for name in sorted(self._tenants)]

    async def add(self, key: ApiKey, digest: bytes, deed: Deed) -> None:
        with self._lock:
            self._add(key, digest)
            self._audit_log.record(deed)

    async def find(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        with self._lock:
            return self._keys.get(key_id)

    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        with self._lock:
            found = [key for key, _ in self._keys.values() if tenant in (None, key.tenant)]
        return sorted(found, key=lambda key: (key.tenant, key.created_at, key.id))

    async def rotate(
        self, key_id: str, until: Instant, key: ApiKey, digest: bytes, deeds: Sequence[Deed]
    ) -> None:
        with self._lock:
            old, kept = self._keys.get(key_id, (None, b""))
            ended = ending(old, key_id, until, key)
            self._add(key, digest)
            self._keys[key_id] = ended, kept
            for deed in deeds:
                self._audit_log.record(deed)

    async def revoke(self, key_id: str, at: Instant, deed: Deed) -> ApiKey | None:
        with self._lock:
            if key_id not in self._keys:
                return None
            key, digest = self._keys[key_id]
            if key.revoked_at is None:
                key = replace(key, revoked_at=at)
                self._keys[key_id] = key, digest
                self._audit_log.record(deed)
            return key

    def _add(self, key: ApiKey, digest: bytes) -> None:
        if key.tenant not in self._tenants:
            raise NotFound("tenant", key.tenant)
        if key.id in self._keys:
            raise key_taken(key.id)
        self._keys[key.id] = key, digest


def tenant_taken(name: str) -> Conflict:
    """There is a tenant of that name."""
    return Conflict(f"name: there is a tenant {name!r} already")


def key_taken(key_id: str) -> Conflict:
    """There is a key with that id."""
    return Conflict(f"key_id: there is a key {key_id!r} already")


def ending(old: ApiKey | None, key_id: str, until: Instant, key: ApiKey) -> ApiKey:
    """`old` as it is once `key` has taken its place; raises NotFound or Conflict."""
    if old is None or old.tenant != key.tenant:
        raise NotFound("key", key_id)
    if not old.valid(key.created_at):
        raise Conflict(f"key_id: the key {key_id!r} has ended; create another one")
    earlier = until if old.expires_at is None else min(until, old.expires_at)
    return replace(old, expires_at=earlier)
