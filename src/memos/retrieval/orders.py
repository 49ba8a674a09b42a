"""Orders: how well the occasion of each standing order fits the question.

"Add a test when I ask for code" applies to questions about code, so the occasion is compared and
not the whole order. People give few orders and ask often, so what occasions mean is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from memos.contracts.outline import STANDING
from memos.language.tokens import terms
from memos.retrieval.legs import Search
from memos.retrieval.pool import Floats, Pool


async def fits(search: Search, pool: Pool) -> Floats:
    """For each candidate that is an order the cosine of occasion and question, else 0.

    Without meaning or in a hurry, the share of the occasion's words instead.
    """
    made = np.zeros(pool.candidates)
    rows = np.flatnonzero(pool.outline.cues[: pool.candidates] & STANDING).tolist()
    if not rows:
        return made
    sources = search.sources
    told = await sources.occasions.told(
        sources.records, search.scope, [pool.outline.refs[row] for row in rows]
    )
    rows = [row for row in rows if pool.outline.refs[row] in told]
    occasions = [told[pool.outline.refs[row]] for row in rows]
    seen, embedder = search.found.seen, sources.embedder
    if seen is not None and embedder is not None and search.budget.tokens and occasions:
        vectors = await sources.occasions.vectors(embedder, occasions)
        made[rows] = (vectors * seen.embedding.vector).sum(axis=1)
    else:
        made[rows] = [_shared(occasion, search.plan.terms) for occasion in occasions]
    return made


def _shared(occasion: str, asked: Sequence[str]) -> float:
    held = set(terms(occasion))
    return len(held.intersection(asked)) / len(held) if held else 0.0
