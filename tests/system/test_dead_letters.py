"""Background work that fails for good is kept, told and tried again when somebody says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from backends import BACKENDS

from memos import MemOS, NotFound
from memos.errors import StorageBusy
from memos.memories.parts import Parts, build
from memos.model.changes import MemoryState
from memos.model.scope import CubeKey
from memos.scheduler import retry
from memos.settings import Settings
from memos.storage.records.memory import MemoryRecords
from memos.storage.records.sqlite import SqliteRecords
from memos.storage.segments.cache import Segments
from memos.storage.text.memory import MemoryText


class Moody(MemoryText):
    """An index that follows the records, and is away until it is back."""

    away = True

    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        if self.away:
            raise StorageBusy("the index is\naway")
        await super().apply(key, states)


@pytest.fixture(params=BACKENDS)
def parts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr(retry, "MOST_TRIES", 1)
    chosen = Settings.load({}, home=tmp_path, embedder="none", **BACKENDS[request.param])
    base = replace(build(chosen), text=Moody(inline=False), vectors=None)
    if request.param == "memory":
        made = MemoryRecords([base.graph], followers=["text"], outbox=base.outbox)
    else:
        database = base.outbox._database
        made = SqliteRecords(database, Segments(database, 1 << 20), ["text"])
    return replace(base, records=made)


def test_dead_letters_are_listed_and_replayed(parts: Parts):
    with MemOS(parts=parts) as memos:
        assert memos.dead_letters() == []
        assert memos.replay_dead() == 0
        tea, rice = (memos.store("ann", "fact", text) for text in ("likes tea", "likes rice"))
        assert memos.drain().dead == 2
        assert memos.stats().backlog.dead == memos.doctor(repair=False).dead == 2
        first, second = memos.dead_letters()
        assert (first.kind, first.cube_id, first.subject) == ("project.text", "user:ann", tea.id)
        assert (first.tries, first.error) == (1, "StorageBusy: the index is\naway")
        assert first.enqueued_at is not None
        assert second.subject == rice.id
        assert memos.dead_letters(limit=1) == [first]
        assert memos.replay_dead(first.id) == 1
        memos.drain()
        assert {one.id for one in memos.dead_letters()} == {first.id, second.id}
        parts.text.away = False
        assert memos.replay_dead([second.id]) == 1
        assert memos.drain().dead == 1
        assert memos.dead_letters() == [replace(first, tries=1)]
        with pytest.raises(NotFound, match=str(second.id)):
            memos.replay_dead([first.id, second.id])
        assert memos.replay_dead() == 1
        memos.drain()
        assert memos.dead_letters() == []
        assert memos.doctor(repair=False).differences == ()


def test_those_of_another_tenant_do_not_exist(parts: Parts):
    with MemOS(parts=parts, tenant="a") as mine:
        mine.store("ann", "fact", "likes tea")
        mine.drain()
        (letter,) = mine.dead_letters()
    with MemOS(parts=parts, tenant="b") as theirs:
        assert theirs.dead_letters() == []
        assert theirs.replay_dead() == 0
        assert theirs.drain().dead == 0
        with pytest.raises(NotFound):
            theirs.replay_dead(letter.id)
    with MemOS(parts=parts, tenant="a") as mine:
        assert mine.dead_letters() == [letter]


def test_draining_does_not_wait_for_what_nobody_here_can_do(parts: Parts):
    with MemOS(parts=replace(parts, text=MemoryText())) as memos:
        memos.store("ann", "fact", "likes tea")
        assert memos.drain().waiting == 1
