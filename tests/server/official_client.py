"""Calls every method of MemTensor's client, and writes what came of it as JSON.

Runs in an environment of its own, where `memos` is their package:
``python official_client.py URL OUT``. Nothing of ours is imported.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
import types
from pathlib import Path
from typing import Any


def bare_package() -> None:
    """Lets the client be imported without the whole product, which its package would import.

    Of what the client's own imports reach, `transformers` is the one thing that is not there: a
    name in an annotation of a class that the client never makes.
    """
    spec = importlib.util.find_spec("memos")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = types.ModuleType("memos")
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["memos"] = package
    stand_in: Any = types.ModuleType("transformers")
    stand_in.DynamicCache = type("DynamicCache", (), {})
    sys.modules["transformers"] = stand_in


bare_package()

import requests  # noqa: E402 - theirs, as the next
from memos.api.client import MemOSClient  # noqa: E402

DOCUMENTS = ["the sky is blue", "green tea from Uji", "trains to Porto"]
DIALOGUE = [
    {"role": "user", "content": "I live in Porto. I like green tea.", "chat_time": "2026-03-01"},
    {"role": "assistant", "content": "Porto is lovely in spring."},
]


class Log:
    """What came of each call."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def __call__(self, name: str, method: Any, *args: Any, **named: Any) -> Any:
        """Calls, and keeps the answer as plain data, or the error with the answer behind it."""
        try:
            answer = method(*args, **named)
        except requests.HTTPError as error:
            told = error.response
            self.found[name] = {
                "error": str(error),
                "status": told.status_code,
                "body": told.json(),
            }
            return None
        except ValueError as error:  # pydantic's errors are ones, too
            self.found[name] = {"error": f"{type(error).__name__}: {error}"}
            return None
        dumped = answer if isinstance(answer, dict) else answer.model_dump()
        self.found[name] = dumped
        return answer


def happy(client: MemOSClient, log: Log) -> None:
    """Every method, as it is meant."""
    talk = {"user_id": "ann", "conversation_id": "c1"}
    added = log("add", client.add_message, DIALOGUE, info={"scene": "tea"}, tags=["t"], **talk)
    log("search at once", client.search_memory, "green tea", "ann", "c1")
    log("add again", client.add_message, DIALOGUE, info={"scene": "tea"}, tags=["t"], **talk)
    settled(client, log, added.task_id)
    said = [{"role": "user", "content": "My cat is called Miso."}]
    log("add and wait", client.add_message, said, "ann", "c2", async_mode=False)
    log("add for an agent", client.add_message, said, agent_id="bot")
    log("add for two", client.add_message, said, ["eve", "zoe"])
    log("search", client.search_memory, "Where do I live?", "ann", relativity=0.0)
    narrow = {"and": [{"scene": "tea"}, {"tags": {"contains": "t"}}]}
    log("search filtered", client.search_memory, "cat tea", "ann", filter=narrow)
    everything = {"include_tool_memory": True, "include_skill": True, "relativity": 1.0}
    log("search for all sorts", client.search_memory, "tea", agent_id="bot", **everything)
    log("messages", client.get_message, "ann", "c1", message_limit_number=10)
    page = log("memories", client.get_memory, "ann", size=50)
    log("memories of an agent", client.get_memory, agent_id="bot", page=1, size=1)
    memory_id = page.memories[0].id
    log("memory", client.get_memory_by_id, memory_id)
    log("update", client.update_memory, memory_id, content="My cat is Miso", title="Cat")
    log("feedback", client.add_feedback, "ann", "c1", "no, I live in Lisbon, not in Porto")
    log("memories then", client.get_memory, "ann", size=50)
    log("extract", client.extract_memory, DIALOGUE, ["memory", "preference"])
    log("rerank", client.rerank, "green tea", DOCUMENTS, top_n=2)
    log("delete one", client.delete_memory, memory_ids=[memory_id])
    log("memory gone", client.get_memory_by_id, memory_id)
    log("delete filtered", client.delete_memory, filter={"scene": "tea"})
    log("delete all", client.delete_memory, user_id="ann")
    log("memories gone", client.get_memory, "ann")
    log("messages gone", client.get_message, "ann", "c1")


def settled(client: MemOSClient, log: Log, task_id: str) -> None:
    """Asks for the status until the task is over."""
    for _ in range(200):
        answer = log("status", client.get_task_status, task_id)
        if answer.data.status != "running":
            return
        time.sleep(0.1)


def unhappy(client: MemOSClient, stranger: MemOSClient, log: Log) -> None:
    """What must be refused, so that the client says why."""
    said = [{"role": "user", "content": "hello"}]
    log("no key", stranger.search_memory, "tea", "ann")
    log("no role", client.add_message, [{"role": "king", "content": "hello"}], "ann")
    log("no text", client.add_message, [{"role": "user", "content": " "}], "ann")
    log("public", client.add_message, said, "ann", allow_public=True)
    log("bad filter", client.search_memory, "tea", "ann", filter={"scene": {"near": 1}})
    log("bad relativity", client.search_memory, "tea", "ann", relativity=7)
    log("no memory", client.get_memory_by_id, "nope/../x")
    log("no update", client.update_memory, "nope", content="tea")
    log("no delete", client.delete_memory, memory_ids=["nope"])
    log("no task", client.get_task_status, "nope")
    log("no conversation", client.get_message, "ann", "never")
    log("bare remark", client.add_feedback, "ann", "c9", "that's wrong")
    log("bad types", client.extract_memory, said, ["opera"])
    log("blank document", client.rerank, "tea", [" "])


def unoffered(client: MemOSClient, log: Log, folder: Path) -> None:
    """What this server does not have."""
    page = folder / "page.txt"
    page.write_text("tea")
    log("chat", client.chat, "ann", "c1", "hello")
    log("chat stream", client.chat, "ann", "c1", "hello", stream=True)
    log("create kb", client.create_knowledgebase, "tea")
    log("delete kb", client.delete_knowledgebase, "kb")
    file = [{"name": "page.txt", "content": "tea"}]
    log("add kb json", client.add_knowledgebase_file_json, "kb", file)
    log("add kb form", client.add_knowledgebase_file_form, "kb", [str(page)])
    log("get kb", client.get_knowledgebase_file, knowledgebase_id="kb")
    log("delete kb file", client.delete_knowledgebase_file, ["f"])
    log("bind profile", client.bind_profile_template, [{"user_id": "ann"}])
    log("edit profile", client.edit_profile, "p", user_id="ann", metadata={"a": 1})
    log("delete profile", client.delete_profile, "p", user_id="ann")


def main() -> None:
    """Runs all, and writes what was found."""
    url, out = sys.argv[1:]
    log = Log()
    client = MemOSClient(api_key="all", base_url=f"{url}/api/openmem/v1")
    happy(client, log)
    unhappy(client, MemOSClient(api_key="wrong", base_url=client.base_url), log)
    unoffered(client, log, Path(out).parent)
    other = MemOSClient(api_key="all", base_url=f"{url}/product")
    log("product", other.add_message, [{"role": "user", "content": "by product"}], "pat")
    methods = [name for name in dir(MemOSClient) if not name.startswith("_")]
    Path(out).write_text(json.dumps({"methods": methods, "found": log.found}))


main()
