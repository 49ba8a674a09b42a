"""Doctor names what is wrong in the records of a database that was damaged on purpose."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from memos import MemOS
from memos.model.task import Backlog

DAMAGE = {
    "a memory without versions": "DELETE FROM versions WHERE key = 3",
    "a version without its memory": "DELETE FROM memories WHERE id = x'{fact}'",
    "a chain of versions with a gap": "UPDATE versions SET version = 7 WHERE key = 3",
    "a memory without exactly one current version": (
        "UPDATE versions SET superseded_at = recorded_at WHERE key = 3"
    ),
    "a version that ends before it begins": "UPDATE versions SET superseded_at = 1 WHERE key = 3",
    "a conversation whose ordinals have a gap": "UPDATE messages SET ordinal = 9 WHERE key = 2",
    "something written by a commit that the cube does not count": "UPDATE cubes SET seq = 0",
    "a memory derived from nothing that is stored": (
        "INSERT INTO derivations VALUES (zeroblob(16), 1, 'memory', 'x')"
    ),
    "a vector without its version": "UPDATE vectors SET version = 99 WHERE key = 1",
    "a vector of another cube than its version": "UPDATE vectors SET cube = 99 WHERE key = 1",
    "a vector of no known embedder": "UPDATE vectors SET generation = 99 WHERE key = 1",
    "tokens without their vector": "INSERT INTO tokens VALUES (99, x'00')",
    "an episode whose message is missing": "DELETE FROM messages WHERE key = 2",
}


@pytest.fixture
def fact(tmp_path: Path) -> str:
    """The id of the fact, which is the third memory of a home, after two episodes."""
    with MemOS(tmp_path, sync="normal", embedder="hashing") as memos:
        for text in ("The violin is in the attic.", "The train leaves at nine."):
            memos.add_message("ann", role="user", content=text, conversation_id="c")
        made = memos.store("ann", "fact", "likes tea")
        assert memos.drain() == Backlog()
        assert memos.doctor(repair=False).records == ()
    return made.id


@pytest.mark.parametrize("meaning", DAMAGE)
def test_what_is_broken_is_named(tmp_path: Path, fact: str, meaning: str):
    with closing(apsw.Connection(str(tmp_path / "memos.db"))) as connection:
        sql = DAMAGE[meaning].format(fact=fact.replace("-", ""))
        connection.execute(sql).fetchall()
        assert connection.total_changes() > 0
    with MemOS(tmp_path, sync="normal", embedder="none") as memos:
        found = memos.doctor(repair=False)
    assert not found.healthy
    assert any(one.startswith(f"{meaning}: ") for one in found.records), found.records
