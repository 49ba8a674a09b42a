"""Reranker at a server with a ``/rerank`` like that of Cohere, Jina, Voyage, vLLM, llama.cpp."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from memos.contracts.reranker import Reranker, check_candidates
from memos.model.time import Clock
from memos.providers.answers import in_order
from memos.providers.endpoint import Endpoint
from memos.providers.http import Service
from memos.providers.rerank.scores import sigmoid
from memos.providers.retry import Sleep, doze
from memos.settings import NO_KEY, Secret

FORM = "rerank:http://host:port/v1?model=NAME"
BATCH = 100  # texts in one request
CUT = 4_000  # characters


class HttpReranker(Reranker):
    """Some servers give scores in [0, 1], others the model's bare logits.

    As soon as one score lies outside, all of the call are taken for logits.
    """

    def __init__(
        self, url: str, key: Secret = NO_KEY, clock: Clock | None = None, sleep: Sleep = doze
    ) -> None:
        at = Endpoint.read("reranker", url, FORM, ("batch", "cut"))
        self._batch = at.count("batch", BATCH, 1_000)
        self._cut = at.count("cut", CUT, 1_000_000)
        self._model = at.model
        self.name = f"rerank/{at.model}"
        self._service = Service(at, key, clock, sleep)

    async def open(self) -> None:
        await self._service.open()

    async def close(self) -> None:
        await self._service.close()

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        check_candidates(query, texts)
        cut = [text.strip()[: self._cut] for text in (query, *texts)]
        scores: list[float] = []
        for at in range(1, len(cut), self._batch):
            scores += await self._score(cut[0], cut[at : at + self._batch])
        if all(0 <= score <= 1 for score in scores):
            return scores
        return [sigmoid(score) for score in scores]

    async def _score(self, query: str, texts: list[str]) -> list[float]:
        body = {"model": self._model, "query": query, "documents": texts}
        answer = await self._service.post("/rerank", body)
        found = in_order(self._service, answer.get("results", answer.get("data")), len(texts))
        return [self._number(one) for one in found]

    def _number(self, one: dict[str, Any]) -> float:
        value = one.get("relevance_score", one.get("score"))
        if type(value) is int and abs(value) < 1 << 53:
            return float(value)
        if type(value) is float and math.isfinite(value):
            return value
        raise self._service.bad("a score that is no finite number", "relevance_score or score")
