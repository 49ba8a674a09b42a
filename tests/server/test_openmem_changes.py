"""The dialect openmem/v1: filters, pages, updates, deletions, feedback, and what stores nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from keyed import Keyed
from live import Live
from speaker import PREFIX, SETTINGS, TEA, Speaker, somebody

from memos.errors import InvalidInput
from memos.model.filter import parse_filter
from memos.model.time import Instant
from memos.server.openmem.filters import translated


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    memos = Keyed(tmp_path_factory.mktemp("openmem"), learn="on", **SETTINGS)
    with Live(memos, open_as=None) as live:
        yield live.url


@pytest.fixture(scope="module")
def speaker(url: str) -> Speaker:
    return Speaker(url)


@pytest.fixture
def user() -> str:
    return somebody()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (None, None),
        ({}, None),
        ({"scene": "x"}, {"metadata.info.scene": {"eq": "x"}}),
        ({"info.scene": ["x", "y"]}, {"metadata.info.scene": {"in": ["x", "y"]}}),
        ({"session_id": "c", "app_id": "a"},
         {"AND": [{"conversation_id": {"eq": "c"}}, {"app_id": {"eq": "a"}}]}),
        ({"or": [{"agent_id": "a"}, {"not": {"user_id": "b"}}]},
         {"OR": [{"agent_id": {"eq": "a"}}, {"NOT": [{"user_id": {"eq": "b"}}]}]}),
        ({"create_time": {"gt": "2025-11-09", "lte": 1_000}},
         {"recorded_at": {"gt": "2025-11-09", "lte": Instant(1_000_000)}}),
        ({"memory": {"like": "%tea%"}}, {"content": {"icontains": "tea"}}),
        ({"user": {"scene": "x"}, "public": {"scene": "y"}}, {"metadata.info.scene": {"eq": "x"}}),
        ({"tags": {"contains": "t"}},
         {"OR": [{"labels": {"contains": "t"}}, {"metadata.tags": {"contains": "t"}}]}),
    ],
)  # fmt: skip
def test_filters_are_said_in_ours(theirs, ours):
    assert translated(theirs) == ours
    if ours is not None:
        parse_filter(ours)


@pytest.mark.parametrize(
    ("theirs", "named"),
    [
        ({"and": []}, "filter.and"),
        ({"and": [{"a": {"near": 1}}]}, r"filter.and\[0\].a.*operator near"),
        ({"or": {"a": 1}}, "filter.or"),
    ],
)
def test_filters_that_say_nothing_we_know(theirs, named):
    with pytest.raises(InvalidInput, match=named):
        translated(theirs)


def test_a_filter_may_not_be_too_deep():
    deep: dict[str, object] = {"a": 1}
    for _ in range(5000):
        deep = {"and": [deep]}
    with pytest.raises(InvalidInput, match="deeper nesting"):
        translated(deep)


def test_filters_narrow_searches_and_lists(speaker, user):
    for scene, tags in (("tea", ["hot", "green"]), ("coffee", ["hot"])):
        said = [{"role": "user", "content": f"We drank {scene}."}]
        speaker.data(
            "add/message",
            messages=said, user_id=user, info={"scene": scene, "tags": 7}, tags=tags, source="app",
        )  # fmt: skip
    for given, kept in (
        ({"scene": "tea"}, {"We drank tea."}),
        ({"tags": {"contains": "green"}}, {"We drank tea."}),
        ({"and": [{"tags": {"contains": "hot"}}, {"not": {"scene": "tea"}}]}, {"We drank coffee."}),
        ({"source": "app"}, {"We drank tea.", "We drank coffee."}),
        ({"create_time": {"gt": "2999-01-01"}}, set()),
    ):
        assert set(speaker.texts(user, "what did we drink?", filter=given)) == kept
        assert set(speaker.stored(user, filter=given)) == kept
    one = speaker.data("get/memory", user_id=user, filter={"scene": "tea"})["memory_detail_list"][0]
    assert one["info"] == {"scene": "tea", "tags": 7}
    assert one["tags"] == ["hot", "green"]
    assert len(one["sources"]) == 1


def test_each_sort_has_its_list(speaker, user):
    stored = {
        "fact": "The gate is green", "tool": "The gate opens with lookup()",
        "skill": "Gate greetings\nSay good day at the gate", "preference": "Likes a green gate",
        "instruction": "Always close the gate", "document": "Handbook of the gate",
    }  # fmt: skip
    for kind, text in stored.items():
        made = {"learned": "model"} if kind == "preference" else {}
        body = {"user_id": user, "kind": kind, "text": text, "metadata": made}
        assert speaker.http("POST", "/v1/memories", json=body).status_code == 201
    asked = {"query": "gate", "user_id": user}
    few = speaker.data("search/memory", **asked)
    assert (few["tool_memory_detail_list"], few["skill_detail_list"]) == ([], [])
    found = speaker.data("search/memory", **asked, include_tool_memory=True, include_skill=True)
    types = {one["memory_value"]: one["memory_type"] for one in found["memory_detail_list"]}
    assert types == {stored["fact"]: "UserMemory", stored["document"]: "LongTermMemory"}
    kinds = {one["preference"]: one["preference_type"] for one in found["preference_detail_list"]}
    assert kinds[stored["preference"]] == "implicit_preference"
    assert kinds[stored["instruction"]] == "explicit_preference"
    (tool,) = found["tool_memory_detail_list"]
    assert tool["tool_value"] == stored["tool"]
    (skill,) = found["skill_detail_list"]
    assert skill["skill_value"] == {"name": "Gate greetings", "description": stored["skill"]}
    page = speaker.data("get/memory", user_id=user)
    lists = ("memory", "preference", "tool_memory", "skill")
    assert [len(page[f"{name}_detail_list"]) for name in lists] == [2, 2, 1, 1]
    less = {"include_preference": False, "include_tool_memory": False}
    assert speaker.data("get/memory", user_id=user, **less)["total"] == 3


def test_pages_hold_each_memory_once(speaker, user):
    said = [{"role": "assistant", "content": f"Item {at}."} for at in range(7)]
    speaker.data("add/message", messages=said, user_id=user)
    pages = [speaker.data("get/memory", user_id=user, page=at, size=3) for at in (1, 2, 3, 4)]
    found = [[one["memory_value"] for one in page["memory_detail_list"]] for page in pages]
    assert [len(page) for page in found] == [3, 3, 1, 0]
    assert {text for page in found for text in page} == {one["content"] for one in said}
    told = [(page["total"], page["size"], page["current"], page["pages"]) for page in pages]
    assert told == [(7, 3, at, 3) for at in (1, 2, 3, 4)]


def test_an_agent_has_a_memory_of_its_own(speaker, user):
    said = [{"role": "assistant", "content": "I file reports on Mondays."}]
    speaker.data("add/message", messages=said, agent_id=f"bot-{user}")
    found = speaker.data("search/memory", query="reports", agent_id=f"bot-{user}")
    assert [one["memory_value"] for one in found["memory_detail_list"]] == [said[0]["content"]]
    assert speaker.texts(user, "reports") == []


def test_updates_are_new_versions(speaker, user):
    said = [{"role": "user", "content": "The bins go out on Monday."}]
    speaker.data("add/message", messages=said, user_id=user)
    held = speaker.data("get/memory", user_id=user)["memory_detail_list"][0]
    change = {"memory_id": held["id"], "content": "The bins go out on Friday.", "title": "Bins"}
    assert speaker.data("update/memory", **change)["success"] is True
    answer = speaker.http("GET", f"{PREFIX}/get/memory/{held['id']}").json()
    assert answer["data"]["memory_value"] == "The bins go out on Friday."
    assert answer["data"]["memory_key"] == "Bins"
    assert speaker.refusal("update/memory", memory_id=held["id"], status="archived")[0] == 501
    speaker.data("update/memory", memory_id=held["id"], status="deleted")
    assert speaker.texts(user, "bins") == []
    assert speaker.refusal("update/memory", **change)[:2] == (404, 40400)


def test_deletions_reach_what_they_name(speaker, user):
    speaker.data("add/message", messages=TEA, user_id=user, conversation_id="c", async_mode=False)
    more = [{"role": "user", "content": "Keep me."}]
    speaker.data("add/message", messages=more, user_id=user)
    found = speaker.data("get/memory", user_id=user)["memory_detail_list"]
    ids = {one["memory_value"]: one["id"] for one in found}
    unknown = [ids["Keep me."], "nope"]
    assert speaker.refusal("delete/memory", memory_ids=unknown)[:2] == (404, 40400)
    assert "Keep me." in speaker.stored(user)
    speaker.data("delete/memory", memory_ids=[ids["I live in Porto"]])
    assert "I live in Porto" not in speaker.stored(user)
    speaker.data("delete/memory", user_id=user, memory_type="preference")
    assert "I like green tea" not in speaker.stored(user)
    assert len(speaker.stored(user)) == 3
    speaker.data("delete/memory", user_id=user)
    assert speaker.stored(user) == []
    messages = speaker.data("get/message", user_id=user, conversation_id="c")
    assert messages["message_detail_list"] == []


def test_all_of_a_user_is_also_what_is_not_shown(speaker, user):
    speaker.data("add/message", messages=TEA, user_id=user)
    asked = {"user_id": user, "query": "green tea"}
    block = speaker.http("POST", "/v1/context", json=asked).json()["text"]
    speaker.data("add/message", messages=[{"role": "user", "content": block}], user_id=user)
    old = {"user_id": user, "kind": "fact", "text": "Was here", "valid_to": "2020-01-01"}
    over = speaker.http("POST", "/v1/memories", json=old).json()["id"]
    assert "Was here" not in speaker.stored(user)
    assert speaker.http("GET", f"{PREFIX}/get/memory/{over}").status_code == 200
    other = speaker.data("delete/memory", memory_ids=[over], memory_type="preference")
    assert other == {"success": True}
    assert speaker.http("GET", f"{PREFIX}/get/memory/{over}").status_code == 200
    speaker.data("delete/memory", user_id=user)
    assert speaker.http("GET", f"{PREFIX}/get/memory/{over}").status_code == 404
    assert speaker.data("get/message", user_id=user)["message_detail_list"] == []


def test_a_remark_corrects_and_is_heard_once(speaker, user):
    speaker.data("add/message", messages=TEA, user_id=user, async_mode=False)
    remark = {"user_id": user, "feedback_content": "no, I live in Lisbon, not in Porto"}
    for _ in range(3):
        told = speaker.data("add/feedback", conversation_id="c", **remark)
        assert (told["success"], told["status"]) == (True, "completed")
        assert speaker.data("get/status", task_id=told["task_id"])["status"] == "completed"
    stored = speaker.stored(user)
    assert "I live in Porto" not in stored
    assert "I live in Lisbon" in stored
    messages = speaker.data("get/message", user_id=user, conversation_id="c")
    assert len(messages["message_detail_list"]) == 1


def test_extraction_stores_nothing(speaker):
    found = speaker.data("extract/memory", messages=TEA)
    assert [one["memory_value"] for one in found["memory_detail_list"]] == ["I live in Porto"]
    assert [one["preference"] for one in found["preference_detail_list"]] == ["I like green tea"]
    only = speaker.data("extract/memory", messages=TEA, extraction_types=["preference"])
    assert only["memory_detail_list"] == []
    assert len(only["preference_detail_list"]) == 1


def test_reranking(speaker):
    documents = ["the sky is blue", "green tea from Uji"]
    answer = speaker.post("rerank", query="green tea", documents=documents).json()
    assert [one["index"] for one in answer["results"]] == [1, 0]
    assert answer["results"][0]["document"] == {"text": documents[1]}
    scores = [one["relevance_score"] for one in answer["results"]]
    assert 1 >= scores[0] > scores[1] >= 0
    assert answer["data"]["results"] == answer["results"]
    first = speaker.data("rerank", query="green tea", documents=documents, top_n=1)
    assert len(first["results"]) == 1
