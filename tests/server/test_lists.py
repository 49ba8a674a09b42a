"""Lists in pages: in the library, at a server, over bare HTTP and in the shell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from live import Live

from memos import AsyncMemOS, InvalidInput, MemOS
from memos.cli.app import cli
from memos.client import AsyncClient, Client, walking

TEXTS = [f"fact {at}" for at in range(7)]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with Live(AsyncMemOS(tmp_path, sync="normal", embedder="none")) as found:
        yield found


@pytest.fixture(params=["library", "facade", "client"])
def memos(request, tmp_path: Path) -> Iterator[MemOS | Client]:
    if request.param == "library":
        with MemOS(tmp_path, embedder="none") as found:
            yield found
        return
    live = request.getfixturevalue("live")
    with MemOS(live.url) if request.param == "facade" else Client(live.url) as found:
        yield found


def test_all_is_walked_through_once(memos, monkeypatch):
    monkeypatch.setattr(walking, "PAGE", 3)
    for at, text in enumerate(TEXTS):
        memos.store("ann", "preference" if at % 2 else "fact", text)
        memos.add_message("ann", role="user", content=text, conversation_id="c")
    memos.add_message("bob", role="user", content="hello")
    facts = [one.content for one in memos.each_memory("ann", kinds=["fact", "preference"])]
    assert facts == TEXTS[::-1]
    assert [one.content for one in memos.each_memory("ann", kinds="fact")] == TEXTS[::-1][::2]
    assert [one.content for one in memos.each_message("ann", "c")] == TEXTS[::-1]
    assert [one.content for one in memos.each_message("ann", as_of="2001-01-01")] == []
    assert [(one.user_id, one.messages) for one in memos.each_user()] == [("ann", 7), ("bob", 1)]
    assert list(memos.each_memory("nobody")) == []
    page = memos.memories("ann", limit=2)
    memos.update_memory("ann", page[1].id, "changed meanwhile")
    memos.store("ann", "fact", "new meanwhile")
    rest = memos.memories("ann", before=page[-1].id)
    assert len(rest) == 2 * len(TEXTS) - 2
    for odd in ("", "nope", page[0].id.upper(), 5):
        with pytest.raises(InvalidInput) as wrong:
            memos.memories("ann", before=odd)
        assert wrong.value.field == "before"


def test_walks_that_are_awaited(live, monkeypatch):
    monkeypatch.setattr(walking, "PAGE", 2)

    async def play() -> None:
        async with AsyncClient(live.url) as client:
            for text in TEXTS:
                await client.add_message("ann", role="user", content=text)
            assert [one.content async for one in client.each_message("ann")] == TEXTS[::-1]
            assert [one.content async for one in client.each_memory("ann")] == TEXTS[::-1]
            assert [one.user_id async for one in client.each_user()] == ["ann"]

    asyncio.run(play())


def test_a_full_page_links_to_the_next(live):
    with httpx.Client(base_url=live.url) as http:
        for text in TEXTS:
            http.post("/v1/memories", json={"user_id": "ä&b", "text": text})
        for path, start in (
            ("/v1/memories", {"user_id": "ä&b", "limit": 3, "filter": '{"content": {"ne": "x"}}'}),
            ("/v1/audit/log", {"limit": 1}),
            ("/v1/users", {"limit": 1}),
        ):
            answer = http.get(path, params=start)
            seen = [json.dumps(one) for one in answer.json()]
            while "next" in answer.links:
                assert len(answer.json()) == start["limit"]
                answer = http.get(answer.links["next"]["url"])
                assert answer.status_code == 200
                seen += [json.dumps(one) for one in answer.json()]
            assert len(answer.json()) < start["limit"]
            assert len(seen) == len(set(seen))
        assert "next" not in http.get("/v1/messages", params={"user_id": "ä&b"}).links


def test_the_shell_at_home_and_at_a_server(live, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("MEMOS_API_KEY", "")

    def run(*arguments: str) -> str:
        found = CliRunner().invoke(cli, [*arguments, "--home", live.url])
        assert found.exit_code == 0, found.stderr
        return found.stdout

    for text in TEXTS[:3]:
        run("add", text, "--user", "ann", "--kind", "fact")
    listed = run("list", "--user", "ann", "--limit", "2")
    assert [line.rpartition(": ")[2] for line in listed.splitlines()] == ["fact 2", "fact 1"]
    last = listed.splitlines()[-1].split()[2]
    assert "fact 0" in run("list", "--user", "ann", "--before", last)
    assert "fact 2" in run("search", "which fact is 2?", "--user", "ann")
    assert [one["user_id"] for one in json.loads(run("users", "list", "--json"))] == ["ann"]
    assert json.loads(run("keys", "create", "--tenant", "default", "--json"))["secret"]
    assert "keys.create" in run("audit", "log")
    assert "tenant" in run("tenants", "list")
    assert run("cubes", "list", "--user", "ann")
    file = tmp_path / "said.jsonl"
    file.write_text('{"role": "user", "content": "hi", "message_id": "1"}\n', "utf-8")
    assert "1 new message" in run("import", str(file), "--user", "ann")
    refused = CliRunner().invoke(cli, ["top", "--prometheus", "--home", live.url])
    assert refused.exit_code == 1
    assert "a server does not offer" in refused.stderr
    away = CliRunner().invoke(cli, ["users", "list", "--home", "http://127.0.0.1:9"])
    assert away.exit_code == 1
    assert "no answer" in away.stderr
