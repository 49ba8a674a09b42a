"""Chat model at any provider that pydantic-ai reaches: OpenAI's dialect, Anthropic, Google."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from memos.contracts.chat_model import ChatModel, Reply, Turn
from memos.errors import BadAnswer, InvalidInput, MissingDependency, UsageError
from memos.model.time import Clock, SystemClock
from memos.providers.chat import address
from memos.providers.chat.schema import misfit
from memos.providers.retry import Sleep, doze, persist
from memos.settings import NO_KEY, Secret

if TYPE_CHECKING:
    from memos.providers.chat.library import Talker

FENCE = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL)
"""What models put around JSON where no server holds them to a schema."""
ROLES = ("system", "user", "assistant")
EXTRA = "models"


class PydanticAIChat(ChatModel):
    """Counts tokens as the server does; 0 where it does not say."""

    def __init__(
        self, url: str, key: Secret = NO_KEY, clock: Clock | None = None, sleep: Sleep = doze
    ) -> None:
        self._at = at = address.read(url)
        self._provider = address.provider_of(url)
        self._key = key
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._timeout, self._attempts = at.timeout, at.attempts  # refused now, if they are wrong
        self.name = f"{self._provider}/{at.model}"
        self._talker: Talker | None = None
        if find_spec("pydantic_ai") is None:
            raise MissingDependency(self._provider, EXTRA)

    async def open(self) -> None:
        if self._talker is None:
            self._talker = await asyncio.to_thread(self._made)

    def _made(self) -> Talker:
        library = import_module("memos.providers.chat.library")  # a second, on its first time
        made: Talker = library.Talker(self._provider, self._at, self._key, self._clock)
        return made

    async def close(self) -> None:
        talker, self._talker = self._talker, None
        if talker is not None:
            await talker.close()

    async def complete(
        self, turns: Sequence[Turn], schema: Mapping[str, Any] | None = None, max_tokens: int = 1024
    ) -> Reply:
        _check_prompt(turns, max_tokens)
        talker = self._open()
        reply = await persist(
            lambda: talker.reply(turns, schema, max_tokens), self._attempts, self._sleep
        )
        if schema is not None and (fenced := FENCE.fullmatch(reply.text.strip())):
            reply = replace(reply, text=fenced[1])
        problem = self._problem(reply, schema, max_tokens)
        if problem:
            raise BadAnswer(problem, reply.tokens_in, reply.tokens_out)
        return reply

    async def stream(self, turns: Sequence[Turn], max_tokens: int = 1024) -> AsyncIterator[str]:
        _check_prompt(turns, max_tokens)
        talker = self._open()
        async with AsyncExitStack() as stack:
            # Only the beginning is tried again: nobody wants to read the same words twice.
            pieces = await persist(
                lambda: stack.enter_async_context(talker.stream(turns, max_tokens)),
                self._attempts,
                self._sleep,
            )
            async for piece in pieces:
                yield piece

    def _open(self) -> Talker:
        if self._talker is None:
            raise UsageError(f"{self._at.setting} is not open")
        return self._talker

    def _problem(self, reply: Reply, schema: Mapping[str, Any] | None, limit: int) -> str:
        """What is wrong with an answer, or nothing."""
        name = self._at.options.get("limit", address.LIMITS[0])
        setting = self._at.setting
        if not reply.text:
            return f"{setting}: {self._at.base} answered with no text; wanted: text; {name}={limit}"
        if schema is None:
            return ""
        try:
            found = misfit(json.loads(reply.text), schema)
        except (ValueError, RecursionError):
            found = "no JSON" if reply.finished else f"JSON cut off at {name}={limit}"
        return f"{setting}: {found}; wanted: JSON that satisfies the schema" if found else ""


def _check_prompt(turns: Sequence[Turn], max_tokens: int) -> None:
    if not turns:
        raise InvalidInput("turns", "none", "one or more")
    if type(max_tokens) is not int or max_tokens < 1:
        raise InvalidInput("max_tokens", f"a {type(max_tokens).__name__}", "1 or more")
    for at, turn in enumerate(turns):
        if turn.role not in ROLES:
            raise InvalidInput(f"turns[{at}].role", "an unknown role", ", ".join(ROLES))
        problem = _half(turn.content)
        if problem:
            raise InvalidInput(f"turns[{at}].content", problem, "whole characters")


def _half(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a character"
    return ""
