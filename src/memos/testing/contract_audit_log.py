"""The contract suite of audit logs: subclass `AuditLogContract`, override `log` and `clock`."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from memos.contracts.audit_log import AuditLog
from memos.governance.chain import check, check_end
from memos.model.deeds import START, Deed
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

DEED = Deed("acme", "home", "keys.create", "k1", "done")
ODD = Deed("用户", "e\u0301", "é'\"", "a\nb\u2028", "\u202e{}")
WRITERS, EACH = 6, 20


class AuditLogContract:
    """One chain, whoever writes, and its end is known."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `log`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def log(self, clock: ManualClock) -> AuditLog:
        """A fresh, empty audit log that tells the time by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `log`: a fresh AuditLog by {clock}")

    @scenario
    async def test_at_first_nothing_was_done(self, log: AuditLog) -> None:
        assert await log.entries() == []
        assert await log.end() is None

    @scenario
    async def test_what_was_done_is_kept_as_it_was(self, log: AuditLog, clock: ManualClock) -> None:
        first = await log.append(DEED)
        later = clock.advance(5)
        second = await log.append(ODD)
        assert (first.number, first.deed, first.before) == (1, DEED, START)
        assert (second.number, second.at, second.deed) == (2, later, ODD)
        assert second.before == first.digest
        assert await log.entries() == [first, second]
        assert await log.end() == second

    @scenario
    async def test_the_same_again_is_another_entry(self, log: AuditLog) -> None:
        first, second = await log.append(DEED), await log.append(DEED)
        assert first.digest != second.digest

    @scenario
    async def test_time_never_goes_back(self, log: AuditLog, clock: ManualClock) -> None:
        first = await log.append(DEED)
        clock.advance(-3600)
        second = await log.append(DEED)
        clock.advance(7200)
        third = await log.append(DEED)
        assert first.at == second.at < third.at
        assert check(await log.entries()) == []

    @scenario
    async def test_page_by_page_and_by_tenant(self, log: AuditLog) -> None:
        tenants = ["a", "A", "a", "é", "e\u0301", "a"]
        made = [await log.append(replace(DEED, tenant=tenant)) for tenant in tenants]
        assert await log.entries(limit=4) == made[:4]
        assert await log.entries(after=4, limit=4) == made[4:]
        assert await log.entries(after=6) == []
        assert [one.number for one in await log.entries("a")] == [1, 3, 6]
        assert [one.number for one in await log.entries("a", after=1, limit=1)] == [3]
        assert [one.number for one in await log.entries("e\u0301")] == [5]
        assert await log.entries("nobody") == []

    @scenario
    async def test_who_writes_at_once_writes_one_chain(self, log: AuditLog) -> None:
        subjects = [f"k{at}" for at in range(40)]
        await asyncio.gather(*(log.append(replace(DEED, subject=one)) for one in subjects))
        await self._one_chain(log, subjects)

    @scenario
    async def test_threads_write_one_chain(self, log: AuditLog) -> None:
        def work(mine: int) -> None:
            async def play() -> None:
                for at in range(EACH):
                    await log.append(replace(DEED, subject=f"{mine}-{at}"))

            asyncio.run(play())

        threads = [threading.Thread(target=work, args=(mine,)) for mine in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        wanted = [f"{mine}-{at}" for mine in range(WRITERS) for at in range(EACH)]
        await self._one_chain(log, wanted)

    async def _one_chain(self, log: AuditLog, subjects: list[str]) -> None:
        found = await log.entries(limit=len(subjects) + 1)
        assert [one.number for one in found] == list(range(1, len(subjects) + 1))
        assert sorted(one.deed.subject for one in found) == sorted(subjects)
        assert check(found) == []
        assert check_end(found[-1], await log.end()) == []
