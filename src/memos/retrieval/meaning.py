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
from memos.retrieval.question import Seen, Vectors

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
    rows = await sources.vectors.embedded(
        search.scope, sources.embedder.generation, pool.outline.refs, tokens=search.budget.tokens
    )
    lacking = np.flatnonzero(~rows.held).tolist()
    if len(lacking) > ON_THE_SPOT:
        # Half of the memories seen with their meaning, half without, cannot be compared.
        search.found.degraded.append(f"meaning: {len(lacking)} not embedded yet")
        return None
    await _embed(search, sources.embedder, pool, rows, lacking)
    near = _products(rows.vectors, seen.vectors)
    return Closeness(
        asked=near[:, 0].astype(np.float64),
        best=near.max(axis=1).astype(np.float64),
        with_before=_together(rows.vectors, near, pool.before),
        with_after=_together(rows.vectors, near, pool.after),
        tokens=_tokens(search, seen, pool, rows.tokens) if search.budget.tokens else None,
    )


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


def _products(vectors: NDArray[np.float32], queries: Sequence[NDArray[np.float32]]) -> Vectors:
    """Cosines (n, queries); sums, because a matrix product may round equal rows differently."""
    return np.stack([np.einsum("ij,j->i", vectors, query) for query in queries], axis=1)


def _together(vectors: NDArray[np.float32], near: NDArray[np.float32], where: Places) -> Floats:
    """The better cosine of a memory and its neighbour, added up to one vector."""
    inner = np.einsum("ij,ij->i", vectors, vectors[where]) * (where >= 0)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    length = np.sqrt(np.maximum(squares + shifted(squares, where) + 2 * inner, 1e-12))
    sums = near + shifted(near, where)
    made: Floats = (sums.max(axis=1) / length).astype(np.float64)
    return made


def _tokens(search: Search, seen: Seen, pool: Pool, packed: Sequence[bytes]) -> Tokens | None:
    if not any(packed):
        return None
    idf = _idf(search, pool)
    forms = [(seen.told, seen.text)]
    if seen.asked is not seen.told:
        forms.append((seen.asked, search.plan.query))
    question = np.concatenate([form.tokens for form, _ in forms])
    found = late.best_matches(question, packed).astype(np.float64)
    weights = [late.token_weights(text, form.spans, idf).astype(float) for form, text in forms]
    told = found[:, : len(weights[0])]
    asked = found[:, -len(weights[-1]) :] if len(weights[-1]) else found[:, :0]
    return Tokens(told, weights[0], told @ weights[0], asked @ weights[-1])


def _idf(search: Search, pool: Pool) -> dict[str, float]:
    """By term, in the cube where most of the pool lies."""
    plan = search.plan
    cubes = pool.outline.cubes
    row = int(np.flatnonzero(cubes == np.argmax(np.bincount(cubes)))[0])
    values = pool.idf[row] / np.maximum(np.array(plan.weights), 1e-9)
    return dict(zip(plan.terms, values.tolist(), strict=True))
