"""What stands on the wire: statuses, problems, tags, limits, and what the API says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from live import Live
from pydantic import TypeAdapter

from memos import AsyncMemOS, UsageError
from memos.client.calls import CALLS
from memos.model.plain import plain
from memos.server import app as app_module
from memos.server.schemas import method, result

PROBLEM = "application/problem+json"
SAID = {"user_id": "ann", "role": "user", "content": "I live in Porto"}


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        Live(AsyncMemOS(tmp_path, sync="normal", embedder="hashing", max_message=1000)) as live,
        httpx.Client(base_url=live.url) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("verb", "path", "sent", "status", "field"),
    [
        ("POST", "/v1/search", {"json": {"user_id": "ann"}}, 422, "query"),
        ("POST", "/v1/search", {"json": {"user_id": "ann", "query": 5}}, 422, "query"),
        ("POST", "/v1/search", {"json": {"query": "tea"}}, 422, "user_id"),
        ("POST", "/v1/search", {"json": {"query": "tea", "topk": 5}}, 422, "topk"),
        ("POST", "/v1/search", {"json": {"query": "a", "user_id": "a", "top_k": 0}}, 422, "top_k"),
        ("POST", "/v1/search", {"json": [1]}, 422, "body"),
        ("POST", "/v1/search", {"content": b"{"}, 400, "body"),
        ("POST", "/v1/search", {"content": b"\xff"}, 400, "body"),
        ("POST", "/v1/search", {"content": b"[" * 100_000}, 400, "body"),
        ("POST", "/v1/messages", {"json": {"user_id": "ann", "role": "user"}}, 422, "content"),
        ("POST", "/v1/messages", {"json": {**SAID, "content": "x" * 1001}}, 422, "content"),
        ("POST", "/v1/messages/batch", {"json": {"user_id": "ann", "messages": [{}]}}, 422,
         "messages[0].role"),
        ("GET", "/v1/messages?user_id=ann&limit=x", {}, 422, "limit"),
        ("GET", "/v1/messages?user_id=ann&limit=0", {}, 422, "limit"),
        ("GET", "/v1/tasks/x", {}, 422, "task_id"),
        ("GET", "/v1/memories/nope?user_id=ann", {}, 404, None),
        ("GET", "/v1/nothing", {}, 404, None),
        ("DELETE", "/v1/search", {}, 405, None),
        ("POST", "/v1/messages", {"content": b"x" * ((8 * 1000 + (1 << 20)) + 1)}, 413, "body"),
    ],
)  # fmt: skip
def test_wrong_requests_are_told_what_is_wrong(http, verb, path, sent, status, field):
    answer = http.request(verb, path, **sent)
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert told["status"] == status
    assert told.get("field") == field
    assert set(told) >= {"type", "title", "detail"}


def test_a_body_without_a_length_is_counted_too(http):
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * (1 << 16)

    answer = http.post("/v1/messages", content=endless())
    assert (answer.status_code, answer.json()["field"]) == (413, "body")


def test_a_memory_has_a_tag(http):
    made = http.post("/v1/memories", json={"user_id": "ann", "text": "tea"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"/v1/memories/{made.json()['id']}"

    def changed(tag: str, **more: object) -> httpx.Response:
        sent = {"user_id": "ann", "text": "green tea", **more}
        return http.patch(path, json=sent, headers={"If-Match": tag})

    assert changed('"7"').status_code == 412
    assert changed('"1"').headers["etag"] == '"2"'
    assert changed('"1"').json()["type"] == "urn:memos:error:version-conflict"
    assert changed("*").headers["etag"] == '"3"'
    for wrong in ("3", '"x"', 'W/"3"', '"3", "4"'):
        assert changed(wrong).json()["field"] == "If-Match"
    assert changed('"3"', version=2).json()["field"] == "If-Match"
    assert http.get(path, params={"user_id": "ann"}).headers["etag"] == '"3"'


def test_mappings_in_a_query_are_json(http):
    http.post("/v1/messages", json=SAID)
    shown = http.get("/v1/messages", params={"user_id": "ann", "limit": "1"})
    assert [one["content"] for one in shown.json()] == ["I live in Porto"]


def test_health_and_metrics(http):
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ok"}
    assert http.get("/metrics").text.startswith("# HELP memos_")


def test_answers_are_what_the_api_says_of_them(http):
    http.post("/v1/messages", json=SAID)
    memory = http.post("/v1/memories", json={"user_id": "ann", "text": "tea"}).json()["id"]
    http.post("/v1/cubes", json={"user_id": "ann", "cube_id": "team"})
    http.post("/v1/drain", json={})
    key = http.post("/v1/keys", json={"name": "first"}).json()["key"]["id"]
    receipt = http.post("/v1/search", json={"user_id": "ann", "query": "tea"}).json()["receipt"]
    bodies = {
        "add_message": SAID,
        "add_messages": {"user_id": "ann", "messages": [{"role": "user", "content": "hm"}]},
        "store": {"user_id": "ann", "text": "coffee"},
        "update_memory": {"user_id": "ann", "text": "green tea"},
        "revert": {"user_id": "ann"},
        "forget": {"user_id": "ann", "memory_id": memory},
        "feedback": {"user_id": "ann", "rating": "up", "memory_ids": memory},
        "recall": {"user_id": "ann", "query": "tea"},
        "context": {"user_id": "ann", "query": "tea"},
        "replay": {"user_id": "ann", "receipt": receipt},
        "create_cube": {"user_id": "ann", "cube_id": "club"},
        "share": {"user_id": "ann", "cube_id": "team", "to_user": "bob"},
        "unshare": {"user_id": "ann", "cube_id": "team", "to_user": "bob"},
        "cancel_tasks": {"task_ids": [1]},
        "create_key": {"name": "new"},
        "create_tenant": {"name": "acme"},
        "set_quota": {"memories": 100},
        "resume": {"kind": "learn"},
        "pause": {"kind": "learn"},
    }
    last = ("forget", "revoke_key")
    for call in sorted(CALLS, key=lambda one: (one.name in last, one.verb != "GET", one.name)):
        place = "default" if call.name == "set_quota" else "embed"
        path = call.path.format(memory_id=memory, task_id=1, name=place, key_id=key)
        named = "user_id" in inspect.signature(method(call)).parameters
        query = {"user_id": "ann"} if named and not call.has_body else {}
        sent = {"json": bodies.get(call.name, {})} if call.has_body else {}
        answer = http.request(call.verb, path, params=query, **sent)
        if call.name in ("task", "cancel_tasks") and answer.status_code == 404:
            continue  # the task is over and forgotten
        assert answer.status_code == call.status, (call.name, answer.text)
        TypeAdapter(result(call)).validate_json(answer.content)


def test_the_api_describes_itself(http):
    told = http.get("/openapi.json").json()
    operations = {
        one["operationId"]: one for path in told["paths"].values() for one in path.values()
    }
    assert {call.name for call in CALLS} <= set(operations)
    for call in CALLS:
        one = operations[call.name]
        assert one["summary"]
        assert {str(call.status), "401", "404", "422", "429"} <= set(one["responses"])
        assert "x-right" not in one or one["x-right"] == call.right.value
    schemas = told["components"]["schemas"]
    assert schemas["RecallRequest"]["additionalProperties"] is False
    assert schemas["RecallRequest"]["properties"]["top_k"]["description"] == "how many at most."


def test_a_route_without_a_right_cannot_be_served(tmp_path, monkeypatch):
    def careless(app: FastAPI) -> None:
        app.add_api_route("/v1/everything", lambda: "all of it")

    monkeypatch.setattr(app_module.health, "install", careless)
    with pytest.raises(UsageError, match="/v1/everything declares no right"):
        app_module.build(AsyncMemOS(tmp_path))


def test_plain_says_sets_in_order():
    assert plain(frozenset("bca")) == ["a", "b", "c"]
