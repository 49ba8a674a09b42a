"""Graph index: who and what memories are about, and how these hang together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.projection import Projection
from memos.model.memory import Ref
from memos.model.plain import Plain
from memos.model.scope import ReadScope


@dataclass(frozen=True, slots=True)
class Entity(Plain):
    """Somebody or something with a name. `key` is the normalised name, unique in a cube.

    `mentions` counts the indexed versions that name it or that it said; `speaks` says
    whether there are any of the latter.
    """

    cube_id: str
    key: str
    mentions: int
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A version that names an entity, or that the entity said."""

    ref: Ref
    cube_id: str
    key: str
    said: bool  # True: the entity is the speaker, not (only) the subject


class GraphIndex(Projection):
    """Entities and the versions that mention them.

    Obligations, besides those of a projection: linking is deterministic, a function of
    the text alone (`memos.language.entities.mentioned`), so that two processes which index
    the same version agree; entity statistics are kept per cube; an entity that no version
    mentions any more is gone.
    """

    name = "graph"

    @abstractmethod
    async def link(self, scope: ReadScope, keys: Sequence[str]) -> list[Entity]:
        """The entities which `keys` (normalised names) may mean, most mentioned first.

        In each cube an exact key first of all; else entities of which the key is a whole
        word ("alice" means "alice weber" when nobody is just "alice"). Ties: by key, then
        cube. Entities and counts are the cube's, whatever the narrowing.
        """

    @abstractmethod
    async def mentions(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Mention]:
        """Admitted versions that mention one of the entities `keys`, newest first.

        One for each version and key, by `Memory.when`; ties by reference, then key.
        """

    @abstractmethod
    async def related(self, scope: ReadScope, keys: Sequence[str], limit: int) -> list[Entity]:
        """Entities mentioned in the same admitted versions, `mentions` being how many.

        Most first, ties by key, then cube; never one of `keys`.
        """
