from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("memos.testing")

# What is learned behind the writes has tests of its own, in tests/learning; others count memories,
# tasks and commits, and have none that they did not ask for.
os.environ["MEMOS_LEARN"] = "off"

from memos.testing.redisserver import RedisServer  # noqa: E402 - its asserts are rewritten


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One for all tests, each with a prefix of its own; none may flush or kill it."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server
