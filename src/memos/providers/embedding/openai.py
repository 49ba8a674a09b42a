"""Embedder at a server that speaks the OpenAI protocol: OpenAI, vLLM, Ollama, llama.cpp, ..."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder, Embedding, check_texts
from memos.contracts.vectors import Generation
from memos.model.time import Clock
from memos.providers.answers import in_order
from memos.providers.endpoint import Endpoint
from memos.providers.http import Service
from memos.providers.retry import Sleep, doze
from memos.settings import NO_KEY, Secret

FORM = "openai:http://host:port/v1?model=NAME&dimension=1536"
BATCH = 32  # texts in one request
CUT = 8_000  # characters; about 2,000 tokens of English, and within 8,191 of Chinese
CHARACTERS = 4  # in a token of English, which has most


class OpenAIEmbedder(Embedder):
    """Gives vectors only, no tokens. Vectors are brought to unit length here."""

    def __init__(
        self, url: str, key: Secret = NO_KEY, clock: Clock | None = None, sleep: Sleep = doze
    ) -> None:
        at = Endpoint.read("embedder", url, FORM, ("dimension", "batch", "cut"))
        at.text("dimension")  # a vector space cannot be guessed
        self.generation = Generation(f"openai/{at.model}", at.count("dimension", 1, 65_536))
        self._batch = at.count("batch", BATCH, 2_048)
        self._cut = at.count("cut", CUT, 1_000_000)
        self.cut_at = max(1, self._cut // CHARACTERS)
        self._model = at.model
        self._service = Service(at, key, clock, sleep)

    async def open(self) -> None:
        await self._service.open()

    async def close(self) -> None:
        await self._service.close()

    async def embed(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,  # noqa: ARG002  (the protocol has one way for all texts)
    ) -> list[Embedding]:
        check_texts(texts)
        made: list[Embedding] = []
        for at in range(0, len(texts), self._batch):
            batch = texts[at : at + self._batch]
            made += await self._embed([text.strip()[: self._cut] for text in batch])
        return made

    async def _embed(self, texts: list[str]) -> list[Embedding]:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        answer = await self._service.post("/embeddings", body)
        found = in_order(self._service, answer.get("data"), len(texts))
        return [Embedding(self._unit(one.get("embedding"))) for one in found]

    def _unit(self, numbers: object) -> NDArray[np.float32]:
        """A vector of unit length; raises BadAnswer."""
        wanted = self.generation.dimension
        if not isinstance(numbers, list) or not all(type(n) in (int, float) for n in numbers):
            raise self._service.bad("no list of numbers for a vector", f"{wanted} numbers")
        if len(numbers) != wanted:
            got = f"vectors of {len(numbers)} numbers"
            raise self._service.bad(got, f"{wanted}, the dimension= in the setting embedder")
        try:
            vector = np.array(numbers, np.float64)
        except OverflowError:  # whole numbers beyond all floats
            vector = np.full(wanted, np.inf)
        peak = np.abs(vector).max()
        if not 0 < peak < np.inf:
            raise self._service.bad("a vector that has no direction", "finite numbers, not all 0")
        vector /= peak  # so that the squares can be summed
        unit: NDArray[np.float64] = vector / np.linalg.norm(vector)
        return unit.astype(np.float32)
