"""pydantic-ai as we use it: one model, one request at a time, nothing traced.

The only file that knows its API. It costs a second to import, so `PydanticAIChat` does that
when it is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import infer_provider_class
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from memos.contracts.chat_model import Reply, Turn
from memos.errors import ProviderDown, ProviderRefused
from memos.model.time import Clock
from memos.providers.chat import hush
from memos.providers.chat.address import LIMITS, OWN_DIALECT
from memos.providers.chat.faults import translated
from memos.providers.chat.wire import bad, client
from memos.providers.endpoint import Endpoint
from memos.settings import Secret

MODELS = {
    "openai": "pydantic_ai.models.openai:OpenAIChatModel",
    "vllm": "pydantic_ai.models.openai:OpenAIChatModel",
    "ollama": "pydantic_ai.models.ollama:OllamaModel",
    "anthropic": "pydantic_ai.models.anthropic:AnthropicModel",
    "google": "pydantic_ai.models.google:GoogleModel",
}
PLACEHOLDER = "none"  # never sent; without one, SDKs look for a key of another's in the environment
ANSWER = "answer"  # what a schema is called


class Talker:
    """A model at its server. Raises errors of our tree alone."""

    def __init__(self, provider: str, at: Endpoint, key: Secret, clock: Clock) -> None:
        self._at = at
        hush.install()
        self._http = client(at, key, clock)
        self._model = _model(provider, at, key.reveal() or PLACEHOLDER, self._http)

    async def close(self) -> None:
        """Ends all connections."""
        await self._http.aclose()

    async def reply(
        self, turns: Sequence[Turn], schema: Mapping[str, Any] | None, limit: int
    ) -> Reply:
        """One answer; its text may be empty, or no JSON whatever the schema."""
        with translated(self._at), hush.hushed():
            asking = model_request(
                self._model,
                _messages(turns),
                model_settings=self._settings(limit),
                model_request_parameters=self._shape(schema),
                instrument=False,
            )
            found = await asyncio.wait_for(asking, self._at.timeout)
            self._check_end(found.finish_reason)
            calls = [part for part in found.parts if isinstance(part, ToolCallPart)]
            called = schema is not None and calls
            return Reply(
                calls[0].args_as_json_str() if called else found.text or "",
                max(0, found.usage.input_tokens),
                max(0, found.usage.output_tokens),
                finished=found.finish_reason != "length",
            )

    @asynccontextmanager
    async def stream(self, turns: Sequence[Turn], limit: int) -> AsyncIterator[AsyncIterator[str]]:
        """The pieces of an answer that has begun."""
        asking = model_request_stream(
            self._model,
            _messages(turns),
            model_settings=self._settings(limit),
            instrument=False,
        )
        with translated(self._at):
            async with AsyncExitStack() as stack:
                with hush.hushed():
                    found = await stack.enter_async_context(asking)
                yield self._pieces(found)

    async def _pieces(self, found: StreamedResponse) -> AsyncIterator[str]:
        told = False
        with translated(self._at):
            async for event in found:
                text = ""
                if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                    text = event.part.content
                elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                    text = event.delta.content_delta
                if text:
                    told = True
                    yield text
        self._check_end(found.finish_reason)
        if found.finish_reason is None:
            raise ProviderDown(f"{self._at.setting}: {self._at.base} broke off inside an answer")
        if not told:
            raise bad(self._at, "no text", "text")

    def _check_end(self, reason: str | None) -> None:
        if reason == "content_filter":
            said = "the model refuses to answer this prompt; change it"
            raise ProviderRefused(f"{self._at.setting}: {said}")

    def _settings(self, limit: int) -> ModelSettings:
        return ModelSettings(max_tokens=limit, timeout=self._at.timeout)

    def _shape(self, schema: Mapping[str, Any] | None) -> ModelRequestParameters:
        """An answer as the schema has it: by the server's own means, else by a tool's arguments."""
        if schema is None:
            return ModelRequestParameters()
        wanted = dict(schema)
        if self._model.profile.get("supports_json_schema_output"):
            shape = OutputObjectDefinition(json_schema=wanted, name=ANSWER, strict=True)
            return ModelRequestParameters(output_mode="native", output_object=shape)
        tool = ToolDefinition(name=ANSWER, parameters_json_schema=wanted, kind="output")
        return ModelRequestParameters(
            output_mode="tool", output_tools=[tool], allow_text_output=False
        )


def _model(provider: str, at: Endpoint, key: str, http: object) -> Model[Any]:
    made: Any = infer_provider_class(provider)  # their constructors differ
    server = made(base_url=at.base, api_key=key, http_client=http)
    server.client.max_retries = 0  # attempts are ours to count, and the SDKs sleep on their own
    module, _, name = MODELS[provider].partition(":")
    profile = None
    if provider not in OWN_DIALECT:
        profile = OpenAIModelProfile(
            openai_chat_supports_max_completion_tokens=at.options.get("limit") == LIMITS[1],
            openai_chat_streaming_requires_finish_reason=True,
        )
    found: Model[Any] = getattr(import_module(module), name)(
        at.model, provider=server, profile=profile
    )
    return found


def _messages(turns: Sequence[Turn]) -> list[ModelMessage]:
    """Turns as messages: one of ours holds all that is said before the model speaks."""
    messages: list[ModelMessage] = []
    asked: list[ModelRequestPart] = []
    for turn in turns:
        if turn.role == "assistant":
            if asked:
                messages.append(ModelRequest(parts=asked))
            messages.append(ModelResponse(parts=[TextPart(turn.content)]))
            asked = []
        else:
            part = SystemPromptPart if turn.role == "system" else UserPromptPart
            asked.append(part(turn.content))
    return [*messages, ModelRequest(parts=asked)] if asked else messages
