"""Calls about what is remembered, with the signatures of `MemOS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from memos.client.calling import Calling, remote
from memos.model.changes import HistoryEntry
from memos.model.memory import Memory
from memos.model.message import Added, Message
from memos.model.recall import Context, Recall, Receipt
from memos.model.replay import Replay
from memos.model.results import FeedbackResult, Forgotten

When = datetime | str


class MemoryCalls(Calling):
    """Writing, reading, correcting and forgetting; what they mean is told at `MemOS`."""

    @remote
    async def add_message(
        self,
        user_id: str | None = None,
        *,
        role: str,
        content: str,
        name: str | None = None,
        conversation_id: str | None = None,
        message_id: str | None = None,
        timestamp: When | None = None,
        metadata: Mapping[str, Any] | None = None,
        visibility: str | None = None,
        agent_id: str | None = None,
        app_id: str | None = None,
        cube_id: str | None = None,
    ) -> Added:
        """Remembers one message; durable and recallable when this returns."""

    @remote
    async def add_messages(
        self,
        user_id: str | None = None,
        messages: Sequence[Mapping[str, Any]] = (),
        *,
        conversation_id: str | None = None,
        agent_id: str | None = None,
        app_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Added]:
        """Remembers messages, all or none: mappings with the fields of `add_message`."""

    @remote
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
        """The last `limit` messages in the order in which they were added."""

    @remote
    async def store(
        self,
        user_id: str | None = None,
        kind: str = "fact",
        text: str = "",
        *,
        labels: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        sources: Sequence[str] | None = None,
        importance: float = 0.5,
        timestamp: When | None = None,
        valid_from: When | None = None,
        valid_to: When | None = None,
        visibility: str | None = None,
        agent_id: str | None = None,
        app_id: str | None = None,
        cube_id: str | None = None,
    ) -> Memory:
        """Stores something known: a fact, preference, instruction, profile, ..."""

    @remote
    async def memories(
        self,
        user_id: str | None = None,
        *,
        kinds: Sequence[str] | str | None = None,
        conversation_id: str | None = None,
        filter: Mapping[str, Any] | None = None,
        limit: int = 100,
        before: str | None = None,
        as_of: When | None = None,
        known_at: When | None = None,
        include_archived: bool = False,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Memory]:
        """The memories that the caller sees, those made last first."""

    @remote
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

    @remote
    async def update_memory(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        text: str | None = None,
        *,
        version: int | None = None,
        labels: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        importance: float | None = None,
        valid_from: When | None = None,
        valid_to: When | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Memory:
        """Writes the next version of a memory; the old one stays for `known_at` reads."""

    @remote
    async def history(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        *,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[HistoryEntry]:
        """What happened to a memory, oldest first; raises NotFound."""

    @remote
    async def revert(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        *,
        version: int | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> FeedbackResult:
        """Takes the last change of a memory back, or goes back to one of its versions."""

    @remote
    async def forget(
        self,
        user_id: str | None = None,
        memory_id: str | Sequence[str] | None = None,
        *,
        message_id: str | Sequence[str] | None = None,
        conversation_id: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Forgotten:
        """Makes memories invisible, at every moment, with what was derived from them."""

    @remote
    async def feedback(
        self,
        user_id: str | None = None,
        text: str | None = None,
        *,
        memory_ids: str | Sequence[str] | None = None,
        receipt: Receipt | Mapping[str, Any] | None = None,
        rating: str | None = None,
        conversation_id: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> FeedbackResult:
        """Corrects what is remembered, or says how good an answer was."""

    @remote
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
        """The memories that answer `query`, best first."""

    @remote
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
        """A block for a prompt, within `max_tokens`: what stands, then what answers `query`."""

    @remote
    async def replay(
        self,
        user_id: str | None = None,
        receipt: Receipt | Mapping[str, Any] | None = None,
        *,
        without: str | Sequence[str] | None = None,
        at: int | None = None,
        weights: Mapping[str, Any] | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> Replay:
        """The recall of `receipt` as it would be now, and what is otherwise than then."""

    @remote
    async def pages(
        self,
        user_id: str | None = None,
        *,
        page: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> list[Memory]:
        """The pages of the cubes that the caller reads, newest first; it makes none."""

    @remote
    async def profile(
        self, user_id: str | None = None, *, agent_id: str | None = None, cube_id: str | None = None
    ) -> Memory | None:
        """What is known of a user, as one page; None if nothing."""

    search_memory = recall
