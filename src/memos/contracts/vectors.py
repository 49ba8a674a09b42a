"""Vector index: finds memories by meaning."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memos.contracts.projection import Projection
from memos.errors import InvalidInput
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


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to `==`
class Embedded:
    """One version as a model sees it.

    `vector` is (the generation's dimension,); `tokens` are the vectors of its tokens, packed
    by whoever will read them, and bytes like any others to an index. `seq` is the commit
    that the version was read at, so that what was embedded later wins.
    """

    ref: Ref
    seq: int
    vector: NDArray[np.float32]
    tokens: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedRows:
    """Versions as a model sees them, in the order in which they were asked for.

    `vectors` (n, dimension) are directions, zeros where nothing is `held` (n,); `tokens` are
    as they were put, no bytes where there are none or they were not wanted.
    """

    vectors: NDArray[np.float32]
    held: NDArray[np.bool_]
    tokens: list[bytes]


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A version near the query; `similarity` is the cosine, in [-1, 1]."""

    ref: Ref
    cube_id: str
    similarity: float


class VectorIndex(Projection):
    """Nearest versions by cosine.

    Obligations, besides those of a projection:

    - Several generations live side by side and are written together while a new one is
      built; a search names the generation it asks.
    - Vectors and tokens come by `put`, from whoever has the model. A version without a
      vector is not found here, and `missing` is how one learns what to embed: so a missing
      embedder delays nothing else, and this index never counts as lagging behind the records.
      `apply` removes what has gone.
    - What is forgotten or tainted is never found, whenever its vector was put; the scope is
      applied before the limit.
    - A cosine may be off by a hundredth: vectors may be kept in fewer bits than they came
      in. Equal vectors have equal cosines, and one of zeros has the cosine 0 to every other.
    - A vector that `directions` refuses is refused with InvalidInput, and nothing of its
      call is stored.
    - Whether a version ought to have a vector depends on the model, which an index does not
      know: `expected` is None for every version, and `contents` lists only vectors that no
      model can have given (of another length than their generation's), so that doctor
      clears them away and they are `missing` again.
    """

    name = "vectors"

    @abstractmethod
    async def put(self, key: CubeKey, generation: Generation, items: Sequence[Embedded]) -> None:
        """Stores vectors and tokens, all or none; returns when searches see them.

        What is there is replaced unless its `seq` is higher. Nothing is stored for a version
        that is unknown, forgotten or tainted: while it was being embedded it may have become so.
        """

    @abstractmethod
    async def search(
        self,
        scope: ReadScope,
        generation: Generation,
        vectors: Sequence[NDArray[np.float32]],
        limit: int,
    ) -> list[VectorHit]:
        """The nearest `limit` versions the scope admits, nearest first, ties by reference.

        Each version once, with its best cosine to any of the query `vectors`; without query
        vectors none is found.
        """

    @abstractmethod
    async def embedded(
        self, scope: ReadScope, generation: Generation, refs: Sequence[Ref], *, tokens: bool
    ) -> EmbeddedRows:
        """Vectors, and tokens if wanted, of those versions that the scope's cubes hold.

        Not held: versions without a vector, forgotten or tainted ones, those of other cubes.
        The rest of the narrowing is not looked at, since `refs` have passed it.
        """

    @abstractmethod
    async def missing(self, key: CubeKey, generation: Generation, limit: int) -> list[Ref]:
        """At most `limit` current versions without a vector in a generation, oldest commit first.

        Current: not superseded, and their memory neither forgotten nor tainted. An unknown
        cube misses nothing.
        """

    @abstractmethod
    async def generations(self, key: CubeKey) -> dict[Generation, int]:
        """The generations of a cube, with the number of versions that each can find.

        Superseded versions are counted, forgotten and tainted ones are not.
        """

    @abstractmethod
    async def drop(self, key: CubeKey, generation: Generation) -> None:
        """Deletes a generation of a cube; dropping an absent one is no error."""


def directions(
    field: str, vectors: Sequence[NDArray[np.float32]], generation: Generation
) -> NDArray[np.float32]:
    """Vectors (n, dimension), each of unit length; those of zeros stay zeros.

    Raises InvalidInput, naming ``field[i]``, for one of another shape than the generation's
    (dimension,), or which holds what is no finite number.
    """
    made = np.empty((len(vectors), generation.dimension), np.float32)
    for at, vector in enumerate(vectors):
        try:
            numbers = np.asarray(vector, np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{field}[{at}]", f"a {type(vector).__name__}", "numbers") from error
        if numbers.shape != (generation.dimension,):
            allowed = f"({generation.dimension},), as {generation.model} gives them"
            raise InvalidInput(f"{field}[{at}]", f"an array of shape {numbers.shape}", allowed)
        if not np.isfinite(numbers).all():
            raise InvalidInput(f"{field}[{at}]", "nan or infinity", "finite numbers")
        largest = np.max(np.abs(numbers), initial=0.0)
        if largest > 0.0:  # first by the largest, whose square may be out of range
            numbers = numbers / largest
            numbers = numbers / np.sqrt(np.square(numbers).sum())
        made[at] = numbers
    return made
