"""Cubes in the SQLite records, and who may reach them."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from memos.contracts.records import Records
from memos.errors import Conflict, NotFound
from memos.model.cube import USER_END, USER_PREFIX, Cube, Grant, Role
from memos.model.scope import CubeKey, SystemScope
from memos.model.time import Instant, instant
from memos.model.user import User
from memos.storage.sqlite.database import Database
from memos.storage.sqlite.query import every, one
from memos.storage.sqlite.reach import cube_key, marks

USERS = f"""
SELECT c.cube_id, c.created_at,
    (SELECT count(*) FROM messages m WHERE m.cube = c.key AND m.forgotten = 0),
    (SELECT count(*) FROM versions v JOIN memories y ON y.id = v.memory
        WHERE v.cube = c.key AND v.superseded_at IS NULL
        AND y.state <> 'forgotten' AND y.tainted = 0)
FROM cubes c
WHERE c.tenant = ? AND c.cube_id > ? AND c.cube_id < '{USER_END}'
ORDER BY c.cube_id LIMIT ?"""


class SqliteCubes(Records):
    """A part of `SqliteRecords`."""

    _database: Database

    async def cube(self, key: CubeKey) -> Cube | None:
        found = await self._cubes("c.tenant=? AND c.cube_id=?", key)
        return found[0] if found else None

    async def recorded_by(self, key: CubeKey, seq: int) -> Instant | None:
        def job(cursor: apsw.Cursor) -> Instant | None:
            row = one(
                cursor,
                "SELECT max(recorded_at) FROM versions WHERE cube=? AND seq<=?",
                (cube_key(cursor, key), seq),
            )
            return None if row is None else instant(row[0])

        return await self._database.read(job)

    async def cubes(self, tenant: str, principals: Sequence[str]) -> list[Cube]:
        some = marks(len(principals))
        return await self._cubes(
            f"c.tenant=? AND (c.owner IN ({some}) OR c.key IN"
            f" (SELECT cube FROM grants WHERE principal IN ({some})))",
            (tenant, *principals, *principals),
        )

    async def users(self, tenant: str, limit: int, after: str = "") -> list[User]:
        def job(cursor: apsw.Cursor) -> list[User]:
            rows = every(cursor, USERS, (tenant, USER_PREFIX + after, limit))
            return [
                User(cube_id.removeprefix(USER_PREFIX), Instant(created), messages, memories)
                for cube_id, created, messages, memories in rows
            ]

        return await self._database.read(job)

    async def _cubes(self, where: str, values: Sequence[str]) -> list[Cube]:
        def job(cursor: apsw.Cursor) -> list[Cube]:
            rows = every(
                cursor,
                "SELECT c.key, c.cube_id, c.owner, c.name, c.created_at, c.seq FROM cubes c"
                f" WHERE {where} ORDER BY c.cube_id",
                tuple(values),
            )
            return [
                Cube(cube_id, owner, name, Instant(created), seq, _grants(cursor, key))
                for key, cube_id, owner, name, created, seq in rows
            ]

        return await self._database.read(job)

    async def create_cube(self, tenant: str, cube: Cube) -> None:
        def job(cursor: apsw.Cursor) -> None:
            try:
                cursor.execute(
                    "INSERT INTO cubes (tenant, cube_id, owner, name, created_at, seq)"
                    " VALUES (?,?,?,?,?,0)",
                    (tenant, cube.cube_id, cube.owner, cube.name, cube.created_at),
                )
            except apsw.ConstraintError as error:
                raise Conflict(f"cube_id: {cube.cube_id!r} is already taken") from error

        await self._database.write(job)

    async def set_grant(self, key: CubeKey, grant: Grant) -> None:
        def job(cursor: apsw.Cursor) -> None:
            cube = cube_key(cursor, key)
            if cube is None:
                raise NotFound("cube", key.cube_id)
            cursor.execute(
                "INSERT OR REPLACE INTO grants VALUES (?,?,?,?,?)",
                (cube, grant.principal, grant.role.value, grant.granted_at, grant.granted_by),
            )

        await self._database.write(job)

    async def drop_grant(self, key: CubeKey, principal: str) -> bool:
        def job(cursor: apsw.Cursor) -> bool:
            cursor.execute(
                "DELETE FROM grants WHERE principal=? AND cube IN"
                " (SELECT key FROM cubes WHERE tenant=? AND cube_id=?)",
                (principal, *key),
            )
            return cursor.connection.changes() > 0

        return await self._database.write(job)

    async def cube_keys(self, scope: SystemScope) -> list[CubeKey]:
        def job(cursor: apsw.Cursor) -> list[CubeKey]:
            rows = every(cursor, "SELECT tenant, cube_id FROM cubes")
            return sorted(key for row in rows if scope.covers(key := CubeKey(*row)))

        return await self._database.read(job)


def _grants(cursor: apsw.Cursor, cube: int) -> tuple[Grant, ...]:
    rows = every(
        cursor,
        "SELECT principal, role, granted_at, granted_by FROM grants WHERE cube=?"
        " ORDER BY principal",
        (cube,),
    )
    return tuple(Grant(who, Role(role), Instant(at), by) for who, role, at, by in rows)
