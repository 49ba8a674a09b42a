"""The application: routes, errors, and the memory behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from memos.errors import UsageError
from memos.model.key import ApiKey
from memos.server import health, problems, routes
from memos.server.body import BodyLimit
from memos.server.openmem import table as openmem
from memos.server.sessions import Doorkeeper
from memos.system import AsyncMemOS

PUBLIC = ("/healthz", "/readyz", "/openapi.json", "/docs")
"""What needs no key: it tells nothing of anybody."""


def build(memos: AsyncMemOS, *, open_as: ApiKey | None = None, workers: int = 64) -> FastAPI:
    """The server of a memory, which it opens and closes.

    `open_as`: the key of everybody, where nobody needs one. `workers`: tasks that are worked on
    at a time; 0: none, processes of their own do it.
    """

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await memos.open(working=workers > 0)
        if workers:
            await memos.start_working(concurrency=workers)
        try:
            yield
        finally:
            await memos.close()

    app = FastAPI(
        title="memos",
        version=version("memos-engine"),
        lifespan=life,
        redoc_url=None,
        separate_input_output_schemas=False,
        strict_content_type=False,  # what is sent is JSON, whatever it is called
    )
    app.state.memos = memos
    app.state.doorkeeper = Doorkeeper(memos, open_as)
    for room in (routes, health, problems):
        room.install(app)
    app.add_middleware(BodyLimit, most=body_limit(memos))
    openmem.install(app)  # last: it sees the errors of all others
    check_rights(app)
    return app


def body_limit(memos: AsyncMemOS) -> int:
    """Bytes of a request: the longest message, in the worst encoding, with all around it."""
    return 8 * memos.settings.max_message + (1 << 20)


def check_rights(app: FastAPI) -> None:
    """Raises UsageError for a route that declares no right and is not public."""
    for route in app.routes:
        path = getattr(route, "path", "")
        if path in PUBLIC or path.startswith("/docs"):
            continue
        if not isinstance(route, APIRoute) or not hasattr(route.endpoint, "right"):
            raise UsageError(f"the route {path} declares no right")
