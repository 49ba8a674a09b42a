from __future__ import annotations

import math
from zlib import crc32

import numpy as np
import pytest

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
from memos.providers.embedding.openai import OpenAIEmbedder
from memos.settings import Secret
from memos.testing.clock import ManualClock
from memos.testing.contract_embedder import EmbedderContract
from memos.testing.scenario import scenario
from memos.testing.scripted import Answer, Request, ScriptedServer

KEY = "sk-top-secret"
DIMENSION = 8


def vector(text: str) -> list[float]:
    """Of no particular length; the same for the same text."""
    seed = np.random.default_rng(crc32(text.encode()))
    return [float(number) for number in seed.normal(size=DIMENSION) * 3]


def served(request: Request) -> Answer:
    """A server at its best, whose results come in no particular order."""
    data = [{"index": n, "embedding": vector(text)} for n, text in enumerate(request.body["input"])]
    return Answer(body={"data": data[::-1]})


def listed(*vectors: object) -> Answer:
    return Answer(body={"data": [{"index": n, "embedding": v} for n, v in enumerate(vectors)]})


def embedder(server: ScriptedServer, more: str = "", **options) -> OpenAIEmbedder:
    url = f"openai:{server.url}/v1?model=little&dimension={DIMENSION}{more}"
    return OpenAIEmbedder(url, Secret(KEY), **options)


class TestOpenAIEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, server: ScriptedServer) -> OpenAIEmbedder:
        server._otherwise = served
        return embedder(server)


async def failed(server: ScriptedServer, *answers: Answer, naps=None, more: str = "") -> MemOSError:
    server.script(*answers)
    options = {} if naps is None else {"sleep": naps}
    one = embedder(server, more, **options)
    await one.open()
    try:
        with pytest.raises(MemOSError) as caught:
            await one.embed(["green tea"])
    finally:
        await one.close()
    assert KEY not in str(caught.value)
    assert "green tea" not in str(caught.value)
    return caught.value


@scenario
async def test_what_is_sent(server):
    server._otherwise = served
    one = embedder(server, "&batch=2&cut=5")
    await one.open()
    found = await one.embed(["  one long text", "two", "three"], query=True)
    await one.close()
    assert [request.path for request in server.requests] == ["/v1/embeddings"] * 2
    assert server.requests[0].body == {
        "model": "little",
        "input": ["one l", "two"],
        "encoding_format": "float",
    }
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    for made, text in zip(found, ["one l", "two", "three"], strict=True):
        wanted = np.array(vector(text))
        assert np.allclose(made.vector, wanted / np.linalg.norm(wanted), atol=1e-6)
        assert (made.tokens.shape, made.pieces.shape) == ((0, 0), (0,))
    assert one.generation.model == "openai/little"


@scenario
async def test_no_key_no_header(server):
    server._otherwise = served
    one = OpenAIEmbedder(f"openai:{server.url}/v1/?model=m&dimension={DIMENSION}")
    await one.open()
    await one.embed(["tea"])
    await one.close()
    assert "authorization" not in server.requests[0].headers
    assert server.requests[0].path == "/v1/embeddings"


@scenario
async def test_it_tries_again(server, naps):
    server._otherwise = served
    bad = Answer(503), Answer(500, body=b"<html>"), Answer(429)
    server.script(*bad)
    one = embedder(server, sleep=naps)
    await one.open()
    assert len(await one.embed(["tea"])) == 1
    await one.close()
    assert len(server.requests) == 4
    assert [0.25 <= naps[0] <= 0.5, 0.5 <= naps[1] <= 1, 1 <= naps[2] <= 2] == [True] * 3


@scenario
async def test_a_broken_connection_is_tried_again(server, naps):
    server._otherwise = served
    server.script(Answer(body={"data": []}, cut=True))
    one = embedder(server, sleep=naps)
    await one.open()
    assert len(await one.embed(["tea"])) == 1
    await one.close()
    assert len(naps) == 1


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("Mon, 01 Jan 2024 00:00:09 GMT", 9.0),
        ("Mon, 01 Jan 2024 01:00:09 +0100", 9.0),
        ("Mon, 01 Jan 2024 00:00:09 -0000", 9.0),
        ("Sun, 31 Dec 2023 23:00:00 GMT", 0.0),
    ],
)
@scenario
async def test_retry_after_is_honoured(server, naps, header, wait):
    server._otherwise = served
    server.script(Answer(429, headers={"Retry-After": header}))
    one = embedder(server, clock=ManualClock(), sleep=naps)
    await one.open()
    await one.embed(["tea"])
    await one.close()
    assert naps == [wait]


@pytest.mark.parametrize("header", ["soon", "-3", "nan", "", "Mon, 99 Jan 2024", "1e3"])
@scenario
async def test_a_retry_after_that_says_nothing(server, naps, header):
    server._otherwise = served
    server.script(Answer(503, headers={"Retry-After": header}))
    one = embedder(server, clock=ManualClock(), sleep=naps)
    await one.open()
    await one.embed(["tea"])
    await one.close()
    assert len(naps) == 1
    assert naps[0] <= 0.5


@pytest.mark.parametrize("header", ["61", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
@scenario
async def test_a_long_retry_after_is_left_to_the_caller(server, naps, header):
    error = await failed(server, Answer(429, headers={"Retry-After": header}), naps=naps)
    assert isinstance(error, ProviderBusy)
    assert error.retry_after is not None
    assert error.retry_after > 60
    assert (len(server.requests), naps) == (1, [])


@scenario
async def test_it_gives_up(server, naps):
    error = await failed(server, *[Answer(500)] * 9, naps=naps, more="&attempts=3")
    assert isinstance(error, ProviderDown)
    assert len(server.requests) == 3
    assert str(error) == f"embedder: {server.url}/v1 answered 500: an error of the server"


@scenario
async def test_nobody_there(naps, server):
    one = OpenAIEmbedder("openai:http://127.0.0.1:1/v1?model=m&dimension=8", sleep=naps)
    await one.open()
    with pytest.raises(ProviderDown, match=r"embedder: no connection to http://127.0.0.1:1/v1"):
        await one.embed(["tea"])
    await one.close()
    assert len(naps) == 3


@scenario
async def test_a_silent_server(server, naps):
    error = await failed(server, Answer(silent=True), naps=naps, more="&timeout=0.2")
    assert isinstance(error, ProviderTimeout)
    assert isinstance(error, TimeoutError)
    assert "timeout=0.2 seconds" in str(error)
    assert naps == []
    assert server.left.wait(10)  # the request was stopped


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "check the setting embedder_key"),
        (403, "check the setting embedder_key"),
        (404, "check the URL in the setting embedder, and its model='little'"),
        (400, "texts of that length"),
        (301, "it sends elsewhere"),
    ],
)
@scenario
async def test_what_to_check(server, naps, status, said):
    body = {"error": {"message": f"key {KEY}", "code": "not_good"}}
    error = await failed(server, Answer(status, body=body), naps=naps)
    assert isinstance(error, ProviderRefused)
    assert f"answered {status} (not_good): " in str(error)
    assert said in str(error)
    assert naps == []


@pytest.mark.parametrize(
    "code", ["a sentence that quotes green tea", f"bad.{KEY}".replace("-", "_"), 7, None, [], {}]
)
@scenario
async def test_odd_codes_are_not_shown(server, code):
    one = OpenAIEmbedder(
        f"openai:{server.url}/v1?model=m&dimension=8", Secret(KEY.replace("-", "_"))
    )
    server.script(Answer(400, body={"error": {"code": code}}))
    await one.open()
    with pytest.raises(ProviderRefused, match=r"answered 400: "):
        await one.embed(["tea"])
    await one.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(body=b"{"), "no JSON; wanted: JSON"),
        (Answer(body=b"\xff\xfe\xff"), "no JSON"),
        (Answer(body=b"[" * 100_000), "no JSON"),
        (Answer(body=[]), "a JSON list"),
        (Answer(body={}), "a NoneType for results"),
        (listed(), "0 results; wanted: 1"),
        (listed([1.0] * 8, [1.0] * 8), "2 results; wanted: 1"),
        (Answer(body={"data": [{"embedding": [1.0] * 8}]}), "an index"),
        (Answer(body={"data": [{"index": 1, "embedding": [1.0] * 8}]}), "an index"),
        (Answer(body={"data": [{"index": False, "embedding": [1.0] * 8}]}), "an index"),
        (Answer(body={"data": [7]}), "an index"),
        (listed([1.0] * 7), "vectors of 7 numbers; wanted: 8, the dimension= in the setting"),
        (listed("AAAA"), "no list of numbers"),
        (listed(None), "no list of numbers"),
        (listed([True] * 8), "no list of numbers"),
        (listed([[1.0]] * 8), "no list of numbers"),
        (listed([0.0] * 8), "a vector that has no direction"),
        (listed([math.nan] * 8), "a vector that has no direction"),
        (listed([math.inf] * 8), "a vector that has no direction"),
        (listed([10**400] * 8), "a vector that has no direction"),
        (Answer(body=b"[" * 40, headers={"Content-Encoding": "gzip"}), "an encoding"),
    ],
)
@scenario
async def test_answers_that_cannot_be_used(server, naps, answer, said):
    error = await failed(server, answer, naps=naps)
    assert isinstance(error, BadAnswer)
    assert said in str(error)
    assert str(error).startswith("embedder: ")
    assert naps == []


@pytest.mark.parametrize("size", [1e308, 5e-324])
@scenario
async def test_vectors_of_extreme_length_are_normalised(server, size):
    server.script(listed([size] * 8))
    one = embedder(server)
    await one.open()
    (made,) = await one.embed(["tea"])
    await one.close()
    assert made.vector == pytest.approx([8**-0.5] * 8)


@pytest.mark.parametrize(
    ("url", "got"),
    [
        ("openai", "begins with neither"),
        ("openai:", "begins with neither"),
        ("openai:localhost:8080", "begins with neither"),
        ("openai:ftp://host", "begins with neither"),
        ("openai:http://", "has no host"),
        ("openai:http://host:0/", "has no host"),
        ("openai:http://host:x/", "host or port cannot be read"),
        ("openai:http://[::1/", "host or port cannot be read"),
        ("openai:http://bob:sk-1@host/v1?model=m", "a name or password"),
        ("openai:http://host/a b", "spaces"),
        ("openai:http://höst/", "outside ASCII"),
        ("openai:http://host/#x", "has a #"),
        ("openai:http://host/v1", "without dimension="),
        ("openai:http://host/v1?dimension=8", "without model="),
        ("openai:http://host/v1?model=&dimension=8", "an empty option"),
        ("openai:http://host/v1?model=m&dimension=8&api_key=sk-1", "an unknown option"),
        ("openai:http://host/v1?model=m&dimension=8&dimension=9", "comes twice"),
        ("openai:http://host/v1?model=m&dimension", "cannot be read"),
        ("openai:http://host/v1?model=m&dimension=0", "dimension='0'"),
        ("openai:http://host/v1?model=m&dimension=x", "dimension='x'"),
        ("openai:http://host/v1?model=m&dimension=8&timeout=nan", "timeout='nan'"),
        ("openai:http://host/v1?model=m&dimension=8&timeout=0", "timeout='0'"),
        ("openai:http://host/v1?model=m&dimension=8&attempts=99", "attempts='99'"),
    ],
)
def test_urls_that_cannot_be(url, got):
    with pytest.raises(InvalidInput) as caught:
        OpenAIEmbedder(url)
    assert caught.value.field == "embedder"
    assert got in caught.value.got
    assert "sk-1" not in str(caught.value)


@scenario
async def test_a_closed_one_says_so(server):
    with pytest.raises(UsageError, match=r"embedder is not open"):
        await embedder(server).embed(["tea"])


def test_no_part_shows_the_key(server):
    one = embedder(server)
    shown = f"{one!r} {vars(one)} {vars(one._service)} {one._service!r}"
    assert KEY not in shown
    assert "***" in shown
