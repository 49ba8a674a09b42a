"""Numbered SQL migrations, each applied once, whole or not at all."""

from __future__ import annotations

from importlib.resources import files

import apsw

from memos.errors import StorageError


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of ``migrations/NNNN_title.sql``, in order."""
    folder = files("memos.storage.sqlite") / "migrations"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name[:4]), entry.read_text("utf-8")) for entry in found)


def migrate(connection: apsw.Connection) -> None:
    """Brings the schema up to this program's; refuses one that is newer."""
    steps = migrations()
    newest = steps[-1][0]
    have = _version(connection)
    if have > newest:
        raise StorageError(
            f"the database has schema {have}, this program knows up to {newest}: upgrade memos"
        )
    for number, sql in steps:
        if number > have:
            # user_version is part of the transaction: a crash leaves the step undone.
            connection.execute(
                f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version={number};\nCOMMIT;"
            ).fetchall()


def _version(connection: apsw.Connection) -> int:
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0]) if row else 0
