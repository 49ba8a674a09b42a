"""Chat model at a server that speaks the OpenAI protocol (chat completions)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from memos.contracts.chat_model import ChatModel, Reply, Turn
from memos.errors import BadAnswer, InvalidInput, ProviderDown, ProviderRefused
from memos.model.time import Clock
from memos.providers.chat import events
from memos.providers.chat.schema import misfit
from memos.providers.endpoint import Endpoint
from memos.providers.http import Service
from memos.providers.retry import Sleep, doze
from memos.settings import NO_KEY, Secret

FORM = "openai:http://host:port/v1?model=NAME"
LIMITS = ("max_tokens", "max_completion_tokens")  # some models of OpenAI take only the second
PATIENCE = 120.0  # seconds; a long answer takes its time
ROLES = ("system", "user", "assistant")
PATH = "/chat/completions"
DONE = b"[DONE]"


class OpenAIChat(ChatModel):
    """Counts tokens as the server does; 0 where it does not say."""

    def __init__(
        self, url: str, key: Secret = NO_KEY, clock: Clock | None = None, sleep: Sleep = doze
    ) -> None:
        self._at = at = Endpoint.read("chat_model", url, FORM, ("limit",), patience=PATIENCE)
        self._limit = at.options.get("limit", LIMITS[0])
        if self._limit not in LIMITS:
            raise InvalidInput("chat_model", "an unknown limit=", " or ".join(LIMITS))
        self.name = f"openai/{at.model}"
        self._service = Service(at, key, clock, sleep)

    async def open(self) -> None:
        await self._service.open()

    async def close(self) -> None:
        await self._service.close()

    async def complete(
        self, turns: Sequence[Turn], schema: Mapping[str, Any] | None = None, max_tokens: int = 1024
    ) -> Reply:
        body = self._body(turns, max_tokens)
        if schema is not None:
            shape = {"name": "answer", "schema": schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": shape}
        answer = await self._service.post(PATH, body)
        choice = self._choice(answer)
        text, finished = self._words(choice, "message"), self._finished(choice) != "length"
        if not text:
            raise self._service.bad("no text", f"text; {self._limit} was {max_tokens}")
        if schema is not None:
            self._check(text, schema, max_tokens, finished=finished)
        usage = answer.get("usage")
        return Reply(
            text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), finished
        )

    async def stream(self, turns: Sequence[Turn], max_tokens: int = 1024) -> AsyncIterator[str]:
        body = {**self._body(turns, max_tokens), "stream": True}
        ended = told = False
        async with (
            aclosing(self._service.stream(PATH, body)) as pieces,
            aclosing(events.data(pieces)) as found,
        ):
            async for event in found:
                if event == DONE:
                    ended = True
                    break
                answer = self._service.parsed(event)
                if answer.get("choices") == [] and "error" not in answer:
                    continue  # only counts tokens
                choice = self._choice(answer)
                ended = self._finished(choice) is not None or ended
                if text := self._words(choice, "delta"):
                    told = True
                    yield text
        self._check_end(ended=ended, told=told)

    def _check_end(self, *, ended: bool, told: bool) -> None:
        if not ended:
            raise ProviderDown(f"chat_model: {self._at.base} broke off in the middle of an answer")
        if not told:
            raise self._service.bad("no text", "text")

    def _body(self, turns: Sequence[Turn], max_tokens: int) -> dict[str, Any]:
        if not turns:
            raise InvalidInput("turns", "none", "one or more")
        if type(max_tokens) is not int or max_tokens < 1:
            raise InvalidInput("max_tokens", f"a {type(max_tokens).__name__}", "1 or more")
        for at, turn in enumerate(turns):
            if turn.role not in ROLES:
                raise InvalidInput(f"turns[{at}].role", "an unknown role", ", ".join(ROLES))
            try:
                turn.content.encode()
            except UnicodeEncodeError as error:
                got = "half a character"
                raise InvalidInput(f"turns[{at}].content", got, "whole characters") from error
        said = [{"role": turn.role, "content": turn.content} for turn in turns]
        return {"model": self._at.model, "messages": said, self._limit: max_tokens}

    def _choice(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        if "error" in answer:
            raise ProviderDown(f"chat_model: {self._at.base} answered with an error")
        choices = answer.get("choices")
        if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
            raise self._service.bad("no choices, or several", "one choice")
        return choices[0]

    def _finished(self, choice: Mapping[str, Any]) -> str | None:
        """Why the answer ended: ``length`` for a limit; None where it goes on."""
        reason = choice.get("finish_reason")
        if reason == "content_filter":
            raise self._refused()
        return reason if isinstance(reason, str) else None

    def _words(self, choice: Mapping[str, Any], field: str) -> str:
        message = choice.get(field)
        if not isinstance(message, dict):
            raise self._service.bad(f"a choice without {field}", field)
        if message.get("refusal"):
            raise self._refused()
        text = message.get("content")
        if text is not None and not isinstance(text, str):
            raise self._service.bad(f"a {type(text).__name__} for content", "a string")
        return text or ""

    def _refused(self) -> ProviderRefused:
        return ProviderRefused("chat_model: the model refuses to answer this prompt; change it")

    def _check(
        self, text: str, schema: Mapping[str, Any], max_tokens: int, *, finished: bool
    ) -> None:
        """Raises BadAnswer unless `text` is JSON that satisfies `schema`."""
        try:
            problem = misfit(json.loads(text), schema)
        except (ValueError, RecursionError):
            problem = "no JSON" if finished else f"JSON cut off at {self._limit}={max_tokens}"
        if problem:
            raise BadAnswer(f"chat_model: {problem}; wanted: JSON that satisfies the schema")


def _count(usage: object, name: str) -> int:
    found = usage.get(name) if isinstance(usage, dict) else None
    return found if type(found) is int and found >= 0 else 0
