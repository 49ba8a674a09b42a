"""Features: what can be said of each candidate, as numbers that a table of weights adds up.

A feature reads the question, the candidate, its neighbours, aggregates of the candidates and
counters of the cube, nothing else. Names with ``_han`` and ``_dialogue`` hold for Chinese
questions and for queries that are dialogues only: there the same signal weighs otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp

import numpy as np

from memos.language.cues import asks, has_number, has_time_word, is_standing_order
from memos.language.names import names, normalise
from memos.language.questions import QuestionKind
from memos.model.memory import Kind, Memory
from memos.model.time import DAY
from memos.retrieval.meaning import Closeness
from memos.retrieval.plan import Plan
from memos.retrieval.pool import Floats, Pool, shifted

FEWEST = 12  # candidates that a comparison needs to mean something
LATE = 3 * DAY  # people tell things a few days after they happened
OPENING = 0.15  # share of a conversation in which it finds its topics
SHORT = 150  # terms; an acknowledgement is no longer

Columns = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a feature may look at."""

    plan: Plan
    pool: Pool
    closeness: Closeness | None


def features(asked: Asked) -> Columns:
    """By name a value for each candidate, (candidates,).

    Values that compare are standardised over the candidates (mean 0, deviation 1); the others
    lie between 0 and 1 and mean the same for every question.
    """
    columns = _words(asked)
    if asked.closeness is not None:
        columns |= _meanings(asked, asked.closeness)
    columns |= _flags(asked)
    _apart(asked.plan, columns)
    return columns


def _words(asked: Asked) -> Columns:
    """How well the words of the question fit, alone and with what was said around."""
    pool, n = asked.pool, asked.pool.candidates
    counts, lengths = pool.counts, pool.lengths
    before, before_length = shifted(counts, pool.before), shifted(lengths, pool.before)
    after, after_length = shifted(counts, pool.after), shifted(lengths, pool.after)
    earlier = shifted(before, pool.before)
    earlier_length = shifted(before_length, pool.before)
    alone = pool.bm25(counts, lengths)
    around = counts + before + earlier + after
    whole = np.maximum(pool.idf.sum(axis=1), 1e-9)
    return {
        "words_top": _share_of_best(alone[:n]),
        "pair": standardised(pool.bm25(counts + before, lengths + before_length)[:n]),
        "window": standardised(
            pool.bm25(around, lengths + before_length + earlier_length + after_length)[:n]
        ),
        "before": standardised(shifted(alone, pool.before)[:n]),
        "after": standardised(shifted(alone, pool.after)[:n]),
        "rarest": _rarest(pool)[:n],
        "covered": (((counts > 0) * pool.idf).sum(axis=1) / whole)[:n],
        "covered_around": (((around > 0) * pool.idf).sum(axis=1) / whole)[:n],
        "length": standardised(np.log1p(lengths[:n])),
    }


def _rarest(pool: Pool) -> Floats:
    """1 for memories that hold the rarest of the question's words that any of them holds."""
    held = (pool.counts > 0).any(axis=0)
    if not held.any():
        return np.zeros(len(pool.memories))
    rarest = np.where(held, pool.idf, -1.0).argmax(axis=1)
    made: Floats = (pool.counts[np.arange(len(rarest)), rarest] > 0).astype(np.float64)
    return made


def _meanings(asked: Asked, near: Closeness) -> Columns:
    """How near question and memory are as the embedder sees them, whole and token by token."""
    pool, n = asked.pool, asked.pool.candidates
    columns = {
        "near": near.best[:n],
        "meaning": standardised(near.asked[:n]),
        "meaning_pair": standardised(near.with_before[:n]),
        "meaning_next": standardised(near.with_after[:n]),
        "meaning_after": standardised(shifted(near.best, pool.after)[:n]),
        "session_meaning": standardised(_of_sessions(pool, near.best)[:n]),
    }
    if near.tokens is not None:
        told = near.tokens.told
        beside = np.maximum(told, shifted(told, pool.before))
        around = np.maximum(beside, shifted(told, pool.after))
        best = np.maximum(near.tokens.sum_asked, near.tokens.sum_told)
        columns |= {
            "tokens_near": best[:n],
            "tokens": standardised(near.tokens.sum_asked[:n]),
            "tokens_told": standardised(near.tokens.sum_told[:n]),
            "tokens_pair": standardised((beside @ near.tokens.weights)[:n]),
            "tokens_window": standardised((around @ near.tokens.weights)[:n]),
            "tokens_top": _share_of_best(best[:n]),
            "session_tokens": standardised(_of_sessions(pool, best)[:n]),
        }
    return columns


def standardised(values: Floats) -> Floats:
    """Mean 0, deviation 1.

    Fewer than `FEWEST` are filled up with zeros: else the only candidate would be average.
    """
    count = max(FEWEST, len(values))
    mean = values.sum() / count
    squares = ((values - mean) ** 2).sum() + (count - len(values)) * mean**2
    deviation = np.sqrt(squares / count)
    made: Floats = (values - mean) / deviation if deviation > 1e-12 else np.zeros(len(values))
    return made


def _share_of_best(values: Floats) -> Floats:
    best = values.max(initial=0.0)
    made: Floats = values / best if best > 0 else np.zeros(len(values))
    return made


def _of_sessions(pool: Pool, values: Floats) -> Floats:
    """For each memory the mean of the three best values in its conversation."""
    by_thread: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for at, memory in enumerate(pool.memories):
        by_thread[memory.cube_id, memory.conversation_id].append(at)
    made = np.zeros(len(values))
    for places in by_thread.values():
        made[places] = np.sort(values[places])[-3:].mean()
    return made


# --- flags: one candidate at a time --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traits:
    """What a text is, whatever is asked; `names` are the words of the names in it."""

    asks: bool
    number: bool
    time: bool
    standing: bool
    names: frozenset[str]


@lru_cache(maxsize=8_192)
def traits(text: str) -> Traits:
    """Read once for each text; lately seen ones are remembered."""
    return Traits(
        asks=asks(text),
        number=has_number(text),
        time=has_time_word(text),
        standing=is_standing_order(text),
        names=frozenset(word for name in names(text) for word in normalise(name).split()),
    )


@dataclass(frozen=True, slots=True)
class One:
    """A candidate as flags see it; `place` is where it stands in the pool."""

    plan: Plan
    pool: Pool
    place: int
    memory: Memory
    traits: Traits
    wanted: frozenset[str]  # words of the names in the question
    speakers_wanted: bool  # somebody whom the question names speaks among the candidates

    @property
    def by_assistant(self) -> bool:
        """Said by the assistant."""
        return self.memory.role == "assistant"

    @property
    def speaks(self) -> bool:
        """Said by somebody whom the question names."""
        return bool(self.wanted & _words_of(self.memory.name))

    @property
    def standing(self) -> bool:
        """A standing order."""
        memory = self.memory
        if memory.kind is Kind.EPISODE:
            return self.traits.standing and memory.role == "user"
        return memory.kind is Kind.INSTRUCTION

    @property
    def mentions(self) -> bool:
        """It names somebody whom the question names."""
        return bool(self.wanted & self.traits.names)


@lru_cache(maxsize=1_024)
def _words_of(name: str | None) -> frozenset[str]:
    return frozenset(normalise(name).split()) if name else frozenset()


def _dated(one: One) -> float:
    """Said in a stretch of time that the question names, or told soon after it."""
    when, windows = one.memory.when, one.plan.windows
    if any(window.start <= when < window.end for window in windows):
        return 1.0
    return 0.5 if any(window.end <= when < window.end + LATE for window in windows) else 0.0


Flag = Callable[[One], float]

FLAGS: dict[str, Flag] = {
    "asks": lambda one: one.traits.asks,
    "tells_when": lambda one: one.plan.kind is QuestionKind.when and one.traits.time,
    "tells_how_many": lambda one: one.plan.kind is QuestionKind.how_many and one.traits.number,
    "names": lambda one: min(4, len(one.traits.names)) / 4,
    "speaker": lambda one: one.speaks,
    "other_speaker": lambda one: one.speakers_wanted and not one.speaks,
    "mentions": lambda one: one.mentions,
    "mentions_others": lambda one: bool(one.wanted and one.traits.names and not one.mentions),
    "mentions_dialogue": lambda one: "dialogue" in one.plan.flags and one.mentions,
    "assistant": lambda one: one.by_assistant,
    "assistant_asked": lambda one: one.by_assistant and "about_assistant" in one.plan.flags,
    "assistant_wide": lambda one: one.by_assistant and "wide" in one.plan.flags,
    "standing": lambda one: one.standing,
    "standing_request": lambda one: one.standing and one.plan.kind is QuestionKind.request,
    "standing_past": lambda one: one.standing and "past" in one.plan.flags,
    "dated": _dated,
    "opening": lambda one: one.memory.ordinal == 1,
    "start_wide": lambda one: _start(one.memory) if "wide" in one.plan.flags else 0.0,
    "later_piece": lambda one: one.memory.chunk > 0,
    "distilled": lambda one: one.memory.kind is not Kind.EPISODE,
}


def _start(memory: Memory) -> float:
    """How near a message is to the beginning of its conversation, where topics come up."""
    return exp(-((memory.ordinal or 1) - 1) / 8)


def _flags(asked: Asked) -> Columns:
    plan, pool = asked.plan, asked.pool
    shown = pool.memories[: pool.candidates]
    wanted = frozenset(word for name in plan.names for word in name.split())
    heard = any(wanted & _words_of(memory.name) for memory in shown)
    ones = [
        One(plan, pool, place, memory, traits(memory.content), wanted, heard)
        for place, memory in enumerate(shown)
    ]
    columns = {name: np.array([float(flag(one)) for one in ones]) for name, flag in FLAGS.items()}
    when = np.array([memory.when for memory in shown], np.float64)
    later = np.argsort(np.argsort(when, kind="stable")) / max(1, len(shown) - 1)
    columns["recent_now"] = later * ("now" in plan.flags)
    near = asked.closeness
    columns["standing_fit"] = (
        columns["standing"] * near.best[: len(shown)] if near is not None else columns["standing"]
    )
    return columns


APART: Mapping[str, tuple[str, ...]] = {
    "han": (
        "words_top", "pair", "window", "covered", "meaning", "tokens", "tokens_told",
    ),
    "dialogue": ("words_top", "window", "tokens", "meaning", "length"),
}  # fmt: skip
ENGLISH = (
    "near", "tokens_near", "meaning", "meaning_pair", "meaning_next", "meaning_after",
    "session_meaning", "tokens", "tokens_told", "tokens_pair", "tokens_window", "tokens_top",
    "session_tokens",
)  # fmt: skip
"""Signals of the default embedder, which knows English only."""


def _apart(plan: Plan, columns: Columns) -> None:
    """Gives signals that weigh otherwise in some questions columns of their own."""
    for flag, signals in APART.items():
        for name in signals:
            if name in columns:
                columns[f"{name}_{flag}"] = columns[name] * (flag in plan.flags)
    if "han" in plan.flags:
        for name in ENGLISH:
            if name in columns:
                columns[name] = np.zeros(len(columns[name]))
