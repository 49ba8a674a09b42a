"""Running: the application under uvicorn, until it is told to stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from socket import socket

import uvicorn

from memos.model.key import ApiKey
from memos.server.app import build
from memos.system import AsyncMemOS

Told = Callable[[str], Awaitable[None]]


class _Server(uvicorn.Server):
    """Tells where it listens once it does."""

    def __init__(self, config: uvicorn.Config, told: Told) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            await self._told(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def run(
    memos: AsyncMemOS,
    host: str,
    port: int,
    *,
    open_as: ApiKey | None,
    workers: int,
    patience: int,
    told: Told,
) -> None:
    """Serves until a signal ends it; requests under way have `patience` seconds then."""
    config = uvicorn.Config(
        build(memos, open_as=open_as, workers=workers),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,  # paths and queries name people
        server_header=False,
        timeout_graceful_shutdown=patience,
    )
    _Server(config, told).run()
