from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from memos.testing.faultproxy import FaultProxy, Mode
from memos.testing.scenario import scenario


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxy() -> AsyncIterator[FaultProxy]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    try:
        async with FaultProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as made:
            yield made
    finally:
        server.close()


async def ask(to: FaultProxy, text: bytes, timeout: float = 5) -> bytes:
    reader, writer = await asyncio.open_connection(to.host, to.port)
    try:
        writer.write(text)
        writer.write_eof()
        return await asyncio.wait_for(reader.read(), timeout)
    finally:
        writer.close()


@scenario
async def test_it_passes_everything_on():
    async with proxy() as made:
        for text in (b"tea", b"x" * 1_000_000):
            assert await ask(made, text) == text
        assert made.taken == {Mode.OK: 2}


@scenario
async def test_a_refused_port_listens_again_later():
    async with proxy() as made:
        await made.set(Mode.REFUSE)
        with pytest.raises(ConnectionRefusedError):
            await ask(made, b"tea")
        await made.set(Mode.OK)
        assert await ask(made, b"tea") == b"tea"


@scenario
async def test_a_reset_connection_is_an_error_for_the_client():
    async with proxy() as made:
        await made.set(Mode.RESET)
        with pytest.raises(ConnectionResetError):
            await ask(made, b"tea")


@scenario
async def test_a_black_hole_takes_all_and_answers_nothing():
    async with proxy() as made:
        await made.set(Mode.BLACK_HOLE)
        reader, writer = await asyncio.open_connection(made.host, made.port)
        writer.write(b"tea")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        writer.close()


@scenario
async def test_a_slow_answer_is_late_but_whole():
    async with proxy() as made:
        made.delay = 0.2
        await made.set(Mode.SLOW)
        begun = time.monotonic()
        assert await ask(made, b"tea") == b"tea"
        assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_an_answer_is_cut_after_so_many_bytes(size: int):
    async def run() -> None:
        async with proxy() as made:
            made.cut_after = size
            await made.set(Mode.CUT)
            assert await ask(made, b"y" * 100_000) == b"y" * size

    asyncio.run(run())


@scenario
async def test_open_connections_keep_their_mode_until_they_are_dropped():
    async with proxy() as made:
        reader, writer = await asyncio.open_connection(made.host, made.port)
        writer.write(b"tea")
        assert await reader.read(3) == b"tea"
        await made.set(Mode.BLACK_HOLE)
        writer.write(b"tea")
        assert await reader.read(3) == b"tea"
        await made.drop()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
