from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("memos.testing")

from memos.testing.redisserver import RedisServer  # noqa: E402 - its asserts are rewritten


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One for all tests, each with a prefix of its own; none may flush or kill it."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server
