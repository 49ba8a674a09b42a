"""Retry: when a failed task is tried again, and when no more."""

from __future__ import annotations

from random import Random

from memos.model.task import Task
from memos.model.time import SECOND, Instant

MOST_TRIES = 8  # failures with an error
MOST_LOST = 5  # workers that were never heard of again while they had it
FIRST_DELAY = SECOND // 4  # doubles with each try
LONGEST_DELAY = 60 * SECOND


def next_try(task: Task, now: Instant, random: Random) -> Instant | None:
    """When to try again a task that has just failed; None if that is no use.

    The delay doubles with each try, and lies anywhere in its upper half: tasks that failed
    together do not come back together.
    """
    if task.tries >= MOST_TRIES:
        return None
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (max(1, task.tries) - 1))
    return Instant(now + delay - round(random.uniform(0, delay / 2)))


def is_poison(task: Task) -> bool:
    """Whether it has taken too many workers with it to be given to another one."""
    return task.lost >= MOST_LOST
