from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from memos.contracts.audit_log import AuditLog
from memos.contracts.keyring import Keyring
from memos.errors import StorageError, StorageFull
from memos.governance.chain import check, check_end
from memos.model.key import Quota, Tenant
from memos.storage.identity.audit_memory import MemoryAuditLog
from memos.storage.identity.audit_sqlite import SqliteAuditLog
from memos.storage.identity.keyring_memory import MemoryKeyring
from memos.storage.identity.keyring_sqlite import SqliteKeyring
from memos.storage.sqlite.database import Database
from memos.testing.clock import ManualClock
from memos.testing.contract_audit_log import DEED, AuditLogContract
from memos.testing.contract_keyring import DIGEST, KEY, LATER, KeyringContract, deed


class TestMemoryAuditLog(AuditLogContract):
    @pytest.fixture
    def log(self, clock: ManualClock) -> AuditLog:
        return MemoryAuditLog(clock)


class TestSqliteAuditLog(AuditLogContract):
    @pytest.fixture
    def log(self, clock: ManualClock, tmp_path: Path) -> AuditLog:
        return SqliteAuditLog(Database(tmp_path / "memos.db", sync="normal"), clock)


class TestMemoryKeyring(KeyringContract):
    @pytest.fixture
    def log(self, clock: ManualClock) -> AuditLog:
        return MemoryAuditLog(clock)

    @pytest.fixture
    def ring(self, log: MemoryAuditLog, clock: ManualClock) -> Keyring:
        return MemoryKeyring(clock, log)


class TestSqliteKeyring(KeyringContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return Database(tmp_path / "memos.db", sync="normal")

    @pytest.fixture
    def log(self, clock: ManualClock, database: Database) -> AuditLog:
        return SqliteAuditLog(database, clock)

    @pytest.fixture
    def ring(self, database: Database, clock: ManualClock) -> Keyring:
        return SqliteKeyring(database, clock)


WRITER = """
import asyncio, sys
from pathlib import Path
from memos.model.deeds import Deed
from memos.model.time import SystemClock
from memos.storage.identity.audit_sqlite import SqliteAuditLog
from memos.storage.sqlite.database import Database

async def play():
    log = SqliteAuditLog(Database(Path(sys.argv[1]), sync="normal"), SystemClock())
    await log.open()
    print("ready", flush=True)
    sys.stdin.readline()
    for at in range(50):
        await log.append(Deed("acme", "home", "write", f"{sys.argv[2]}-{at}", "done"))
    await log.close()

asyncio.run(play())
"""


def test_two_processes_write_one_chain(tmp_path: Path):
    path = tmp_path / "memos.db"
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, name], stdin=pipe, stdout=pipe, text=True) for name in "ab"
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=60)
        assert writer.returncode == 0

    async def look() -> None:
        log = SqliteAuditLog(Database(path, sync="normal"), ManualClock())
        await log.open()
        found = await log.entries(limit=1000)
        assert check(found) == []
        assert check_end(found[-1], await log.end()) == []
        subjects = [one.deed.subject for one in found]
        assert sorted(subjects) == sorted(f"{name}-{at}" for name in "ab" for at in range(50))
        await log.close()

    asyncio.run(look())


def test_what_one_connection_revokes_is_revoked_for_the_other(tmp_path: Path):
    """As in two processes."""
    clock = ManualClock()
    databases = [Database(tmp_path / "memos.db", sync="normal") for _ in range(2)]
    one, two = (SqliteKeyring(database, clock) for database in databases)

    async def play() -> None:
        await one.open()
        await two.open()
        await one.add(KEY, DIGEST, deed("k1"))
        assert await two.find(KEY.id) == (KEY, DIGEST)
        assert await two.revoke(KEY.id, LATER, deed("gone")) is not None
        found = await one.find(KEY.id)
        assert found is not None
        assert found[0].revoked_at == LATER
        await one.close()
        await two.close()

    asyncio.run(play())


def test_no_change_without_its_deed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise StorageFull("no room")

    database, clock = Database(tmp_path / "memos.db", sync="normal"), ManualClock()
    ring, log = SqliteKeyring(database, clock), SqliteAuditLog(database, clock)

    async def play() -> None:
        await ring.open()
        await ring.add(KEY, DIGEST, deed("k1"))
        before = await ring.tenants(), await ring.keys(), await log.entries()
        monkeypatch.setattr("memos.storage.identity.keyring_sqlite.record", full)
        new = replace(KEY, id="k2")
        for call in (
            ring.add_tenant(Tenant("acme", LATER), deed("acme")),
            ring.set_quota("default", Quota(1), deed("default")),
            ring.add(new, DIGEST, deed("k2")),
            ring.rotate("k1", LATER, new, DIGEST, [deed("k1")]),
            ring.revoke("k1", LATER, deed("k1")),
        ):
            with pytest.raises(StorageFull):
                await call
        after = await ring.tenants(), await ring.keys(), await log.entries()
        assert after == before
        await ring.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET actor='nobody' WHERE number=1",
        "UPDATE OR REPLACE audit SET number=2 WHERE number=1",
        "DELETE FROM audit WHERE number=2",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT 1,at,'x','x','x','x','x',before,digest FROM audit",
    ],
)
def test_the_table_itself_is_append_only(tmp_path: Path, sql: str):
    database = Database(tmp_path / "memos.db", sync="normal")
    log = SqliteAuditLog(database, ManualClock())

    async def play() -> None:
        await log.open()
        made = [await log.append(DEED) for _ in range(2)]
        with pytest.raises(StorageError, match="append-only") as caught:
            await database.write(lambda cursor: cursor.execute(sql))
        assert isinstance(caught.value.__cause__, apsw.ConstraintError)
        assert await log.entries() == made
        await log.close()

    asyncio.run(play())
