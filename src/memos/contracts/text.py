"""Text index: finds memories by their words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memos.contracts.projection import Projection
from memos.model.memory import Ref
from memos.model.scope import ReadScope


@dataclass(frozen=True, slots=True)
class TextHit:
    """A version that shares terms with the query; `score` is BM25 within its cube."""

    ref: Ref
    cube_id: str
    score: float


@dataclass(frozen=True, slots=True)
class TextStatistics:
    """What BM25 needs to know of one cube.

    Indexed versions, their terms together (so `terms / versions` is the mean length), and
    for each term the number of versions that hold it. What retells messages, see
    `Memory.retold`, is found but not counted: it would make words common by learning them.
    """

    versions: int
    terms: int
    frequency: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TextFound:
    """Hits, best first, and the statistics of each cube of the scope, by cube id.

    A cube without content has zeros; `frequency` has every term of the search.
    """

    hits: list[TextHit]
    statistics: Mapping[str, TextStatistics]


class TextIndex(Projection):
    """BM25 over `memos.language.tokens.terms`, the same terms on every backend.

    Obligations, besides those of a projection: statistics are kept per cube; the score
    is `memos.language.bm25`'s; ties are broken by reference, so that equal states give
    equal answers; terms are data, never query syntax.
    """

    name = "text"

    @abstractmethod
    async def search(
        self,
        scope: ReadScope,
        terms: Sequence[str],
        limit: int,
        weights: Sequence[float] | None = None,
    ) -> TextFound:
        """The best `limit` versions the scope admits. `terms` are distinct.

        `weights` say how much each term counts: what it adds to a score is multiplied.
        The scope is applied before the limit: a narrow filter still fills it.
        """
