"""A receipt is enough to run a recall again, and to say what would change it."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from backends import BACKENDS
from receipts import TABLE

from memos import InvalidInput, MemOS, NotFound
from memos.model.recall import Receipt

CORPUS = Path(__file__).resolve().parents[2] / "benchmarks" / "corpus"
SOME_DAY = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(params=BACKENDS)
def memos(request, tmp_path: Path):
    with MemOS(tmp_path, embedder="none", **BACKENDS[request.param]) as opened:
        yield opened


def through_json(receipt: Receipt) -> dict:
    return json.loads(json.dumps(receipt.to_dict(), allow_nan=False))


def contents(recall) -> list[str]:
    return [hit.memory.content for hit in recall]


def drinks(memos) -> None:
    for at, what in enumerate(("tea", "green tea", "black tea with milk", "tea on Sundays")):
        memos.add_message(
            "ann", role="user", content=f"I drink {what}", message_id=f"m{at}",
            conversation_id="c", timestamp=f"2024-05-0{at + 1}",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["en-sisters", "zh-friends"])
@pytest.mark.parametrize("embedder", ["none", "hashing"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_without_a_change_every_hit_score_and_feature_is_the_same(
    tmp_path: Path, backend: str, embedder: str, name: str
):
    case = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))
    with MemOS(tmp_path, embedder=embedder, **BACKENDS[backend]) as memos:
        memos.add_messages("ann", case["messages"])
        memos.drain()
        for at, question in enumerate(case["questions"][:12]):
            effort = ("fast", "normal", "deep")[at % 3]
            asked = {"effort": effort, "explain": at % 2 == 0, "top_k": 5 + at}
            found = memos.recall("ann", question["query"], **asked)
            again = memos.replay("ann", through_json(found.receipt))
            assert again.receipt == found.receipt
            assert again.recall == found
            assert again.same
            assert again.conditions == ()


def test_what_the_recall_was_narrowed_to_is_in_the_receipt(memos):
    memos.create_cube("ann", "shared")
    drinks(memos)
    fact = memos.store("ann", "fact", "drinks tea at noon", metadata={"n": 1}, cube_id="shared")
    asked = {
        "kinds": ["fact"], "as_of": "2030-01-01", "known_at": "2090-01-01",
        "include_archived": True, "cube_id": "shared", "agent_id": "bot", "top_k": 3,
        "filter": {"metadata.n": 1, "recorded_at": {"gt": SOME_DAY}},
    }  # fmt: skip
    found = memos.recall("ann", "tea", **asked)
    assert [hit.memory.id for hit in found] == [fact.id]
    again = memos.replay("ann", through_json(found.receipt), agent_id="bot")
    assert again.recall == found
    assert again.receipt.narrowed == found.receipt.narrowed
    assert again.receipt.cubes == ("shared",)
    talk = memos.recall("ann", "tea", conversation_id="c")
    assert memos.replay("ann", through_json(talk.receipt)).recall == talk


def test_relative_dates_are_those_of_the_moment_and_the_zone_of_the_receipt(tmp_path: Path):
    with MemOS(tmp_path / "a", embedder="none", timezone="Pacific/Auckland") as memos:
        drinks(memos)
        told = through_json(memos.recall("ann", "What did I drink on May 2 2024?").receipt)
    with MemOS(tmp_path / "a", embedder="none") as memos:
        again = memos.replay("ann", told)
    assert again.same
    assert again.recall.receipt.plan == told["plan"]
    assert again.recall.receipt.timezone == str(ZoneInfo("Pacific/Auckland"))


def test_a_context_has_a_receipt_that_can_be_replayed(memos):
    drinks(memos)
    made = memos.context("ann", "tea", max_tokens=200)
    assert memos.replay("ann", made.receipt).same


def test_what_came_since_enters_and_is_told(memos):
    drinks(memos)
    found = memos.recall("ann", "Who drinks tea?", top_k=4)
    new = memos.store("ann", "fact", "Ann drinks tea, green tea")
    again = memos.replay("ann", found.receipt)
    assert [move.memory_id for move in again.entered] == [new.id]
    assert again.entered[0].was is None
    assert len(again.left) == 1
    assert again.left[0].was.rank <= 4 < again.left[0].now.rank
    assert not again.same
    assert again.conditions == ("user:ann: at commit 5, then 4",)
    assert json.loads(json.dumps(again.to_dict()))["same"] is False


def test_at_a_commit_the_cube_is_as_it_was(memos):
    drinks(memos)
    then = [contents(memos.recall("ann", "tea")), memos.recall("ann", "tea").receipt]
    fact = memos.store("ann", "fact", "has given up tea")
    memos.update_memory("ann", fact.id, "has given up black tea")
    receipt = memos.recall("ann", "tea").receipt
    assert sorted(contents(memos.replay("ann", receipt, at=4).recall)) == sorted(then[0])
    assert "has given up tea" in contents(memos.replay("ann", receipt, at=5).recall)
    assert memos.replay("ann", receipt, at=6).same
    assert contents(memos.replay("ann", then[1], at=1).recall) == ["I drink tea"]
    with pytest.raises(
        InvalidInput, match="at: got 7; allowed: a commit of user:ann, which is at 6"
    ):
        memos.replay("ann", receipt, at=7)


def test_without_a_message_its_memory_is_not_there_and_its_neighbours_lose_it(memos):
    drinks(memos)
    found = memos.recall("ann", "black tea with milk", explain=True)
    gone = found[0]
    assert gone.sources == ("m2",)
    for named in ("m2", ["m2"], gone.memory.id):
        again = memos.replay("ann", found.receipt, without=named)
        assert [move.memory_id for move in again.left] == [gone.memory.id]
        assert (again.left[0].was.rank, again.left[0].now) == (1, None)
        beside = next(move for move in again.moved if "m1" in sources(again, move.memory_id))
        assert beside.contributions["window"] < 0
    # What it did is in its own receipt: a replay can be replayed.
    assert memos.replay("ann", again.recall.receipt).recall == again.recall


def sources(again, memory_id: str) -> tuple[str, ...]:
    return next(hit.sources for hit in again.recall if hit.memory.id == memory_id)


def test_without_a_memory_what_names_it_as_its_source_is_left_out_too(memos):
    first = memos.store("ann", "fact", "likes tea")
    memos.store("ann", "lesson", "tea is a good present", sources=[first.id])
    memos.store("ann", "fact", "has a tea pot")
    found = memos.recall("ann", "tea")
    again = memos.replay("ann", found.receipt, without=first.id)
    assert contents(again.recall) == ["has a tea pot"]


def test_other_weights_give_another_order(memos):
    drinks(memos)
    found = memos.recall("ann", "green tea")
    table = deepcopy(TABLE)
    for column in table.values():
        column |= {"policy": "newest", "weights": {"recent_now": 1.0, "covered": -1.0}}
    again = memos.replay("ann", found.receipt, weights=table)
    assert contents(again.recall)[-1] == "I drink green tea"
    assert again.conditions == ("policy: newest/words, then linear-1/words",)
    down = next(move for move in again.moved if move.was.rank == 1)
    assert down.contributions["covered"] < 0
    same_name = {**TABLE, "words": {**TABLE["words"], "slope": 1.0}}
    again = memos.replay("ann", found.receipt, weights=same_name)
    assert again.conditions == ("weights: others than then, under the same name linear-1/words",)
    table["words"]["weights"]["nope"] = 1.0
    with pytest.raises(
        InvalidInput, match=r"weights\.words\.weights\.nope: got an unknown feature"
    ):
        memos.replay("ann", found.receipt, weights=table)


def test_another_embedder_is_told(tmp_path: Path):
    with MemOS(tmp_path, embedder="hashing") as memos:
        drinks(memos)
        memos.drain()
        receipt = memos.recall("ann", "tea").receipt
    with MemOS(tmp_path, embedder="none") as memos:
        told = memos.replay("ann", receipt).conditions
    assert told == (
        "policy: linear-1/words, then linear-1/tokens",
        "embedding: none, then hashing-256, 256 dimensions",
    )


def test_what_was_not_indexed_then_is_told(tmp_path: Path):
    with MemOS(tmp_path, embedder="hashing") as memos:
        drinks(memos)
        memos.drain()
        receipt = memos.recall("ann", "tea").receipt
        early = {**receipt.to_dict(), "legs": {**receipt.legs, "pending": 2}}
        assert memos.replay("ann", early).conditions == ("not indexed yet: 0, then 2",)


def test_access_is_the_callers_now_whatever_the_receipt_says(memos):
    memos.create_cube("ann", "team")
    memos.share("ann", "team", to_user="bob")
    memos.store("ann", "fact", "the team drinks tea", cube_id="team")
    memos.store("bob", "fact", "bob drinks tea")
    found = memos.recall("bob", "tea")
    assert len(found) == 2
    memos.unshare("ann", "team", to_user="bob")
    again = memos.replay("bob", found.receipt)
    assert contents(again.recall) == ["bob drinks tea"]
    assert again.conditions == ("team: not there for this caller",)
    assert contents(memos.replay("ann", found.receipt).recall) == ["the team drinks tea"]
    for receipt in (found.receipt, {**found.receipt.to_dict(), "cubes": ["user:bob"]}):
        with pytest.raises(NotFound, match="no cube 'user:bob'"):
            memos.replay("eve", receipt)
    agents = {**found.receipt.to_dict()["narrowed"], "agent_id": "bot"}
    again = memos.replay("bob", {**found.receipt.to_dict(), "narrowed": agents})
    assert again.recall.receipt.narrowed.agent_id is None
    assert "agent: none, then bot" in again.conditions


def test_what_was_forgotten_left(memos):
    drinks(memos)
    found = memos.recall("ann", "green tea")
    memos.forget("ann", message_id="m1", conversation_id="c")
    again = memos.replay("ann", found.receipt, at=found.receipt.seqs["user:ann"])
    assert [(move.was.rank, move.now) for move in again.left] == [(1, None)]


def test_a_new_version_is_a_move_of_the_same_memory(memos):
    fact = memos.store("ann", "fact", "drinks tea")
    found = memos.recall("ann", "tea")
    memos.update_memory("ann", fact.id, "drinks tea, no coffee")
    (move,) = memos.replay("ann", found.receipt).moved
    assert (move.was.version, move.now.version) == (1, 2)


def test_contributions_add_up_to_the_sum_that_is_ranked(memos):
    drinks(memos)
    receipt = memos.recall("ann", "green tea", explain=True).receipt
    assert receipt.candidates == len(receipt.evidence)
    sums = [sum(one.contributions.values()) for one in receipt.evidence]
    assert sums[0] == pytest.approx(receipt.signals["best"], abs=0.01)
    for one in receipt.evidence:
        parts = [abs(part) for part in one.contributions.values()]
        assert parts == sorted(parts, reverse=True)
        for name, part in one.contributions.items():
            weight = TABLE["words"]["weights"][name]
            assert part == pytest.approx(weight * one.features[name], abs=0.001)
