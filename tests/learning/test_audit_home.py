"""What an audit finds in a home, on both families of backends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audit_samples import GOOD, JUNK
from backends import BACKENDS

from memos import InvalidInput, MemOS, NotFound
from memos.memories.parts import build
from memos.model.audit import AuditReport
from memos.model.changes import ChangeSet
from memos.model.memory import Memory
from memos.model.scope import WriteScope
from memos.settings import Settings
from memos.testing.clock import ManualClock

SAID = "2024-05-02T09:30"


@pytest.fixture(params=BACKENDS)
def home(request: pytest.FixtureRequest, tmp_path):
    given = {**BACKENDS[request.param], "embedder": "none", "learn": "on"}
    clock = ManualClock("2024-06-01T12:00:00Z", tick=0.001)
    parts = build(Settings.load({}, home=tmp_path, **given), clock=clock)
    with MemOS(tmp_path, parts=parts, **given) as memos:
        yield Home(memos, parts, clock)


class Home:
    """A home, its parts and its clock."""

    def __init__(self, memos: MemOS, parts, clock: ManualClock) -> None:
        self.memos, self.parts, self.clock = memos, parts, clock

    def say(self, *texts: str, user: str = "ann", role: str = "user") -> list[str]:
        """Says something and waits until it is learned; the ids of the messages."""
        added = [
            self.memos.add_message(user, role=role, content=text, timestamp=SAID) for text in texts
        ]
        self.memos.drain()
        return [one.message_id for one in added]

    def learned(self, query: str) -> Memory:
        kinds = ["fact", "preference", "profile", "instruction"]
        return self.memos.recall("ann", query, kinds=kinds)[0].memory

    def rewrite(self, memory: Memory, **changes) -> None:
        """Writes the next version of what was learned as a faulty extractor would."""
        made = replace(memory, version=memory.version + 1, recorded_at=self.clock.now(), **changes)

        async def commit(memos) -> None:
            scope = WriteScope("default", memory.cube_id, "test")
            await memos._parts.records.commit(
                scope, ChangeSet(memories=(made,), at=made.recorded_at)
            )

        engine, portal = self.memos._enter()
        try:
            portal.run(commit(engine))
        finally:
            self.memos._leave()


def counts(report: AuditReport) -> dict[str, int]:
    return {row.reason: row.count for one in report.sections for row in one.rows if row.count}


def test_a_home_of_good_memories_has_nothing_wrong(home):
    home.say("I live in Porto", "My sister Mei is a nurse", "I love window seats", "Hello!")
    home.say("We moved to Lisbon last week", "What is the weather like?", *GOOD)
    home.say("Sure! Here are some tips for you", role="assistant")
    found = home.memos.audit()
    assert counts(found) == {}
    assert found.messages == 7 + len(GOOD)
    assert found.looked_at > found.messages + 4
    assert found.flagged == 0


def test_all_that_is_stored_is_looked_at(home):
    for text in (*JUNK["boilerplate"][:2], "I live in Porto", "I like tea", "i like tea."):
        home.memos.store("ann", "fact", text)
    home.memos.store("ann", "fact", "I live in Lisbon and my mail is ann@mail.example.org")
    home.say("HEARTBEAT_OK")
    found = home.memos.audit()
    assert counts(found) == {
        "boilerplate": 2, "heartbeat": 1, "the same text": 1, "email": 1,
        "statements that exclude each other": 1,
    }  # fmt: skip
    assert (found.looked_at, found.messages, found.flagged) == (7, 1, 5)


def test_whose_memories_are_looked_at(home):
    home.memos.store("ann", "fact", "N/A")
    home.memos.store("bob", "fact", "N/A")
    home.memos.store("bob", "fact", "none", agent_id="helper", visibility="agent")
    assert home.memos.audit().section("junk").count == 3
    assert home.memos.audit("ann").section("junk").count == 1
    assert home.memos.audit("bob").section("junk").count == 1
    assert home.memos.audit("bob", agent_id="helper").section("junk").count == 2
    home.memos.create_cube("bob", "team")
    with pytest.raises(NotFound):
        home.memos.audit("ann", cube_id="team")
    with pytest.raises(InvalidInput):
        home.memos.audit(cube_id="team")


def test_what_is_gone_is_not_looked_at(home):
    home.memos.forget("ann", home.memos.store("ann", "fact", "N/A").id)
    home.memos.store("ann", "fact", "none", valid_to="2024-01-01")
    home.memos.update_memory("ann", home.memos.store("ann", "fact", "null").id, "I ski")
    home.memos.store("ann", "fact", "unknown")
    assert counts(home.memos.audit()) == {"empty": 1}


def test_what_was_never_recalled_is_stale_when_it_is_old(home):
    home.memos.store("ann", "fact", "I collect stamps of birds")
    home.memos.store("ann", "fact", "The piano was tuned by Otto")
    home.memos.store("ann", "profile", "My name is Ann", importance=0.9)
    home.memos.drain()
    home.clock.advance(100 * 86_400)
    home.memos.recall("ann", "Who tuned the piano?", top_k=1)
    home.memos.drain()
    found = home.memos.audit()
    assert [one.text for one in found.section("stale").rows[0].examples] == [
        "I collect stamps of birds"
    ]
    assert counts(home.memos.audit(stale_days=101)) == {}
    assert counts(home.memos.audit()) == counts(found)  # an audit is no recall


def test_a_full_working_set_does_not_tell_what_was_recalled(home):
    first = home.memos.store("ann", "fact", "I collect stamps of birds")
    home.memos.drain()
    home.clock.advance(100 * 86_400)
    for at in range(256):
        home.memos.store("ann", "document", f"page {at}")
    home.memos.drain()
    stale = home.memos.audit().section("stale")
    assert (stale.count, stale.unknown) == (0, 1), first


def test_what_its_sources_do_not_say(home):
    home.say("I live in Porto", "My sister Mei is a nurse")
    assert counts(home.memos.audit()) == {}
    lives = home.learned("Where does she live?")
    home.rewrite(lives, metadata={**lives.metadata, "value": "Hamburg"})
    assert counts(home.memos.audit()) == {"not in its sources": 1}
    home.rewrite(
        replace(lives, version=lives.version + 1), content="我住在波尔图", metadata=lives.metadata
    )
    assert counts(home.memos.audit()) == {"translated": 1}


def test_a_memory_whose_sources_are_gone(home):
    (source,) = home.say("I live in Porto")
    lives = home.learned("Where does she live?")
    home.memos.forget("ann", message_id=source)
    assert home.memos.audit().looked_at == 0  # it is marked, and no longer recalled
    home.rewrite(lives)
    assert counts(home.memos.audit()) == {"no source is left": 1}


def test_pages_of_ours_are_not_looked_at(home):
    home.say("I live in Porto", "My mail is ann@mail.example.org")
    before = home.memos.audit()
    assert home.memos.profile("ann") is not None
    assert home.memos.audit() == before
