"""Routes: one for each call of the table, with what it takes and gives."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from memos.client.calls import CALLS, ONWARD, Call, Onward
from memos.errors import InvalidInput
from memos.model.checks import shape
from memos.model.memory import Memory
from memos.model.plain import plain
from memos.server.schemas import method, request, result
from memos.server.sessions import Session, needs

PROBLEM_SCHEMA: dict[str, Any] = {
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "field": {"type": "string"},
                },
                "required": ["type", "title", "status", "detail"],
            }
        }
    }
}
REFUSALS = {
    400: "The body is no JSON.",
    401: "No key, or one that opens nothing here.",
    404: "There is no such thing for this caller.",
    409: "It contradicts what is stored.",
    412: "The version is not the current one.",
    413: "The body is too large.",
    422: "A value is not allowed; `field` names it.",
    429: "Too much at once; `Retry-After` says when to come back.",
    503: "The server is busy; `Retry-After` says when to come back.",
    504: "The time that the caller allowed is over.",
}


def install(app: FastAPI) -> None:
    """Adds all calls."""
    for call in CALLS:
        told = inspect.getdoc(method(call)) or ""
        app.add_api_route(
            call.path,
            _endpoint(call),
            methods=[call.verb],
            name=call.name,
            operation_id=call.name,
            status_code=call.status,
            summary=told.partition("\n")[0].rstrip(".:"),
            description=told.partition("\nArgs:")[0],
            response_model=None,
            responses={
                call.status: {"model": result(call), "description": "Done."},
                **{
                    code: {**PROBLEM_SCHEMA, "description": said} for code, said in REFUSALS.items()
                },
            },
        )


def _endpoint(call: Call) -> Callable[..., Any]:
    """A handler whose signature FastAPI reads: the path, the other arguments, the session."""

    async def handle(http: Request, session: Session, asked: BaseModel, **in_path: str) -> Response:
        given = asked.model_dump(exclude_unset=True)
        if not call.has_body:
            given = {name: _unfolded(call, name, value) for name, value in given.items()}
        if call.verb == "PATCH":
            given = matched(http, given)
        found = await session.perform(call, {**given, **in_path})
        answer = answered(found, call.status)
        if call.name in ONWARD:
            _link(answer, http, ONWARD[call.name], found, asked)
        return answer

    marked = Body() if call.has_body else Query()
    parameters = [
        _parameter("http", Request),
        _parameter("session", Annotated[Session, Depends(needs(call.right))]),
        _parameter("asked", Annotated[request(call), marked]),
        *(_parameter(name, Annotated[_path_type(call, name), Path()]) for name in call.in_path),
    ]
    handle.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    handle.right = call.right  # type: ignore[attr-defined]
    return handle


def _link(answer: Response, http: Request, onward: Onward, found: Any, asked: BaseModel) -> None:  # noqa: ANN401
    """Tells where a full page goes on (RFC 8288)."""
    if len(found) == asked.limit:  # type: ignore[attr-defined]
        place = getattr(found[onward.end], onward.member)
        following = http.url.include_query_params(**{onward.argument: place})
        answer.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def answered(found: object, status: int = 200) -> Response:
    """A result as JSON; the version of a memory is its tag."""
    made = json.dumps(plain(found), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    headers = {"ETag": f'"{found.version}"'} if isinstance(found, Memory) else {}
    return Response(made.encode(), status, headers, media_type="application/json")


def matched(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """`given` with the version that the header ``If-Match`` names; raises InvalidInput."""
    tag = request.headers.get("if-match")
    if tag in (None, "*"):
        return given
    version = _TAG.fullmatch(tag or "")
    if version is None or given.get("version") not in (None, int(version[1])):
        raise InvalidInput("If-Match", shape(tag), 'the ETag of one version, such as "3"')
    return {**given, "version": int(version[1])}


_TAG = re.compile(r'"([1-9][0-9]{0,9})"')


def _parameter(name: str, hint: Any) -> inspect.Parameter:  # noqa: ANN401 - an annotated type
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint)


def _path_type(call: Call, name: str) -> type:
    hint = inspect.signature(method(call)).parameters[name].annotation
    return int if hint == "int" else str


def _unfolded(call: Call, name: str, value: object) -> object:
    """An argument of a query as the library takes it: mappings stand there as JSON."""
    hint = str(inspect.signature(method(call)).parameters[name].annotation)
    if "Mapping" not in hint or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(name, shape(value), "an object as JSON") from error
