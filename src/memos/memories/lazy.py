"""An embedder that is opened by its first use: commands that need none start without it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from memos.contracts.embedder import Embedder, Embedding


class LazyEmbedder(Embedder):
    """Stands before another embedder, which it opens and closes."""

    needs_loop = False

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._opening: asyncio.Lock | None = None
        self._open = False
        self.generation = inner.generation
        self.cut_at = inner.cut_at

    async def close(self) -> None:
        """Closes what was opened."""
        if self._open:
            self._open = False
            await self._inner.close()

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Embeds; the first call opens the model."""
        if not self._open:
            if self._opening is None:
                self._opening = asyncio.Lock()
            async with self._opening:
                if not self._open:
                    await self._inner.open()
                    self._open = True
        return await self._inner.embed(texts, query=query)
