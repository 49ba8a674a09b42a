"""The run-queue in Redis Streams, for workers of many processes and machines.

One stream a class, and one consumer group in each: an entry stays pending with the worker that
received it until it is done or swept. Needs Redis 6.2 or newer.
"""

from __future__ import annotations

import math
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError

from memos.contracts.run_queue import Delivery, RunQueue
from memos.errors import StorageBusy, StorageFull, UsageError
from memos.model.task import Lease, Priority, Task
from memos.settings import NO_KEY, Secret
from memos.storage.queues.redis_address import Address
from memos.storage.queues.turns import Turns

T = TypeVar("T")
Entry = tuple[Priority, str]  # its class, and its id in the stream of that class

GROUP = "workers"
SWEEPER = "memos sweeps"  # takes over what it forgets
BLOCK = 1.0  # seconds of waiting in the server at most; less than it has for an answer
PAGE = 100  # entries swept at a time
START = b"0-0"  # where a sweep begins, and what says that it is through
NUMBER = re.compile(rb"[0-9]{1,18}")  # as long as fits 64 bits

# In the server, so that no worker comes back between the look and the deletion: what it had
# received by then would stay in the stream for ever. Fields: name, pending, idle, by their places.
FORGET_WORKERS = """
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
    if one[4] == 0 and one[6] >= tonumber(ARGV[2]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one[2])
    end
end"""


class RedisRunQueue(RunQueue):
    """At the server that `url` names; `key` is its password, if it wants one."""

    def __init__(self, url: str, key: Secret = NO_KEY) -> None:
        self._at = Address.read(url)
        self._key = key
        # The braces keep the streams together in a cluster.
        self._streams = {one: f"{self._at.prefix}:{{queue}}:{one.value}" for one in Priority}
        self._turns = Turns()
        self._client: Redis | None = None

    async def open(self) -> None:
        """Connects to nothing yet: a server that is away must not keep its users from starting."""
        if self._client is None:
            self._client = self._at.client(self._key)
            self._client.set_response_callback("XAUTOCLAIM", _as_it_came)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def send(self, tasks: Sequence[Task]) -> None:
        await self._add((task.priority, task.lease) for task in tasks)

    async def receive(self, worker: str, limit: int, wait: float = 0.0) -> list[Delivery]:
        if limit <= 0:
            return []
        until = time.monotonic() + wait
        found: list[Delivery] = []
        for priority in self._turns.order(worker):
            if len(found) < limit:
                found += await self._read(worker, [priority], limit - len(found))
        while not found and (left := until - time.monotonic()) > 0:
            found = await self._wait(worker, limit, min(left, BLOCK))
        return found

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        await self._remove((one.priority, one.token) for one in deliveries)

    async def depth(self) -> int:
        async def count(client: Redis) -> list[int]:
            pipeline: Pipeline = client.pipeline(transaction=False)
            for stream in self._streams.values():
                pipeline.xlen(stream)
            return await pipeline.execute()

        return sum(await self._ask(count))

    async def waiting(self) -> int:
        async def count(client: Redis) -> list[Any]:
            pipeline: Pipeline = client.pipeline()  # one moment: else an entry might be both
            for stream in self._streams.values():
                pipeline.xlen(stream)
                pipeline.xpending(stream, GROUP)
            return await pipeline.execute()

        answers = await self._ask(count)
        held: int = sum(pending["pending"] for pending in answers[1::2])
        there: int = sum(answers[::2])
        return max(0, there - held)

    async def sweep(self, idle_us: int) -> int:
        idle = math.ceil(max(0, idle_us) / 1000)  # the server counts milliseconds
        return sum([await self._sweep(priority, idle) for priority in Priority])

    async def _sweep(self, priority: Priority, idle: int) -> int:
        stream = self._streams[priority]
        forgotten, cursor = 0, START
        while True:
            cursor, entries = await self._take_over(priority, idle, cursor)
            await self._remove(entries)
            forgotten += len(entries)
            if cursor == START:
                break
        await self._ask(lambda client: client.eval(FORGET_WORKERS, 1, stream, GROUP, idle))
        return forgotten

    async def _take_over(
        self, priority: Priority, idle: int, cursor: bytes
    ) -> tuple[bytes, list[Entry]]:
        """A page of entries received too long ago, and where the next page begins."""

        async def claim(client: Redis) -> Any:
            stream = self._streams[priority]
            return await client.xautoclaim(stream, GROUP, SWEEPER, idle, cursor, PAGE, justid=True)

        # The third list, since Redis 7: what was pending, but is not in the stream any more.
        following, *lists = await self._ask(claim)
        return following, [(priority, token.decode()) for token in chain(*lists)]

    async def _wait(self, worker: str, limit: int, seconds: float) -> list[Delivery]:
        """What comes first, in whichever class.

        A limit holds for each stream alone, so what comes in several at once may be too much:
        the surplus goes back.
        """
        each = max(1, limit // len(Priority))
        found = await self._read(worker, list(Priority), each, math.ceil(seconds * 1000))
        surplus = found[limit:]
        await self._add((one.priority, one.lease) for one in surplus)
        await self.done(surplus)
        return found[:limit]

    async def _read(
        self, worker: str, classes: Sequence[Priority], each: int, block: int | None = None
    ) -> list[Delivery]:
        """Up to `each` entries of each class; `block` in milliseconds. Removes damaged ones."""

        async def read(client: Redis) -> Any:
            streams: dict[Any, Any] = {self._streams[one]: ">" for one in classes}
            return await client.xreadgroup(GROUP, worker, streams, each, block)

        by_name = {stream.encode(): priority for priority, stream in self._streams.items()}
        found: list[Delivery] = []
        damaged: list[Entry] = []
        for stream, entries in await self._ask(read):
            for token, fields in entries:
                lease, entry = _lease(fields), (by_name[stream], token.decode())
                if lease is None:
                    damaged.append(entry)
                else:
                    found.append(Delivery(lease, *entry))
        await self._remove(damaged)
        return found

    async def _add(self, entries: Iterable[tuple[Priority, Lease]]) -> None:
        """All of them or none."""
        added = [(self._streams[priority], _fields(lease)) for priority, lease in entries]

        async def add(client: Redis) -> None:
            pipeline: Pipeline = client.pipeline()
            for stream, fields in added:
                pipeline.xadd(stream, fields)
            await pipeline.execute()

        if added:
            await self._ask(add)

    async def _remove(self, entries: Iterable[Entry]) -> None:
        """In no transaction: a server without memory would refuse it.

        Deleted first, so that what is left of a half done removal is pending, for a sweep.
        """
        tokens: defaultdict[str, list[str]] = defaultdict(list)
        for priority, token in entries:
            tokens[self._streams[priority]].append(token)

        async def remove(client: Redis) -> None:
            pipeline: Pipeline = client.pipeline(transaction=False)
            for stream, ids in tokens.items():
                pipeline.xdel(stream, *ids)
                pipeline.xack(stream, GROUP, *ids)
            await pipeline.execute()

        if tokens:
            await self._ask(remove)

    async def _ask(self, question: Callable[[Redis], Awaitable[T]]) -> T:
        """Asks the server; makes the groups where they are missing, as after FLUSHALL."""
        if self._client is None:
            raise UsageError("the run-queue is not open")
        with self._errors():
            try:
                return await question(self._client)
            except ResponseError as error:
                if not _misses_group(error):
                    raise
            await self._make_groups(self._client)
            return await question(self._client)

    async def _make_groups(self, client: Redis) -> None:
        pipeline: Pipeline = client.pipeline(transaction=False)
        for stream in self._streams.values():
            pipeline.xgroup_create(stream, GROUP, id="0", mkstream=True)
        for answer in await pipeline.execute(raise_on_error=False):
            if isinstance(answer, RedisError) and "BUSYGROUP" not in str(answer):
                raise answer  # BUSYGROUP says that it is there

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What goes wrong in or before the server, as errors of ours.

        Without the cause: a server may repeat what it was told, password and all.
        """
        try:
            yield
        except OutOfMemoryError as error:
            raise StorageFull(self._told(error)) from None
        except (RedisError, OSError) as error:
            raise StorageBusy(self._told(error)) from None

    def _told(self, error: Exception) -> str:
        text = f"{type(error).__name__}: {error}"
        if self._key:
            text = text.replace(self._key.reveal(), "***")
        return f"run-queue {self._at.prefix!r} at redis {self._at.host}:{self._at.port}: {text}"


def _fields(lease: Lease) -> dict[Any, Any]:
    return {"task": lease.task_id, "epoch": lease.epoch}


def _lease(fields: dict[bytes, bytes] | None) -> Lease | None:
    """The lease that an entry holds; None where somebody else wrote it."""
    numbers = [(fields or {}).get(name, b"") for name in (b"task", b"epoch")]
    if all(NUMBER.fullmatch(number) for number in numbers):
        return Lease(*map(int, numbers))
    return None


def _misses_group(error: ResponseError) -> bool:
    """Whether streams or groups are gone; UNBLOCKED: they went while a call waited."""
    return any(sign in str(error) for sign in ("NOGROUP", "UNBLOCKED", "no such key"))


def _as_it_came(response: Any, **_: Any) -> Any:
    """redis-py leaves out the cursor of XAUTOCLAIM when only ids are asked for."""
    return response
