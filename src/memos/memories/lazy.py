"""Models that are opened by their first use: commands that need none start without them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Generic, TypeVar, cast

from memos.contracts.chat_model import ChatModel, Reply, Turn
from memos.contracts.embedder import Embedder, Embedding
from memos.contracts.extractor import Extraction, Extractor
from memos.contracts.part import Part
from memos.contracts.reranker import Reranker
from memos.model.memory import Memory
from memos.model.message import Message

P = TypeVar("P", bound=Part)


class Lazy(Generic[P]):
    """A part that is not open yet.

    Opening goes on when a caller's time is over, so that a model which takes longer to load
    than a deadline leaves is there for a later call.
    """

    def __init__(self, part: P) -> None:
        self._part = part
        self._opening: asyncio.Future[None] | None = None

    async def use(self) -> P:
        """The part, open; raises what opening it raises, and tries again the next time."""
        if self._opening is None or _failed(self._opening):
            self._opening = asyncio.ensure_future(self._part.open())
            self._opening.add_done_callback(_failed)
        await asyncio.shield(self._opening)
        return self._part

    async def close(self) -> None:
        """Closes what was opened; the next use opens it anew."""
        opening, self._opening = self._opening, None
        if opening is None:
            return
        if not opening.done():
            opening.cancel()
            await asyncio.wait([opening])
        await self._part.close()


def _failed(opening: asyncio.Future[None]) -> bool:
    """Looks at the error, since perhaps nobody waits for it; else asyncio reports it."""
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


class LazyEmbedder(Embedder):
    """Stands before another embedder, which it opens and closes."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = Lazy(inner)
        self.generation = inner.generation
        self.cut_at = inner.cut_at
        self.english_only = inner.english_only

    async def close(self) -> None:
        """Closes what was opened."""
        await self._inner.close()

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Embeds; the first call opens the model."""
        return await (await self._inner.use()).embed(texts, query=query)


class LazyReranker(Reranker):
    """Stands before another reranker, which it opens and closes."""

    def __init__(self, inner: Reranker) -> None:
        self._inner = Lazy(inner)
        self.name = inner.name

    async def close(self) -> None:
        """Closes what was opened."""
        await self._inner.close()

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Scores; the first call opens the model."""
        return await (await self._inner.use()).score(query, texts)


class LazyExtractor(Extractor):
    """Stands before another extractor, which it opens and closes."""

    def __init__(self, inner: Extractor) -> None:
        self._inner = Lazy(inner)
        self.name = inner.name

    async def close(self) -> None:
        """Closes what was opened."""
        await self._inner.close()

    async def extract(self, messages: Sequence[Message], known: Sequence[Memory]) -> Extraction:
        """Extracts; the first call opens the extractor."""
        return await (await self._inner.use()).extract(messages, known)


class LazyChatModel(ChatModel):
    """Stands before another chat model, which it opens and closes."""

    def __init__(self, inner: ChatModel) -> None:
        self._inner = Lazy(inner)
        self.name = inner.name

    async def close(self) -> None:
        """Closes what was opened."""
        await self._inner.close()

    async def complete(
        self, turns: Sequence[Turn], schema: Mapping[str, Any] | None = None, max_tokens: int = 1024
    ) -> Reply:
        """One answer; the first call opens the model."""
        return await (await self._inner.use()).complete(turns, schema, max_tokens)

    async def stream(self, turns: Sequence[Turn], max_tokens: int = 1024) -> AsyncIterator[str]:
        """The answer in pieces; the first call opens the model."""
        pieces = (await self._inner.use()).stream(turns, max_tokens)
        # Closed with this one, so that a caller who has heard enough stops the request.
        async with aclosing(cast("AsyncGenerator[str]", pieces)) as found:
            async for piece in found:
                yield piece
