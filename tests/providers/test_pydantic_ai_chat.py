from __future__ import annotations

import asyncio
import json

import pytest

from memos.contracts.chat_model import Reply, Turn
from memos.errors import (
    BadAnswer,
    InvalidInput,
    MemOSError,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderTimeout,
    UsageError,
)
from memos.providers.chat.pydantic_ai import PydanticAIChat
from memos.settings import Secret
from memos.testing.completions import DONE, USAGE, completed, event, piece, said, streamed
from memos.testing.scenario import scenario
from memos.testing.scripted import Answer, ScriptedServer

KEY = "sk-top-secret"
TURNS = (Turn("system", "be brief"), Turn("user", "which tea 🍵"))
SCHEMA = {
    "type": "object",
    "properties": {
        "tea": {"type": "string", "enum": ["green", "black"]},
        "cups": {"type": "array", "items": {"type": ["integer", "null"]}},
    },
    "required": ["tea"],
    "additionalProperties": False,
}


def chat(server: ScriptedServer, more: str = "", **options) -> PydanticAIChat:
    return PydanticAIChat(f"openai:{server.url}/v1?model=talker{more}", Secret(KEY), **options)


async def ask(server: ScriptedServer, schema=None, more: str = "", **options) -> Reply:
    one = chat(server, more, **options)
    await one.open()
    try:
        return await one.complete(TURNS, schema, 50)
    finally:
        await one.close()


async def read(server: ScriptedServer, more: str = "", **options) -> list[str]:
    one = chat(server, more, **options)
    await one.open()
    try:
        return [text async for text in one.stream(TURNS, 50)]
    finally:
        await one.close()


@scenario
async def test_what_is_sent_and_what_comes_back(server):
    server.script(said("green"))
    assert await ask(server) == Reply("green", 9, 3)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "talker",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "which tea 🍵"},
        ],
        "max_tokens": 50,
        "stream": False,
    }


@scenario
async def test_a_schema_is_sent_and_checked(server):
    server.script(said('{"tea": "green", "cups": [1, null]}'))
    assert json.loads((await ask(server, SCHEMA)).text)["tea"] == "green"
    sent = server.requests[0].body["response_format"]
    strict = {**SCHEMA, "required": ["tea", "cups"]}  # the dialect wants all of them named
    assert sent == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": strict, "strict": True},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("green tea it is", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "answer is a list, not object"),
        ("{}", "answer.tea is missing"),
        ('{"tea": 3}', "answer.tea is a int, not string"),
        ('{"tea": "white"}', "answer.tea is none of the allowed values"),
        ('{"tea": "green", "cups": [1, true]}', "answer.cups[1] is a bool, not integer or null"),
        ('{"tea": "green", "milk": 1}', "answer has more than the schema allows"),
    ],
)
@scenario
async def test_a_server_that_ignores_the_schema(server, text, told):
    server.script(said(text))
    with pytest.raises(BadAnswer) as caught:
        await ask(server, SCHEMA)
    assert str(caught.value) == f"chat_model: {told}; wanted: JSON that satisfies the schema"


@scenario
async def test_a_limit_cuts_text_and_spoils_json(server):
    server.script(said("gre", "length"), said('{"tea": "gre', "length"))
    assert (await ask(server)).finished is False
    with pytest.raises(BadAnswer, match=r"JSON cut off at max_tokens=50"):
        await ask(server, SCHEMA)


@scenario
async def test_the_other_name_of_the_limit(server):
    server.script(said("green"))
    await ask(server, more="&limit=max_completion_tokens")
    assert server.requests[0].body["max_completion_tokens"] == 50
    assert "max_tokens" not in server.requests[0].body


@scenario
async def test_a_server_that_does_not_count(server):
    message = {"role": "assistant", "content": "green"}
    server.script(completed([{"index": 0, "message": message, "finish_reason": None}], None))
    assert await ask(server) == Reply("green", 0, 0)


@pytest.mark.parametrize(
    "answer",
    [said(None, refusal="I cannot"), said("gre", "content_filter")],
    ids=["refusal", "filter"],
)
@scenario
async def test_a_refusal(server, answer):
    server.script(answer)
    with pytest.raises(ProviderRefused, match=r"^chat_model: the model refuses"):
        await ask(server)


@pytest.mark.parametrize(
    "answer",
    [
        said(""),
        said(None),
        said([{"type": "image_url"}]),
        said(None, "tool_calls"),
        Answer(body={}),
        completed([]),
        completed([{}]),
        completed([{}, {}]),
        completed(["green"]),
        Answer(body=[]),
        Answer(body=b"{"),
    ],
)
@scenario
async def test_answers_that_cannot_be_used(server, answer):
    server.script(answer)
    with pytest.raises(BadAnswer, match=r"^chat_model: "):
        await ask(server)


@pytest.mark.parametrize("call", [ask, read], ids=["complete", "stream"])
@pytest.mark.parametrize(
    ("answers", "kind", "slept"),
    [
        ([Answer(401)], ProviderRefused, 0),
        ([Answer(429, headers={"Retry-After": "90"})], ProviderBusy, 0),
        ([Answer(500)] * 4, ProviderDown, 3),
        ([Answer(body={"error": {"message": KEY}})], MemOSError, 0),
    ],
    ids=["key", "busy", "down", "error"],
)
@scenario
async def test_failures(server, naps, call, answers, kind, slept):
    server.script(*answers)
    with pytest.raises(kind) as caught:
        await call(server, sleep=naps)
    assert KEY not in str(caught.value)
    assert str(caught.value).startswith("chat_model: ")
    assert len(naps) == slept


@scenario
async def test_a_stream(server, naps):
    pieces = piece(""), piece("green\u2028"), b": wait\r\n\r\n", piece(" tea"), piece(None, "stop")
    counts = event([], usage=USAGE).replace(b"\n", b"\r\n")
    server.script(Answer(503), streamed(*pieces, counts, DONE))
    assert await read(server, sleep=naps) == ["green\u2028", " tea"]
    assert server.requests[1].body["stream"] is True
    assert len(naps) == 1


@scenario
async def test_a_stream_ends_with_a_reason(server):
    server.script(streamed(piece("green"), piece(None, "stop")), streamed(piece("green"), DONE))
    assert await read(server) == ["green"]
    with pytest.raises(ProviderDown, match=r"broke off"):
        await read(server)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (streamed(piece("green")), ProviderDown),
        (streamed(piece("green"), piece("tea")[:20]), ProviderDown),
        (streamed(piece("green"), cut=True), ProviderDown),
        (streamed(piece("green"), silent=True), ProviderTimeout),
        (streamed(piece("green"), b"data: {\n\n"), BadAnswer),
        (streamed(piece("green"), b'data: {"error": {}}\n\n'), ProviderDown),
        (streamed(piece("green"), piece(None, "content_filter")), ProviderRefused),
        (streamed(piece("green"), b"data: " + b"x" * 2_000_000), ProviderDown),
    ],
    ids=["short", "half", "cut", "silent", "json", "error", "filter", "line"],
)
@scenario
async def test_a_stream_that_breaks_off(server, answer, kind):
    server.script(answer)
    one = chat(server, "&timeout=3")  # also for the first word, on a busy machine
    await one.open()
    words = one.stream(TURNS)
    assert await anext(words) == "green"
    with pytest.raises(kind, match=r"^chat_model: "):
        await anext(words)
    await one.close()
    assert len(server.requests) == 1  # nobody wants to read the same words twice


@scenario
async def test_a_stream_without_words(server):
    server.script(streamed(piece(None, "stop"), DONE))
    with pytest.raises(BadAnswer, match=r"no text"):
        await read(server)


@scenario
async def test_a_cancelled_call_stops_the_request(server):
    server.script(Answer(silent=True))
    one = chat(server)
    await one.open()
    call = asyncio.ensure_future(one.complete(TURNS))
    assert await asyncio.to_thread(server.arrived.wait, 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(server.left.wait, 10)
    await one.close()


@scenario
async def test_a_stream_that_is_left_stops_the_request(server):
    server.script(streamed(piece("green"), silent=True))
    one = chat(server)
    await one.open()
    words = one.stream(TURNS)
    assert await anext(words) == "green"
    await words.aclose()
    assert await asyncio.to_thread(server.left.wait, 10)
    await one.close()


@pytest.mark.parametrize(
    ("turns", "limit", "field"),
    [
        ([], 50, "turns"),
        ([Turn("robot", "hi")], 50, "turns[0].role"),
        ([TURNS[0], Turn("user", "\ud800")], 50, "turns[1].content"),
        (TURNS, 0, "max_tokens"),
    ],
)
@scenario
async def test_prompts_that_cannot_be(server, turns, limit, field):
    one = chat(server)
    await one.open()
    with pytest.raises(InvalidInput) as caught:
        await one.complete(turns, None, limit)
    with pytest.raises(InvalidInput):
        await anext(one.stream(turns, limit))
    await one.close()
    assert caught.value.field == field
    assert server.requests == []


@pytest.mark.parametrize("more", ["?dimension=3", "?model=m&limit=none", ""])
def test_urls_that_cannot_be(more):
    with pytest.raises(InvalidInput, match=r"^chat_model: "):
        PydanticAIChat(f"openai:http://host/v1{more}")


@scenario
async def test_a_closed_one_says_so(server):
    one = chat(server)
    assert one.name == "openai/talker"
    with pytest.raises(UsageError):
        await one.complete(TURNS)


@scenario
async def test_an_error_that_is_being_dealt_with_is_not_taken_for_this_one(server, naps):
    server.script(Answer(body=b"{", headers={"Content-Type": "application/json"}))
    try:
        raise ProviderBusy("another")  # noqa: TRY301  (it is to be in the way)
    except ProviderBusy:
        with pytest.raises(BadAnswer, match=r"no JSON"):
            await ask(server, sleep=naps)
