"""Cubes: what is shared is recalled, what is not does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from backends import BACKENDS

from memos import MemOS
from memos.errors import Conflict, NotFound


@pytest.fixture(params=list(BACKENDS))
def memos(request, tmp_path: Path):
    with MemOS(tmp_path, **BACKENDS[request.param]) as opened:
        yield opened


def told(memos: MemOS, query: str, **who) -> list[str]:
    return [hit.memory.content for hit in memos.recall(query=query, **who)]


def test_agent_b_recalls_what_the_user_told_agent_a_until_it_is_revoked(memos):
    memos.create_cube("alice", "team", name="The team")
    memos.add_message(
        "alice", role="user", content="The release is on Friday", agent_id="a", cube_id="team"
    )
    assert told(memos, "When is the release?", agent_id="b") == []
    memos.share("alice", "team", to_agent="b")
    assert told(memos, "When is the release?", agent_id="b") == ["The release is on Friday"]
    assert memos.get_messages(agent_id="b", cube_id="team")[0].content.endswith("Friday")
    assert memos.unshare("alice", "team", to_agent="b") is True
    assert told(memos, "When is the release?", agent_id="b") == []
    with pytest.raises(NotFound):
        memos.recall(agent_id="b", query="release", cube_id="team")


def test_unsharing_a_cube_that_was_never_written_does_not_make_it(memos):
    assert memos.unshare("alice", to_user="bob") is False
    assert memos.unshare(agent_id="planner", cube_id="agent:planner", to_user="bob") is False
    assert memos.cubes("alice") == memos.cubes(agent_id="planner") == []
    assert memos.share("alice", to_user="bob").cube_id == "user:alice"
    assert memos.unshare("alice", to_user="bob") is True


def test_roles(memos):
    memos.create_cube("alice", "team")
    for role, name in (("reader", "r"), ("writer", "w"), ("admin", "x")):
        memos.share("alice", "team", to_user=name, role=role)
    with pytest.raises(NotFound):
        memos.store("r", "fact", "readers do not write", cube_id="team")
    stored = memos.store("w", "fact", "writers write", cube_id="team")
    assert told(memos, "writers", user_id="r") == ["writers write"]
    with pytest.raises(NotFound):
        memos.share("w", "team", to_user="friend")
    memos.share("x", "team", to_user="friend")
    assert told(memos, "writers", user_id="friend") == ["writers write"]
    with pytest.raises(NotFound):
        memos.forget("r", stored.id)
    memos.forget("w", stored.id)
    assert told(memos, "writers", user_id="alice") == []


def test_foreign_and_absent_cubes_read_the_same(memos):
    memos.create_cube("alice", "secret")
    memos.store("alice", "fact", "the code is 4711")
    said = []
    for cube in ("secret", "user:alice", "absent"):
        for call in (
            lambda cube=cube: memos.recall("bob", "code", cube_id=cube),
            lambda cube=cube: memos.store("bob", "fact", "mine", cube_id=cube),
            lambda cube=cube: memos.share("bob", cube, to_user="eve"),
        ):
            with pytest.raises(NotFound) as caught:
                call()
            said.append(str(caught.value).replace(cube, "CUBE"))
    assert len(set(said)) == 1


def test_memories_of_others_do_not_exist(memos):
    stored = memos.store("alice", "fact", "the code is 4711")
    absent = stored.id[:-1] + ("0" if stored.id[-1] != "0" else "1")
    for call in (memos.get_memory, memos.history, memos.forget):
        said = set()
        for id in (stored.id, absent):
            with pytest.raises(NotFound) as caught:
                call("bob", id)
            said.add(str(caught.value).replace(id, "ID"))
        assert len(said) == 1
    with pytest.raises(NotFound):
        memos.update_memory("bob", stored.id, "changed")


def test_visibility_agent_hides_from_other_agents(memos):
    memos.add_message(
        "alice", role="user", content="only for planner", agent_id="planner", visibility="agent"
    )
    assert told(memos, "planner", user_id="alice", agent_id="planner") == ["only for planner"]
    assert told(memos, "planner", user_id="alice", agent_id="coder") == []
    assert told(memos, "planner", user_id="alice") == []
    assert memos.get_messages("alice") == []


def test_an_agent_alone_does_not_replace_a_users_word(memos):
    memos.create_cube("alice", "team")
    memos.share("alice", "team", to_agent="bot", role="writer")
    stored = memos.store("alice", "fact", "lives in Porto", cube_id="team")
    with pytest.raises(Conflict):
        memos.update_memory(agent_id="bot", memory_id=stored.id, text="lives in Lisbon")
    with pytest.raises(Conflict):
        memos.forget(agent_id="bot", memory_id=stored.id)
    assert memos.get_memory("alice", stored.id).content == "lives in Porto"


def test_a_hidden_message_is_not_for_others_to_forget(memos):
    memos.create_cube("alice", "team")
    memos.share("alice", "team", to_agent="coder", role="admin")
    memos.add_message(
        agent_id="planner", role="assistant", content="only for planner", message_id="m1",
        visibility="agent", user_id="alice", cube_id="team",
    )  # fmt: skip
    for who in ({"agent_id": "coder"}, {"user_id": "alice"}):
        with pytest.raises(NotFound):
            memos.forget(**who, message_id="m1", cube_id="team")
    assert told(memos, "planner", user_id="alice", agent_id="planner") == ["only for planner"]
    memos.forget("alice", message_id="m1", agent_id="planner", cube_id="team")
    assert told(memos, "planner", user_id="alice", agent_id="planner") == []


def test_who_forgets_does_not_learn_what_others_drew_from_it(memos):
    memos.create_cube("alice", "team")
    memos.share("alice", "team", to_user="bob")
    source = memos.store("alice", "fact", "the budget is 900 euros", cube_id="team")
    drawn = memos.store("bob", "lesson", "ask for more money", sources=[source.id])
    assert drawn.cube_id == "user:bob"
    assert memos.forget("alice", source.id).tainted == ()
    assert memos.get_memory("bob", drawn.id).tainted
    assert told(memos, "money", user_id="bob") == []


def test_taint_crosses_cubes(memos):
    memos.create_cube("alice", "team")
    source = memos.store("alice", "fact", "the budget is 900 euros")
    made = memos.store("alice", "summary", "little money", sources=[source.id], cube_id="team")
    assert told(memos, "money", user_id="alice", kinds="summary") == ["little money"]
    forgotten = memos.forget("alice", source.id)
    assert forgotten.tainted == (made.id,)
    assert told(memos, "money", user_id="alice", kinds="summary") == []
    assert memos.get_memory("alice", made.id).tainted
    memos.update_memory("alice", made.id, "enough money")
    assert told(memos, "money", user_id="alice", kinds="summary") == ["enough money"]
