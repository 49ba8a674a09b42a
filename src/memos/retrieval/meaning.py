"""How near the memories of a pool are to a question, as the embedder sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder, Embedding
from memos.contracts.vectors import Embedded
from memos.model.memory import Memory, Ref
from memos.retrieval import late
from memos.retrieval.legs import Search
from memos.retrieval.pool import Floats, Places, Pool, shifted
from memos.retrieval.question import Seen

ON_THE_SPOT = 16  # memories that a recall embeds itself, at about 5 ms each


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Best similarities of the question's tokens, by memory of the pool.

    `told` is (memories, tokens of the question as told), with the tokens' `weights`, which add
    up to 1; the sums are weighted, for both forms.
    """

    told: Floats
    weights: Floats
    sum_told: Floats
    sum_asked: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """Cosines, (memories of the pool,); 0 for a memory without a vector.

    `asked` to the question as asked; the others are the better one of both forms: `best`
    of the memory, `with_before` and `with_after` of it together with a neighbour.
    """

    asked: Floats
    best: Floats
    with_before: Floats
    with_after: Floats
    tokens: Tokens | None


async def closeness(search: Search, pool: Pool) -> Closeness | None:
    """None where the question could not be embedded."""
    seen, sources = search.found.seen, search.sources
    if seen is None or sources.vectors is None or sources.embedder is None:
        return None
    generation = sources.embedder.generation
    refs = [memory.ref for memory in pool.memories]
    held = await sources.vectors.embedded(
        search.scope, generation, refs, tokens=search.budget.tokens
    )
    lacking = [memory for memory in pool.memories if memory.ref not in held]
    if len(lacking) > ON_THE_SPOT:
        # Half of the memories seen with their meaning, half without, cannot be compared.
        search.found.degraded.append(f"meaning: {len(lacking)} not embedded yet")
        return None
    held |= await _embedded(sources.embedder, lacking)
    vectors = np.zeros((len(refs), generation.dimension), np.float32)
    for at, ref in enumerate(refs):
        if ref in held:
            vectors[at] = held[ref].vector
    near = vectors @ np.stack(seen.vectors).T  # (memories, forms)
    return Closeness(
        asked=near[:, 0].astype(np.float64),
        best=near.max(axis=1).astype(np.float64),
        with_before=_together(vectors, near, pool.before),
        with_after=_together(vectors, near, pool.after),
        tokens=_tokens(search, seen, pool, held) if search.budget.tokens else None,
    )


async def _embedded(embedder: Embedder, memories: Sequence[Memory]) -> dict[Ref, Embedded]:
    """What was written a moment ago, for this recall only."""
    made = await embedder.embed([memory.content for memory in memories]) if memories else []
    return {
        memory.ref: Embedded(memory.ref, 0, one.vector, late.pack(one.tokens, one.pieces))
        for memory, one in zip(memories, made, strict=True)
    }


def _together(vectors: NDArray[np.float32], near: NDArray[np.float32], where: Places) -> Floats:
    """The better cosine of a memory and its neighbour, added up to one vector."""
    both = vectors + shifted(vectors, where)
    length = np.maximum(np.linalg.norm(both, axis=1), 1e-6)
    sums = near + shifted(near, where)
    made: Floats = (sums.max(axis=1) / length).astype(np.float64)
    return made


def _tokens(search: Search, seen: Seen, pool: Pool, held: Mapping[Ref, Embedded]) -> Tokens | None:
    packed = [held[one.ref].tokens if one.ref in held else b"" for one in pool.memories]
    if not any(packed):
        return None
    idf = _idf(search, pool)
    told, weights = _matched(seen.told, seen.text, packed, idf)
    if seen.asked is seen.told:
        return Tokens(told, weights, told @ weights, told @ weights)
    asked, asked_weights = _matched(seen.asked, search.plan.query, packed, idf)
    return Tokens(told, weights, told @ weights, asked @ asked_weights)


def _matched(
    question: Embedding, text: str, packed: Sequence[bytes], idf: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Best similarities (memories, tokens of the question), and what the tokens count."""
    found = late.best_matches(question.tokens, packed)
    weights = late.token_weights(text, question.spans, idf)
    return found.astype(np.float64), weights.astype(np.float64)


def _idf(search: Search, pool: Pool) -> dict[str, float]:
    """By term, in the cube where most of the pool lies."""
    plan = search.plan
    cube = int(np.argmax(np.bincount(pool.cubes))) if len(pool.cubes) else 0
    row = int(np.flatnonzero(pool.cubes == cube)[0])
    values = pool.idf[row] / np.maximum(np.array(plan.weights), 1e-9)
    return dict(zip(plan.terms, values.tolist(), strict=True))
