"""What a read gives back: hits, contexts, and receipts that explain them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, overload

from memos.model.memory import Kind, Memory
from memos.model.plain import Plain
from memos.model.read import read
from memos.model.time import Instant


class Effort(str, Enum):
    """How much work a recall makes."""

    FAST = "fast"  # no late interaction, fewer candidates
    NORMAL = "normal"
    DEEP = "deep"  # more candidates; a reranker, if one is set


@dataclass(frozen=True, slots=True)
class Hit(Plain):
    """One memory that answers: `score` is relevance in [0, 1], never rising with rank.

    `sources` are the message ids given on add. `why` says in words what spoke for it.
    `outdated` tells that all that was learned from it has been replaced by something newer.
    """

    memory: Memory
    score: float
    sources: tuple[str, ...]
    why: tuple[str, ...] = ()
    outdated: bool = False

    def __repr__(self) -> str:
        return f"<Hit {self.score:.2f} {self.memory!r}>"


@dataclass(frozen=True, slots=True)
class Evidence(Plain):
    """How one candidate came to its score: the legs that found it, its feature values.

    `score` is that of a hit at its rank. `contributions` are what features added to the
    weighted sum, weight times value, the biggest first; those that added nothing are left out.
    """

    memory_id: str
    version: int
    score: float
    legs: Mapping[str, int]  # leg -> rank in it, from 1
    features: Mapping[str, float]
    contributions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Narrowed(Plain):
    """What of the cubes a recall wanted to see: its arguments of these names.

    `without` are memories and messages that a replay left out.
    """

    agent_id: str | None = None
    kinds: tuple[Kind, ...] | None = None
    conversation_id: str | None = None
    filter: Mapping[str, Any] | None = None
    as_of: Instant | None = None
    known_at: Instant | None = None
    include_archived: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt(Plain):
    """Why a recall says what it says; enough to run it again.

    Recall is a function of `query`, `asked_at`, `timezone`, `narrowed`, `cubes` at their
    `seqs`, `effort`, `top_k`, the `weights` (a digest) of the `policy` (the table's name and
    its set of signals) and the embedding `generation`, None where words alone were looked at.
    `degraded` names what was missing or given up. `evidence` covers the hits; with
    ``explain=True`` every candidate, in the order of the ranking.
    """

    query: str
    asked_at: Instant
    timezone: str
    tenant: str
    cubes: tuple[str, ...]
    seqs: Mapping[str, int]
    narrowed: Narrowed
    effort: Effort
    top_k: int
    policy: str
    weights: str
    generation: str | None
    plan: Mapping[str, object]
    legs: Mapping[str, int]  # leg -> candidates it gave
    candidates: int  # of all legs together, neighbours included
    degraded: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    signals: Mapping[str, float]  # what `confidence` rests on
    confidence: float

    @classmethod
    def from_dict(cls, given: object) -> Receipt:
        """What `to_dict` gave; raises InvalidInput that names what is wrong in it."""
        return read(cls, given, "receipt")


@dataclass(frozen=True, slots=True)
class Recall(Plain, Sequence[Hit]):
    """The hits, best first, with a receipt.

    `confidence` says how sure we are that anything relevant was found, in [0, 1].
    """

    hits: tuple[Hit, ...]
    receipt: Receipt
    confidence: float = 0.0

    @property
    def degraded(self) -> tuple[str, ...]:
        """What was missing or given up; empty when the answer is complete."""
        return self.receipt.degraded

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def __repr__(self) -> str:
        lines = "".join(f"\n  {hit!r}" for hit in self.hits[:10])
        more = f"\n  ... {len(self.hits) - 10} more" if len(self.hits) > 10 else ""
        note = f" degraded: {', '.join(self.degraded)}" if self.degraded else ""
        return f"<Recall {self.receipt.query!r}: {len(self.hits)} hits{note}>{lines}{more}"


@dataclass(frozen=True, slots=True)
class Context(Plain):
    """A block for a prompt: quoted, escaped memories within a token budget.

    `prefix` holds what stands whatever is asked and changes only with its content
    (`prefix_id` is its hash, the key for prompt and KV caches); `tail` what this query
    needs; `text` is both. `sources` are the message and memory ids quoted, no others.
    """

    SHOWN = ("text",)

    prefix: str
    tail: str
    prefix_id: str
    tokens: int
    sources: tuple[str, ...]
    receipt: Receipt

    @property
    def text(self) -> str:
        """Prefix and tail, ready to be put before the conversation."""
        return "\n".join(part for part in (self.prefix, self.tail) if part)

    def __str__(self) -> str:
        return self.text
