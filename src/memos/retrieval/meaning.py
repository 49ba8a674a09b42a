"""How near the memories of a pool are to a question, as the embedder sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from memos.contracts.embedder import Embedder
from memos.contracts.vectors import EmbeddedRows
from memos.retrieval import late
from memos.retrieval.legs import Search
from memos.retrieval.pool import Floats, Places, Pool, shifted
from memos.retrieval.question import Seen

ON_THE_SPOT = 16  # memories that a recall embeds itself, at about 5 ms each


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Best similarities of the question's tokens, (versions of the pool, tokens).

    `weights` (tokens,) add up to 1; `sums` (versions,) are weighted.
    """

    best: Floats
    weights: Floats
    sums: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """Cosines to the question, (versions of the pool,); 0 for a version without a vector.

    `alone` of the version, `with_before` and `with_after` of it together with a neighbour;
    `vectors` (versions, dimension) are what they come from.
    """

    vectors: NDArray[np.float32]
    alone: Floats
    with_before: Floats
    with_after: Floats
    tokens: Tokens | None


async def closeness(search: Search, pool: Pool) -> Closeness | None:
    """None where the question could not be embedded."""
    seen, sources = search.found.seen, search.sources
    if seen is None or sources.vectors is None or sources.embedder is None:
        return None
    read = _beside(pool)
    refs = [pool.outline.refs[row] for row in read.tolist()]
    found = await sources.vectors.embedded(
        search.scope, sources.embedder.generation, refs, tokens=search.budget.tokens
    )
    lacking = read[~found.held].tolist()
    if len(lacking) > ON_THE_SPOT:
        # Half of the memories seen with their meaning, half without, cannot be compared.
        search.found.degraded.append(f"meaning: {len(lacking)} not embedded yet")
        return None
    rows = _placed(found, read, len(pool.outline))
    await _embed(search, sources.embedder, pool, rows, lacking)
    # Not a matrix product, which might round equal rows differently.
    near = np.einsum("ij,j->i", rows.vectors, seen.embedding.vector)
    return Closeness(
        vectors=rows.vectors,
        alone=near.astype(np.float64),
        with_before=_together(rows.vectors, near, pool.before),
        with_after=_together(rows.vectors, near, pool.after),
        tokens=_tokens(search, seen, pool, rows.tokens) if search.budget.tokens else None,
    )


def _beside(pool: Pool) -> Places:
    """Rows of the candidates and their direct neighbours; what lies farther counts by its words."""
    n = pool.candidates
    rows: Places = np.unique(np.concatenate((np.arange(n), pool.before[:n], pool.after[:n])))
    return rows[rows >= 0]


def _placed(found: EmbeddedRows, rows: Places, size: int) -> EmbeddedRows:
    """The same for all rows of a pool, nothing where nothing was read."""
    vectors = np.zeros((size, found.vectors.shape[1]), np.float32)
    held, tokens = np.zeros(size, np.bool_), [b""] * size
    vectors[rows], held[rows] = found.vectors, found.held
    for row, packed in zip(rows.tolist(), found.tokens, strict=True):
        tokens[row] = packed
    return EmbeddedRows(vectors, held, tokens)


async def _embed(
    search: Search, embedder: Embedder, pool: Pool, rows: EmbeddedRows, lacking: Sequence[int]
) -> None:
    """What was written a moment ago, for this recall only."""
    if not lacking:
        return
    # Whatever stands in the pool may be seen; kinds and filter do not hold for neighbours.
    reach = replace(search.scope.narrowing, kinds=None, filter=None)
    scope = replace(search.scope, narrowing=reach)
    refs = [pool.outline.refs[at] for at in lacking]
    memories = await search.sources.records.memories(scope, refs)
    there = [at for at in lacking if pool.outline.refs[at] in memories]
    texts = [memories[pool.outline.refs[at]].content for at in there]
    for at, made in zip(there, await embedder.embed(texts), strict=True):
        rows.vectors[at] = made.vector
        if search.budget.tokens:
            rows.tokens[at] = late.pack(made.tokens, made.pieces)


def _together(vectors: NDArray[np.float32], near: NDArray[np.float32], where: Places) -> Floats:
    """The cosine of a version and its neighbour, added up to one vector."""
    inner = np.einsum("ij,ij->i", vectors, vectors[where]) * (where >= 0)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    length = np.sqrt(np.maximum(squares + shifted(squares, where) + 2 * inner, 1e-12))
    made: Floats = ((near + shifted(near, where)) / length).astype(np.float64)
    return made


def _tokens(search: Search, seen: Seen, pool: Pool, packed: Sequence[bytes]) -> Tokens | None:
    if not any(packed):
        return None
    best = late.best_matches(seen.embedding.tokens, packed).astype(np.float64)
    weights = _weights(search, seen, pool)
    return Tokens(best, weights, best @ weights)


def _weights(search: Search, seen: Seen, pool: Pool) -> Floats:
    """What the question's tokens count; all the same where the model does not place them."""
    tokens, spans = seen.embedding.tokens, seen.embedding.spans
    if len(spans) != len(tokens):
        return np.full(len(tokens), 1.0 / max(1, len(tokens)))
    return late.token_weights(seen.text, spans, _idf(search, pool)).astype(np.float64)


def _idf(search: Search, pool: Pool) -> dict[str, float]:
    """By term, in the cube where most of the pool lies."""
    plan = search.plan
    cubes = pool.outline.cubes
    row = int(np.flatnonzero(cubes == np.argmax(np.bincount(cubes)))[0])
    values = pool.idf[row] / np.maximum(np.array(plan.weights), 1e-9)
    return dict(zip(plan.terms, values.tolist(), strict=True))
