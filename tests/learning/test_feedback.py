from __future__ import annotations

from random import Random

import pytest

from memos import MemOS
from memos.errors import Conflict, InvalidInput, NotFound
from memos.language.corrections import Remark, remark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, my sister lives in Porto, not Lisbon", Remark("my sister lives in Porto", "Lisbon")),
        ("Actually it's Porto, not Lisbon.", Remark("it's Porto", "Lisbon", "Porto")),
        ("not Lisbon but Porto", Remark("Porto", "Lisbon", "Porto")),
        ("No I work at Siemens now", Remark("I work at Siemens now")),
        ("I don't eat meat any more", Remark("I don't eat meat any more")),
        ("不对，我妹妹住在波尔图，不是里斯本", Remark("我妹妹住在波尔图", "里斯本")),
        ("不是里斯本，是波尔图", Remark("是波尔图", "里斯本", "波尔图")),
        ("我妹妹不住里斯本，住波尔图", Remark("我妹妹住波尔图", "里斯本")),
        ("that's wrong", Remark(over=True)),
        ("That's not true anymore.", Remark(over=True)),
        ("不对", Remark(over=True)),
        ("👍", Remark(verdict=1)),
        ("correct!", Remark(verdict=1)),
        ("👎", Remark(verdict=-1)),
        ("没用", Remark(verdict=-1)),
    ],
)
def test_remarks(text, expected):
    assert remark(text) == expected


@pytest.mark.parametrize(
    ("said", "told", "value", "query"),
    [
        (
            "My sister lives in Lisbon.", "no, my sister lives in Porto, not Lisbon", "Porto",
            "sister",
        ),
        ("我妹妹住在里斯本。", "不对，我妹妹住在波尔图，不是里斯本", "波尔图", "妹妹"),
    ],
)  # fmt: skip
def test_a_correction_replaces_the_right_memory(memos, say, known, said, told, value, query):
    say("My brother lives in Lisbon.")
    say(said)
    (old,) = [
        one for one in known(query, "profile") if one.metadata["subject"] in ("sister", "妹妹")
    ]
    made = memos.feedback("ann", told)
    assert made.ended == (old.id,)
    (now,) = [one for one in known(query, "profile") if one.id in made.created]
    assert now.metadata["value"] == value
    assert [one.metadata["value"] for one in known("brother", "profile")][:1] == ["Lisbon"]
    assert memos.history("ann", old.id)[-1].actor == "user:ann"
    (message,) = memos.get_messages("ann")[-1:]
    assert (message.message_id, message.content) == (made.message_id, told)


def test_a_bare_correction_is_about_what_is_named(memos, say, known):
    say("My sister lives in Lisbon.")
    (old,) = known("sister", "profile")
    made = memos.feedback("ann", "it's Porto, not Lisbon", memory_ids=old.id)
    assert made.ended == (old.id,)
    (new,) = known("sister", "profile")
    assert new.metadata["value"] == "Porto"
    assert "sister" in new.content


def test_a_correction_of_a_recall_by_its_receipt(memos, say, known):
    say("My sister lives in Lisbon.")
    (old,) = known("sister", "profile")
    receipt = memos.recall("ann", "Where does my sister live?").receipt
    made = memos.feedback("ann", "it's Porto, not Lisbon", receipt=receipt.to_dict())
    assert made.ended == (old.id,)


def test_what_nothing_was_learned_from_is_corrected_too(memos, say):
    told = say("The gate code for the barn is 4711.")
    made = memos.feedback("ann", "no, the gate code is 1822, not 4711")
    assert len(made.created) == 1
    first, second = memos.recall("ann", "What is the gate code for the barn?", top_k=2)
    assert "1822" in first.memory.content
    assert second.sources == (told.message_id,)
    assert second.outdated
    assert "4711" not in memos.context("ann", "gate code of the barn").text.replace("not 4711", "")


def test_what_is_wrong_comes_to_an_end(memos, say, known):
    say("I am allergic to peanuts.")
    (one,) = known("allergic")
    assert memos.feedback("ann", "that's wrong", memory_ids=[one.id]).ended == (one.id,)
    assert known("allergic") == []
    memos.revert("ann", one.id)
    assert [each.id for each in known("allergic")] == [one.id]


def test_thumbs_move_importance(memos, say, known):
    say("I am allergic to peanuts.")
    (one,) = known("allergic")
    receipt = memos.recall("ann", "Am I allergic to something?").receipt
    assert memos.feedback("ann", rating="up", receipt=receipt).rated == (one.id,)
    (up,) = known("allergic")
    assert up.importance > one.importance
    memos.feedback("ann", "👎", memory_ids=one.id)
    memos.feedback("ann", rating="down", memory_ids=one.id)
    (down,) = known("allergic")
    assert down.importance < one.importance
    memos.revert("ann", one.id, version=1)
    assert known("allergic")[0].importance == one.importance


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": ""},
        {"text": "👍"},
        {"text": "that's wrong"},
        {"rating": "sideways"},
        {"rating": "up"},
        {"rating": "up", "text": "good"},
        {"text": "no", "receipt": {"query": "x"}},
        {"text": "no", "memory_ids": []},
    ],
)
def test_wrong_feedback(memos, given):
    with pytest.raises(InvalidInput):
        memos.feedback("ann", **given)
    assert memos.get_messages("ann") == []


def test_what_is_not_there(memos, say, known):
    say("I live in Porto.")
    (one,) = known("live", "profile")
    for call in (
        lambda: memos.feedback("eve", "that's wrong", memory_ids=one.id),
        lambda: memos.revert("eve", one.id),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(InvalidInput):
        memos.revert("ann", one.id, version=7)


def test_an_agent_alone_corrects_no_user(memos, known):
    memos.create_cube("ann", cube_id="team")
    memos.share("ann", "team", to_agent="bot", role="writer")
    memos.add_message("ann", role="user", content="I live in Porto.", cube_id="team")
    memos.drain()
    (one,) = known("live", "profile", cube_id="team")
    with pytest.raises(Conflict):
        memos.feedback(agent_id="bot", text="that's wrong", memory_ids=one.id, cube_id="team")


SISTERS = ("sister", "妹妹")
PLACES = ("Porto", "Lisbon", "Faro", "Braga")
WHO = ("I", "my sister", "my brother")


def play(memos, dice: Random, steps: int) -> None:
    """Adds, corrects and reverts at random."""
    touched: list[str] = []
    for step in range(steps):
        who, here, there = dice.choice(WHO), *dice.sample(PLACES, 2)
        live = "live" if who == "I" else "lives"
        action = dice.random()
        if action < 0.5:
            day = dice.randrange(1, 28)
            memos.add_message("ann", role="user", content=f"{who} {live} in {here}.",
                              timestamp=f"2024-05-{day:02}T{step % 24:02}:00")  # fmt: skip
            if dice.random() < 0.7:
                memos.drain()
        elif action < 0.8:
            made = memos.feedback("ann", f"no, {who} {live} in {here}, not {there}")
            touched += [*made.created, *made.ended]
        elif touched:
            made = memos.revert("ann", dice.choice(touched))
            touched += [*made.changed, *made.ended]
    memos.drain()


def check(memos) -> None:
    """One current value of each slot at most, and each memory has a live source."""
    found = [
        hit.memory for hit in memos.recall("ann", "lives", kinds=["profile", "fact"], top_k=500)
    ]
    slots = [label for one in found for label in one.labels if label.startswith("slot:")]
    assert sorted(slots) == sorted(set(slots))
    told = {message.message_id for message in memos.get_messages("ann", limit=5000)}
    assert all(set(one.sources) <= told for one in found)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_said_and_taken_back_there_is_one_current_value(memos, seed):
    play(memos, Random(seed), 25)
    check(memos)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_sequences(tmp_path):
    for seed in range(1000):
        in_memory = dict.fromkeys(("records", "text", "graph", "vectors", "outbox"), "memory")
        with MemOS(tmp_path / str(seed), embedder="none", learn="on", **in_memory) as memos:
            play(memos, Random(f"sequence {seed}"), 20)
            check(memos)


@pytest.mark.parametrize("gap", [" ", "\n", "\t", "\u3000"])
def test_a_remark_with_a_gap_is_read_as_if_it_were_one_space(gap):
    assert remark("I live in" + gap * 50_000 + "Porto").text == f"I live in{gap}Porto"


@pytest.mark.parametrize("part", [",", "、", "no, not this but that, "])
def test_a_remark_too_long_to_set_one_thing_right_is_a_statement(part):
    said = remark("I live in Porto " + part * 20_000 + "x")
    assert said.text.startswith("I live in Porto")
    assert said.wrong is None
