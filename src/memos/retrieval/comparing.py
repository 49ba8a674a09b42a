"""Comparing: what a recall that was run again says otherwise than its receipt, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from memos.model.recall import Evidence, Recall, Receipt
from memos.model.replay import Move, Position, Replay
from memos.retrieval.legs import PENDING

SLIGHT = 0.001  # of a contribution: what rounding may change


def compared(receipt: Receipt, again: Recall) -> Replay:
    """The replay: `again` has evidence for every candidate, `receipt` perhaps for hits only."""
    was, now = _positions(receipt), _positions(again.receipt)
    hits_then = [one.memory_id for one in receipt.evidence[: receipt.top_k]]
    hits_now = [hit.memory.id for hit in again]
    told_then = {one.memory_id: one for one in receipt.evidence}
    told_now = {one.memory_id: one for one in again.receipt.evidence}

    def move(id: str) -> Move:
        changed = _changed(told_then.get(id), told_now.get(id))
        return Move(id, was.get(id), now.get(id), changed)

    covered = max(len(receipt.evidence), len(again))
    return Replay(
        recall=replace(again, receipt=_cut(again.receipt, covered)),
        receipt=receipt,
        entered=tuple(move(id) for id in hits_now if id not in hits_then),
        left=tuple(move(id) for id in hits_then if id not in hits_now),
        moved=tuple(move(id) for id in hits_now if id in hits_then and was[id] != now[id]),
        conditions=tuple(_conditions(receipt, again.receipt)),
    )


def _cut(receipt: Receipt, covered: int) -> Receipt:
    return replace(receipt, evidence=receipt.evidence[:covered])


def _positions(receipt: Receipt) -> dict[str, Position]:
    return {
        one.memory_id: Position(rank, one.score, one.version)
        for rank, one in enumerate(receipt.evidence, 1)
    }


def _changed(then: Evidence | None, now: Evidence | None) -> Mapping[str, float]:
    if then is None or now is None:
        return {}
    before, after = then.contributions, now.contributions
    names = dict.fromkeys((*before, *after))
    changes = {name: round(after.get(name, 0.0) - before.get(name, 0.0), 4) for name in names}
    kept = [(name, value) for name, value in changes.items() if abs(value) >= SLIGHT]
    return dict(sorted(kept, key=lambda change: (-abs(change[1]), change[0])))


def _conditions(then: Receipt, now: Receipt) -> Iterator[str]:
    """What the two rest on and do not share, in words."""
    yield from _cubes(then, now.seqs, now.cubes)
    if then.narrowed.agent_id != now.narrowed.agent_id:
        yield f"agent: {_named(now.narrowed.agent_id)}, then {_named(then.narrowed.agent_id)}"
    if then.policy != now.policy:
        yield f"policy: {now.policy}, then {then.policy}"
    elif then.weights != now.weights:
        yield f"weights: others than then, under the same name {now.policy}"
    if then.generation != now.generation:
        yield f"embedding: {_named(now.generation)}, then {_named(then.generation)}"
    if then.legs.get(PENDING, 0) != now.legs.get(PENDING, 0):
        yield f"not indexed yet: {now.legs.get(PENDING, 0)}, then {then.legs.get(PENDING, 0)}"
    if then.degraded != now.degraded:
        then_so, now_so = ", ".join(then.degraded), ", ".join(now.degraded)
        yield f"incomplete: {now_so or 'nothing'}, then {then_so or 'nothing'}"


def _cubes(then: Receipt, seqs: Mapping[str, int], readable: Collection[str]) -> Iterator[str]:
    for cube_id in then.cubes:
        if cube_id not in readable:
            yield f"{cube_id}: not there for this caller"
        elif seqs[cube_id] != then.seqs.get(cube_id):
            yield f"{cube_id}: at commit {seqs[cube_id]}, then {then.seqs.get(cube_id)}"


def _named(value: str | None) -> str:
    return "none" if value is None else value
