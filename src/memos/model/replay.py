"""What a replay gives back: the recall as it is now, and how it differs from its receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from memos.model.plain import Plain
from memos.model.recall import Recall, Receipt


@dataclass(frozen=True, slots=True)
class Position(Plain):
    """Where a memory stood in a ranking: `rank` from 1, and the version that stood there."""

    rank: int
    score: float
    version: int


@dataclass(frozen=True, slots=True)
class Move(Plain):
    """A hit of the receipt or of the replay that stands elsewhere in the other.

    `was` is None where the receipt does not tell it, `now` where it is no candidate any more.
    `contributions` tell what its features add to its sum now more than then, or less; the
    biggest difference first. They are empty when only others moved.
    """

    memory_id: str
    was: Position | None
    now: Position | None
    contributions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replay(Plain):
    """A recall that was run again, held against the receipt of the first one.

    `entered` and `left` are hits of one of them only, `moved` those of both with another
    rank, score or version. `conditions` say in words what the recall depends on and is no
    longer as the receipt has it; without any, and without a change asked for, the answer is
    the same.
    """

    SHOWN = ("same",)

    recall: Recall
    receipt: Receipt
    entered: tuple[Move, ...]
    left: tuple[Move, ...]
    moved: tuple[Move, ...]
    conditions: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether all hits are those of the receipt, in their places, with their scores."""
        return not (self.entered or self.left or self.moved)

    def __repr__(self) -> str:
        moves = f"{len(self.entered)} entered, {len(self.left)} left, {len(self.moved)} moved"
        return f"<Replay {self.receipt.query!r}: {'the same' if self.same else moves}>"
