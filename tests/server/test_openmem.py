"""The dialect openmem/v1 over HTTP: shapes, refusals, retries and tasks."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from keyed import Keyed
from live import Live
from speaker import PREFIX, SETTINGS, TEA, Breaking, Speaker, somebody

from memos.memories.parts import build
from memos.settings import Settings
from memos.testing.clock import ManualClock


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    memos = Breaking(tmp_path_factory.mktemp("openmem"), learn="on", **SETTINGS)
    with Live(memos, open_as=None) as live:
        yield live.url


@pytest.fixture(scope="module")
def speaker(url: str) -> Speaker:
    return Speaker(url)


@pytest.fixture
def user() -> str:
    return somebody()


@pytest.mark.parametrize("prefix", [PREFIX, "/product"])
def test_what_was_said_is_found_at_once(url, user, prefix):
    speaker = Speaker(url, prefix=prefix)
    for mode in (True, False):
        said = {"role": "user", "content": f"The code of the gate is {4711 + mode}."}
        added = speaker.data("add/message", messages=[said], user_id=user, async_mode=mode)
        assert set(added) == {"success", "task_id", "status"}
        assert added["success"] is True
        assert mode or added["status"] == "completed"
        assert said["content"] in speaker.texts(user, "code of the gate")


def test_lists_have_the_members_that_clients_read(speaker, user):
    speaker.data("add/message", messages=TEA, user_id=user, conversation_id="c", async_mode=False)
    found = speaker.data("search/memory", query="Do I like tea? Where do I live?", user_id=user)
    memory = next(one for one in found["memory_detail_list"] if one["tags"] == ["home"])
    assert (memory["memory_value"], memory["memory_type"]) == ("I live in Porto", "UserMemory")
    assert (memory["status"], memory["conversation_id"]) == ("activated", "c")
    now = time.time() * 1000  # theirs are milliseconds
    assert all(abs(memory[name] - now) < 600_000 for name in ("create_time", "update_time"))
    assert 0 <= memory["relativity"] <= 1
    assert 0 < memory["confidence"] < 1
    (liked,) = found["preference_detail_list"]
    assert (liked["preference"], liked["preference_type"]) == (
        "I like green tea",
        "explicit_preference",
    )
    assert found["preference_note"] == ""
    assert None not in found.values()
    without = speaker.data("search/memory", query="tea", user_id=user, include_preference=False)
    assert without["preference_detail_list"] == []
    messages = speaker.data("get/message", user_id=user, conversation_id="c")
    told = [(one["role"], one["content"]) for one in messages["message_detail_list"]]
    assert told == [(one["role"], one["content"]) for one in TEA]
    last = speaker.data("get/message", user_id=user, conversation_id="c", message_limit_number=1)
    assert [one["content"] for one in last["message_detail_list"]] == [TEA[1]["content"]]


def test_relativity_is_a_threshold(speaker, user):
    speaker.data("add/message", messages=TEA, user_id=user)
    found = speaker.data("search/memory", query="green tea", user_id=user, relativity=0)
    scores = [one["relativity"] for one in found["memory_detail_list"]]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1
    kept = speaker.texts(user, "green tea", relativity=scores[0])
    assert len(kept) == scores.count(scores[0])
    assert speaker.texts(user, "green tea", memory_limit_number=0) == []
    assert len(speaker.texts(user, "green tea", memory_limit_number=1)) == 1


def test_messages_of_other_shapes(speaker, user):
    parts = [{"type": "text", "text": "Lift doors"}, {"type": "text", "text": "close slowly."}]
    calls = [{"id": "1", "function": {"name": "lookup", "arguments": "{}"}}]
    messages = [
        {"role": "user", "content": parts, "chat_time": 1_757_498_400_000},
        {"role": "user", "content": "In seconds", "chat_time": 1_757_498_400},
        {"role": "assistant", "content": None, "tool_calls": calls},
    ]
    speaker.data("add/message", messages=messages, user_id=user, conversation_id="c")
    told = speaker.data("get/message", user_id=user, conversation_id="c")["message_detail_list"]
    assert told[0]["content"] == "Lift doors\nclose slowly."
    assert told[0]["create_time"] == told[1]["create_time"] == "2025-09-10 10:00:00"
    assert '"lookup"' in told[2]["content"]
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]
    status, code, message = speaker.refusal("add/message", messages=image, user_id=user)
    assert (status, code) == (501, 50100)
    assert "messages[0].content[0]" in message


def test_who_has_no_key_learns_nothing(url):
    for key in (None, "wrong"):
        speaker = Speaker(url, key)
        for path in ("search/memory", "chat", "nowhere"):
            assert speaker.refusal(path, query="tea", user_id="ann")[:2] == (401, 40100)


def test_refusals_say_what_is_wrong(url, speaker):
    def wrong(path: str, **body: object) -> str:
        status, code, message = speaker.refusal(path, **body)
        assert (status, code) == (422, 40000)
        return message

    assert wrong("add/message", user_id="x").startswith("messages: got nothing")
    assert wrong("add/message", messages=[], user_id="x").startswith("messages: ")
    king = [{"role": "king", "content": "hello"}]
    assert "role: got 'king'" in wrong("add/message", messages=king, user_id="x")
    assert wrong("search/memory", query="tea").startswith("user_id: got None")
    assert wrong("search/memory", query="tea", user_id="x", relativity=2).startswith("relativity")
    assert wrong("get/memory", user_id="x", size=51).startswith("size: ")
    assert wrong("update/memory", memory_id="x").startswith("content: got no change")
    assert "3 conditions" in wrong("delete/memory", user_id="x", memory_ids=["y"], filter={})
    assert wrong("delete/memory", user_id="x", memory_type="opera").startswith("memory_type")
    assert wrong("delete/memory", filter={}).startswith("filter: ")
    assert "opera" in wrong("extract/memory", messages=TEA, extraction_types=["opera"])
    many = [f"u{at}" for at in range(101)]
    assert wrong("add/message", messages=TEA, user_id=many).startswith("user_id: ")
    broken = speaker.http("POST", f"{PREFIX}/search/memory", content=b"{")
    assert broken.json()["code"] == 40000
    assert broken.status_code in (400, 422)


def test_errors_of_every_layer_have_the_envelope(url, speaker):
    assert speaker.refusal("nowhere") == (404, 40400, "no call 'nowhere' for this caller")
    assert speaker.http("GET", f"{PREFIX}/add/message").json()["code"] == 40400
    assert speaker.refusal("search/memory", query="break", user_id="x")[:2] == (500, 50000)
    large = speaker.http("POST", f"{PREFIX}/add/message", content=b" " * (10 << 20))
    assert (large.status_code, large.json()["code"]) == (413, 41300)
    native = speaker.http("POST", "/v1/search", json={"query": "tea"})
    assert native.headers["content-type"] == "application/problem+json"


def test_what_is_not_offered_says_so(url, speaker):
    assert Speaker(url, "reader").refusal("chat", user_id="ann")[0] == 501
    paths = ("chat", "create/knowledgebase", "get/knowledgebase-file", "edit/profile")
    for path in paths:
        told = speaker.refusal(path, user_id="ann")
        assert told == (501, 50100, f"not offered yet: {path}")
    assert speaker.refusal("add/message", messages=TEA, user_id="x", allow_public=True)[0] == 501
    asked = {"query": "tea", "user_id": "x", "knowledgebase_ids": ["k"]}
    assert speaker.refusal("search/memory", **asked)[0] == 501


def test_a_key_reaches_what_it_is_bound_to_and_nothing_else(url, speaker):
    said = [{"role": "user", "content": "The safe is behind the clock."}]
    for name in ("ann", "bob"):
        speaker.data("add/message", messages=said, user_id=name)
    bobs = speaker.data("get/memory", user_id="bob")["memory_detail_list"][0]["id"]
    task = speaker.data("add/message", messages=TEA, user_id="bob")["task_id"]
    ann = Speaker(url, "ann")
    assert ann.texts("ann", "safe") == ["The safe is behind the clock."]
    own = ann.data("search/memory", query="safe")  # the key says whose
    assert len(own["memory_detail_list"]) == 1
    for path, body in (
        ("search/memory", {"query": "safe", "user_id": "bob"}),
        ("search/memory", {"query": "safe", "agent_id": "bot"}),
        ("get/memory", {"user_id": "bob"}),
        ("get/message", {"user_id": "bob", "conversation_id": "c"}),
        ("add/message", {"messages": said, "user_id": ["ann", "bob"]}),
        ("add/feedback", {"feedback_content": "no", "user_id": "bob"}),
        ("update/memory", {"memory_id": bobs, "content": "gone"}),
        ("delete/memory", {"memory_ids": [bobs]}),
        ("delete/memory", {"user_id": "bob"}),
    ):
        assert ann.refusal(path, **body)[:2] == (404, 40400)
    assert ann.refusal("get/status", task_id=task)[:2] == (404, 50131)
    assert ann.http("GET", f"{PREFIX}/get/memory/{bobs}").status_code == 404
    ann.data("delete/memory", filter={"content": {"contains": "safe"}})  # of her own alone
    assert speaker.stored("ann") == []
    assert "The safe is behind the clock." in speaker.stored("bob")
    elsewhere = Speaker(url, "elsewhere")
    assert elsewhere.http("GET", f"{PREFIX}/get/memory/{bobs}").status_code == 404
    assert elsewhere.stored("bob") == []
    reader = Speaker(url, "reader")
    assert reader.refusal("add/message", messages=TEA, user_id="bob")[:2] == (404, 40400)
    assert len(reader.texts("bob", "safe")) > 0


def test_a_task_runs_until_what_was_said_is_learned(speaker, user):
    assert speaker.http("POST", "/v1/pauses", json={"kind": "learn"}).status_code == 201
    try:
        added = speaker.data("add/message", messages=TEA, user_id=user)
        assert added["status"] == "running"
        assert speaker.data("get/status", task_id=added["task_id"])["status"] == "running"
        assert speaker.stored(user) == sorted(one["content"] for one in TEA)
        told = [{"role": "assistant", "content": "Nothing that is learned."}]
        assert speaker.data("add/message", messages=told, user_id=user)["status"] == "completed"
    finally:
        speaker.http("POST", "/v1/pauses/end", json={"kind": "learn"})
    end = time.monotonic() + 30
    while speaker.data("get/status", task_id=added["task_id"])["status"] != "completed":
        assert time.monotonic() < end, "never learned"
        time.sleep(0.05)
    assert {"I live in Porto", "I like green tea"} < set(speaker.stored(user))


def test_a_task_that_is_given_up_has_failed(speaker, user):
    speaker.http("POST", "/v1/pauses", json={"kind": "learn"})
    try:
        task = speaker.data("add/message", messages=TEA, user_id=user)["task_id"]
        waiting = [
            at
            for at in range(1, 200)
            if (found := speaker.http("GET", f"/v1/tasks/{at}").json().get("task"))
            and (found["cube_id"], found["state"]) == (f"user:{user}", "waiting")
        ]
        speaker.http("POST", "/v1/tasks/cancel", json={"task_ids": waiting})
        assert speaker.data("get/status", task_id=task)["status"] == "failed"
        other = speaker.data("add/message", messages=TEA, user_id=f"{user}-other")
        assert other["status"] == "running"
    finally:
        speaker.http("POST", "/v1/pauses/end", json={"kind": "learn"})


@pytest.mark.parametrize(
    "told",
    [
        "[]", "{}", "1", "[[]]", '[["a"', '["abcd"]', '[["ann",null,"user:ann",true]]',
        '[["ann",null,"user:ann",-1]]', '[["ann",null,"user:ann",999999]]',
        '[["ann",null,"user:ann",1e99]]', '[["ann",null,"user:bob",0]]', '[["ann",null,null,0]]',
        '[[null,null,"user:ann",0]]', "[" * 100_000,
    ],
)  # fmt: skip
def test_tasks_that_never_were(speaker, told):
    made_up = "task-" + base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    assert speaker.refusal("get/status", task_id=made_up)[:2] == (404, 50131)
    assert speaker.refusal("get/status", task_id=told)[:2] == (404, 50131)


def test_a_retry_beside_the_first_call_adds_nothing_twice(speaker, user):
    def add(_: int) -> str:
        return str(speaker.data("add/message", messages=TEA, user_id=user)["task_id"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(add, range(4)))) == 1
    messages = speaker.data("get/message", user_id=user)["message_detail_list"]
    assert len(messages) == len(TEA)


def test_a_retry_adds_nothing_twice(tmp_path):
    clock = ManualClock("2026-03-01T10:00:59Z")

    def serve() -> Live:
        settings = Settings.load(home=tmp_path, **SETTINGS)
        return Live(Keyed(tmp_path, parts=build(settings, clock), **SETTINGS), open_as=None)

    body = {"messages": [*TEA, TEA[0]], "user_id": ["ann", "bob"], "conversation_id": "c"}
    with serve() as live:
        first = Speaker(live.url).data("add/message", **body)
        assert first["status"] == "completed"  # where nothing is learned, nothing is waited for
        clock.advance(2)  # into the next minute
        assert Speaker(live.url).data("add/message", **body) == first
        other = Speaker(live.url).data("add/message", **body, info={"scene": "other"})
        assert other["task_id"] != first["task_id"]
    with serve() as live:  # another process, for all that it knows
        speaker = Speaker(live.url)
        clock.advance(57)
        speaker.data("add/message", **body)
        assert len(speaker.stored("ann")) == len(speaker.stored("bob")) == 6
        clock.advance(10)  # more than a minute: somebody says the same again
        speaker.data("add/message", **body)
        assert len(speaker.stored("ann")) == len(speaker.stored("bob")) == 9
        clock.advance(85)  # the minute before has it, but that is longer ago than a minute
        speaker.data("add/message", **body)
        assert len(speaker.stored("ann")) == 12
        named = [{"role": "user", "content": "one", "message_id": "m"}]
        for _ in range(2):
            speaker.data("add/message", messages=named, user_id="eve")
            clock.advance(3600)
        assert speaker.stored("eve") == ["one"]
