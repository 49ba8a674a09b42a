from __future__ import annotations

from datetime import timezone

import numpy as np

from memos.model.time import Instant
from memos.retrieval.arrange import FITS, FRONT, PINNED, Scored, arrange
from memos.retrieval.plan import plan

PLAIN = plan("Where did Ann go?", Instant(0), timezone.utc)
WIDE = plan("How did the project develop over time?", Instant(0), timezone.utc)
PAST = plan("What did you tell me about trains?", Instant(0), timezone.utc)


def candidates(*totals: float, threads: tuple[int, ...] = (), fits: dict[int, float] = {}):  # noqa: B006
    return [
        Scored(row, (f"m{row}", 1), total, fits.get(row, 0.0), row,
               threads[row] if threads else row, (f"m{row}", 1))
        for row, total in enumerate(totals)
    ]  # fmt: skip


def rows(ranked: list[Scored]) -> list[int]:
    return [one.row for one in ranked]


def test_the_questions_are_of_the_kinds_that_they_stand_for():
    assert "wide" not in PLAIN.flags
    assert "wide" in WIDE.flags
    assert "order" not in WIDE.flags
    assert "about_assistant" in PAST.flags


def test_the_best_come_first_and_of_equal_ones_the_newest():
    assert rows(arrange(PLAIN, iter(candidates(1.0, 3.0, 2.0, 3.0)))) == [3, 1, 2, 0]


def test_pieces_of_one_message_stand_for_it_once():
    one, other, piece = candidates(1.0, 2.0, 3.0)
    same = [each._replace(message=(7, 1)) for each in (one, piece)]
    assert rows(arrange(PLAIN, iter([same[0], other, same[1]]))) == [2, 1]


def test_orders_that_fit_move_to_the_end_of_the_front():
    totals = [20.0 - at for at in range(20)]
    fits = {15: FITS, 17: 0.9, 18: 0.5, 19: FITS - 0.01, 2: 0.4}
    ranked = rows(arrange(PLAIN, iter(candidates(*totals, fits=fits))))
    assert ranked[:FRONT] == [0, 1, 2, 3, 4, 5, 6, 7, 17, 18]
    assert ranked[FRONT:] == [8, 9, 10, 11, 12, 13, 14, 15, 16, 19]
    assert PINNED == 2
    assert rows(arrange(PAST, iter(candidates(*totals, fits=fits)))) == list(range(20))


def test_wide_questions_spread_over_conversations():
    ranked = rows(arrange(WIDE, iter(candidates(3.0, 2.9, 2.8, 2.7, threads=(1, 1, 1, 2)))))
    assert ranked == [0, 3, 1, 2]


def test_what_is_near_the_best_results_belongs_to_the_story():
    vectors = np.eye(6, dtype=np.float32)
    vectors[5] = vectors[:3].sum(axis=0)
    totals = (5.0, 4.9, 4.8, 1.0, 1.0, 1.0)
    told = rows(arrange(WIDE, iter(candidates(*totals)), vectors))
    assert told.index(5) < told.index(4)
    assert told.index(5) < told.index(3)
    assert rows(arrange(WIDE, iter(()), vectors)) == []
