"""Whose turn it is: the order in which a worker's calls look into the classes."""

from __future__ import annotations

from collections import Counter

from memos.contracts.run_queue import RunQueue
from memos.model.task import Priority

# Each lower class is first once in `RunQueue.TURNS` calls, in calls of its own: where a call has
# room for one entry only, two classes cannot share it.
_FIRST = {0: Priority.BULK, RunQueue.TURNS // 2: Priority.NORMAL}


class Turns:
    """Counts the calls of each worker."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()

    def order(self, worker: str) -> list[Priority]:
        """The classes as the worker's next call takes them."""
        self._calls[worker] += 1
        first = _FIRST.get(self._calls[worker] % RunQueue.TURNS, Priority.INTERACTIVE)
        return sorted(Priority, key=lambda priority: (priority is not first, priority))

    def forget(self, worker: str) -> None:
        """Begins anew for a worker, if it is known."""
        self._calls.pop(worker, None)
