"""Clients against a real server: the same calls as in the library, and how they fail."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from live import Live

from memos import AsyncMemOS, InvalidInput, MemOS, NotFound, UsageError
from memos.client import AsyncClient, Client, ServerError, shorthand
from memos.client.calls import CALLS, OURS
from memos.client.walking import AsyncWalking, Walking
from memos.client.wire import Prepared, prepared
from memos.errors import VersionConflict

ELSEWHERE = {
    "open",
    "close",
    "of",
    "start_working",
    "metrics",
    "search_memory",
    "own_report",
    "authenticate",
}
"""What a server does not offer as a call: its own life, and what other routes give."""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with Live(AsyncMemOS(tmp_path, sync="normal", embedder="hashing")) as server:
        yield server


def calls_of(kind: type) -> set[str]:
    return {
        name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))
    }


def test_every_call_of_the_library_is_offered():
    offered = {call.name for call in CALLS}
    walks = calls_of(Walking)
    assert walks == calls_of(AsyncWalking)
    assert calls_of(AsyncMemOS) - ELSEWHERE - walks == offered
    assert calls_of(Client) - {"close", "search_memory"} - walks == offered
    assert calls_of(AsyncClient) - {"open", "close", "search_memory"} - walks == offered
    assert len({(call.verb, call.path) for call in CALLS}) == len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_signatures_are_those_of_the_library(call):
    def told(kind: type) -> list[tuple[str, object, object, object]]:
        found = inspect.signature(getattr(kind, call.name)).parameters.values()
        return [(p.name, p.kind, p.default, p.annotation) for p in found if p.name not in OURS]

    assert told(AsyncClient) == told(AsyncMemOS)
    assert told(Client) == told(AsyncMemOS)
    returned = inspect.signature(getattr(AsyncMemOS, call.name)).return_annotation
    assert inspect.signature(getattr(AsyncClient, call.name)).return_annotation == returned


def test_a_url_in_place_of_a_home(live):
    with MemOS(live.url) as memos:
        memos.add_message("ann", role="user", content="I live in Porto")
        assert memos.search_memory("ann", "Porto")[0].memory.content == "I live in Porto"
        with pytest.raises(UsageError, match="does not offer"):
            memos.start_working()
        with pytest.raises(UsageError, match="settings"):
            _ = memos.settings
    with pytest.raises(InvalidInput, match="parts"):
        MemOS(live.url, parts=object())


def test_errors_are_those_of_the_library(live):
    with Client(live.url) as client:
        made = client.store("ann", "fact", "tea")
        with pytest.raises(NotFound, match="no memory 'nope' for this caller"):
            client.get_memory("ann", "nope")
        with pytest.raises(VersionConflict) as stale:
            client.update_memory("ann", made.id, "coffee", version=7)
        assert (stale.value.expected, stale.value.actual) == (7, 1)
        with pytest.raises(InvalidInput) as wrong:
            client.recall("ann", "tea", top_k=0)
        assert (wrong.value.field, wrong.value.got) == ("top_k", "0")
        for odd in ("", ".", ".."):
            with pytest.raises(InvalidInput, match="memory_id"):
                client.get_memory("ann", odd)
        with pytest.raises(InvalidInput, match="body"):
            client.store("ann", "fact", "tea", metadata={"a": float("nan")})
        with pytest.raises(InvalidInput, match="body"):
            client.store("ann", "fact", "\ud800")


def test_awaited_calls(live):
    async def play() -> None:
        async with AsyncClient(live.url) as client:
            said = [client.add_message("ann", role="user", content=f"{n}") for n in range(20)]
            assert len({one.message_id for one in await asyncio.gather(*said)}) == 20
            assert len(await client.get_messages("ann")) == 20
            assert await client.profile("ann") is None

    asyncio.run(play())


def test_what_stands_in_a_path_cannot_leave_it():
    (get,) = [call for call in CALLS if call.name == "get_memory"]
    made = prepared(get, {"user_id": "a/b", "memory_id": "x/../y?z=1#é"})
    assert made == Prepared(
        "GET", "/v1/memories/x%2F..%2Fy%3Fz%3D1%23%C3%A9", {"user_id": "a/b"}, None
    )


class Flaky(BaseHTTPRequestHandler):
    """Answers what is left in `answers`, and notes what it was asked."""

    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.headers["Idempotency-Key"])
        status, headers, body = self.answers.pop(0)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def flaky() -> Iterator[HTTPServer]:
    handler = type("Handler", (Flaky,), {"answers": [], "asked": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


ADDED = b"""{"message_id": "m", "memory_ids": ["x"], "cube_id": "user:ann", "seq": 1,
"repeated": false, "forgotten": false}"""
BUSY = (503, {"Retry-After": "0"}, b"{}")


def said(server: HTTPServer) -> str:
    with Client(f"http://127.0.0.1:{server.server_port}", tries=3) as client:
        return client.add_message("ann", role="user", content="tea").message_id


def test_a_busy_server_is_asked_again_with_the_same_key(flaky):
    handler = flaky.RequestHandlerClass
    handler.answers[:] = [BUSY, BUSY, (201, {}, ADDED)]
    assert said(flaky) == "m"
    assert len(handler.asked) == 3
    assert len(set(handler.asked)) == 1


@pytest.mark.parametrize(
    ("answers", "told", "asked"),
    [
        ([BUSY] * 3, "status 503", 3),
        ([(500, {}, b"{}")], "status 500", 1),
        ([(201, {}, b"<html>")], "no JSON", 1),
        ([(404, {}, b"[]")], "status 404", 1),
        ([(429, {"Retry-After": "3600"}, b'{"detail": "later"}')], "later", 1),
    ],
    ids=["busy", "broken", "html", "elsewhere", "much later"],
)
def test_what_is_not_worth_another_try(flaky, answers, told, asked):
    handler = flaky.RequestHandlerClass
    handler.answers[:] = list(answers)
    with pytest.raises(ServerError, match=told):
        said(flaky)
    assert len(handler.asked) == asked


def test_nobody_there():
    client = Client("http://127.0.0.1:9", tries=2)
    with client, pytest.raises(ServerError, match=r"no answer from http://127\.0\.0\.1:9"):
        client.stats()


def test_wrong_addresses():
    for url in ("ftp://host", "host:80", "localhost"):
        with pytest.raises(InvalidInput, match="base_url"):
            Client(url)
    with pytest.raises(InvalidInput):
        Client("http://host", api_key="two words")
    assert "secret" not in repr(Client("http://host", api_key="secret"))


def test_shorthand_reads_the_environment(live, monkeypatch):
    monkeypatch.setenv("MEMOS_BASE_URL", live.url)
    shorthand.add_message("ann", role="user", content="I live in Porto")
    with Client(live.url) as client:
        for cube in ("handbook", "gossip"):
            client.create_cube("bob", cube)
            client.share("bob", cube, to_user="ann")
            client.store("bob", "fact", f"Porto is in the {cube}", cube_id=cube)
    assert len(shorthand.get_messages("ann")) == 1
    assert len(shorthand.search_memory("ann", "Porto")) == 3
    monkeypatch.setenv("KNOWLEDGE_BASE_IDS", '["handbook"]')
    found = [hit.memory.cube_id for hit in shorthand.search_memory("ann", "Porto")]
    assert sorted(found) == ["handbook", "user:ann"]
    narrowed = shorthand.search_memory("ann", "Porto", filter={"kind": "fact"})
    assert [hit.memory.cube_id for hit in narrowed] == ["handbook"]
    for wrong in ("handbook", "{}", "[1]"):
        monkeypatch.setenv("KNOWLEDGE_BASE_IDS", wrong)
        with pytest.raises(InvalidInput, match="KNOWLEDGE_BASE_IDS"):
            shorthand.search_memory("ann", "Porto")
