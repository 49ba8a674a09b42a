"""Blobs in SQLite: for few and small ones; large ones belong into a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256

import apsw

from memos.contracts.blobs import BlobStore
from memos.errors import NotFound, StorageCorrupt
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one


class SqliteBlobs(BlobStore):
    """Over the shared `Database`."""

    needs_loop = False

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def put(self, tenant: str, content: bytes) -> str:
        digest = sha256(content).hexdigest()

        def job(cursor: apsw.Cursor) -> None:
            cursor.execute("INSERT OR IGNORE INTO blobs VALUES (?,?,?)", (tenant, digest, content))

        await self._database.write(job)
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        sql = "SELECT content FROM blobs WHERE tenant=? AND digest=?"
        row = await self._database.read(lambda cursor: one(cursor, sql, (tenant, digest)))
        if row is None:
            raise NotFound("blob", digest)
        content = bytes(row[0])
        if sha256(content).hexdigest() != digest:
            raise StorageCorrupt(f"blob {digest}: the content is not what was put")
        return content

    async def has(self, tenant: str, digest: str) -> bool:
        sql = "SELECT 1 FROM blobs WHERE tenant=? AND digest=?"
        return (
            await self._database.read(lambda cursor: one(cursor, sql, (tenant, digest))) is not None
        )

    async def delete(self, tenant: str, digest: str) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            cursor.execute("DELETE FROM blobs WHERE tenant=? AND digest=?", (tenant, digest))
            return cursor.connection.changes() > 0

        return await self._database.write(job)

    async def digests(self, tenant: str) -> AsyncIterator[str]:
        sql = "SELECT digest FROM blobs WHERE tenant=? ORDER BY digest"
        for (digest,) in await self._database.read(lambda cursor: every(cursor, sql, (tenant,))):
            yield digest
