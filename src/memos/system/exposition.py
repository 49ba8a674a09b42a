"""Reports as Prometheus reads them: text exposition format 0.0.4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from memos.model.task import TaskState
from memos.model.work import QueueLoad, WorkReport

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


class Family(NamedTuple):
    """A metric: its samples by labels."""

    name: str
    kind: str  # gauge or counter
    help: str
    samples: Mapping[Labels, float]


def exposition(report: WorkReport, redacted: Mapping[str, int] | None = None) -> str:
    """A report, and what this process redacted by kind, as text that ends in a line feed."""
    return "".join(_told(family) for family in _families(report, redacted))


def _families(report: WorkReport, redacted: Mapping[str, int] | None) -> Iterable[Family]:
    alone: Labels = ()
    yield Family("memos_tasks", "gauge", "Open and dead tasks.", _tasks(report.queues))
    yield Family(
        "memos_oldest_task_age_seconds",
        "gauge",
        "Seconds since the oldest waiting task was enqueued, 0 if none waits.",
        {alone: round(report.oldest_age, 3)},
    )
    yield Family("memos_workers", "gauge", "Workers heard of lately.", {alone: len(report.workers)})
    yield Family(
        "memos_workers_running_tasks",
        "gauge",
        "Tasks that the workers said they are at.",
        {alone: sum(one.running for one in report.workers)},
    )
    yield Family(
        "memos_tasks_total",
        "counter",
        "Ends of tries, of all workers there ever were.",
        {(("outcome", outcome),): count for outcome, count in report.totals.items()},
    )
    yield Family("memos_pauses", "gauge", "Pauses in force.", {alone: len(report.pauses)})
    if redacted:
        yield Family(
            "memos_redacted_total",
            "counter",
            "Secrets and personal identifiers that this process kept out.",
            {(("kind", kind),): count for kind, count in redacted.items()},
        )
    if report.run_queue is not None:
        yield Family(
            "memos_run_queue_depth",
            "gauge",
            "Entries of the run-queue that are not done.",
            {alone: report.run_queue},
        )


def _tasks(queues: Iterable[QueueLoad]) -> Counter[Labels]:
    """Lanes together: they say what is done to a subject, not how much is to do."""
    found: Counter[Labels] = Counter()
    for queue in queues:
        priority = queue.priority.name.lower()
        for state in (TaskState.WAITING, TaskState.RUNNING, TaskState.DEAD):
            labels = (("kind", queue.kind), ("priority", priority), ("state", state.value))
            found[labels] += getattr(queue, state.value)
    return found


def _told(family: Family) -> str:
    lines = [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
    for labels, value in family.samples.items():
        named = ",".join(f'{name}="{_escaped(label)}"' for name, label in labels)
        lines.append(f"{family.name}{{{named}}} {value}" if named else f"{family.name} {value}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    """A label value; ids may hold quotation marks, and text of others is never trusted."""
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
