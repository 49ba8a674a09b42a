"""Chat models that do not speak OpenAI's dialect, or have a place of their own."""

from __future__ import annotations

import json
import logging

import pytest

from memos.contracts.chat_model import Reply, Turn
from memos.errors import (
    BadAnswer,
    InvalidInput,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderTimeout,
)
from memos.providers.chat import address
from memos.providers.chat.pydantic_ai import PydanticAIChat
from memos.providers.extraction.shape import SCHEMA as CLAIMS
from memos.settings import NO_KEY, Secret
from memos.testing.completions import said
from memos.testing.scenario import scenario
from memos.testing.scripted import Answer

KEY = Secret("sk-top-secret")
TURNS = (
    Turn("system", "be brief"),
    Turn("user", "hi"),
    Turn("assistant", "hi"),
    Turn("user", "tea 🍵"),
)
SCHEMA = {
    "type": "object",
    "properties": {"tea": {"type": "string"}},
    "required": ["tea"],
    "additionalProperties": False,
}
GREEN = '{"tea": "green"}'


def anthropic(*content: dict, stop: str = "end_turn") -> Answer:
    usage = {"input_tokens": 9, "output_tokens": 3}
    body = {"id": "m-1", "type": "message", "role": "assistant", "model": "m", "usage": usage}
    return Answer(body={**body, "content": list(content), "stop_reason": stop})


def google(text: str | None, reason: str = "STOP") -> Answer:
    content = {"role": "model", "parts": [] if text is None else [{"text": text}]}
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}
    candidate = {"content": content, "finishReason": reason, "index": 0}
    return Answer(body={"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"})


def text(value: str) -> dict:
    return {"type": "text", "text": value}


def call(**given: object) -> dict:
    return {"type": "tool_use", "id": "t-1", "name": "answer", "input": given}


ANSWERS = {
    "anthropic": lambda value: anthropic(text(value)),
    "google": google,
    "ollama": said,
    "vllm": said,
}
REFUSALS = {
    "anthropic": anthropic(stop="refusal"),
    "google": google(None, "SAFETY"),
    "ollama": said("gre", "content_filter"),
    "vllm": said(None, refusal="no"),
}
KEYS = ("authorization", "x-api-key", "x-goog-api-key")
WHOLE = {
    "anthropic": "claude-sonnet-5",
    "google": "gemini-3-pro",
    "ollama": "qwen3:8b",
    "vllm": "qwen3",
}
providers = pytest.mark.parametrize("provider", ANSWERS)


async def ask(
    server, provider, schema=None, key=KEY, model=None, timeout=5, more="", **options
) -> Reply:
    place = server.url + ("" if provider in address.OWN_DIALECT else "/v1")
    url = f"{provider}:{place}?model={model or WHOLE[provider]}&timeout={timeout}{more}"
    one = PydanticAIChat(url, key, **options)
    await one.open()
    try:
        return await one.complete(TURNS, schema, 50)
    finally:
        await one.close()


@providers
@scenario
async def test_an_answer(server, provider):
    server.script(ANSWERS[provider]("green"))
    assert await ask(server, provider) == Reply("green", 9, 3)
    (request,) = server.requests
    sent = json.dumps(request.body, ensure_ascii=False)
    assert ("be brief" in sent, "tea 🍵" in sent) == (True, True)
    sent = {request.headers.get(name, "").removeprefix("Bearer ") for name in KEYS}
    assert sent == {"", KEY.reveal()}


@providers
@scenario
async def test_an_answer_in_a_shape(server, provider):
    server.script(ANSWERS[provider](GREEN), ANSWERS[provider]('{"tea": 3}'))
    assert (await ask(server, provider, SCHEMA)).text == GREEN
    assert '"tea"' in json.dumps(server.requests[0].body)
    with pytest.raises(BadAnswer) as caught:
        await ask(server, provider, SCHEMA)
    assert (caught.value.tokens_in, caught.value.tokens_out) == (9, 3)


@providers
@scenario
async def test_the_shape_of_claims_is_one_that_all_take(server, provider):
    server.script(ANSWERS[provider]('{"claims": []}'))
    assert (await ask(server, provider, CLAIMS)).text == '{"claims": []}'
    assert "confidence" in json.dumps(server.requests[0].body)


@scenario
async def test_a_model_that_knows_no_shapes_calls_a_tool(server):
    server.script(
        anthropic(text("Let me see."), call(tea="green"), stop="tool_use"), anthropic(text(GREEN))
    )
    found = await ask(server, "anthropic", SCHEMA, model="claude-of-yore")
    assert json.loads(found.text) == {"tea": "green"}
    (tool,) = server.requests[0].body["tools"]
    assert (tool["name"], tool["input_schema"]["required"]) == ("answer", ["tea"])
    # One that says it instead is understood, too.
    found = await ask(server, "anthropic", SCHEMA, model="claude-of-yore")
    assert found.text == GREEN


@providers
@scenario
async def test_a_refusal(server, provider):
    server.script(REFUSALS[provider])
    with pytest.raises(ProviderRefused, match=r"^chat_model: the model refuses"):
        await ask(server, provider)


@providers
@pytest.mark.parametrize(
    ("answers", "kind", "told"),
    [
        ([Answer(429, headers={"Retry-After": "90"})], ProviderBusy, "429"),
        ([Answer(529), Answer(500)], ProviderDown, "500"),
        ([Answer(403, body={"error": {"code": KEY.reveal()}})], ProviderRefused, "chat_model_key"),
        ([Answer(302, headers={"Location": "/else"})], ProviderRefused, "sends elsewhere"),
        ([Answer(body={}, cut=True)] * 2, ProviderDown, "broken"),
        ([Answer(silent=True)], ProviderTimeout, "did not answer"),
        ([Answer(body=b"<html>", headers={"Content-Type": "text/html"})], BadAnswer, "neither"),
        ([Answer(body=b"{", headers={"Content-Type": "application/json"})], BadAnswer, "JSON"),
        ([Answer(body={"swordfish": 1})], BadAnswer, "chat_model: "),
    ],
    ids=["busy", "down", "key", "redirect", "cut", "silent", "html", "half", "other"],
)
@scenario
async def test_failures(server, naps, caplog, provider, answers, kind, told):
    server.script(*answers)
    patience = 0.5 if kind is ProviderTimeout else 30  # an answer may take a while
    with caplog.at_level(0), pytest.raises(kind, match=told) as caught:
        await ask(server, provider, timeout=patience, more="&attempts=2", sleep=naps)
    assert caught.value.retry_after == (90.0 if kind is ProviderBusy else None)
    assert len(server.requests) == len(answers)
    for secret in (KEY.reveal(), "tea 🍵", "be brief", "swordfish"):
        assert secret not in str(caught.value) + caplog.text


@providers
@scenario
async def test_nothing_is_logged(server, caplog, provider):
    server.script(ANSWERS[provider]("green"))
    with caplog.at_level(0):
        await ask(server, provider)
        logging.getLogger("anthropic._base_client").debug("of the application")
    for secret in (KEY.reveal(), "tea 🍵", "be brief", "green"):
        assert secret not in caplog.text
    assert "of the application" in caplog.text


@providers
@scenario
async def test_without_a_key_none_is_sent(server, provider, monkeypatch):
    for name in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI", "OLLAMA", "VLLM"):
        monkeypatch.setenv(f"{name}_API_KEY", "sk-of-another")
    server.script(ANSWERS[provider]("green"))
    await ask(server, provider, key=NO_KEY)
    headers = server.requests[0].headers
    assert not headers.keys() & set(KEYS)
    assert "sk-of-another" not in repr(server.requests)


@pytest.mark.parametrize(
    ("url", "base", "model"),
    [
        ("anthropic:claude-x", "https://api.anthropic.com", "claude-x"),
        ("google:gemini-x?timeout=9", "https://generativelanguage.googleapis.com", "gemini-x"),
        ("ollama:qwen3:8b", "http://localhost:11434/v1", "qwen3:8b"),
        ("vllm:org/a model+&#%?attempts=1", "http://localhost:8000/v1", "org/a model+&#%"),
        ("ollama:http://host:1/v1/?model=m", "http://host:1/v1", "m"),
        ("openai:https://api.openai.com/v1?model=m", "https://api.openai.com/v1", "m"),
    ],
)
def test_addresses(url, base, model):
    found = address.read(url)
    assert (found.base, found.model) == (base, model)
    assert PydanticAIChat(url).name == f"{url.partition(':')[0]}/{model}"


@pytest.mark.parametrize(
    "url",
    [
        "openai:gpt-x",
        "anthropic:",
        "anthropic:claude?model=other",
        "anthropic:claude?limit=max_tokens",
        "google:gemini?key=abc",
        "ollama:http://host/v1",
        "vllm:m?limit=none",
    ],
)
def test_addresses_that_cannot_be(url):
    with pytest.raises(InvalidInput, match=r"^chat_model: "):
        PydanticAIChat(url)
