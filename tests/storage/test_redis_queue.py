"""The run-queue in Redis when its server is emptied, killed, silent, full or guarded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from memos import registry
from memos.contracts.run_queue import Delivery, RunQueue
from memos.errors import InvalidInput, StorageBusy, StorageFull, UsageError
from memos.model.task import Lane, Priority, Task
from memos.settings import PREFIX, Secret, Settings
from memos.storage.queues.redis import GROUP, RedisRunQueue
from memos.storage.queues.redis_address import TIMEOUT
from memos.testing.faultproxy import FaultProxy, Mode
from memos.testing.redisserver import RedisServer
from memos.testing.scenario import scenario

PASSWORD = "hush-hush"
LATEST = TIMEOUT + 1.0  # seconds within which a call has to fail
WRONG = [
    "redis:", "redis://", "redis:///0", "http://host", "unix://host", "redis://host#there",
    "redis://host:port", "redis://host:0", "redis://host:65536", "redis://[::1", "redis://ho st",
    f"redis://{'x' * 64}.example", "redis://host/one", "redis://host/0/1",
    "redis://host?prefix", "redis://host?prefix=", "redis://host?prefix=a{b}",
    "redis://host?prefix=a&prefix=b", "redis://host?ssl=no",
]  # fmt: skip
GUARDED = [
    f"redis://:{PASSWORD}@host",
    f"redis://me:{PASSWORD}@host:6379/0",
    f"rediss://:{PASSWORD}/?#@host",
    f"redis://host?password={PASSWORD}",
]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """One that a test may do anything to."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
def url(redis_server: RedisServer) -> str:
    """A prefix of one's own at the server of all."""
    return f"{redis_server.url}?prefix=test-{uuid4().hex}"


@asynccontextmanager
async def opened(url: str, key: str = "") -> AsyncIterator[RedisRunQueue]:
    queue = RedisRunQueue(url, Secret(key))
    await queue.open()
    try:
        yield queue
    finally:
        await queue.close()


def tasks(*ids: int, priority: Priority = Priority.NORMAL) -> list[Task]:
    return [
        Task("test", "acme", "user:ann", "one", Lane.PROJECT, priority, id=one, epoch=1)
        for one in ids
    ]


def ids(deliveries: Sequence[Delivery]) -> list[int]:
    return [one.lease.task_id for one in deliveries]


async def all_calls_fail(queue: RunQueue, error: type[Exception]) -> str:
    """Calls everything at once; each call fails in time. Gives what they say."""
    began = time.monotonic()
    said = await asyncio.gather(
        queue.send(tasks(9)),
        queue.receive("me", 1),
        queue.receive("me", 1, wait=30.0),
        queue.done([Delivery(tasks(9)[0].lease, Priority.NORMAL, "1-1")]),
        queue.depth(),
        queue.sweep(1000),
        return_exceptions=True,
    )
    assert time.monotonic() - began < LATEST
    assert [type(one) for one in said] == [error] * len(said)
    return "\n".join(map(str, said))


# What lies in the server


@scenario
async def test_nothing_stays_in_the_streams(url: str):
    async with opened(url) as queue:
        for priority in Priority:
            await queue.send(tasks(*range(1, 100), priority=priority))
        while received := await queue.receive("me", 64):
            await queue.done(received)
        for stream in queue._streams.values():
            assert await queue._client.xlen(stream) == 0
            assert (await queue._client.xpending(stream, GROUP))["pending"] == 0


@scenario
async def test_an_entry_holds_a_lease_and_nothing_else(url: str):
    async with opened(url) as queue:
        await queue.send(tasks(5))
        stream = queue._streams[Priority.NORMAL]
        assert stream.endswith(":{queue}:1")
        ((_, fields),) = await queue._client.xrange(stream)
        assert fields == {b"task": b"5", b"epoch": b"1"}


@pytest.mark.parametrize(
    "fields",
    [
        {"task": "one", "epoch": "1"},
        {"task": "1"},
        {"epoch": "-1", "task": "1"},
        {"task": "9" * 40, "epoch": "1"},
        {b"\xff": b"\xff"},
    ],
)
@scenario
async def test_a_damaged_entry_is_removed(url: str, fields: dict):
    async with opened(url) as queue:
        await queue._client.xadd(queue._streams[Priority.NORMAL], fields)
        await queue.send(tasks(1))
        assert ids(await queue.receive("me", 10)) == [1]
        assert await queue.depth() == 1


@scenario
async def test_what_is_pending_but_gone_from_the_stream_is_forgotten(url: str):
    async with opened(url) as queue:
        await queue.send(tasks(1, 2))
        (first, _) = await queue.receive("me", 10)
        stream = queue._streams[Priority.NORMAL]
        await queue._client.xdel(stream, first.token)
        assert await queue.sweep(0) == 2
        assert (await queue._client.xpending(stream, GROUP))["pending"] == 0
        assert await queue.depth() == 0


@scenario
async def test_workers_that_are_away_are_forgotten(url: str):
    async with opened(url) as queue:
        await queue.send(tasks(1, 2))
        await queue.done(await queue.receive("away", 1))
        await asyncio.sleep(1.0)
        await queue.receive("busy", 1)
        assert await queue.sweep(1_000_000) == 0
        stream = queue._streams[Priority.NORMAL]
        names = {one["name"] for one in await queue._client.xinfo_consumers(stream, GROUP)}
        assert b"busy" in names
        assert b"away" not in names
        assert await queue.depth() == 1


@scenario
async def test_more_than_was_waited_for_goes_back(url: str):
    async with opened(url) as queue:
        for priority in Priority:
            await queue.send(tasks(priority + 1, priority=priority))
        await queue._ask(queue._make_groups)
        assert ids(await queue._wait("me", 1, 1.0)) == [1]
        assert await queue.depth() == 3
        assert ids(await queue.receive("you", 10)) == [2, 3]


@scenario
async def test_prefixes_do_not_share(url: str):
    async with opened(url) as mine, opened(f"{url}2") as yours:
        await mine.send(tasks(1))
        assert await yours.receive("me", 1) == []
        assert await yours.depth() == 0


# When the server fails


@scenario
async def test_an_emptied_server_takes_and_gives_again(own_server: RedisServer):
    async with opened(own_server.url) as queue:
        await queue.send(tasks(1, 2))
        (first,) = await queue.receive("me", 1)
        own_server.flush()
        assert await queue.depth() == 0
        await queue.done([first])
        assert await queue.sweep(0) == 0
        own_server.flush()
        assert await queue.receive("me", 10) == []
        own_server.flush()
        await queue.send(tasks(3))
        assert ids(await queue.receive("me", 10)) == [3]


@scenario
async def test_a_server_emptied_while_somebody_waits(own_server: RedisServer):
    async with opened(own_server.url) as queue, opened(own_server.url) as other:
        await other.send(tasks(1))
        await queue.done(await queue.receive("me", 1))
        waiting = asyncio.create_task(queue.receive("me", 10, wait=30.0))
        await asyncio.sleep(0.1)
        own_server.flush()
        await other.send(tasks(2))
        assert ids(await waiting) == [2]


@scenario
async def test_a_killed_server_is_busy_until_it_is_back(own_server: RedisServer):
    async with opened(own_server.url) as queue:
        await queue.send(tasks(1))
        own_server.kill()
        text = await all_calls_fail(queue, StorageBusy)
        assert f"'memos' at redis 127.0.0.1:{own_server.port}" in text
        own_server.start()
        await queue.send(tasks(2))
        assert ids(await queue.receive("me", 10)) == [2]


@scenario
async def test_a_restart_between_two_calls_is_not_noticed(own_server: RedisServer):
    async with opened(own_server.url) as queue:
        assert await queue.depth() == 0
        own_server.restart()
        assert await queue.depth() == 0


@scenario
async def test_a_server_killed_while_somebody_waits(own_server: RedisServer):
    async with opened(own_server.url) as queue:
        waiting = asyncio.create_task(queue.receive("me", 10, wait=30.0))
        await asyncio.sleep(0.1)
        own_server.kill()
        with pytest.raises(StorageBusy):
            await asyncio.wait_for(waiting, LATEST)


@pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.RESET, Mode.CUT])
@scenario
async def test_a_broken_network_is_busy(redis_server: RedisServer, mode: Mode):
    async with FaultProxy("127.0.0.1", redis_server.port) as proxy:
        async with opened(f"redis://{proxy.host}:{proxy.port}?prefix={uuid4().hex}") as queue:
            await queue.send(tasks(1))
            await proxy.set(mode)
            await proxy.drop()
            await all_calls_fail(queue, StorageBusy)
            await proxy.set(Mode.OK)
            url = f"redis://{proxy.host}:{proxy.port}?prefix={queue._at.prefix}"
        async with opened(url) as queue:  # after a refusal the proxy listens elsewhere
            assert ids(await queue.receive("me", 1)) == [1]


@scenario
async def test_a_server_that_never_answers_is_busy_in_time(redis_server: RedisServer):
    async with (
        FaultProxy("127.0.0.1", redis_server.port) as proxy,
        opened(f"redis://{proxy.host}:{proxy.port}?prefix={uuid4().hex}") as queue,
    ):
        await queue.send(tasks(1))
        await proxy.set(Mode.BLACK_HOLE)
        await proxy.drop()
        await all_calls_fail(queue, StorageBusy)


@scenario
async def test_a_full_server_keeps_what_it_has(own_server: RedisServer):
    async with opened(own_server.url) as queue:
        await queue.send(tasks(1, 2))
        (first,) = await queue.receive("me", 1)
        own_server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        own_server.command("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StorageFull, match="'memos' at redis"):
            await queue.send(tasks(3, 4))
        await queue.done([first])
        (second,) = await queue.receive("me", 10)
        assert second.lease.task_id == 2
        own_server.command("CONFIG", "SET", "maxmemory", "0")
        await queue.send(tasks(5))
        assert ids(await queue.receive("me", 10)) == [5]
        assert await queue.depth() == 2


@scenario
async def test_a_key_of_another_kind_in_the_place_of_a_stream(url: str):
    async with opened(url) as queue:
        await queue._client.set(queue._streams[Priority.NORMAL], "taken")
        with pytest.raises(StorageBusy, match="WRONGTYPE"):
            await queue.send(tasks(1))


# Passwords


@scenario
async def test_the_password_opens_and_is_shown_nowhere(tmp_path: Path):
    with RedisServer(tmp_path, ["--requirepass", PASSWORD]) as server:
        async with opened(server.url, PASSWORD) as queue:
            await queue.send(tasks(1))
            assert ids(await queue.receive("me", 1)) == [1]
            assert PASSWORD not in repr(queue) + repr(vars(queue)["_at"])
        for key in ("", f"{PASSWORD}-not"):
            async with opened(server.url, key) as queue:
                assert PASSWORD not in await all_calls_fail(queue, StorageBusy)


@scenario
async def test_a_server_that_repeats_the_password(tmp_path: Path):
    options = ["--requirepass", PASSWORD, "--rename-command", "AUTH", "LOGIN"]
    with RedisServer(tmp_path, options) as server:
        async with opened(server.url, PASSWORD) as queue:
            with pytest.raises(StorageBusy) as caught:
                await queue.depth()
            assert PASSWORD not in str(caught.value)
            assert caught.value.__suppress_context__


@pytest.mark.parametrize("url", GUARDED)
def test_a_password_in_the_url_is_refused(url: str):
    for refuse in (RedisRunQueue, lambda url: Settings.load({}, queue=url)):
        with pytest.raises(InvalidInput, match=f"{PREFIX}QUEUE_KEY") as caught:
            refuse(url)
        assert caught.value.field == "queue"
        assert PASSWORD not in str(caught.value)


# Addresses


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_url_is_refused(url: str):
    with pytest.raises(InvalidInput) as caught:
        RedisRunQueue(url)
    assert caught.value.field == "queue"


def test_what_a_url_names():
    at = RedisRunQueue("rediss://me%40home@Example.org:7000/3/?prefix=a.b:c")._at
    assert (at.host, at.port, at.db) == ("example.org", 7000, 3)
    assert (at.user, at.prefix, at.tls) == ("me@home", "a.b:c", True)
    at = RedisRunQueue("redis://[::1]")._at
    assert (at.host, at.port, at.db) == ("::1", 6379, 0)
    assert (at.user, at.prefix, at.tls) == (None, "memos", False)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_the_registry_builds_it_with_url_and_key(scheme: str):
    url = f"{scheme}://127.0.0.1:1"
    needs = {"url": lambda: url, "key": lambda: Secret(PASSWORD)}
    made = registry.build("queue", url, needs)
    assert isinstance(made, RedisRunQueue)
    assert made.needs_loop
    assert made._key == Secret(PASSWORD)


@scenario
async def test_open_and_close_twice_and_nothing_in_between(url: str):
    queue = RedisRunQueue(url)
    with pytest.raises(UsageError):
        await queue.depth()
    for _ in range(2):
        await queue.open()
        await queue.open()
        assert isinstance(queue._client, Redis)
        assert await queue.depth() == 0
        await queue.close()
        await queue.close()
    with pytest.raises(UsageError):
        await queue.depth()


# The helper


def test_a_server_that_cannot_start_tells_why(tmp_path: Path):
    with pytest.raises(RuntimeError, match="no-such-option"):
        RedisServer(tmp_path, ["--no-such-option", "1"]).start()


def test_without_the_program_its_package_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install redis-server"):
        RedisServer(tmp_path).start()
