"""Small answers of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from memos.model.plain import Plain
from memos.model.task import Backlog, Task
from memos.model.time import Instant


@dataclass(frozen=True, slots=True)
class Forgotten(Plain):
    """What a `forget` did. `tainted` memories derive from it and are no longer recalled."""

    memory_ids: tuple[str, ...]
    message_ids: tuple[str, ...]
    tainted: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class FeedbackResult(Plain):
    """What a remark changed, as ids of memories: made, no longer true, changed, rated.

    `message_id` is that of the remark, which is kept like any message; None for a bare rating.
    """

    created: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    rated: tuple[str, ...] = ()
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter(Plain):
    """Background work that failed for good; `subject` is the id of what it was about."""

    id: int
    kind: str
    cube_id: str
    subject: str
    tries: int
    enqueued_at: Instant | None
    error: str | None

    @classmethod
    def of(cls, task: Task) -> DeadLetter:
        """What of a buried task concerns people."""
        return cls(
            id=task.id,
            kind=task.kind,
            cube_id=task.cube_id,
            subject=task.subject,
            tries=task.tries,
            enqueued_at=task.enqueued_at,
            error=task.error,
        )


@dataclass(frozen=True, slots=True)
class GenerationCount(Plain):
    """How many versions have a vector of one embedder; `current` is the one that is set."""

    model: str
    dimension: int
    normalised: bool
    versions: int
    current: bool


@dataclass(frozen=True, slots=True)
class Statistics(Plain):
    """How much a tenant has stored, what work waits, and what it used of the model today."""

    counts: Mapping[str, int]
    backlog: Backlog
    generations: tuple[GenerationCount, ...]
    model: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReembedStep(Plain):
    """How far a `reembed` is: in cube number `cube` of `cubes`, `embedded` of `missing`."""

    cube_id: str
    cube: int
    cubes: int
    embedded: int
    missing: int


@dataclass(frozen=True, slots=True)
class Reembedded(Plain):
    """What a `reembed` did: versions that it gave a vector, vectors of others that it dropped.

    In the cubes that are `incomplete` something still has a vector of another embedder alone,
    so that nothing was dropped there.
    """

    model: str
    cubes: int
    embedded: int
    dropped: int
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference(Plain):
    """How one projection of one cube departs from the records, counted in versions."""

    projection: str
    tenant: str
    cube_id: str
    missing: int
    extra: int
    wrong: int
    repaired: bool


@dataclass(frozen=True, slots=True)
class Diagnosis(Plain):
    """What doctor found. Tasks that wait are no fault: they are on their way."""

    SHOWN = ("healthy",)

    cubes: int
    versions: int
    records: tuple[str, ...]
    differences: tuple[Difference, ...]
    waiting: int
    dead: int

    @property
    def healthy(self) -> bool:
        """Nothing wrong, or everything repaired."""
        return not self.records and all(one.repaired for one in self.differences)
