"""A TCP proxy on this machine that fails in the ways networks and servers do.

    async with FaultProxy("127.0.0.1", 6379) as proxy:
        client = connect(proxy.host, proxy.port)
        await proxy.set(Mode.BLACK_HOLE)

A new mode holds for new connections; open ones keep theirs until `drop` ends them.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from enum import Enum
from types import TracebackType
from typing import final

CHUNK = 65_536  # bytes passed on at a time


class Mode(str, Enum):
    """How the next connections go."""

    OK = "ok"
    REFUSE = "refuse"  # nobody listens
    RESET = "reset"  # taken, then reset at the first bytes
    BLACK_HOLE = "black hole"  # taken, read, never answered
    SLOW = "slow"  # each piece of the answer comes `delay` seconds late
    CUT = "cut"  # the request goes through; the answer ends after `cut_after` bytes


@final
class FaultProxy:
    """Stands before a server at `host`:`port` and listens on a port of its own."""

    host = "127.0.0.1"

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.delay = 0.2  # seconds, for SLOW
        self.cut_after = 0  # bytes of the answer, for CUT
        self.taken: Counter[Mode] = Counter()  # connections by the mode they had
        self._server = (host, port)
        self._mode = Mode.OK
        self._listening: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultProxy:
        await self._listen()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._unlisten()
        await self.drop()

    async def set(self, mode: Mode) -> None:
        """How connections go from now on."""
        self._mode = mode
        if mode is Mode.REFUSE:
            await self._unlisten()
        elif self._listening is None:
            await self._listen()

    async def drop(self) -> None:
        """Ends all open connections."""
        sessions = list(self._sessions)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.ensure_future(self._session(self._mode, reader, writer))
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)

    async def _session(
        self, mode: Mode, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.taken[mode] += 1
        try:
            if mode is Mode.RESET:
                await reader.read(1)
                _reset(writer)
            elif mode is Mode.BLACK_HOLE:
                while await reader.read(CHUNK):
                    continue
            else:
                await self._pass_on(mode, reader, writer)
        except OSError:
            return  # either side has gone; so does this one
        finally:
            writer.close()

    async def _pass_on(
        self, mode: Mode, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answer, upstream = await asyncio.open_connection(*self._server)
        asking = asyncio.ensure_future(_forward(reader, upstream))
        try:
            await self._answer(mode, answer, writer)
        finally:
            asking.cancel()
            upstream.close()

    async def _answer(
        self, mode: Mode, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        left = self.cut_after
        while data := await reader.read(CHUNK):
            if mode is Mode.SLOW:
                await asyncio.sleep(self.delay)
            if mode is Mode.CUT:
                data, left = data[:left], left - len(data)
            writer.write(data)
            await writer.drain()
            if mode is Mode.CUT and left <= 0:
                return


async def _forward(reader: asyncio.StreamReader, upstream: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            upstream.write(data)
            await upstream.drain()
        upstream.write_eof()  # the client has said all; the answer may still be coming
    except OSError:
        upstream.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes with RST instead of FIN: linger for no time."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
