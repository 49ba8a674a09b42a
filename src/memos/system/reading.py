"""Public calls that read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memos.model import checks
from memos.model.changes import HistoryEntry
from memos.model.memory import Memory
from memos.model.message import Message
from memos.model.recall import Context, Effort, Recall
from memos.system.base import Base, When


class Reading(Base):
    """Recall, contexts, single memories and transcripts."""

    async def recall(
        self,
        user_id: str | None = None,
        query: str = "",
        *,
        top_k: int = 10,
        kinds: Sequence[str] | str | None = None,
        conversation_id: str | None = None,
        filter: Mapping[str, Any] | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
        include_archived: bool = False,
        effort: str = "normal",
        deadline_ms: int | None = None,
        explain: bool = False,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Recall:
        """The memories that answer `query`, best first.

        Args:
            user_id: whose memories; with `agent_id`, both personal cubes are read, and
                all that is shared with either.
            query: a question, some words, or the dialogue so far.
            top_k: how many at most.
            kinds: only memories of these kinds.
            conversation_id: only what was said there.
            filter: see `memos.model.filter`.
            as_of: what was true then.
            known_at: what we knew then.
            include_archived: also memories that were archived.
            effort: fast, normal or deep: how closely candidates are looked at.
            deadline_ms: time to answer in; what had to be left out is in `degraded`.
            explain: the receipt then covers all candidates, not only the hits.
            agent_id: the reading agent.
            cube_id: only this cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        text = checks.check_text("query", query, self.settings.max_query)
        most = checks.check_int("top_k", top_k, 1, self.settings.max_top_k)
        narrowing = self._narrowing(
            caller, kinds=kinds, conversation_id=conversation_id, filter=filter, as_of=as_of,
            known_at=known_at, include_archived=include_archived,
        )  # fmt: skip
        work = checks.check_choice("effort", effort, Effort)
        deadline = _deadline(deadline_ms)
        whole = checks.check_bool("explain", explain)
        await self._ready()
        scope, seqs = await self._scopes.reading(caller, narrowing)
        return await self._textual.recall(
            scope, text, seqs, top_k=most, effort=work, deadline_ms=deadline, explain=whole
        )

    search_memory = recall

    async def context(
        self,
        user_id: str | None = None,
        query: str = "",
        *,
        max_tokens: int = 1024,
        kinds: Sequence[str] | str | None = None,
        conversation_id: str | None = None,
        filter: Mapping[str, Any] | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
        include_archived: bool = False,
        effort: str = "normal",
        deadline_ms: int | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Context:
        """A block for a prompt, within `max_tokens`: what stands, then what answers `query`.

        The other arguments are those of `recall`.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        text = checks.check_text("query", query, self.settings.max_query)
        budget = checks.check_int("max_tokens", max_tokens, 1, self.settings.max_context)
        narrowing = self._narrowing(
            caller, kinds=kinds, conversation_id=conversation_id, filter=filter, as_of=as_of,
            known_at=known_at, include_archived=include_archived,
        )  # fmt: skip
        work = checks.check_choice("effort", effort, Effort)
        deadline = _deadline(deadline_ms)
        await self._ready()
        scope, seqs = await self._scopes.reading(caller, narrowing)
        return await self._textual.context(
            scope, text, seqs, max_tokens=budget, effort=work, deadline_ms=deadline
        )

    async def get_memory(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        *,
        as_of: When | None = None,
        known_at: When | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Memory:
        """One memory: its current version, or the one of `known_at`; raises NotFound."""
        caller = self._desk.caller(user_id, agent_id, cube_id)
        return await self._visible(caller, memory_id, as_of=as_of, known_at=known_at)

    async def history(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        *,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[HistoryEntry]:
        """What happened to a memory, oldest first; raises NotFound."""
        caller = self._desk.caller(user_id, agent_id, cube_id)
        wanted = checks.check_id("memory_id", memory_id, self.settings.max_id)
        narrowing = self._narrowing(caller, by_name=True)
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        return await self._textual.history(scope, wanted)

    async def get_messages(
        self,
        user_id: str | None = None,
        conversation_id: str | None = None,
        *,
        limit: int = 1000,
        before: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Message]:
        """The last `limit` messages in the order in which they were added.

        `before` is a message's `id`: with that of the first one got, the page before it.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        thread = checks.optional_id("conversation_id", conversation_id, self.settings.max_id)
        most = checks.check_int("limit", limit, 1, self.settings.max_batch)
        cursor = checks.optional_id("before", before, self.settings.max_id)
        narrowing = self._narrowing(caller, as_of=as_of, known_at=known_at)
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        return await self._textual.messages(scope, thread, most, cursor)


def _deadline(value: int | None) -> int | None:
    return None if value is None else checks.check_int("deadline_ms", value, 1, 3_600_000)
