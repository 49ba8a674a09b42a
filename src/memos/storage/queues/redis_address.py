"""Where a Redis server is: the URL in a setting, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 - the builtin one is not meant

from memos.errors import InvalidInput
from memos.settings import Secret, refuse_password

SETTING = "queue"
FORM = "redis://HOST, or rediss://USER@HOST:PORT/DATABASE?prefix=NAME"
PORT = 6379
PREFIX = "memos"
TIMEOUT = 2.0  # seconds for a connection, and for an answer


@dataclass(frozen=True, slots=True)
class Address:
    """One database of one server; `prefix` begins the keys in it that are ours."""

    host: str
    port: int
    db: int
    user: str | None
    prefix: str
    tls: bool

    @classmethod
    def read(cls, url: str) -> Address:
        """The address that a URL names; raises InvalidInput, which shows no part of it."""
        refuse_password(SETTING, url)
        try:
            parts = urlsplit(url)
            port = PORT if parts.port is None else parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
            options = parse_qsl(
                parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)
            )
        except ValueError as error:
            raise InvalidInput(SETTING, "a URL that cannot be read", FORM) from error
        prefix = options[0][1] if options else PREFIX
        if problem := _problem(parts, host, port, [name for name, _ in options], prefix):
            raise InvalidInput(SETTING, f"a URL {problem}", FORM)
        return cls(
            host=host,
            port=port,
            db=int(parts.path.strip("/") or 0),
            user=unquote(parts.username) if parts.username else None,
            prefix=prefix,
            tls=parts.scheme == "rediss",
        )

    def client(self, key: Secret) -> Redis:
        """A client, not connected yet.

        A call is sent twice where its connection breaks, since the server may have closed it
        long before. Where no answer comes it fails: whoever calls has somewhere else to turn to.
        """
        return Redis(
            host=self.host,
            port=self.port,
            db=self.db,
            username=self.user,
            password=key.reveal() or None,
            ssl=self.tls,
            socket_connect_timeout=TIMEOUT,
            socket_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
            protocol=2,
        )


def _problem(
    parts: SplitResult, host: str, port: int, options: list[str], prefix: str
) -> str | None:
    faults = {
        "that begins with neither redis:// nor rediss://": parts.scheme not in ("redis", "rediss"),
        "without a host": not re.fullmatch(r"[\w.:-]+", host, re.ASCII),
        "with port 0": port == 0,
        "whose database is no number": not re.fullmatch(r"/?|/[0-9]{1,6}/?", parts.path),
        "with other options than prefix=, or with two of it": options not in ([], ["prefix"]),
        "whose prefix= is not 1 to 64 letters, digits and -._:": (
            not re.fullmatch(r"[\w.:-]{1,64}", prefix, re.ASCII)
        ),
        "with a #": "#" in parts.geturl(),
    }
    return next((fault for fault, is_so in faults.items() if is_so), None)
