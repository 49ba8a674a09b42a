from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from memos.contracts.run_queue import RunQueue
from memos.model.time import SECOND
from memos.storage.queues.redis import RedisRunQueue
from memos.testing.contract_run_queue import RunQueueContract
from memos.testing.redisserver import RedisServer


class TestRedisRunQueue(RunQueueContract):
    @pytest.fixture
    def queue(self, redis_server: RedisServer) -> RunQueue:
        return RedisRunQueue(f"{redis_server.url}?prefix=test-{uuid4().hex}")

    async def let_pass(self, us: int) -> None:
        await asyncio.sleep(us / SECOND)
