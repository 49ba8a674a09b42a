"""MemTensor's own client against our server, from an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from keyed import Keyed
from live import Live

SCRIPT = Path(__file__).parent / "official_client.py"
CLIENT = "MemoryOS==2.0.33"
IMPORTS = ("requests", "pydantic", "python-dotenv", "concurrent-log-handler")
"""What the client's module imports; its package asks for a hundred times as much."""


def installed(folder: Path) -> Path:
    """An interpreter that has the client, made once; a package index is needed for that."""
    python = folder / "bin" / "python"
    if python.exists():
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    pip = [made / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    steps = [[sys.executable, "-m", "venv", made], [*pip, "--no-deps", CLIENT], [*pip, *IMPORTS]]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(made)
            pytest.fail(f"{CLIENT} cannot be installed; is a package index there?\n{done.stderr}")
    try:
        made.rename(folder)
    except OSError:  # another test run was faster
        shutil.rmtree(made)
    return python


@pytest.fixture(scope="session")
def interpreter(request: pytest.FixtureRequest) -> Path:
    cache = request.config.cache
    assert cache is not None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return installed(cache.mkdir("official-client") / f"{CLIENT}-py{version}")


@pytest.fixture(scope="module")
def told(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script found."""
    folder = tmp_path_factory.mktemp("official")
    out = folder / "found.json"
    memos = Keyed(folder / "home", sync="normal", embedder="hashing", learn="on")
    with Live(memos, open_as=None) as live:
        done = subprocess.run(
            [interpreter, SCRIPT, live.url, out],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={"MEMOS_BASE_PATH": str(folder)},
            timeout=100,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(out.read_text())
    return found


@pytest.fixture(scope="module")
def found(told: dict[str, Any]) -> dict[str, Any]:
    calls: dict[str, Any] = told["found"]
    return calls


def values(answer: dict[str, Any]) -> list[str]:
    return [one["memory_value"] for one in answer["data"]["memory_detail_list"]]


def test_every_method_is_called(told):
    source = SCRIPT.read_text()
    assert len(told["methods"]) > 20
    assert [name for name in told["methods"] if f"client.{name}," not in source] == []


def test_adding_and_finding(found):
    added = found["add"]["data"]
    assert (found["add"]["code"], added["success"]) == (0, True)
    assert "I live in Porto. I like green tea." in values(found["search at once"])
    assert found["add again"]["data"]["task_id"] == added["task_id"]
    assert found["status"]["data"]["status"] == "completed"
    assert found["status"]["data"]["task_id"] == added["task_id"]
    for name in ("add and wait", "add for an agent", "add for two", "product"):
        assert found[name]["data"]["success"] is True
    assert found["add and wait"]["data"]["status"] == "completed"
    assert "I live in Porto" in values(found["search"])
    assert set(values(found["search filtered"])) == {
        "I live in Porto. I like green tea.",
        "Porto is lovely in spring.",
    }
    assert found["search for all sorts"]["data"]["tool_memory_detail_list"] == []
    told = found["messages"]["data"]["message_detail_list"]
    assert [one["role"] for one in told] == ["user", "assistant"]
    assert told[0]["create_time"] == "2026-03-01 00:00:00"


def test_reading_and_changing(found):
    page = found["memories"]["data"]
    assert page["total"] == len(page["memory_detail_list"]) + len(page["preference_detail_list"])
    assert "I like green tea" in [one["preference"] for one in page["preference_detail_list"]]
    alone = found["memories of an agent"]["data"]
    assert (alone["size"], alone["current"], len(alone["memory_detail_list"])) == (1, 1, 1)
    first = page["memory_detail_list"][0]
    assert found["memory"]["data"]["id"] == first["id"]
    assert found["update"]["data"]["memory_key"] == "Cat"
    assert found["feedback"]["data"]["status"] == "completed"
    then = values(found["memories then"])
    assert "My cat is Miso" in then
    assert "I live in Lisbon" in then
    assert "I live in Porto" not in then
    claims = found["extract"]["data"]
    assert [one["memory_value"] for one in claims["memory_detail_list"]] == ["I live in Porto"]
    best, second = found["rerank"]["results"]
    assert (best["document"]["text"], second["relevance_score"] < 1) == ("green tea from Uji", True)


def test_deleting(found):
    for name in ("delete one", "delete filtered", "delete all"):
        assert found[name]["data"] == {"success": True}
    assert found["memory gone"]["status"] == 404
    assert found["memories gone"]["data"]["total"] == 0
    assert found["messages gone"]["data"]["message_detail_list"] == []


@pytest.mark.parametrize(
    ("name", "status", "code", "said"),
    [
        ("no key", 401, 40100, "the key is not accepted"),
        ("no role", 422, 40000, "messages[0].role: got 'king'"),
        ("no text", 422, 40000, "messages[0].content"),
        ("public", 501, 50100, "not offered yet: allow_public"),
        ("bad filter", 422, 40000, "the operator near"),
        ("bad relativity", 422, 40000, "relativity"),
        ("no memory", 404, 40400, "for this caller"),
        ("no update", 404, 40400, "no memory 'nope'"),
        ("no delete", 404, 40400, "no memory 'nope'"),
        ("no task", 404, 50131, "no task 'nope'"),
        ("bare remark", 422, 40000, "a remark without a statement"),
        ("bad types", 422, 40000, "extraction_types[0]"),
        ("blank document", 422, 40000, "documents[0]"),
    ],
)
def test_refusals_reach_the_caller(found, name, status, code, said):
    refused = found[name]
    assert refused["error"].startswith(str(status))
    assert (refused["status"], refused["body"]["code"]) == (status, code)
    assert said in refused["body"]["message"]
    assert refused["body"]["data"] is None


def test_a_conversation_that_never_was_is_empty(found):
    assert found["no conversation"]["data"]["message_detail_list"] == []


@pytest.mark.parametrize(
    "name",
    [
        "chat", "chat stream", "create kb", "delete kb", "add kb json", "add kb form", "get kb",
        "delete kb file", "bind profile", "edit profile", "delete profile",
    ],
)  # fmt: skip
def test_what_is_not_offered(found, name):
    assert (found[name]["status"], found[name]["body"]["code"]) == (501, 50100)
    assert found[name]["body"]["message"].startswith("not offered yet: ")
