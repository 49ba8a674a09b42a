"""Server-sent events, as far as chat completions use them: one line of data each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from memos.errors import BadAnswer

LONGEST = 1 << 20  # bytes of one line; an event holds a few words


async def data(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The data of each event. A line that does not end is none.

    Split by hand and not by `str.splitlines`, which also parts JSON at U+2028 and the like.
    """
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
        if len(rest) > LONGEST:
            raise BadAnswer("chat_model: the answer is one line without an end; wanted: events")
