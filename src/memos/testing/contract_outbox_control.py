"""The second contract suite of outboxes: who gets what, and how people and relays interfere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memos.contracts.outbox import MOST_READY, Outbox
from memos.errors import NotFound
from memos.model.scope import SystemScope
from memos.model.task import Load, Pause, Priority, Share, Task, TaskState
from memos.model.time import SECOND, Instant
from memos.testing.clock import ManualClock
from memos.testing.contract_outbox import EVERYTHING, LEASE, _task
from memos.testing.scenario import scenario

URGENT, NORMAL, BULK = Priority


class OutboxControlContract:
    """Shares, handing on, giving back, cancelling, pausing; needs the same fixtures."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of `outbox`; override only to share one with other fixtures."""
        return ManualClock()

    @pytest.fixture
    def outbox(self, clock: ManualClock) -> Outbox:
        """A fresh, empty outbox that counts leases by `clock`; not yet open."""
        raise NotImplementedError(f"override the fixture `outbox`: a fresh Outbox by {clock}")

    @scenario
    async def test_what_waits_for_later_is_hastened(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        later = Instant(clock.now() + 3600 * SECOND)
        mine = replace(_task("a", kind="learn"), due_at=later)
        foreign = replace(_task("b", kind="learn"), tenant="other", due_at=later)
        await outbox.enqueue([mine, foreign, replace(_task("c", kind="eat"), due_at=later)])
        assert await outbox.claim("w", 9, LEASE) == []
        assert await outbox.hasten(SystemScope("nobody"), ["learn"]) == 0
        assert await outbox.hasten(SystemScope(mine.tenant), ["learn", "project"]) == 1
        assert await outbox.hasten(SystemScope(mine.tenant), ["learn"]) == 0
        assert [task.subject for task in await outbox.claim("w", 9, LEASE)] == ["a"]

    @scenario
    async def test_loads_tell_who_has_something_ready(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        assert await outbox.loads() == []
        await outbox.enqueue(
            [
                _task("a", "first", tenant="x"),
                _task("a", "second", tenant="x"),  # waits for its key
                _task("b", tenant="x"),
                _task("c", tenant="x", priority=BULK),
                _task("d", "other", tenant="y", priority=URGENT),
                _task("e", tenant="y", due_at=Instant(clock.now() + SECOND)),
            ]
        )
        assert await outbox.loads() == [
            Load("y", URGENT, 1, 0), Load("x", NORMAL, 2, 0), Load("x", BULK, 1, 0),
        ]  # fmt: skip
        assert await outbox.loads(["other"]) == [Load("y", URGENT, 1, 0)]
        assert await outbox.loads([]) == []
        await outbox.claim("me", 2, LEASE, shares=[Share("x", NORMAL, 1), Share("y", URGENT, 5)])
        clock.advance(1)
        assert await outbox.loads() == [
            Load("x", NORMAL, 1, 1), Load("y", NORMAL, 1, 1), Load("x", BULK, 1, 1),
        ]  # fmt: skip

    @scenario
    async def test_loads_count_up_to_a_limit(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task(f"{n}") for n in range(MOST_READY + 3)])
        assert await outbox.loads() == [Load("acme", NORMAL, MOST_READY, 0)]

    @scenario
    async def test_what_lost_its_lease_is_ready_and_not_running(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a")])
        await outbox.claim("me", 1, LEASE)
        assert await outbox.loads() == []
        clock.set(Instant(clock.now() + LEASE))
        assert await outbox.loads() == [Load("acme", NORMAL, 1, 0)]

    @scenario
    async def test_shares_are_served_in_their_order_up_to_the_limit(self, outbox: Outbox) -> None:
        for n in range(3):
            await outbox.enqueue([_task(f"{n}", tenant=name) for name in ("x", "y", "z")])
        await outbox.enqueue([_task("late", tenant="y", priority=BULK)])
        shares = [Share("y", NORMAL, 2), Share("y", BULK, 1), Share("x", NORMAL, 9)]
        found = await outbox.claim("me", 5, LEASE, shares=shares)
        assert [(task.tenant, task.subject) for task in found] == [
            ("y", "0"), ("y", "1"), ("y", "late"), ("x", "0"), ("x", "1"),
        ]  # fmt: skip
        assert await outbox.claim("me", 9, LEASE, shares=[]) == []
        nobody = [Share("nobody", NORMAL, 9), Share("z", URGENT, 9)]
        assert await outbox.claim("me", 9, LEASE, shares=nobody) == []
        assert await outbox.claim("me", 9, LEASE, ["other"], [Share("x", NORMAL, 9)]) == []

    @scenario
    async def test_of_one_class_what_was_ready_first_comes_first(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("later", due_at=Instant(clock.now() + 3 * SECOND))])
        clock.advance(2)
        await outbox.enqueue([_task("soon")])
        clock.advance(2)
        await outbox.enqueue([_task("now")])
        order = [task.subject for _ in range(3) for task in await outbox.claim("me", 1, LEASE)]
        assert order == ["soon", "later", "now"]

    @scenario
    async def test_what_is_handed_on_is_begun_once(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a")])
        (sent,) = await outbox.claim("relay", 1, LEASE, begin=False)
        assert (sent.tries, sent.owner) == (0, "relay")
        clock.advance(1)
        (begun,) = await outbox.hold([sent.lease, sent.lease], "worker", LEASE, begin=True)
        until = Instant(clock.now() + LEASE)
        assert begun == replace(sent, tries=1, owner="worker", leased_until=until)
        assert await outbox.hold([sent.lease], "second", LEASE, begin=True) == []
        (held,) = await outbox.hold([sent.lease], "worker", 2 * LEASE)
        assert (held.tries, held.owner) == (1, "worker")
        assert await outbox.complete([held]) == []
        assert await outbox.hold([sent.lease], "worker", LEASE) == []
        assert await outbox.hold([], "worker", LEASE) == []

    @scenario
    async def test_a_worker_never_heard_of_again_is_counted(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a")])
        seen = []
        for begin in (False, True, True, False):
            (task,) = await outbox.claim("somebody", 1, LEASE, begin=begin)
            seen.append((task.tries, task.lost))
            clock.advance(11)
        assert seen == [(0, 0), (1, 0), (2, 1), (2, 2)]
        (task,) = await outbox.claim("me", 1, LEASE)
        assert (task.tries, task.lost) == (3, 2)
        await outbox.retry(task, "an error is no loss", clock.now())
        (task,) = await outbox.claim("me", 1, LEASE)
        assert (task.tries, task.lost) == (4, 2)
        await outbox.bury(task, "hopeless")
        await outbox.replay(EVERYTHING)
        (task,) = await outbox.claim("me", 1, LEASE)
        assert (task.tries, task.lost) == (1, 0)

    @scenario
    async def test_what_is_given_back_was_never_tried(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second"), _task("b")])
        first, other = await outbox.claim("me", 9, LEASE)
        await outbox.release([first])
        await outbox.release([first])
        assert await outbox.complete([first]) == [first]
        (again,) = await outbox.claim("you", 9, LEASE)
        assert (again.id, again.kind, again.tries, again.lost) == (first.id, "first", 1, 0)
        assert again.epoch > first.epoch
        await outbox.release([first])  # the lease is another's by now
        assert await outbox.complete([again]) == []
        (sent,) = await outbox.claim("relay", 1, LEASE, begin=False)
        await outbox.release([sent])
        (sent,) = await outbox.claim("relay", 1, LEASE, begin=False)
        assert (sent.kind, sent.tries) == ("second", 0)
        clock.advance(11)
        await outbox.release([other])  # nobody has claimed it: it still holds
        assert [task.tries for task in await outbox.claim("you", 9, LEASE)] == [1, 1]

    @scenario
    async def test_what_is_cancelled_stands_aside_with_its_reason(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second"), _task("b"), _task("c")])
        await outbox.enqueue([_task("d", tenant="other")])
        first, _, c, foreign = await outbox.claim("me", 9, LEASE)
        assert await outbox.cancel(SystemScope("acme"), [first.id, first.id], "not now") == 1
        assert await outbox.complete([first]) == [first]
        assert await outbox.hold([first.lease], "me", LEASE) == []
        (second,) = await outbox.claim("me", 9, LEASE)
        assert second.kind == "second"
        for absent in (foreign.id, 999_999):
            with pytest.raises(NotFound, match=str(absent)):
                await outbox.cancel(SystemScope("acme"), [c.id, absent], "no")
        assert await outbox.cancel(EVERYTHING, [first.id, c.id], "later") == 1
        dead = await outbox.dead(EVERYTHING, 9)
        assert [(task.id, task.error) for task in dead] == [(first.id, "not now"), (c.id, "later")]
        assert await outbox.replay(EVERYTHING, [first.id]) == 1
        assert await outbox.claim("me", 9, LEASE) == []  # the second one is running
        await outbox.complete([second])
        assert [task.kind for task in await outbox.claim("me", 9, LEASE)] == ["first"]

    @scenario
    async def test_who_waits_can_be_cancelled_out_of_turn(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a", kind) for kind in ("first", "second", "third")])
        first, second, third = [await _by_kind(outbox, n) for n in range(1, 4)]
        assert await outbox.cancel(EVERYTHING, [second.id], "no") == 1
        assert await outbox.cancel(EVERYTHING, [first.id], "no") == 1
        assert [task.id for task in await outbox.claim("me", 9, LEASE)] == [third.id]

    @scenario
    async def test_a_task_is_known_by_its_id(self, outbox: Outbox) -> None:
        await outbox.enqueue([_task("a"), _task("b", tenant="other")])
        a, b = await outbox.claim("me", 9, LEASE)
        assert await outbox.task(SystemScope("acme"), a.id) == a
        assert await outbox.task(EVERYTHING, b.id) == b
        for scope, absent in ((SystemScope("acme"), b.id), (EVERYTHING, b.id + 1), (EVERYTHING, 0)):
            with pytest.raises(NotFound, match=str(absent)):
                await outbox.task(scope, absent)
        await outbox.bury(b, "hopeless")
        buried = await outbox.task(EVERYTHING, b.id)
        assert buried is not None
        assert buried.state is TaskState.DEAD
        await outbox.complete([a])
        assert await outbox.task(SystemScope("acme"), a.id) is None

    @scenario
    async def test_a_pause_lets_nothing_new_begin(self, outbox: Outbox, clock: ManualClock) -> None:
        await outbox.enqueue([_task("a"), _task("b", "review"), _task("c", tenant="other")])
        (running,) = await outbox.claim("me", 1, LEASE)
        acme, review = Pause("acme"), Pause(None, "review")
        await outbox.pause(acme)
        await outbox.pause(acme)
        await outbox.pause(review)
        assert await outbox.pauses() == [review, acme]
        assert await outbox.complete([running]) == []
        assert await outbox.loads() == [Load("other", NORMAL, 1, 0)]
        await outbox.enqueue([_task("d"), _task("e", "review", tenant="other")])
        assert [task.subject for task in await outbox.claim("me", 9, LEASE)] == ["c"]
        assert await outbox.claim("me", 9, LEASE, shares=[Share("acme", NORMAL, 9)]) == []
        assert await outbox.next_due() == Instant(clock.now() + LEASE)
        assert (await outbox.backlog(EVERYTHING)).waiting == 3
        assert await outbox.resume(Pause("acme", "review")) is False
        assert await outbox.resume(acme) is True
        assert await outbox.resume(acme) is False
        assert [task.subject for task in await outbox.claim("me", 9, LEASE)] == ["d"]
        assert await outbox.resume(review) is True
        assert [task.subject for task in await outbox.claim("me", 9, LEASE)] == ["b", "e"]
        assert await outbox.pauses() == []

    @scenario
    async def test_a_retry_gives_the_turn_to_an_older_one_that_was_replayed(
        self, outbox: Outbox, clock: ManualClock
    ) -> None:
        await outbox.enqueue([_task("a", "first"), _task("a", "second")])
        (first,) = await outbox.claim("me", 9, LEASE)
        await outbox.bury(first, "hopeless")
        (second,) = await outbox.claim("me", 9, LEASE)
        await outbox.replay(EVERYTHING, [first.id])
        await outbox.retry(second, "again", clock.now())
        assert [task.kind for task in await outbox.claim("me", 9, LEASE)] == ["first"]


async def _by_kind(outbox: Outbox, task_id: int) -> Task:
    found = await outbox.task(EVERYTHING, task_id)
    assert found is not None
    return found
