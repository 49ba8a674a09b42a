"""What the SQLite records say about themselves: counts, and invariants that must hold."""

from __future__ import annotations

import apsw

from memos.model.scope import SystemScope
from memos.storage.sqlite.query import every, one

_INSIDE = "IN (SELECT key FROM cubes WHERE ?1 IS NULL OR tenant = ?1)"

COUNTS = {
    "cubes": "SELECT count(*) FROM cubes WHERE ?1 IS NULL OR tenant = ?1",
    "messages": f"SELECT count(*) FROM messages WHERE forgotten = 0 AND cube {_INSIDE}",
    "memories": f"SELECT count(*) FROM memories WHERE state <> 'forgotten' AND cube {_INSIDE}",
    "versions": f"SELECT count(*) FROM versions WHERE cube {_INSIDE}",
    "forgotten": f"SELECT count(*) FROM memories WHERE state = 'forgotten' AND cube {_INSIDE}",
    "tainted": f"SELECT count(*) FROM memories WHERE tainted = 1 AND cube {_INSIDE}",
}

INVARIANTS = {
    "a memory without versions": """
        SELECT hex(id) FROM memories WHERE id NOT IN (SELECT memory FROM versions)""",
    "a version without its memory": """
        SELECT key FROM versions WHERE memory NOT IN (SELECT id FROM memories)""",
    "a chain of versions with a gap": """
        SELECT hex(memory) FROM versions GROUP BY memory HAVING max(version) <> count(*)""",
    "a memory without exactly one current version": """
        SELECT hex(memory) FROM versions GROUP BY memory
        HAVING sum(superseded_at IS NULL) <> 1
            OR max(version) <> max(CASE WHEN superseded_at IS NULL THEN version END)""",
    "a version that ends before it begins": """
        SELECT key FROM versions WHERE superseded_at < recorded_at""",
    "a conversation whose ordinals have a gap": """
        SELECT cube || '/' || conversation FROM messages GROUP BY cube, conversation
        HAVING max(ordinal) <> count(*)""",
    "something written by a commit that the cube does not count": """
        SELECT c.cube_id FROM cubes c WHERE c.seq < (
            SELECT coalesce(max(changed_seq), 0) FROM memories WHERE cube = c.key)""",
    "a memory derived from nothing that is stored": """
        SELECT hex(source) FROM derivations
        WHERE source NOT IN (SELECT id FROM memories)
            AND source NOT IN (SELECT id FROM messages)""",
    "terms without their version": """
        SELECT version FROM terms WHERE version NOT IN (SELECT key FROM versions)""",
    "a vector without its version": """
        SELECT key FROM vectors WHERE version NOT IN (SELECT key FROM versions)""",
    "a vector of another cube than its version": """
        SELECT x.key FROM vectors x JOIN versions v ON v.key = x.version WHERE v.cube <> x.cube""",
    "a vector of no known embedder": """
        SELECT key FROM vectors WHERE generation NOT IN (SELECT key FROM generations)""",
    "tokens without their vector": """
        SELECT vector FROM tokens WHERE vector NOT IN (SELECT key FROM vectors)""",
    "an episode whose message is missing": """
        SELECT v.key FROM versions v WHERE v.kind = 'episode' AND v.ordinal IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.cube = v.cube
                AND m.conversation = v.conversation AND m.ordinal = v.ordinal)""",
}


def count(cursor: apsw.Cursor, scope: SystemScope) -> dict[str, int]:
    """How much there is inside the scope."""
    made = {}
    for name, sql in COUNTS.items():
        row = one(cursor, sql, (scope.tenant,))
        made[name] = int(row[0]) if row else 0
    return made


def check(cursor: apsw.Cursor) -> list[str]:
    """Broken pages and broken invariants, in words."""
    found = [
        f"integrity: {row[0]}"
        for row in every(cursor, "PRAGMA integrity_check(20)")
        if row[0] != "ok"
    ]
    for meaning, sql in INVARIANTS.items():
        rows = every(cursor, f"{sql} LIMIT 5")
        if rows:
            found.append(f"{meaning}: {', '.join(str(row[0]) for row in rows)}")
    return found
