"""The contract suite of hot sets: subclass `HotContract` and override `hot`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memos.contracts.hot import HotEntry, HotSet
from memos.model.scope import CubeKey
from memos.model.time import SECOND, Instant
from memos.testing.ids import seeded_ids
from memos.testing.scenario import scenario

CAPACITY = 4
KEY = CubeKey("acme", "user:ann")
START = Instant(1_704_067_200 * SECOND)
LATER = Instant(START + HotSet.HALF_LIFE)
_fresh = seeded_ids(0)
A, B, C, D, E, F = (_fresh() for _ in range(6))


class HotContract:
    """Bounded working sets that fade."""

    @pytest.fixture
    def hot(self) -> HotSet:
        """A fresh, empty hot set that keeps `CAPACITY` (4) entries a cube; not yet open."""
        raise NotImplementedError("override the fixture `hot`: a HotSet with room for 4 entries")

    @scenario
    async def test_touches_add_up(self, hot: HotSet) -> None:
        assert await hot.entries(KEY, START, 10) == []
        await hot.touch(KEY, [A, B], START)
        await hot.touch(KEY, [B], START, 0.5)
        assert await hot.entries(KEY, START, 10) == [
            HotEntry(B, 1.5, START),
            HotEntry(A, 1.0, START),
        ]

    @scenario
    async def test_strength_halves_every_half_life(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A], START, 2.0)
        (faded,) = await hot.entries(KEY, LATER, 10)
        assert replace(faded, strength=0.0) == HotEntry(A, 0.0, START)
        assert faded.strength == pytest.approx(1.0)
        await hot.touch(KEY, [A], LATER)
        (again,) = await hot.entries(KEY, LATER, 10)
        assert again.strength == pytest.approx(2.0)
        assert again.touched_at == LATER
        (much_later,) = await hot.entries(KEY, Instant(LATER + 10 * HotSet.HALF_LIFE), 10)
        assert much_later.strength == pytest.approx(2.0 / 1024)

    @scenario
    async def test_recent_touches_outdo_old_ones(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A], START, 3.0)
        await hot.touch(KEY, [B], Instant(START + 2 * HotSet.HALF_LIFE), 1.0)
        found = await hot.entries(KEY, Instant(START + 2 * HotSet.HALF_LIFE), 10)
        assert [entry.memory_id for entry in found] == [B, A]

    @scenario
    async def test_a_clock_that_steps_back_does_no_harm(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A], LATER)
        await hot.touch(KEY, [A], START)
        (entry,) = await hot.entries(KEY, START, 10)
        assert entry.touched_at == LATER
        assert entry.strength <= 2.0

    @scenario
    async def test_the_strongest_come_first_and_limit_cuts(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A], START, 1.0)
        await hot.touch(KEY, [B], START, 3.0)
        await hot.touch(KEY, [C], START, 2.0)
        assert await _ids(hot) == [B, C, A]
        assert await _ids(hot, limit=2) == [B, C]
        assert await _ids(hot, limit=0) == []

    @scenario
    async def test_the_weakest_makes_room(self, hot: HotSet) -> None:
        for strength, memory_id in enumerate((C, A, D, B), start=1):
            await hot.touch(KEY, [memory_id], START, float(strength))
        await hot.touch(KEY, [E], START, 9.0)
        assert await _ids(hot) == [E, B, D, A]
        await hot.touch(KEY, [F], START, 0.5)
        assert await _ids(hot) == [E, B, D, A]

    @scenario
    async def test_of_equals_the_longest_untouched_makes_room(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A], LATER)
        await hot.touch(KEY, [B], START, 2.0)  # at LATER as strong as the others
        await hot.touch(KEY, [C, D], LATER)
        await hot.touch(KEY, [E], LATER)
        assert set(await _ids(hot, at=LATER)) == {A, C, D, E}

    @scenario
    async def test_of_twins_the_greatest_id_makes_room(self, hot: HotSet) -> None:
        await hot.touch(KEY, [D, B, E, A], START)
        assert await _ids(hot) == [A, B, D, E]
        await hot.touch(KEY, [C], START)
        assert await _ids(hot) == [A, B, C, D]

    @scenario
    async def test_many_at_once_leave_as_many_as_fit(self, hot: HotSet) -> None:
        source = seeded_ids(1)
        await hot.touch(KEY, [source() for _ in range(20)], START)
        await hot.touch(KEY, [A], START, 2.0)
        found = await _ids(hot)
        assert len(found) == CAPACITY
        assert found[0] == A

    @scenario
    async def test_eviction_and_clearing(self, hot: HotSet) -> None:
        await hot.touch(KEY, [A, B, C], START)
        await hot.evict(KEY, [A, F])
        await hot.evict(KEY, [])
        assert set(await _ids(hot)) == {B, C}
        await hot.touch(KEY, [A], START)
        assert {entry.strength for entry in await hot.entries(KEY, START, 10)} == {1.0}
        await hot.clear(KEY)
        await hot.clear(KEY)
        await hot.evict(KEY, [A])
        assert await _ids(hot) == []

    @scenario
    async def test_cubes_do_not_share(self, hot: HotSet) -> None:
        keys = [
            KEY,
            CubeKey("acme", "user:Ann"),
            CubeKey("other", "user:ann"),
            CubeKey("acme:user", "ann"),
            CubeKey("acme", "user:a\u0301nn"),
            CubeKey("acme", "user:ánn"),
        ]
        for key, memory_id in zip(keys, (A, B, C, D, E, F), strict=True):
            await hot.touch(key, [memory_id], START)
        for key, memory_id in zip(keys, (A, B, C, D, E, F), strict=True):
            assert [entry.memory_id for entry in await hot.entries(key, START, 10)] == [memory_id]
        await hot.clear(KEY)
        assert [entry.memory_id for entry in await hot.entries(keys[1], START, 10)] == [B]


async def _ids(hot: HotSet, at: Instant = START, limit: int = 10) -> list[str]:
    return [entry.memory_id for entry in await hot.entries(KEY, at, limit)]
