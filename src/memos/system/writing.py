"""Public calls that write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from memos.errors import InvalidInput, NotFound
from memos.memories.scopes import Caller
from memos.model import checks
from memos.model.memory import Memory, Visibility
from memos.model.message import Added, Message
from memos.model.results import Forgotten
from memos.system.base import Base, When


class Writing(Base):
    """Adding, storing, updating, forgetting."""

    @property
    def redacted(self) -> Mapping[str, int]:
        """Secrets and identifiers that this process kept out, by kind; empty without `redaction`.

        Counts what was seen, also in a call that then failed or was sent again.
        """
        return self._desk.redacted

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
        """Remembers one message; durable and recallable when this returns.

        Args:
            user_id: whose memory it is.
            role: user, assistant, system or tool.
            content: what was said, verbatim.
            name: who said it.
            conversation_id: the thread it belongs to.
            message_id: the caller's id, unique in its conversation. Sent again with the
                same content it gives the same ids back; with other content it raises
                Conflict. Without one a message is never taken for a repetition.
            timestamp: when it was said; now if it is not given.
            metadata: anything JSON can hold; filters find it as ``metadata.NAME``.
            visibility: ``agent`` hides it from all agents but the writing one.
            agent_id: the agent that took part.
            app_id: the application.
            cube_id: another cube than the personal one.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        fields = {
            "role": role, "content": content, "name": name, "conversation_id": conversation_id,
            "message_id": message_id, "timestamp": timestamp, "metadata": metadata,
            "visibility": visibility, "app_id": app_id,
        }  # fmt: skip
        draft = self._desk.draft(caller, fields)
        await self._ready()
        scope = await self._scopes.writing(caller)
        return (await self._textual.add(scope, [draft]))[0]

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
        """Remembers messages, all or none: mappings with the fields of `add_message`.

        `conversation_id` and `app_id` hold for messages that do not name their own.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        longest = self.settings.max_id
        defaults = {
            "conversation_id": checks.optional_id("conversation_id", conversation_id, longest),
            "app_id": checks.optional_id("app_id", app_id, longest),
        }
        drafts = self._desk.drafts(caller, messages, defaults)
        await self._ready()
        scope = await self._scopes.writing(caller)
        return await self._textual.add(scope, drafts) if drafts else []

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
        """Stores something known: a fact, preference, instruction, profile, ...

        Any other `kind` is a label on a fact. `sources` are ids of memories that it was
        made from: when one of them changes or is forgotten, this one is no longer
        recalled, and its trust is at most theirs.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        origins = [] if sources is None else self._desk.ids("sources", sources)
        await self._ready()
        scope = await self._scopes.writing(caller)
        fields = {
            "kind": kind, "text": text, "labels": labels, "metadata": metadata,
            "importance": importance, "timestamp": timestamp, "valid_from": valid_from,
            "valid_to": valid_to, "visibility": visibility, "app_id": app_id,
        }  # fmt: skip
        now = self._parts.clock.now()
        made = self._desk.memory(caller, scope.cube_id, self._parts.ids(), now, fields)
        found = [await self._visible(Caller(user_id, agent_id), origin) for origin in origins]
        if found:
            trust = min(made.trust, *(one.trust for one in found))
            made = replace(made, sources=tuple(origins), trust=trust)
        return await self._textual.store(scope, made, found)

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
        """Writes the next version of a memory; the old one stays for `known_at` reads.

        With `version`, only if that is the current one; else it raises VersionConflict.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        given = {
            "text": text, "labels": labels, "metadata": metadata, "importance": importance,
            "valid_from": valid_from, "valid_to": valid_to,
        }  # fmt: skip
        expected = version if version is None else checks.check_int("version", version, 1, 2**31)
        current = await self._visible(caller, memory_id)
        changes = self._desk.changes(current, given)
        caller.check_over(current.trust, current.cube_id, f"memory {current.id}")
        changes["trust"] = caller.trust
        if expected is not None and expected != current.version:
            current = replace(current, version=expected)  # the store says what it really is
        scope = await self._scopes.writing_to(caller, current)
        return await self._textual.update(scope, current, changes)

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
        """Makes memories invisible, at every moment, with what was derived from them.

        Names memories by `memory_id`, or messages by `message_id` (in `conversation_id`,
        if they have one), or a whole conversation by `conversation_id` alone.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        thread = checks.optional_id("conversation_id", conversation_id, self.settings.max_id)
        memory_ids = None if memory_id is None else self._desk.ids("memory_id", memory_id)
        message_ids = None if message_id is None else self._desk.ids("message_id", message_id)
        if memory_ids is None and message_ids is None and thread is None:
            raise InvalidInput("memory_id", "None", "a memory_id, message_id or conversation_id")
        await self._ready()
        memories = [await self._visible(caller, one) for one in memory_ids or ()]
        if memories:
            scope = await self._scopes.writing_to(caller, memories[0])
            if any(memory.cube_id != scope.cube_id for memory in memories):
                raise InvalidInput("memory_id", "memories of several cubes", "those of one cube")
        else:
            scope = await self._scopes.writing(caller)
        for memory in memories:
            caller.check_over(memory.trust, scope.cube_id, f"memory {memory.id}")
        told = []
        if message_ids is not None or (thread is not None and memory_ids is None):
            told = await self._told(replace(caller, cube_id=scope.cube_id), thread, message_ids)
        for message, _ in told:
            caller.check_over(message.trust, scope.cube_id, f"message {message.message_id}")
        forgotten = [memory.id for memory in memories]
        forgotten += [one for _, episodes in told for one in episodes if one not in forgotten]
        commit = await self._textual.forget(scope, forgotten, [message.id for message, _ in told])
        return Forgotten(
            tuple(forgotten),
            tuple(message.message_id for message, _ in told),
            await self._seen(caller, commit.tainted),
            commit.seq,
        )

    async def _seen(self, caller: Caller, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of the memories that the caller may see: others derive from theirs unseen."""
        if not ids:
            return ()
        everywhere = replace(caller, cube_id=None)
        scope, _ = await self._scopes.reading(everywhere, self._narrowing(caller, by_name=True))
        found = await self._parts.records.by_id(scope, ids)
        return tuple(one for one in ids if one in found)

    async def _told(
        self, caller: Caller, thread: str | None, message_ids: Sequence[str] | None
    ) -> list[tuple[Message, tuple[str, ...]]]:
        """Messages to forget, each with the ids of its episodes; raises NotFound."""
        scope, _ = await self._scopes.reading(caller, self._narrowing(caller))
        if message_ids is None:
            known = await self._textual.messages(scope, thread, 2**31, None)
            if not known:
                raise NotFound("conversation", str(thread))
            message_ids = [message.message_id for message in known]
        named = [(thread, one) for one in message_ids]
        stored = await self._parts.records.messages_named(scope, named)
        for name in named:
            hidden = name in stored and not _shown(stored[name][0], caller)
            if name not in stored or hidden:
                raise NotFound("message", name[1])
        return [stored[name] for name in named]


def _shown(message: Message, caller: Caller) -> bool:
    return message.visibility is Visibility.CUBE or message.agent_id == caller.agent_id
