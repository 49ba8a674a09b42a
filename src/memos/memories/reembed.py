"""Reembed: brings all cubes of a tenant to the embedder that is set, while they are in use."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from memos.contracts.records import Records
from memos.contracts.vectors import Generation, VectorIndex
from memos.memories.embedding import BATCH, Embedding
from memos.memories.parts import Parts
from memos.model.results import GenerationCount, Reembedded, ReembedStep
from memos.model.scope import CubeKey, SystemScope

ALL = 1 << 31  # more versions than a cube has

Told = Callable[[ReembedStep], object]


class Reembedding:
    """Cube by cube: what lacks a vector gets one, then the vectors of other embedders go.

    What is done is read from the index, as `Embedding` does: nothing has to be remembered
    between two runs, and two at once at worst embed the same.
    """

    def __init__(self, records: Records, vectors: VectorIndex, embedding: Embedding) -> None:
        self._records = records
        self._vectors = vectors
        self._embedding = embedding

    async def run(self, scope: SystemScope, told: Told, *, keep: bool) -> Reembedded:
        """Goes through the cubes of `scope`; what is done so far stays done whatever happens."""
        keys = await self._records.cube_keys(scope)
        made = Reembedded(self._embedding.generation.model, cubes=len(keys), embedded=0, dropped=0)
        for at, key in enumerate(keys, 1):
            missing = await self._vectors.missing(key, self._embedding.generation, ALL)
            step = ReembedStep(key.cube_id, at, len(keys), embedded=0, missing=len(missing))
            older = await self._older(key)
            embedded = await self._embed(key, older, step, told)
            made = replace(made, embedded=made.embedded + embedded)
            if not await self._covered(key, older):
                made = replace(made, incomplete=(*made.incomplete, key.cube_id))
            elif not keep:
                for generation in older:
                    await self._vectors.drop(key, generation)
                made = replace(made, dropped=made.dropped + sum(older.values()))
        return made

    async def _older(self, key: CubeKey) -> dict[Generation, int]:
        """The generations of a cube that are not the embedder's, with their numbers of vectors."""
        found = await self._vectors.generations(key)
        found.pop(self._embedding.generation, None)
        return found

    async def _embed(
        self, key: CubeKey, older: dict[Generation, int], step: ReembedStep, told: Told
    ) -> int:
        told(step)
        for batches in (
            self._embedding.complete(key),
            self._embedding.complete_past(key, older),
        ):
            async for count in batches:
                embedded = step.embedded + count
                step = replace(step, embedded=embedded, missing=max(step.missing, embedded))
                told(step)
                await asyncio.sleep(0)  # what never waits would leave no turn to others
        return step.embedded

    async def _covered(self, key: CubeKey, older: dict[Generation, int]) -> bool:
        """Whether dropping loses nothing: what lacks a vector now, lacked one in all generations.

        Such is what others have written meanwhile. Oldest first, so that anything left behind
        by this run is among the first.
        """
        lacking = await self._vectors.missing(key, self._embedding.generation, BATCH)
        return not await self._embedding.uncovered(key, lacking, older)


async def generations(parts: Parts, scope: SystemScope) -> tuple[GenerationCount, ...]:
    """The generations of the cubes in `scope`, the embedder's own first."""
    if parts.vectors is None:
        return ()
    current = None if parts.embedder is None else parts.embedder.generation
    total: Counter[Generation] = Counter()
    for key in await parts.records.cube_keys(scope):
        total.update(await parts.vectors.generations(key))
    found = [
        GenerationCount(one.model, one.dimension, one.normalised, count, current=one == current)
        for one, count in total.items()
    ]
    return tuple(sorted(found, key=lambda one: (not one.current, one.model, one.dimension)))
