"""Hot set: each cube's working set, what a conversation is likely to need next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.part import Part
from memos.model.scope import CubeKey
from memos.model.time import Instant


@dataclass(frozen=True, slots=True)
class HotEntry:
    """A memory in the working set; `strength` is what its touches have added up to."""

    memory_id: str
    strength: float
    touched_at: Instant


class HotSet(Part, ABC):
    """Bounded working sets, one per cube.

    Obligations: holds ids, never text; at most `capacity` entries a cube, the weakest
    going first (ties: the longest untouched, then the greatest id); a touch adds its
    weight to a strength that halves every `HALF_LIFE`; losing all of it costs speed, not
    answers: readers check every entry against the records.
    """

    HALF_LIFE = 3600 * 1_000_000  # microseconds
    CAPACITY = 256  # entries of a cube, unless a backend is told otherwise

    @abstractmethod
    async def touch(
        self, key: CubeKey, memory_ids: Sequence[str], at: Instant, weight: float = 1.0
    ) -> None:
        """Strengthens entries, adding the ones that are not there."""

    @abstractmethod
    async def entries(self, key: CubeKey, at: Instant, limit: int) -> list[HotEntry]:
        """The strongest entries as of `at`, strongest first."""

    @abstractmethod
    async def evict(self, key: CubeKey, memory_ids: Sequence[str]) -> None:
        """Removes entries; absent ones are no error."""

    @abstractmethod
    async def clear(self, key: CubeKey) -> None:
        """Empties a cube's working set."""
