from __future__ import annotations

import math

import pytest

from memos.errors import BadAnswer, InvalidInput, ProviderBusy, ProviderRefused
from memos.providers.rerank.http import HttpReranker
from memos.providers.rerank.scores import sigmoid
from memos.settings import Secret
from memos.testing.contract_reranker import RerankerContract
from memos.testing.scenario import scenario
from memos.testing.scripted import Answer, Request, ScriptedServer


def shared(query: str, text: str) -> float:
    """The part of the query's words that the text has."""
    words = set(query.split())
    return len(words & set(text.split())) / len(words)


def cohere(request: Request) -> Answer:
    scores = [shared(request.body["query"], text) for text in request.body["documents"]]
    results = [{"index": n, "relevance_score": score} for n, score in enumerate(scores)]
    return Answer(body={"results": sorted(results, key=lambda one: -one["relevance_score"])})


def logits(request: Request) -> Answer:
    scores = [shared(request.body["query"], text) * 20 - 10 for text in request.body["documents"]]
    return Answer(body={"data": [{"index": n, "score": score} for n, score in enumerate(scores)]})


def reranker(server: ScriptedServer, more: str = "", **options) -> HttpReranker:
    return HttpReranker(f"rerank:{server.url}/v1?model=judge{more}", Secret("k-1"), **options)


class TestLikeCohere(RerankerContract):
    @pytest.fixture
    def reranker(self, server: ScriptedServer) -> HttpReranker:
        server._otherwise = cohere
        return reranker(server)


class TestLogits(RerankerContract):
    @pytest.fixture
    def reranker(self, server: ScriptedServer) -> HttpReranker:
        server._otherwise = logits
        return reranker(server, "&batch=20")


async def scored(server: ScriptedServer, *texts: str, more: str = "", **options) -> list[float]:
    one = reranker(server, more, **options)
    await one.open()
    try:
        return await one.score("  green tea", texts)
    finally:
        await one.close()


def results(*scores: object, name: str = "relevance_score") -> Answer:
    return Answer(body={"results": [{"index": n, name: s} for n, s in enumerate(scores)]})


@scenario
async def test_what_is_sent(server):
    server.script(results(0.5, 0), results(1))
    assert await scored(server, "a", " bcd", "e", more="&batch=2&cut=2") == [0.5, 0.0, 1.0]
    first, second = server.requests
    assert first.path == "/v1/rerank"
    assert first.body == {"model": "judge", "query": "gr", "documents": ["a", "bc"]}
    assert second.body["documents"] == ["e"]
    assert first.headers["authorization"] == "Bearer k-1"


@scenario
async def test_one_logit_makes_all_logits(server):
    server.script(results(-800.0, 800.0, name="score"))
    assert await scored(server, "a", "b") == [0.0, 1.0]
    server.script(results(0.5), results(3))
    assert await scored(server, "a", "b", more="&batch=1") == [sigmoid(0.5), sigmoid(3)]


@scenario
async def test_it_tries_again(server, naps):
    server.script(Answer(429, headers={"Retry-After": "2"}), Answer(500), results(0.25))
    assert await scored(server, "a", sleep=naps) == [0.25]
    assert naps[0] == 2.0


@scenario
async def test_it_gives_up(server, naps):
    server.script(*[Answer(429)] * 4)
    with pytest.raises(ProviderBusy, match=r"reranker: .* answered 429: too many requests"):
        await scored(server, "a", sleep=naps)


@scenario
async def test_a_wrong_key(server):
    server.script(Answer(401))
    with pytest.raises(ProviderRefused, match=r"check the setting reranker_key"):
        await scored(server, "a")


@pytest.mark.parametrize(
    "answer",
    [
        results(),
        results(0.5, 0.5),
        results("0.5"),
        results(None),
        results(math.nan),
        results(-math.inf),
        results(10**400),
        results(True),
        Answer(body={"results": [{"index": 0}]}),
        Answer(body={"results": {"0": 0.5}}),
        Answer(body={"results": [{"index": 5, "score": 0.5}]}),
        Answer(body=[]),
        Answer(body=b"no"),
    ],
)
@scenario
async def test_answers_that_cannot_be_used(server, answer):
    server.script(answer)
    with pytest.raises(BadAnswer, match=r"^reranker: "):
        await scored(server, "a")


@scenario
async def test_an_index_twice(server):
    both = [{"index": 0, "score": 0.5}, {"index": 0, "score": 0.6}]
    server.script(Answer(body={"results": both}))
    with pytest.raises(BadAnswer, match=r"there twice; wanted: 0 to 1"):
        await scored(server, "a", "b")


@pytest.mark.parametrize("more", ["", "?top_n=3", "?model=m&cut=0"])
def test_urls_that_cannot_be(more):
    with pytest.raises(InvalidInput, match=r"^reranker: "):
        HttpReranker(f"rerank:http://host/v1{more}")
