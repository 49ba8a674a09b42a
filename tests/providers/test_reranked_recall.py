"""Recall that asks a reranker: at a server, as one would, over both families of backends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from backends import BACKENDS

from memos import AsyncMemOS
from memos.errors import InvalidInput
from memos.model.recall import Recall
from memos.retrieval.rerank import FIRST
from memos.testing.scenario import scenario
from memos.testing.scripted import Answer, Request, ScriptedServer

QUESTION = "Which tea does Ann like?"
TEXTS = ("Ann likes tea.", "Which tea does Bob like?", "I like tea, which?", "She likes sencha.")

Make = Callable[..., AsyncMemOS]


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a system of one family, with words alone."""
    backends = BACKENDS[request.param]

    def made(**settings: object) -> AsyncMemOS:
        return AsyncMemOS(tmp_path / "home", embedder="none", **{**backends, **settings})

    return made


def url(server: ScriptedServer, more: str = "") -> str:
    return f"rerank:{server.url}/v1?model=judge&attempts=1{more}"


def judge(request: Request) -> Answer:
    """Finds relevant what names a sort of tea, and of the others what is short."""
    scores = [
        1.0 if "sencha" in text else 1 / (len(text) + 2) for text in request.body["documents"]
    ]
    results = [{"index": at, "relevance_score": score} for at, score in enumerate(scores)]
    return Answer(body={"results": results})


async def fill(memos: AsyncMemOS, texts: tuple[str, ...] = TEXTS, name: str | None = None) -> None:
    said = [{"role": "user", "content": text, "name": name} for text in texts]
    await memos.add_messages("ann", said)


def told(found: Recall) -> list[str]:
    return [hit.memory.content for hit in found]


def check_scores(found: Recall) -> None:
    scores = [hit.score for hit in found]
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert all(first >= second for first, second in pairwise(scores))


@scenario
async def test_its_scores_decide(make, server):
    server._otherwise = judge
    async with make(reranker=url(server)) as memos:
        await fill(memos)
        plain = await memos.recall("ann", QUESTION, effort="normal")
        assert not server.requests
        found = await memos.recall("ann", QUESTION, effort="deep")
    assert told(plain)[0] != "She likes sencha."
    others = sorted(TEXTS[:3], key=len)
    assert told(found) == ["She likes sencha.", *others]
    check_scores(found)
    assert found[0].score == plain[0].score  # what stands first is mostly as relevant as ever
    assert found.degraded == ()
    assert found.receipt.legs["reranker"] == 4
    assert "+rerank/judge/" in found.receipt.policy
    assert "+rerank" not in plain.receipt.policy
    assert "moved up by the reranker" in found[0].why
    assert [one.memory_id for one in found.receipt.evidence] == [hit.memory.id for hit in found]
    (request,) = server.requests
    assert request.body["query"] == QUESTION


@scenario
async def test_texts_come_with_their_speaker(make, server):
    server._otherwise = judge
    async with make(reranker=url(server)) as memos:
        await fill(memos, ("I like tea.",), name="Ann")
        await memos.store("ann", "fact", "Tea is hot.")
        await memos.recall("ann", QUESTION, effort="deep")
    assert sorted(server.requests[0].body["documents"]) == ["Ann: I like tea.", "Tea is hot."]


@scenario
async def test_only_the_first_are_judged(make, server):
    server._otherwise = judge
    texts = tuple(f"Note {n}: tea{' and tea' * (n % 9)}." for n in range(FIRST + 20))
    async with make(reranker=url(server)) as memos, make() as other:
        await fill(memos, texts)
        if not await other.get_messages("ann"):  # the memory of another system is its own
            await fill(other, texts)
        judged = await memos.recall("ann", "tea", top_k=100, effort="deep")
        plain = await other.recall("ann", "tea", top_k=100, effort="deep")
    assert len(server.requests[0].body["documents"]) == FIRST
    assert set(told(judged)[:FIRST]) == set(told(plain)[:FIRST])
    assert told(judged)[FIRST:] == told(plain)[FIRST:]
    assert told(judged) != told(plain)
    assert [hit.score for hit in judged] == [hit.score for hit in plain]
    check_scores(judged)


@scenario
async def test_a_context_is_reranked_too(make, server):
    server._otherwise = judge
    async with make(reranker=url(server)) as memos:
        await fill(memos)
        context = await memos.context("ann", QUESTION, effort="deep")
    assert context.tail.index("sencha") < context.tail.index("Ann likes")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500), "ProviderDown"),
        (Answer(401), "ProviderRefused"),
        (Answer(429), "ProviderBusy"),
        (Answer(body={"results": []}), "BadAnswer"),
        (Answer(cut=True), "ProviderDown"),
    ],
    ids=["error", "key", "busy", "unusable", "cut"],
)
@scenario
async def test_one_that_fails_is_dropped_and_named(make, server, answer, error):
    server.script(answer)
    async with make(reranker=url(server)) as memos:
        await fill(memos)
        plain = await memos.recall("ann", QUESTION)
        found = await memos.recall("ann", QUESTION, effort="deep")
    assert found.degraded == (f"reranker: {error}",)
    assert told(found) == told(plain)
    assert "reranker" not in found.receipt.legs
    assert "+rerank" not in found.receipt.policy
    assert all("reranker" not in why for hit in found for why in hit.why)


@scenario
async def test_one_that_is_not_there(make, server):
    async with make(reranker="rerank:http://127.0.0.1:1/v1?model=m&attempts=1") as memos:
        await fill(memos)
        found = await memos.recall("ann", QUESTION, effort="deep")
    assert found.degraded == ("reranker: ProviderDown",)
    assert len(found) == 4


@scenario
async def test_one_that_is_slow_is_left_at_the_deadline(make, server):
    server.script(Answer(silent=True))
    async with make(reranker=url(server)) as memos:
        await fill(memos)
        found = await memos.recall("ann", QUESTION, effort="deep", deadline_ms=1500)
        assert "deadline: reranker" in found.degraded
        assert len(found) == 4
        assert await asyncio.to_thread(server.left.wait, 10)  # nobody waits for it any more


@scenario
async def test_its_own_patience_ends_too(make, server):
    server.script(Answer(silent=True))
    async with make(reranker=url(server, "&timeout=0.2")) as memos:
        await fill(memos)
        found = await memos.recall("ann", QUESTION, effort="deep")
    assert found.degraded == ("reranker: ProviderTimeout",)
    assert len(found) == 4


@scenario
async def test_without_candidates_nobody_is_asked(make, server):
    async with make(reranker=url(server)) as memos:
        found = await memos.recall("ann", QUESTION, effort="deep")
    assert (len(found), found.degraded, server.requests) == (0, (), [])


def test_one_that_cannot_be(make):
    for reranker in ("telepathy", "rerank:nowhere", "chat"):
        with pytest.raises(InvalidInput) as caught:
            make(reranker=reranker)
        assert caught.value.field == "reranker"
    with pytest.raises(InvalidInput) as caught:
        make(chat_model="telepathy")
    assert caught.value.field == "chat_model"
