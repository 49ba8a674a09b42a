"""Features: what can be said of each candidate, as numbers that a table of weights adds up.

A feature reads the question, the candidate, its neighbours, aggregates of the candidates and
counters of the cube, nothing else. Names with ``_dialogue`` hold for queries that are dialogues
only: there the same signal weighs otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memos.contracts.outline import ASKS, ASSISTANT, KINDS, NUMBER, STANDING, TIME, Outline
from memos.language.questions import QuestionKind
from memos.model.memory import Kind
from memos.model.time import DAY
from memos.retrieval.meaning import Closeness
from memos.retrieval.plan import Plan
from memos.retrieval.pool import Floats, Pool, shifted

FEWEST = 12  # candidates that a comparison needs to mean something
BEST = 3  # values that stand for a conversation
LATE = 3 * DAY  # people tell things a few days after they happened
TOPICS = 8  # messages in which a conversation finds its topics, about
MANY_NAMES = 4

Columns = dict[str, Floats]
Mask = NDArray[np.bool_]


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
    counts = pool.outline.counts.astype(np.float64)
    lengths = pool.outline.lengths.astype(np.float64)
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
        "only": _only(counts[:n]),
        "covered": (((counts > 0) * pool.idf).sum(axis=1) / whole)[:n],
        "covered_around": (((around > 0) * pool.idf).sum(axis=1) / whole)[:n],
        "length": standardised(np.log1p(lengths[:n])),
    }


def _rarest(pool: Pool) -> Floats:
    """1 for memories that hold the rarest of the question's words that any of them holds."""
    counts = pool.outline.counts
    held = (counts > 0).any(axis=0)
    if not held.any():
        return np.zeros(len(counts))
    rarest = np.where(held, pool.idf, -1.0).argmax(axis=1)
    made: Floats = (counts[np.arange(len(rarest)), rarest] > 0).astype(np.float64)
    return made


def _only(counts: Floats) -> Floats:
    """For memories that hold every word of the question: one by how many do, such as 1."""
    whole = (counts > 0).all(axis=1) & (counts.shape[1] > 0)
    made: Floats = whole / max(1, int(whole.sum()))
    return made


def _meanings(asked: Asked, near: Closeness) -> Columns:
    """How near question and memory are as the embedder sees them, whole and token by token."""
    pool, n = asked.pool, asked.pool.candidates
    columns = {
        "near": near.alone[:n],
        "meaning": standardised(near.alone[:n]),
        "meaning_pair": standardised(near.with_before[:n]),
        "meaning_next": standardised(near.with_after[:n]),
        "meaning_after": standardised(shifted(near.alone, pool.after)[:n]),
        "session_meaning": standardised(_of_sessions(pool, near.alone)[:n]),
    }
    if near.tokens is not None:
        best, sums, weights = near.tokens.best, near.tokens.sums, near.tokens.weights
        beside = np.maximum(best, shifted(best, pool.before))
        around = np.maximum(beside, shifted(best, pool.after))
        columns |= {
            "tokens_near": sums[:n],
            "tokens": standardised(sums[:n]),
            "tokens_pair": standardised((beside @ weights)[:n]),
            "tokens_window": standardised((around @ weights)[:n]),
            "tokens_top": _share_of_best(sums[:n]),
            "session_tokens": standardised(_of_sessions(pool, sums)[:n]),
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
    """For each version the mean of the three best values in its conversation."""
    threads = pool.outline.threads
    order = np.lexsort((-values, threads))
    begins = np.flatnonzero(np.diff(threads[order], prepend=-1))
    sizes = np.diff(np.append(begins, len(order)))
    rank = np.arange(len(order)) - np.repeat(begins, sizes)
    best = np.add.reduceat(np.where(rank < BEST, values[order], 0.0), begins)
    made = np.zeros(len(values))
    made[order] = np.repeat(best / np.minimum(sizes, BEST), sizes)
    return made


# --- flags: what a candidate is, whatever the others are -----------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """The candidates as flags see them: `rows` are theirs only."""

    plan: Plan
    rows: Outline

    def cue(self, bit: int) -> Mask:
        """Those with a cue."""
        made: Mask = (self.rows.cues & bit) != 0
        return made

    def asked(self, flag: str) -> bool:
        """Whether the plan has a flag."""
        return flag in self.plan.flags

    @property
    def by_assistant(self) -> Mask:
        """Those that the assistant said."""
        made: Mask = self.rows.roles == ASSISTANT
        return made

    @property
    def others_named(self) -> Mask:
        """Those that name somebody, but nobody whom the question names."""
        made: Mask = (self.rows.names > 0) & ~self.rows.named & bool(self.plan.names)
        return made


def _dated(shown: Shown) -> Floats:
    """Said in a stretch of time that the question names, or told soon after it."""
    when, made = shown.rows.when, np.zeros(len(shown.rows))
    for window in shown.plan.windows:
        made[(when >= window.end) & (when < window.end + LATE) & (made < 1.0)] = 0.5
        made[(when >= window.start) & (when < window.end)] = 1.0
    return made


def _start(shown: Shown) -> Floats:
    """How near a message is to the beginning of its conversation, where topics come up."""
    made: Floats = np.exp(-(np.maximum(shown.rows.ordinals, 1) - 1) / TOPICS)
    return made


def _recent(shown: Shown) -> Floats:
    """From 0 for the oldest to 1 for the newest."""
    order = np.argsort(np.argsort(shown.rows.when, kind="stable"))
    made: Floats = order / max(1, len(shown.rows) - 1)
    return made


Flag = Callable[[Shown], "Floats | Mask"]

FLAGS: dict[str, Flag] = {
    "asks": lambda shown: shown.cue(ASKS),
    "tells_when": lambda shown: shown.cue(TIME) & (shown.plan.kind is QuestionKind.when),
    "tells_how_many": lambda shown: shown.cue(NUMBER) & (shown.plan.kind is QuestionKind.how_many),
    "names": lambda shown: np.minimum(shown.rows.names, MANY_NAMES) / MANY_NAMES,
    "speaker": lambda shown: shown.rows.spoken,
    "other_speaker": lambda shown: ~shown.rows.spoken & bool(shown.rows.spoken.any()),
    "mentions": lambda shown: shown.rows.named,
    "mentions_others": lambda shown: shown.others_named,
    "mentions_dialogue": lambda shown: shown.rows.named & shown.asked("dialogue"),
    "assistant": lambda shown: shown.by_assistant,
    "assistant_asked": lambda shown: shown.by_assistant & shown.asked("about_assistant"),
    "assistant_wide": lambda shown: shown.by_assistant & shown.asked("wide"),
    "standing": lambda shown: shown.cue(STANDING),
    "standing_request": lambda shown: (
        shown.cue(STANDING) & (shown.plan.kind is QuestionKind.request)
    ),
    "standing_past": lambda shown: shown.cue(STANDING) & shown.asked("past"),
    "dated": _dated,
    "opening": lambda shown: shown.rows.ordinals == 1,
    "start_wide": lambda shown: _start(shown) * shown.asked("wide"),
    "later_piece": lambda shown: shown.rows.chunks > 0,
    "distilled": lambda shown: shown.rows.kinds != KINDS.index(Kind.EPISODE),
    "recent_now": lambda shown: _recent(shown) * shown.asked("now"),
}


def _flags(asked: Asked) -> Columns:
    n, near = asked.pool.candidates, asked.closeness
    shown = Shown(asked.plan, asked.pool.outline.rows(slice(n)))
    columns = {name: np.asarray(flag(shown), np.float64) for name, flag in FLAGS.items()}
    fit = 1.0 if near is None else near.alone[:n]
    columns["standing_fit"] = columns["standing"] * fit
    return columns


APART = ("words_top", "window", "tokens", "meaning", "length")


def _apart(plan: Plan, columns: Columns) -> None:
    """Gives signals that weigh otherwise in dialogues columns of their own."""
    for name in APART:
        if name in columns:
            columns[f"{name}_dialogue"] = columns[name] * ("dialogue" in plan.flags)
