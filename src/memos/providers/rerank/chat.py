"""Reranker that asks a language model, once for all texts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from memos.contracts.chat_model import ChatModel, Turn
from memos.contracts.reranker import Reranker, check_candidates
from memos.errors import BadAnswer

PROMPT = Path(__file__).with_name("chat.md").read_text(encoding="utf-8")
CUT = 2_000  # characters of a text; many texts share one prompt
TOKENS = 32  # of the answer for each text: an id, a score, and the JSON around them
MORE_TOKENS = 1_000  # for models that think first
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "scores": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "score": {"type": "number"}},
                "required": ["id", "score"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["scores"],
    "additionalProperties": False,
}


class ChatReranker(Reranker):
    """Texts go as ``c1``, ``c2``, ...: short ids cost little and are copied without slips.

    The model is not this part's to open or close.
    """

    needs_loop = True

    def __init__(self, chat_model: ChatModel) -> None:
        self._chat = chat_model
        self.name = f"chat/{chat_model.name}"

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        check_candidates(query, texts)
        if not texts:
            return []
        ids = [f"c{number}" for number in range(1, len(texts) + 1)]
        turns = [Turn("system", PROMPT), Turn("user", _asked(query, ids, texts))]
        reply = await self._chat.complete(turns, SCHEMA, MORE_TOKENS + TOKENS * len(ids))
        scores = _told(reply.text)
        if missing := set(ids) - scores.keys():
            raise _bad(f"no score for {len(missing)} of {len(ids)} texts")
        if len(scores) > len(ids):
            raise _bad("scores for texts that were not there")
        return [scores[id] for id in ids]


def _asked(query: str, ids: Sequence[str], texts: Sequence[str]) -> str:
    pairs = zip(ids, texts, strict=True)
    candidates = [{"id": id, "text": text.strip()[:CUT]} for id, text in pairs]
    # JSON quotes the texts, so that none can end its own field and begin another.
    return json.dumps({"query": query[:CUT], "candidates": candidates}, ensure_ascii=False)


def _told(text: str) -> dict[str, float]:
    """The scores by id, clipped to [0, 1]; raises BadAnswer."""
    scores: dict[str, float] = {}
    try:
        for one in json.loads(text)["scores"]:
            id, score = one["id"], one["score"]
            if type(score) not in (int, float) or math.isnan(score) or id in scores:
                raise _bad("a score that is no number, or an id twice")
            scores[id] = min(max(float(score), 0.0), 1.0)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise _bad("another shape than the schema's") from error
    return scores


def _bad(got: str) -> BadAnswer:
    return BadAnswer(f"reranker: the chat model answered with {got}; wanted: one for each text")
