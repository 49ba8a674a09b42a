"""The contract suite of outboxes: subclass `OutboxContract`, override `outbox` and `clock`.

That tasks are written with the records, and completed by them, is tested with the records.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from memos.contracts.outbox import Outbox
from memos.errors import NotFound
from memos.model.scope import SystemScope
from memos.model.task import Backlog, Lane, Priority, Task, TaskState
from memos.model.time import SECOND, Instant
from memos.testing.clock import ManualClock
from memos.testing.scenario import scenario

EVERYTHING = SystemScope()
LEASE = 10 * SECOND


class OutboxContract:
    """At least once, in order within a key, fenced, and nothing disappears."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `outbox`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def outbox(self, clock: ManualClock) -> Outbox:
        """A fresh, empty outbox that counts leases by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `outbox`: a fresh Outbox by {clock}")

    @scenario
    async def test_a_claimed_task_is_the_enqueued_one(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        task = _task("a", priority=Priority.BULK, payload={"n": 1, "é": "ü"}, due_at=clock.now())
        enqueued_at = clock.now()
        await outbox.enqueue([task])
        clock.advance(1)
        (leased,) = await outbox.claim("me", 10, LEASE)
        assert leased.id > 0
        assert replace(leased, payload=dict(leased.payload)) == replace(
            task,
            id=leased.id,
            state=TaskState.RUNNING,
            tries=1,
            epoch=1,
            owner="me",
            leased_until=Instant(clock.now() + LEASE),
            enqueued_at=enqueued_at,
        )

    @scenario
    async def test_a_claimed_task_is_not_claimed_again(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a"), _task("b"), _task("c")])
        first = await outbox.claim("me", 2, LEASE)
        second = await outbox.claim("you", 2, LEASE)
        assert [task.subject for task in (*first, *second)] == ["a", "b", "c"]
        assert await outbox.claim("me", 2, LEASE) == []
        assert await outbox.claim("me", 0, LEASE) == []

    @scenario
    async def test_a_task_stays_open_until_it_is_complete(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a"), _task("b")])
        assert (await outbox.backlog(EVERYTHING)).open == 2
        tasks = await outbox.claim("me", 2, LEASE)
        assert (await outbox.backlog(EVERYTHING)).open == 2
        assert await outbox.complete(tasks[:1]) == []
        assert (await outbox.backlog(EVERYTHING)).open == 1
        assert await outbox.complete(tasks) == tasks[:1]
        assert await outbox.complete([]) == []
        assert await outbox.backlog(EVERYTHING) == Backlog()

    @scenario
    async def test_a_lease_that_ran_out_is_claimed_under_a_higher_epoch(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a")])
        (slow,) = await outbox.claim("slow", 1, LEASE)
        clock.set(Instant(clock.now() + LEASE - 1))
        assert await outbox.claim("fast", 1, LEASE) == []
        clock.set(Instant(clock.now() + 1))
        (fast,) = await outbox.claim("fast", 1, LEASE)
        assert (fast.id, fast.epoch, fast.tries, fast.owner) == (slow.id, 2, 2, "fast")

    @scenario
    async def test_a_lost_lease_can_do_nothing(self, outbox: Outbox, clock: ManualClock) -> None:
        await outbox.enqueue([_task("a")])
        (slow,) = await outbox.claim("slow", 1, LEASE)
        clock.advance(11)
        (fast,) = await outbox.claim("fast", 1, LEASE)
        assert await outbox.complete([slow]) == [slow]
        assert await outbox.retry(slow, "late", clock.now()) is False
        assert await outbox.bury(slow, "late") is False
        assert await outbox.hold([slow.lease], "slow", 1000 * SECOND) == []
        clock.advance(11)
        (again,) = await outbox.claim("third", 1, LEASE)
        assert (again.id, again.epoch, again.error) == (fast.id, 3, None)
        assert await outbox.complete([again]) == []
        assert await outbox.hold([again.lease], "third", LEASE) == []

    @scenario
    async def test_a_lease_that_ran_out_unclaimed_still_holds(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a"), _task("b")])
        first, second = await outbox.claim("me", 2, LEASE)
        clock.advance(11)
        assert await outbox.complete([first]) == []
        (held,) = await outbox.hold([second.lease], "me", LEASE)
        assert held == replace(second, leased_until=Instant(clock.now() + LEASE))
        assert await outbox.claim("you", 2, LEASE) == []

    @scenario
    async def test_a_heartbeat_keeps_the_lease(self, outbox: Outbox, clock: ManualClock) -> None:
        await outbox.enqueue([_task("a")])
        (task,) = await outbox.claim("me", 1, LEASE)
        for _ in range(3):
            clock.advance(8)
            assert len(await outbox.hold([task.lease], "me", LEASE)) == 1
            assert await outbox.claim("you", 1, LEASE) == []
        assert await outbox.complete([task]) == []

    @scenario
    async def test_one_key_is_one_lane(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second"), _task("a", "third")])
        for kind in ("first", "second", "third"):
            (task,) = await outbox.claim("me", 10, LEASE)
            assert task.kind == kind
            assert await outbox.claim("you", 10, LEASE) == []
            await outbox.complete([task])

    @scenario
    async def test_different_keys_do_not_wait_for_each_other(self, outbox: Outbox) -> None:
        keys = [
            _task("a"),
            _task("A"),
            _task("é"),
            _task("e\u0301"),
            _task("a", lane=Lane.MAINTAIN),
            _task("a", cube_id="user:bob"),
            _task("a", tenant="other"),
        ]
        await outbox.enqueue(keys)
        assert len(await outbox.claim("me", 10, LEASE)) == len(keys)

    @scenario
    async def test_urgent_before_old_old_before_new(self, outbox: Outbox) -> None:
        for n, priority in enumerate((Priority.BULK, Priority.NORMAL, Priority.INTERACTIVE) * 2):
            await outbox.enqueue([_task(f"{n}", priority=priority)])
        order = [task.subject for _ in range(6) for task in await outbox.claim("me", 1, LEASE)]
        assert order == ["2", "5", "1", "4", "0", "3"]

    @scenario
    async def test_urgency_does_not_overtake_its_own_key(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a", "slow", priority=Priority.BULK), _task("b")])
        await outbox.enqueue([_task("a", "fast", priority=Priority.INTERACTIVE)])
        assert [task.kind for task in await outbox.claim("me", 9, LEASE)] == ["learn", "slow"]

    @scenario
    async def test_kinds_choose_but_do_not_overtake(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a", "x"), _task("a", "y"), _task("b", "y"), _task("c", "z")])
        assert [task.subject for task in await outbox.claim("me", 9, LEASE, ["y"])] == ["b"]
        assert await outbox.claim("me", 9, LEASE, []) == []
        assert [task.kind for task in await outbox.claim("me", 9, LEASE, ["x", "z"])] == ["x", "z"]

    @scenario
    async def test_nothing_is_claimed_before_it_is_due(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        due = Instant(clock.now() + 5 * SECOND)
        await outbox.enqueue([_task("a", due_at=due), _task("b")])
        assert [task.subject for task in await outbox.claim("me", 9, LEASE)] == ["b"]
        clock.set(due)
        assert [task.subject for task in await outbox.claim("me", 9, LEASE)] == ["a"]

    @scenario
    async def test_a_retry_holds_back_only_its_key(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second"), _task("b", "other")])
        (task,) = await outbox.claim("me", 1, LEASE)
        due = Instant(clock.now() + 5 * SECOND)
        assert await outbox.retry(task, "no answer", due) is True
        assert await outbox.complete([task]) == [task]
        assert [each.kind for each in await outbox.claim("me", 9, LEASE)] == ["other"]
        clock.set(due)
        (again,) = await outbox.claim("you", 9, LEASE)
        assert (again.kind, again.error, again.tries, again.epoch) == ("first", "no answer", 2, 2)

    @scenario
    async def test_a_dead_letter_is_kept_out_of_the_way(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second"), _task("b", tenant="x")])
        first, other = await outbox.claim("me", 9, LEASE)
        assert await outbox.bury(first, "hopeless") is True
        assert await outbox.bury(other, "hopeless too") is True
        assert await outbox.bury(other, "twice") is False
        (second,) = await outbox.claim("me", 9, LEASE)
        assert second.kind == "second"
        dead = await outbox.dead(EVERYTHING, 10)
        assert [(task.id, task.state, task.error, task.owner) for task in dead] == [
            (first.id, TaskState.DEAD, "hopeless", None),
            (other.id, TaskState.DEAD, "hopeless too", None),
        ]
        assert await outbox.dead(EVERYTHING, 1) == dead[:1]
        assert await outbox.dead(SystemScope("x"), 10) == dead[1:]
        clock.advance(3600)
        assert [task.kind for task in await outbox.claim("me", 9, LEASE)] == ["second"]

    @scenario
    async def test_a_dead_letter_can_be_replayed(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a")])
        (task,) = await outbox.claim("me", 9, LEASE)
        with pytest.raises(NotFound, match=str(task.id)):
            await outbox.replay(EVERYTHING, [task.id])
        await outbox.bury(task, "hopeless")
        assert await outbox.replay(EVERYTHING, [task.id]) == 1
        for absent in (task.id, 999_999):
            with pytest.raises(NotFound, match=str(absent)):
                await outbox.replay(EVERYTHING, [absent])
        assert await outbox.dead(EVERYTHING, 10) == []
        (again,) = await outbox.claim("me", 9, LEASE)
        assert (again.subject, again.tries) == ("a", 1)
        assert again.epoch > task.epoch
        assert await outbox.complete([task]) == [task]
        assert await outbox.complete([again]) == []

    @scenario
    async def test_dead_letters_are_replayed_all_or_those_named_of_one_scope(
        self, outbox: Outbox
    ) -> None:
        await outbox.enqueue([_task("a"), _task("b"), _task("c"), _task("a", tenant="other")])
        for task in await outbox.claim("me", 9, LEASE):
            await outbox.bury(task, "hopeless")
        a, b, c, foreign = [task.id for task in await outbox.dead(EVERYTHING, 9)]
        with pytest.raises(NotFound, match=str(foreign)):
            await outbox.replay(SystemScope("acme"), [a, foreign])
        assert (await outbox.backlog(EVERYTHING)).dead == 4
        assert await outbox.replay(SystemScope("acme"), []) == 0
        assert await outbox.replay(SystemScope("acme"), [c, a, c]) == 2
        assert [task.id for task in await outbox.dead(EVERYTHING, 9)] == [b, foreign]
        assert await outbox.replay(SystemScope("acme")) == 1
        assert await outbox.replay(SystemScope("nobody")) == 0
        assert [task.id for task in await outbox.dead(EVERYTHING, 9)] == [foreign]
        assert await outbox.replay(EVERYTHING) == 1
        assert [task.id for task in await outbox.claim("me", 9, LEASE)] == [a, b, c, foreign]

    @scenario
    async def test_a_replayed_task_waits_for_the_running_one_of_its_key(
        self, outbox: Outbox
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second")])
        (first,) = await outbox.claim("me", 9, LEASE)
        await outbox.bury(first, "hopeless")
        (second,) = await outbox.claim("me", 9, LEASE)
        await outbox.replay(EVERYTHING, [first.id])
        assert await outbox.claim("you", 9, LEASE) == []
        await outbox.complete([second])
        assert [task.kind for task in await outbox.claim("you", 9, LEASE)] == ["first"]

    @scenario
    async def test_equal_tasks_coalesce_until_one_is_tried(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a"), _task("a", payload={"n": 1})])
        await outbox.enqueue([_task("a")])
        assert (await outbox.backlog(EVERYTHING)).waiting == 1
        (running,) = await outbox.claim("me", 9, LEASE)
        await outbox.retry(running, "again", clock.now())
        await outbox.enqueue([_task("a"), _task("a")])
        assert (await outbox.backlog(EVERYTHING)).waiting == 2
        (retried,) = await outbox.claim("me", 9, LEASE)
        await outbox.enqueue([_task("a")])
        assert await outbox.backlog(EVERYTHING) == Backlog(1, 1, 0, clock.now())
        await outbox.bury(retried, "hopeless")
        await outbox.enqueue([_task("a")])
        assert await outbox.backlog(EVERYTHING) == Backlog(1, 0, 1, clock.now())

    @scenario
    async def test_a_running_task_does_not_stand_for_a_new_one(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a")])
        (running,) = await outbox.claim("me", 9, LEASE)
        await outbox.enqueue([_task("a")])
        await outbox.complete([running])
        (later,) = await outbox.claim("me", 9, LEASE)
        assert later.id != running.id

    @scenario
    async def test_unequal_tasks_do_not_coalesce(self, outbox: Outbox) -> None:
        unequal = [
            _task("a"),
            _task("A"),
            _task("a", "Learn"),
            _task("a", lane=Lane.PROJECT),
            _task("a", cube_id="user:Ann"),
            _task("a", tenant="other"),
        ]
        await outbox.enqueue(unequal)
        assert (await outbox.backlog(EVERYTHING)).waiting == len(unequal)

    @scenario
    async def test_the_backlog_counts_by_state(self, outbox: Outbox, clock: ManualClock) -> None:
        start = clock.now()
        await outbox.enqueue([_task("dead")])
        (task,) = await outbox.claim("me", 9, LEASE)
        await outbox.bury(task, "hopeless")
        clock.advance(1)
        await outbox.enqueue([_task("a"), _task("b", tenant="other")])
        await outbox.claim("me", 1, LEASE)
        clock.advance(1)
        await outbox.enqueue([_task("c")])
        second = Instant(start + SECOND)
        assert await outbox.backlog(EVERYTHING) == Backlog(2, 1, 1, second)
        assert await outbox.backlog(SystemScope("acme")) == Backlog(1, 1, 1, second)
        assert await outbox.backlog(SystemScope("other")) == Backlog(1, 0, 0, second)
        assert await outbox.backlog(SystemScope("nobody")) == Backlog()
        await outbox.enqueue([_task("d", "review")])
        third = Instant(start + 2 * SECOND)
        assert await outbox.backlog(EVERYTHING, ["review"]) == Backlog(1, 0, 0, third)
        assert await outbox.backlog(SystemScope("other"), ["review"]) == Backlog()
        assert await outbox.backlog(EVERYTHING, []) == Backlog()

    @scenario
    async def test_next_due_is_when_a_claim_may_succeed(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        assert await outbox.next_due() is None
        due = Instant(clock.now() + 5 * SECOND)
        await outbox.enqueue([_task("a", due_at=due)])
        assert await outbox.next_due() == due
        await outbox.enqueue([_task("b")])
        soon = await outbox.next_due()
        assert soon is not None
        assert soon <= clock.now()
        (task,) = await outbox.claim("me", 9, LEASE)
        assert await outbox.next_due() == due
        await outbox.bury(task, "hopeless")
        clock.set(due)
        await outbox.claim("me", 9, LEASE)
        assert await outbox.next_due() == Instant(due + LEASE)

    @scenario
    async def test_what_waits_for_its_key_is_not_due(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second")])
        (task,) = await outbox.claim("me", 9, LEASE)
        assert await outbox.next_due() == task.leased_until
        later = Instant(clock.now() + 60 * SECOND)
        await outbox.retry(task, "no answer", later)
        assert await outbox.next_due() == later


def _task(subject: str, kind: str = "learn", **fields: Any) -> Task:  # noqa: ANN401 - fields of Task
    return replace(Task(kind, "acme", "user:ann", subject, Lane.LEARN), **fields)
