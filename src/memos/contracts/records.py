"""Records: the truth. Everything else can be thrown away and rebuilt from here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from memos.contracts.outline import Outline, Wanted
from memos.contracts.part import Part
from memos.model.changes import ChangeSet, Commit, HistoryEntry, MemoryState
from memos.model.cube import Cube, Grant
from memos.model.memory import Kind, Memory, Ref
from memos.model.message import Message
from memos.model.scope import CubeKey, ReadScope, SystemScope, WriteScope
from memos.model.time import Instant
from memos.model.user import User


class Records(Part, ABC):
    """Messages, memories in versions, history, derivations, cubes and the outbox.

    Obligations:

    - **Atomic.** `commit` writes all of a change set or nothing, inline projections and
      outbox rows included. When it returns, the commit is durable and the next read in
      any process sees it. When it raises, nothing of it is ever seen.
    - **Ordered.** `Commit.seq` counts the commits of a cube without gaps.
    - **Scoped.** A read returns only what lies in the scope's cubes and is admitted by
      its narrowing (`Narrowing.admits` is the definition); asking for anything else is
      like asking for what does not exist. No read or commit in one tenant changes an
      answer in another.
    - **Byte-exact ids.** Two ids are the same only if their code points are.
    - Errors are those of `memos.errors`; driver errors never leave a backend.
    """

    @abstractmethod
    async def commit(self, scope: WriteScope, changes: ChangeSet) -> Commit:
        """Writes `changes` to the cube of `scope`, creating a personal cube on first use.

        Fills in each message's `ordinal` (next in its conversation), each memory's `seq`,
        `changed_seq`, and `ordinal` where its first source is a message of this change
        set; closes superseded versions at `changes.at`; writes a ``project.NAME`` task for
        each changed memory and each projection that follows through the outbox.

        Forgetting a message forgets its episodes (what derives from it with kind
        ``memory`` and is an episode); forgetting the last episode of a message forgets the
        message. Forgetting again changes nothing.

        Then taints what derives, transitively, in whichever cube of the tenant, from an
        older version of a superseded memory, from any version of a forgotten or tainted
        one, or from a forgotten message; also when the derivation arrives after its source
        changed. A new version clears the taint of its memory, and answers only for the
        derivations in its own change set. A cube that taint reaches counts a commit.

        Raises NotFound for a shared cube that does not exist, for an unknown memory or
        message to forget, an unknown or forgotten memory to supersede, an unknown source;
        MessageExists, VersionConflict; Conflict when a lease in `completes` has been lost,
        a mark is not where it was, or an id is taken in another cube; InvalidInput for what
        belongs to another cube or is forgotten from the start.
        """

    @abstractmethod
    async def memories(self, scope: ReadScope, refs: Sequence[Ref]) -> dict[Ref, Memory]:
        """The versions among `refs` which the scope admits."""

    @abstractmethod
    async def by_id(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, Memory]:
        """The one version of each memory which the scope admits (the newest, if several)."""

    @abstractmethod
    async def recent(
        self, scope: ReadScope, limit: int, kinds: Sequence[Kind] | None = None
    ) -> list[Memory]:
        """The newest recorded versions the scope admits, newest first.

        Of those recorded at one moment the greatest reference first, as in `pending`.
        """

    @abstractmethod
    async def listed(self, scope: ReadScope, limit: int, before: str | None = None) -> list[Memory]:
        """The memories that the scope admits, by id, the greatest first; each once.

        Ids grow with time, so these are the newest made, whatever changed since; `before` is
        an id, known or not: only lesser ones.
        """

    @abstractmethod
    async def said_between(
        self, scope: ReadScope, start: int, end: int, limit: int
    ) -> list[Memory]:
        """Versions said in [start, end), oldest first, then by reference."""

    @abstractmethod
    async def outline(
        self, scope: ReadScope, refs: Sequence[Ref], wanted: Wanted, before: int, after: int
    ) -> Outline:
        """Those of `refs` that the scope admits, with the episodes said around them.

        Around: an ordinal within `before`/`after` of that of an admitted episode among
        `refs`, in its conversation. What a filter or the kinds leave out stands around too,
        with ``admitted`` False; what is hidden in any other way does not. Each version once,
        in no particular order.
        """

    @abstractmethod
    async def pending(
        self, scope: ReadScope, projection: str, limit: int
    ) -> tuple[list[Memory], int]:
        """Admitted versions that `projection` has not yet applied, newest first.

        Also returns how many memories of the cubes wait in all, so that a caller can say
        what it did not look at. A version counts as applied only once its task is gone.
        """

    @abstractmethod
    async def history(self, scope: ReadScope, memory_id: str) -> list[HistoryEntry]:
        """What happened to a memory, oldest first; empty unless its current version is admitted.

        A read as of an earlier `known_at` does not admit a version recorded since.
        """

    @abstractmethod
    async def messages(
        self,
        scope: ReadScope,
        conversation_id: str | None = None,
        limit: int = 1000,
        before: str | None = None,
        after: str | None = None,
    ) -> list[Message]:
        """The last `limit` messages in the order in which they were added.

        `before` is a message's `id`: only those added earlier (none if it is unknown, as a
        message which this read does not see is, whatever its conversation). `after` is one,
        too: the first `limit` of those added later; of all, if it is empty. Applies the
        narrowing's `as_of` (said by then), `known_at` (recorded by then) and `agent_id`, no
        more of it; forgotten messages are gone.
        """

    @abstractmethod
    async def messages_named(
        self, scope: ReadScope, named: Sequence[tuple[str | None, str]]
    ) -> dict[tuple[str | None, str], tuple[Message, tuple[str, ...]]]:
        """Messages by (conversation id, message id), each with the sorted ids of its episodes.

        Forgotten ones are found too, whatever the narrowing: the caller needs to know that
        the id is taken. Of several cubes the first that has the name answers.
        """

    @abstractmethod
    async def derived(self, scope: ReadScope, ids: Sequence[str]) -> dict[str, list[Memory]]:
        """Newest versions of memories made from the memories `ids`, of any version of them.

        By source; those that are no longer true come too, whatever the narrowing says of that,
        else only what it admits. In the order of their references; sources without any are
        left out.
        """

    @abstractmethod
    async def cube(self, key: CubeKey) -> Cube | None:
        """A cube with its access list; a personal cube that nobody wrote to is None."""

    @abstractmethod
    async def recorded_by(self, key: CubeKey, seq: int) -> Instant | None:
        """The latest `recorded_at` among the versions of the cube's commits up to `seq`.

        Counted are all versions, forgotten ones too; None if there is none. As long as clocks
        run forwards, a read with this moment as its `known_at` sees the versions that those
        commits wrote, and no later ones.
        """

    @abstractmethod
    async def cubes(self, tenant: str, principals: Sequence[str]) -> list[Cube]:
        """Cubes which one of `principals` owns or is granted, by cube id."""

    @abstractmethod
    async def users(self, tenant: str, limit: int, after: str = "") -> list[User]:
        """Users with a personal cube, by id; only those whose id is greater than `after`."""

    @abstractmethod
    async def create_cube(self, tenant: str, cube: Cube) -> None:
        """Makes a shared cube; raises Conflict when the id is taken in the tenant."""

    @abstractmethod
    async def set_grant(self, key: CubeKey, grant: Grant) -> None:
        """Gives a role, replacing the principal's earlier one; raises NotFound."""

    @abstractmethod
    async def drop_grant(self, key: CubeKey, principal: str) -> bool:
        """Takes a role away, from the next read on; False when there was none."""

    # For jobs and doctor

    @abstractmethod
    async def marks(self, key: CubeKey) -> Mapping[str, int]:
        """The cube's marks, see `Mark`; one that nobody moved is missing."""

    @abstractmethod
    async def episodes_after(self, key: CubeKey, seq: int, limit: int) -> tuple[list[Memory], int]:
        """Episodes that came with commits after `seq`, in the order of writing.

        Those of whole commits, as many of these as it takes for `limit` episodes or more; with
        the last of these commits, `seq` if there is none. As they are now: forgotten and tainted
        ones are left out, also from the count.
        """

    @abstractmethod
    async def tainted_by(self, key: CubeKey, ids: Sequence[str]) -> list[Memory]:
        """Tainted memories of the cube that derive from `ids` at one remove, as they were last.

        For jobs that make good what a change took away: no read admits them. Each once, by id;
        archived and forgotten ones are left out.
        """

    @abstractmethod
    async def cube_keys(self, scope: SystemScope) -> list[CubeKey]:
        """All cubes inside the scope, sorted."""

    @abstractmethod
    async def states(
        self, key: CubeKey, memory_ids: Sequence[str] | None = None
    ) -> list[MemoryState]:
        """The memories as they are now, all of the cube's for None; unknown ids come empty.

        A forgotten or tainted memory has no versions: nothing of it may be projected. An
        unknown one has the cube's `seq`, so that a projection drops what it has of it.
        """

    @abstractmethod
    async def count(self, scope: SystemScope) -> Mapping[str, int]:
        """How much there is: cubes, messages, memories, versions, forgotten, tainted.

        `messages` and `memories` leave out the forgotten; `versions` are all that are stored,
        `forgotten` and `tainted` memories.
        """

    @abstractmethod
    async def check(self) -> list[str]:
        """What is wrong inside the records themselves, in words; empty when nothing is."""
