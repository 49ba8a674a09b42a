import json

import pytest

from memos.memories.embedding import BATCH
from memos.testing.scripted import Answer, ScriptedServer

DIMENSION = 4


def answer(count):
    data = [{"index": at, "embedding": [1.0, 0.5, 0.25, 0.0]} for at in range(count)]
    return Answer(body={"data": data})


def embed(request):
    return answer(len(request.body["input"]))


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedServer(embed) as made:
        yield made


def use(monkeypatch, embedder):
    monkeypatch.setenv("MEMOS_EMBEDDER", embedder)


def test_reembed_tells_what_it_did(memos, told, monkeypatch):
    use(monkeypatch, "hashing")
    for user in ("ada", "bo"):
        told("add", "--user", user, "hello from Porto")
    use(monkeypatch, "hashing:64")
    assert told("stats")["generations"] == [
        {
            "model": "hashing-256",
            "dimension": 256,
            "normalised": True,
            "versions": 2,
            "current": False,
        }
    ]
    assert "vectors of hashing-256, which is not set" in " ".join(memos("stats").stdout.split())
    kept = memos("reembed", "--keep")
    assert (kept.exit_code, kept.stdout) == (
        0, "2 cubes: 2 versions embedded by hashing-64, 0 vectors dropped\n",
    )  # fmt: skip
    assert told("reembed") == {
        "model": "hashing-64",
        "cubes": 2,
        "embedded": 0,
        "dropped": 2,
        "incomplete": [],
    }
    assert [one["model"] for one in told("stats")["generations"]] == ["hashing-64"]
    assert "vectors of hashing-64 " in memos("stats").stdout


def test_reembed_without_an_embedder(memos, told, monkeypatch):
    use(monkeypatch, "none")
    result = memos("reembed")
    assert result.exit_code == 1
    assert result.stderr.startswith("memos: embedder: got none")
    assert told.fails("reembed")["field"] == "embedder"


def test_killed_it_goes_on_where_it_stopped(told, start, server, monkeypatch, tmp_path):
    use(monkeypatch, "hashing")
    messages = [
        {"role": "user", "content": f"note {n}", "message_id": f"m{n}"} for n in range(BATCH + 86)
    ]
    file = tmp_path / "said.jsonl"
    file.write_text("\n".join(map(json.dumps, messages)), "utf-8")
    told("import", file, "--user", "ada")
    use(monkeypatch, f"openai:{server.url}/v1?model=m&dimension={DIMENSION}&batch=64&attempts=1")
    kept = BATCH // 64
    server.script(*[answer(64)] * kept, Answer(silent=True))
    process = start("reembed")
    while len(server.requests) <= kept:
        server.arrived.wait(30)
        server.arrived.clear()
        assert process.poll() is None
    process.kill()
    process.wait()
    counts = {one["model"]: one["versions"] for one in told("stats")["generations"]}
    assert counts == {"openai/m": BATCH, "hashing-256": BATCH + 86}
    done = told("reembed")
    assert (done["embedded"], done["dropped"]) == (86, BATCH + 86)
    asked = [request.body["input"] for request in server.requests]
    first = [text for texts in asked[:kept] for text in texts]
    again = [text for texts in asked[kept + 1 :] for text in texts]
    assert asked[kept] == again[:64]
    assert sorted([*first, *again]) == sorted(message["content"] for message in messages)
