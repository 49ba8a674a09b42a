"""Projections: indexes derived from records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from memos.contracts.part import Part
from memos.model.changes import MemoryState
from memos.model.memory import Memory, Ref
from memos.model.scope import CubeKey


class Projection(Part, ABC):
    """An index that can be thrown away and rebuilt from the records.

    Obligations:

    - **By version.** It holds every version of a memory; superseded ones stay findable
      for `as_of` and `known_at` reads until the memory is forgotten.
    - **Idempotent, in any order.** States may come twice, late and out of order: one
      whose `seq` is older than what was applied changes nothing, also after a removal.
    - **Hints, not truth.** A search may return what has since changed; readers check
      every result against the records. It must not return anything outside the scope's
      cubes, and no cube's statistics may touch another's.
    - **Inline** projections never lag: they are written with the records, or read what has
      been committed before each answer. The others follow through the outbox.
    """

    name: str
    inline: bool

    @abstractmethod
    async def apply(self, key: CubeKey, states: Sequence[MemoryState]) -> None:
        """Makes the index say what `states` say."""

    @abstractmethod
    async def contents(self, key: CubeKey) -> dict[Ref, int]:
        """What the index holds of a cube: a checksum for each version, for doctor."""

    @abstractmethod
    def expected(self, memory: Memory) -> int | None:
        """The checksum that `contents` ought to give for a version; None = not indexed."""

    @abstractmethod
    async def clear(self, key: CubeKey) -> None:
        """Drops everything of a cube, before a rebuild; an inline one may come back by itself."""
