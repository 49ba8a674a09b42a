"""AsyncMemOS: the public face. Checks what comes in, finds the scope, asks textual memory.

Size: one class, because its methods are the API; each is a check and a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from memos.errors import Conflict, InvalidInput, NotFound, UsageError
from memos.governance.access import check_shareable
from memos.jobs import handlers
from memos.memories.doctor import Diagnosis, examine
from memos.memories.drafts import Desk, check_kinds
from memos.memories.parts import Parts, build
from memos.memories.scopes import Caller, Scopes
from memos.memories.textual import Limits, Textual
from memos.model import checks
from memos.model.changes import HistoryEntry
from memos.model.cube import Cube, Grant, Role, principals
from memos.model.filter import parse_filter
from memos.model.memory import Memory
from memos.model.message import Added, Message
from memos.model.recall import Context, Recall
from memos.model.results import Forgotten, Statistics
from memos.model.scope import Narrowing, SystemScope
from memos.model.task import Backlog
from memos.scheduler.consumer import Consumer
from memos.scheduler.touches import Touches
from memos.settings import Settings

When = datetime | str
"""A moment: a datetime or an ISO 8601 string; naive ones are read in the set time zone."""


class AsyncMemOS:
    """A memory operating system, embedded in this process.

    Opens itself on first use; ``async with`` or `close` ends it. All errors are from
    `memos.errors`. Of `user_id` and `agent_id` at least one is needed; `cube_id` names
    another cube than the personal one. What a caller may not see does not exist.
    """

    def __init__(
        self, home: str | Path | None = None, *, parts: Parts | None = None, **settings: Any
    ) -> None:
        """`home` or MEMOS_HOME or ``~/.memos``; `settings` are those of `memos.settings`.

        `parts` replaces the backends that the settings name, for tests and integrations.
        """
        self.settings = Settings.load(home=home, **settings)
        self._parts = parts or build(self.settings)
        self._scopes = Scopes(self._parts, self.settings.tenant)
        self._desk = Desk(self.settings)
        self._touches = Touches(self._parts.hot, self._parts.clock)
        self._consumer = Consumer(self._parts.outbox, handlers(self._parts), self._parts.clock)
        limits = Limits(self.settings.segment, self.settings.pending, self.settings.zone)
        self._textual = Textual(self._parts, self._touches, limits)
        self.needs_loop = self._parts.needs_loop
        self._opening: asyncio.Lock | None = None
        self._open = False
        self._closed = False

    async def open(self) -> None:
        """Opens files and starts background work; done by the first call otherwise."""
        if self._closed:
            raise UsageError("this MemOS is closed; make a new one")
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if not self._open:
                await self._parts.open()
                self._touches.start()
                self._consumer.start()
                self._open = True

    async def close(self) -> None:
        """Stops background work and closes files. Waiting work goes on at the next start."""
        was_open, self._open, self._closed = self._open, False, True
        if was_open:
            await self._consumer.stop()
            await self._touches.close()
            await self._parts.close()

    async def __aenter__(self) -> AsyncMemOS:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open" if self._open else "not opened yet"
        return f"<{type(self).__name__} {str(self.settings.home)!r} {state}>"

    # Writing

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
        defaults = {"conversation_id": conversation_id, "app_id": app_id}
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
        if caller.trust < current.trust:
            raise Conflict(f"memory {current.id}: a user's word is not for an agent to replace")
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
        if memory_id is None and message_id is None and conversation_id is None:
            raise InvalidInput("memory_id", "None", "a memory_id, message_id or conversation_id")
        await self._ready()
        memories = [
            await self._visible(caller, one)
            for one in ([] if memory_id is None else self._desk.ids("memory_id", memory_id))
        ]
        scope = await self._scopes.writing(caller)
        if memories:
            scope = await self._scopes.writing_to(caller, memories[0])
            for other in memories:
                if other.cube_id != scope.cube_id:
                    raise InvalidInput(
                        "memory_id", "memories of several cubes", "those of one cube"
                    )
        messages = await self._messages_to_forget(
            caller, scope.cube_id, message_id, conversation_id
        )
        forgotten = tuple(memory.id for memory in memories)
        commit = await self._textual.forget(scope, forgotten, [message.id for message in messages])
        return Forgotten(
            forgotten, tuple(message.message_id for message in messages), commit.tainted, commit.seq
        )

    async def _messages_to_forget(
        self,
        caller: Caller,
        cube_id: str,
        message_id: str | Sequence[str] | None,
        conversation_id: str | None,
    ) -> list[Message]:
        if message_id is None and conversation_id is None:
            return []
        thread = checks.optional_id("conversation_id", conversation_id, self.settings.max_id)
        now = self._parts.clock.now()
        narrowing = Narrowing(now=now, agent_id=caller.agent_id)
        scope, _ = await self._scopes.reading(replace(caller, cube_id=cube_id), narrowing)
        if message_id is None:
            found = await self._textual.messages(scope, thread, 2**31, None)
            if not found:
                raise NotFound("conversation", str(thread))
            return found
        names = [(thread, one) for one in self._desk.ids("message_id", message_id)]
        stored = await self._parts.records.messages_named(scope, names)
        for name in names:
            if name not in stored:
                raise NotFound("message", name[1])
        return [stored[name][0] for name in names]

    # Reading

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
        deadline = _deadline(deadline_ms)
        whole = checks.check_bool("explain", explain)
        await self._ready()
        scope, seqs = await self._scopes.reading(caller, narrowing)
        return await self._textual.recall(
            scope, text, seqs, top_k=most, deadline_ms=deadline, explain=whole
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
        deadline = _deadline(deadline_ms)
        await self._ready()
        scope, seqs = await self._scopes.reading(caller, narrowing)
        return await self._textual.context(
            scope, text, seqs, max_tokens=budget, deadline_ms=deadline
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
        narrowing = self._narrowing(caller, include_archived=True)
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

    # Cubes and sharing

    async def create_cube(
        self,
        user_id: str | None = None,
        cube_id: str = "",
        *,
        name: str | None = None,
        agent_id: str | None = None,
    ) -> Cube:
        """Makes a cube that the caller owns; raises Conflict when the id is taken."""
        caller = self._desk.caller(user_id, agent_id)
        wanted = checks.check_id("cube_id", cube_id, self.settings.max_id)
        check_shareable(wanted)
        title = checks.optional_id("name", name, self.settings.max_id) or wanted
        scope = await self._scopes.writing(caller)  # refuses a call without a caller
        await self._ready()
        cube = Cube(wanted, scope.cube_id, title, self._parts.clock.now())
        await self._parts.records.create_cube(self.settings.tenant, cube)
        return cube

    async def cubes(self, user_id: str | None = None, *, agent_id: str | None = None) -> list[Cube]:
        """The cubes that the caller owns or that are shared with them."""
        caller = self._desk.caller(user_id, agent_id)
        await self._scopes.writing(caller)  # refuses a call without a caller
        await self._ready()
        return await self._parts.records.cubes(self.settings.tenant, caller.principals)

    async def share(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        role: str = "reader",
        agent_id: str | None = None,
    ) -> Cube:
        """Lets a user or an agent read (or write, or administer) a cube of the caller's.

        Without `cube_id` it is the personal one. Raises NotFound unless the caller
        administers the cube.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        principal = self._principal(to_user, to_agent)
        given = checks.check_choice("role", role, Role)
        await self._ready()
        cube = await self._scopes.administered(caller)
        key = self._scopes.key(cube.cube_id)
        now = self._parts.clock.now()
        await self._parts.records.set_grant(key, Grant(principal, given, now, caller.actor))
        return await self._parts.records.cube(key) or cube

    async def unshare(
        self,
        user_id: str | None = None,
        cube_id: str | None = None,
        *,
        to_user: str | None = None,
        to_agent: str | None = None,
        agent_id: str | None = None,
    ) -> bool:
        """Takes a role away, from the next call on; False when there was none."""
        caller = self._desk.caller(user_id, agent_id, cube_id)
        principal = self._principal(to_user, to_agent)
        await self._ready()
        cube = await self._scopes.administered(caller)
        return await self._parts.records.drop_grant(self._scopes.key(cube.cube_id), principal)

    def _principal(self, to_user: object, to_agent: object) -> str:
        longest = self.settings.max_id
        named = principals(
            checks.optional_id("to_user", to_user, longest),
            checks.optional_id("to_agent", to_agent, longest),
        )
        if len(named) != 1:
            raise InvalidInput(
                "to_user", "two receivers" if named else "no receiver", "to_user or to_agent"
            )
        return named[0]

    # Looking after it

    async def drain(self, timeout: float | None = None) -> Backlog:
        """Waits until background work is done, or `timeout` seconds; says what is left."""
        await self._ready()
        await self._touches.flush()
        return await self._consumer.drain(timeout)

    async def stats(self) -> Statistics:
        """How much there is, and what waits, for the whole tenant."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return Statistics(
            counts=await self._parts.records.count(scope),
            backlog=await self._parts.outbox.backlog(scope),
        )

    async def doctor(self, *, repair: bool = True) -> Diagnosis:
        """Compares every projection with the records and, if asked, repairs it."""
        await self._ready()
        scope = SystemScope(self.settings.tenant)
        return await examine(self._parts, scope, repair=checks.check_bool("repair", repair))

    # Inside

    async def _ready(self) -> None:
        if not self._open:
            await self.open()

    async def _visible(
        self,
        caller: Caller,
        memory_id: object,
        *,
        as_of: object = None,
        known_at: object = None,
    ) -> Memory:
        wanted = checks.check_id("memory_id", memory_id, self.settings.max_id)
        narrowing = self._narrowing(caller, as_of=as_of, known_at=known_at, include_archived=True)
        await self._ready()
        scope, _ = await self._scopes.reading(caller, narrowing)
        return await self._textual.get(scope, wanted)

    def _narrowing(
        self,
        caller: Caller,
        *,
        kinds: object = None,
        conversation_id: object = None,
        filter: object = None,
        as_of: object = None,
        known_at: object = None,
        include_archived: object = False,
    ) -> Narrowing:
        return Narrowing(
            now=self._parts.clock.now(),
            as_of=self._desk.moment("as_of", as_of),
            known_at=self._desk.moment("known_at", known_at),
            kinds=check_kinds(kinds),
            conversation_id=checks.optional_id(
                "conversation_id", conversation_id, self.settings.max_id
            ),
            agent_id=caller.agent_id,
            include_archived=checks.check_bool("include_archived", include_archived),
            filter=None if filter is None else parse_filter(filter),
        )


def _deadline(value: int | None) -> int | None:
    return None if value is None else checks.check_int("deadline_ms", value, 1, 3_600_000)
