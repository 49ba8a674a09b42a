"""Vector index: finds memories by meaning."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.projection import Projection
from memos.model.memory import Ref
from memos.model.scope import CubeKey, ReadScope


@dataclass(frozen=True, slots=True)
class Generation:
    """A vector space: vectors of different generations are never compared.

    `model` names the embedder and its revision, `dimension` the length of a vector,
    `normalised` whether vectors have unit length.
    """

    model: str
    dimension: int
    normalised: bool = True


@dataclass(frozen=True, slots=True)
class Embedded:
    """One version's vector, as many floats as its generation's dimension."""

    ref: Ref
    seq: int
    vector: Sequence[float]


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A version near the query; `similarity` is the cosine, in [-1, 1]."""

    ref: Ref
    cube_id: str
    similarity: float


class VectorIndex(Projection):
    """Nearest versions by cosine.

    Obligations, besides those of a projection: several generations live side by side and
    are written together while a new one is built; a search names the generation it asks;
    the scope is applied before the limit; a vector of another length is refused with
    InvalidInput; `apply` removes what has gone and leaves versions without a vector to
    `put`, so that a missing embedder delays nothing else.
    """

    name = "vectors"

    @abstractmethod
    async def put(self, key: CubeKey, generation: Generation, items: Sequence[Embedded]) -> None:
        """Stores vectors; older `seq` than what is there changes nothing."""

    @abstractmethod
    async def search(
        self, scope: ReadScope, generation: Generation, vector: Sequence[float], limit: int
    ) -> list[VectorHit]:
        """The nearest `limit` versions the scope admits, nearest first, ties by reference."""

    @abstractmethod
    async def generations(self, key: CubeKey) -> dict[Generation, int]:
        """The generations of a cube, with the number of versions each holds."""

    @abstractmethod
    async def drop(self, key: CubeKey, generation: Generation) -> None:
        """Deletes a generation of a cube; dropping an absent one is no error."""
