"""Bodies: what the client sends, null for whatever its caller left out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Names = str | list[str]


def _or(default: object) -> BeforeValidator:
    return BeforeValidator(lambda value: default if value is None else value)


class Sent(BaseModel):
    """A body. Fields that we do not know are left alone: newer clients send more."""

    model_config = ConfigDict(extra="allow")


class Whose(Sent):
    """A body that names one user or agent; a key that is bound to one names it too."""

    user_id: str | None = None
    agent_id: str | None = None


class AddMessage(Sent):
    """Of ``add/message``."""

    messages: list[dict[str, Any]] = Field(min_length=1)
    user_id: Names | None = None
    agent_id: Names | None = None
    conversation_id: str | None = None
    info: dict[str, Any] | None = None
    source: str | None = None
    app_id: str | None = None
    tags: list[str] | None = None
    async_mode: Annotated[bool, _or(True)] = True
    allow_public: bool | None = None
    allow_knowledgebase_ids: list[str] | None = None


class SearchMemory(Whose):
    """Of ``search/memory``."""

    query: str
    filter: dict[str, Any] | None = None
    relativity: Annotated[float, _or(0.0), Field(ge=0, le=1)] = 0.0
    memory_limit_number: Annotated[int, _or(9), Field(ge=0, le=1000)] = 9
    include_preference: Annotated[bool, _or(True)] = True
    preference_limit_number: Annotated[int, _or(9), Field(ge=0, le=1000)] = 9
    include_tool_memory: Annotated[bool, _or(False)] = False
    tool_memory_limit_number: Annotated[int, _or(6), Field(ge=0, le=1000)] = 6
    include_skill: Annotated[bool, _or(False)] = False
    skill_limit_number: Annotated[int, _or(6), Field(ge=0, le=1000)] = 6
    knowledgebase_ids: list[str] | None = None


class GetMessage(Whose):
    """Of ``get/message``."""

    conversation_id: str | None = None
    message_limit_number: Annotated[int, _or(6), Field(ge=1, le=50)] = 6


class GetMemory(Whose):
    """Of ``get/memory``."""

    filter: dict[str, Any] | None = None
    page: Annotated[int, _or(1), Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, _or(10), Field(ge=1, le=50)] = 10
    include_preference: Annotated[bool, _or(True)] = True
    include_tool_memory: Annotated[bool, _or(True)] = True


class UpdateMemory(Whose):
    """Of ``update/memory``."""

    memory_id: str
    content: str | None = None
    title: str | None = None
    status: str | None = None


class DeleteMemory(Whose):
    """Of ``delete/memory``."""

    memory_ids: list[str] | None = None
    filter: dict[str, Any] | None = None
    memory_type: str | None = None


class AddFeedback(Whose):
    """Of ``add/feedback``."""

    feedback_content: str
    conversation_id: str | None = None
    allow_public: bool | None = None
    allow_knowledgebase_ids: list[str] | None = None


class GetStatus(Sent):
    """Of ``get/status``."""

    task_id: str


class ExtractMemory(Sent):
    """Of ``extract/memory``."""

    messages: list[dict[str, Any]] = Field(min_length=1)
    extraction_types: list[str] | None = None


class Rerank(Sent):
    """Of ``rerank``."""

    query: str
    documents: list[str] = Field(min_length=1, max_length=1000)
    top_n: int | None = Field(None, ge=1)
