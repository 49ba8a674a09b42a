"""The table of the dialect: which handler answers where, and the right that it needs."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from memos.errors import NotFound
from memos.model.key import Right
from memos.server.openmem import adding, bodies, changing, envelope, reading
from memos.server.openmem.whose import not_offered
from memos.server.sessions import Session, needs

Handler = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Route:
    """One call."""

    path: str
    right: Right
    handler: Handler
    body: type[BaseModel]
    verb: str = "POST"


async def missing(_: Session, path: str) -> object:
    """A path that the dialect does not have."""
    raise NotFound("call", path)


async def unoffered(_: Session, path: str) -> object:
    """A call that the dialect has, and this server has not."""
    raise not_offered(path)


_R, _W = Right.READ, Right.WRITE

ROUTES: tuple[Route, ...] = (
    Route("add/message", _W, adding.add_message, bodies.AddMessage),
    Route("add/feedback", _W, adding.add_feedback, bodies.AddFeedback),
    Route("get/status", _R, adding.get_status, bodies.GetStatus),
    Route("search/memory", _R, reading.search_memory, bodies.SearchMemory),
    Route("get/message", _R, reading.get_message, bodies.GetMessage),
    Route("get/memory", _R, reading.get_memory, bodies.GetMemory),
    Route("get/memory/{memory_id}", _R, reading.get_memory_by_id, bodies.Whose, "GET"),
    Route("extract/memory", _R, reading.extract_memory, bodies.ExtractMemory),
    Route("rerank", _R, reading.rerank, bodies.Rerank),
    Route("update/memory", _W, changing.update_memory, bodies.UpdateMemory),
    Route("delete/memory", _W, changing.delete_memory, bodies.DeleteMemory),
)

UNOFFERED = (
    "chat", "create/knowledgebase", "delete/knowledgebase", "add/knowledgebase-file",
    "get/knowledgebase-file", "delete/knowledgebase-file", "bind/profile_template",
    "edit/profile", "delete/profile",
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Adds the dialect under its prefixes; after all else, so that its errors are seen."""
    for shown, prefix in enumerate(envelope.PREFIXES):
        for route in ROUTES:
            app.add_api_route(
                f"{prefix}/{route.path}",
                _endpoint(route),
                methods=[route.verb],
                operation_id=_name(route.path),
                summary=(inspect.getdoc(route.handler) or "").partition("\n")[0].rstrip("."),
                response_model=None,
                tags=["openmem/v1"],
                include_in_schema=shown == 0,
            )
        for path in UNOFFERED:
            _add_other(app, f"{prefix}/{path}", path, unoffered)
        _add_other(app, f"{prefix}/{{path:path}}", None, missing)
    envelope.install(app)


def _name(path: str) -> str:
    return f"openmem_{path}".replace("/{memory_id}", "_by_id").replace("/", "_")


def _endpoint(route: Route) -> Callable[..., Any]:
    """A handler whose signature FastAPI reads."""

    async def handle(session: Session, asked: BaseModel, **in_path: str) -> Response:
        found = await route.handler(session, asked, **in_path)
        return found if isinstance(found, Response) else envelope.told(found)

    marked = Query() if route.verb == "GET" else Body()
    hints: dict[str, Any] = {
        "session": Annotated[Session, Depends(needs(route.right))],
        "asked": Annotated[route.body, marked],
    }
    if "{memory_id}" in route.path:
        hints["memory_id"] = Annotated[str, Path()]
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, annotation=hint) for name, hint in hints.items()]
    handle.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    handle.right = route.right  # type: ignore[attr-defined]
    return handle


def _add_other(app: FastAPI, path: str, name: str | None, handler: Handler) -> None:
    """A path on which every method and every body ends in a refusal."""

    async def refuse(path: str = "", session: Session = Depends(needs(_R))) -> object:  # noqa: B008 - FastAPI's way
        return await handler(session, name or path)

    refuse.right = _R  # type: ignore[attr-defined]
    verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_api_route(path, refuse, methods=verbs, response_model=None, include_in_schema=False)
