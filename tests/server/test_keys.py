"""Who may do what: every route with every sort of key, and what belongs to others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from live import Live

from memos import AsyncMemOS, MemOS
from memos.client.calls import CALLS
from memos.model.key import Right
from memos.model.time import SystemClock

PATHS = {"memory_id": "x", "task_id": "1", "name": "embed", "key_id": "nope"}


@dataclass
class Place:
    """A server of two tenants, and keys of all sorts."""

    http: httpx.Client
    keys: dict[str, str]

    def ask(self, verb: str, path: str, key: str | None, **sent: object) -> httpx.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys.get(key, key)}"}
        return self.http.request(verb, path, headers=headers, **sent)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with MemOS(tmp_path, sync="normal", embedder="none") as memos:
        memos.create_tenant("acme")
        now = SystemClock().now().datetime
        made = {
            "full": memos.create_key(name="full", rights=[right.value for right in Right]),
            "reader": memos.create_key(name="reader", rights=["read"]),
            "writer": memos.create_key(name="writer", rights=["write"]),
            "admin": memos.create_key(name="admin", rights=["read", "write", "admin"]),
            "ann": memos.create_key(name="ann", user_id="ann", rights=["read", "write", "admin"]),
            "bot": memos.create_key(name="bot", agent_id="bot"),
            "acme": memos.create_key("acme", name="acme", rights=["read", "write", "admin"]),
            "expired": memos.create_key(name="old", expires_at=now + timedelta(seconds=0.2)),
            "revoked": memos.create_key(name="gone"),
        }
        memos.revoke_key(made["revoked"].key.id)
        keys = {name: one.secret for name, one in made.items()}
    whole = AsyncMemOS(tmp_path, sync="normal", embedder="none")
    with Live(whole, open_as=None) as live, httpx.Client(base_url=live.url) as http:
        asyncio.run(asyncio.sleep(0.2))
        yield Place(http, keys)


def test_every_route_wants_a_key_that_opens_it(place):
    bodies = set()
    for call in CALLS:
        path = call.path.format(**{name: PATHS[name] for name in call.in_path})
        sent = {"json": {}} if call.has_body else {}
        for bad in (None, "nope", "memos_x", "expired", "revoked", place.keys["full"][:-1] + "0"):
            answer = place.ask(call.verb, path, bad, **sent)
            assert answer.status_code == 401, (call.name, bad)
            assert answer.headers["www-authenticate"] == "Bearer"
            bodies.add(answer.content)
        small = {"full", "admin", "reader", "writer"} - {
            name for name, rights in RIGHTS.items() if call.right in rights
        }
        for name in small:
            answer = place.ask(call.verb, path, name, **sent)
            assert answer.status_code == 404, (call.name, name)
    assert len(bodies) == 1  # which of these it is, is not said


RIGHTS = {
    "full": set(Right),
    "admin": {Right.READ, Right.WRITE, Right.ADMIN},
    "reader": {Right.READ},
    "writer": {Right.WRITE},
}


def said(place: Place, key: str, user: str, text: str) -> str:
    sent = {"user_id": user, "role": "user", "content": text}
    answer = place.ask("POST", "/v1/messages", key, json=sent)
    assert answer.status_code == 201, answer.text
    return answer.json()["memory_ids"][0]


def test_tenants_do_not_see_each_other(place):
    memory = said(place, "admin", "ann", "the canary sings")
    said(place, "acme", "ann", "acme is elsewhere")
    found = place.ask("POST", "/v1/search", "acme", json={"user_id": "ann", "query": "canary"})
    assert "canary sings" not in found.text
    foreign = place.ask("GET", f"/v1/memories/{memory}", "acme", params={"user_id": "ann"})
    absent_id = memory[:-4] + "0000"
    absent = place.ask("GET", f"/v1/memories/{absent_id}", "acme", params={"user_id": "ann"})
    assert foreign.status_code == absent.status_code == 404
    assert foreign.text.replace(memory, "X") == absent.text.replace(absent_id, "X")


def test_a_key_of_somebody_speaks_for_nobody_else(place):
    memory = said(place, "admin", "bob", "bob's own canary")
    said(place, "ann", "ann", "ann was here")
    mine = place.ask("POST", "/v1/search", "ann", json={"query": "canary"})
    assert mine.status_code == 200
    assert "bob" not in mine.text
    for sent in ({"user_id": "bob"}, {"agent_id": "bot"}, {"user_id": "ann", "agent_id": "bot"}):
        answer = place.ask("POST", "/v1/search", "ann", json={**sent, "query": "canary"})
        assert answer.status_code == 404, sent
        write = {**sent, "role": "user", "content": "hm"}
        assert place.ask("POST", "/v1/messages", "ann", json=write).status_code == 404
    cube = place.ask("POST", "/v1/search", "ann", json={"cube_id": "user:bob", "query": "canary"})
    assert cube.status_code == 404
    assert place.ask("GET", f"/v1/memories/{memory}", "ann").status_code == 404
    assert (
        place.ask("POST", "/v1/search", "bot", json={"user_id": "ann", "query": "x"}).status_code
        == 404
    )
    assert place.ask("GET", "/v1/keys", "ann").status_code == 404  # bound, whatever its rights


def test_no_key_makes_or_handles_a_greater_one(place):
    keys = {one["name"]: one["id"] for one in place.ask("GET", "/v1/keys", "full").json()}
    more = {"name": "x", "rights": ["read", "operator"]}
    refused = place.ask("POST", "/v1/keys", "admin", json=more)
    assert (refused.status_code, refused.json()["field"]) == (422, "rights[1]")
    for what in ("rotate", "revoke"):
        for name in ("full", "acme"):
            path = f"/v1/keys/{keys[name]}/{what}"
            answer = place.ask("POST", path, "admin", json={})
            absent = place.ask("POST", f"/v1/keys/aaaaaaaaaaaa/{what}", "admin", json={})
            assert answer.status_code == absent.status_code == 404
            assert answer.text.replace(keys[name], "X") == absent.text.replace("aaaaaaaaaaaa", "X")
    shown = place.ask("GET", "/v1/keys", "admin").json()
    assert "acme" not in {one["tenant"] for one in shown}
    assert place.ask("GET", "/v1/keys", "admin", params={"tenant": "acme"}).status_code == 404
    assert place.ask("GET", "/v1/tenants", "admin").status_code == 404


def test_a_key_is_made_rotated_and_revoked_over_http(place):
    made = place.ask("POST", "/v1/keys", "admin", json={"name": "new", "user_id": "cleo"})
    assert made.status_code == 201
    place.keys["new"] = made.json()["secret"]
    key_id = made.json()["key"]["id"]
    said(place, "new", "cleo", "hello")
    rotated = place.ask("POST", f"/v1/keys/{key_id}/rotate", "admin", json={"overlap": 60})
    place.keys["newer"] = rotated.json()["secret"]
    for name in ("new", "newer"):
        said(place, name, "cleo", "still here")
    place.ask("POST", f"/v1/keys/{key_id}/revoke", "admin", json={})
    assert place.ask("GET", "/v1/messages", "new").status_code == 401
    assert len(place.ask("GET", "/v1/messages", "newer").json()) == 3
    log = place.ask("GET", "/v1/audit/log", "admin").json()
    deeds = [(one["deed"]["action"], one["deed"]["subject"]) for one in log]
    assert ("keys.revoke", key_id) in deeds
    actors = {one["deed"]["actor"] for one in log if one["deed"]["subject"] == key_id}
    keys = {one["name"]: one["id"] for one in place.ask("GET", "/v1/keys", "full").json()}
    assert actors == {keys["admin"]}
    assert place.ask("GET", "/v1/audit/verify", "full").json()["ok"] is True
