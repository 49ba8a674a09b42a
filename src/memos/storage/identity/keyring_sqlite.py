"""The keyring in SQLite: one for all processes of a home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import apsw

from memos.contracts.keyring import Keyring
from memos.errors import NotFound
from memos.model.deeds import Deed
from memos.model.key import ApiKey, Quota, Right, Tenant
from memos.model.time import Clock, Instant, instant
from memos.storage.identity.audit_sqlite import record
from memos.storage.identity.keyring_memory import ending, key_taken, tenant_taken
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import Row, every, one

_TENANT = "name, created_at, memories, bytes, model_calls"
_TENANTS = f"SELECT {_TENANT} FROM tenants"
ADD_TENANT = f"INSERT INTO tenants ({_TENANT}) VALUES (?,?,?,?,?)"
SET_QUOTA = "UPDATE tenants SET memories=?, bytes=?, model_calls=? WHERE name=?"

_KEY = (
    "id, tenant, name, rights, created_at, created_by, user_id, agent_id, cube_id, rate, "
    "expires_at, revoked_at"
)
_KEYS = f"SELECT {_KEY}, digest FROM api_keys"
ADD = f"INSERT INTO api_keys ({_KEY}, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ORDER = "ORDER BY tenant, created_at, id"


class SqliteKeyring(Keyring):
    """Over the shared `Database`, in whose audit log it writes; deeds are stamped by `clock`."""

    needs_loop = False

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def add_tenant(self, tenant: Tenant, deed: Deed) -> None:
        def job(cursor: apsw.Cursor) -> None:
            if _tenant(cursor, tenant.name) is not None:
                raise tenant_taken(tenant.name)
            values = (tenant.name, tenant.created_at, *_amounts(tenant.quota))
            cursor.execute(ADD_TENANT, values)
            record(cursor, deed, self._clock.now())

        await self._database.write(job)

    async def set_quota(self, name: str, quota: Quota, deed: Deed) -> Tenant:
        def job(cursor: apsw.Cursor) -> Tenant:
            known = _tenant(cursor, name)
            if known is None:
                raise NotFound("tenant", name)
            if known.quota != quota:
                cursor.execute(SET_QUOTA, (*_amounts(quota), name))
                record(cursor, deed, self._clock.now())
            return replace(known, quota=quota)

        return await self._database.write(job)

    async def tenant(self, name: str) -> Tenant | None:
        return await self._database.read(lambda cursor: _tenant(cursor, name))

    async def tenants(self) -> list[Tenant]:
        def job(cursor: apsw.Cursor) -> list[Tenant]:
            return [_tenant_of(row) for row in every(cursor, f"{_TENANTS} ORDER BY name")]

        return await self._database.read(job)

    async def add(self, key: ApiKey, digest: bytes, deed: Deed) -> None:
        def job(cursor: apsw.Cursor) -> None:
            _add(cursor, key, digest)
            record(cursor, deed, self._clock.now())

        await self._database.write(job)

    async def find(self, key_id: str) -> tuple[ApiKey, bytes] | None:
        return await self._database.read(lambda cursor: _find(cursor, key_id))

    async def keys(self, tenant: str | None = None) -> list[ApiKey]:
        def job(cursor: apsw.Cursor) -> list[ApiKey]:
            if tenant is None:
                rows = every(cursor, f"{_KEYS} {_ORDER}")
            else:
                rows = every(cursor, f"{_KEYS} WHERE tenant=? {_ORDER}", (tenant,))
            return [_key_of(row) for row in rows]

        return await self._database.read(job)

    async def rotate(
        self, key_id: str, until: Instant, key: ApiKey, digest: bytes, deeds: Sequence[Deed]
    ) -> None:
        def job(cursor: apsw.Cursor) -> None:
            found = _find(cursor, key_id)
            ended = ending(None if found is None else found[0], key_id, until, key)
            _add(cursor, key, digest)
            sql = "UPDATE api_keys SET expires_at=? WHERE id=?"
            cursor.execute(sql, (ended.expires_at, key_id))
            for deed in deeds:
                record(cursor, deed, self._clock.now())

        await self._database.write(job)

    async def revoke(self, key_id: str, at: Instant, deed: Deed) -> ApiKey | None:
        def job(cursor: apsw.Cursor) -> ApiKey | None:
            found = _find(cursor, key_id)
            if found is None:
                return None
            if found[0].revoked_at is not None:
                return found[0]
            cursor.execute("UPDATE api_keys SET revoked_at=? WHERE id=?", (at, key_id))
            record(cursor, deed, self._clock.now())
            return replace(found[0], revoked_at=at)

        return await self._database.write(job)


def _add(cursor: apsw.Cursor, key: ApiKey, digest: bytes) -> None:
    if _tenant(cursor, key.tenant) is None:
        raise NotFound("tenant", key.tenant)
    if _find(cursor, key.id) is not None:
        raise key_taken(key.id)
    rights = " ".join(sorted(right.value for right in key.rights))
    values = (
        key.id, key.tenant, key.name, rights, key.created_at, key.created_by, key.user_id,
        key.agent_id, key.cube_id, key.rate, key.expires_at, key.revoked_at, digest,
    )  # fmt: skip
    cursor.execute(ADD, values)


def _find(cursor: apsw.Cursor, key_id: str) -> tuple[ApiKey, bytes] | None:
    row = one(cursor, f"{_KEYS} WHERE id=?", (key_id,))
    return None if row is None else (_key_of(row), row[-1])


def _key_of(row: Row) -> ApiKey:
    return ApiKey(
        id=row[0],
        tenant=row[1],
        name=row[2],
        rights=frozenset(Right(word) for word in row[3].split()),
        created_at=Instant(row[4]),
        created_by=row[5],
        user_id=row[6],
        agent_id=row[7],
        cube_id=row[8],
        rate=row[9],
        expires_at=instant(row[10]),
        revoked_at=instant(row[11]),
    )


def _tenant(cursor: apsw.Cursor, name: str) -> Tenant | None:
    row = one(cursor, f"{_TENANTS} WHERE name=?", (name,))
    return None if row is None else _tenant_of(row)


def _tenant_of(row: Row) -> Tenant:
    name, created_at, *amounts = row
    return Tenant(name, Instant(created_at), Quota(*amounts))


def _amounts(quota: Quota) -> tuple[Any, ...]:
    return quota.memories, quota.bytes, quota.model_calls
