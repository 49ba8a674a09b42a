"""Admission: whose tasks are next, so that no tenant and no class starves another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from memos.model.task import Load, Priority, Share

QUANTUM = 8  # tasks that a tenant may have before the next one is served
IN_FLIGHT = 256  # tasks of one tenant that may be leased at once, in all processes
LOWER = 8  # tasks of higher classes after which a lower class that waits may have one


class Admission:
    """Deficit round-robin over tenants (Shreedhar & Varghese 1995), class by class.

    Each round a tenant may have `quantum` more tasks; what there was no room for it keeps for
    the next call, and who has nothing waiting keeps nothing. A tenant is held to `in_flight`
    running tasks. Classes come in their order; one that waits behind others earns a place
    with every `LOWER` of theirs.
    """

    def __init__(self, quantum: int = QUANTUM, in_flight: int = IN_FLIGHT) -> None:
        self._quantum = quantum
        self._in_flight = in_flight
        self._deficits: dict[Priority, dict[str, int]] = defaultdict(dict)
        self._earned: dict[Priority, float] = defaultdict(float)
        self._last: dict[Priority, str] = {}  # served last: the next one begins

    def shares(self, loads: Sequence[Load], limit: int) -> list[Share]:
        """How many tasks of whom to claim now, at most `limit` in all."""
        ordered = sorted(loads, key=lambda load: (load.priority, load.tenant))
        classes = {at: list(group) for at, group in groupby(ordered, lambda load: load.priority)}
        free = {load.tenant: max(0, self._in_flight - load.running) for load in loads}
        ready = {at: sum(load.ready for load in waiting) for at, waiting in classes.items()}
        kept = {at: min(int(self._earned[at]), count) for at, count in ready.items()}
        for idle in self._earned.keys() - classes.keys():
            del self._earned[idle]
        made: list[Share] = []
        for priority, waiting in classes.items():
            left = limit - sum(share.most for share in made)
            lower = sum(count for at, count in kept.items() if at > priority)
            room = min(left, max(left - lower, kept[priority]))
            mine = self._of_class(priority, waiting, free, room)
            taken = sum(share.most for share in mine)
            self._earned[priority] = max(0.0, self._earned[priority] - taken)
            for behind in classes:
                if behind > priority:
                    self._earned[behind] = min(limit, self._earned[behind] + taken / LOWER)
            made += mine
        return made

    def _of_class(
        self, priority: Priority, waiting: Sequence[Load], free: dict[str, int], room: int
    ) -> list[Share]:
        ready = {load.tenant: load.ready for load in waiting}
        deficits = self._deficits[priority]
        for gone in deficits.keys() - ready.keys():
            del deficits[gone]
        given: dict[str, int] = {}
        ring = self._ring(priority, list(ready))
        while room > 0 and ring:
            tenant = ring.pop(0)
            allowed = deficits.get(tenant, 0) + self._quantum
            wanted = min(ready[tenant], free[tenant])
            taken = min(wanted, allowed, room)
            room -= taken
            free[tenant] -= taken
            ready[tenant] -= taken
            given[tenant] = given.get(tenant, 0) + taken
            # Who was cut off for want of room has it coming; an idle one saves nothing up.
            deficits[tenant] = min(allowed - taken, self._quantum) if wanted > taken else 0
            self._last[priority] = tenant
            if wanted > taken:
                ring.append(tenant)
        return [Share(tenant, priority, most) for tenant, most in given.items() if most]

    def _ring(self, priority: Priority, tenants: list[str]) -> list[str]:
        """Tenants in order, beginning after the one that was served last."""
        last = self._last.get(priority, "")
        return sorted(tenants, key=lambda tenant: (tenant <= last, tenant))
