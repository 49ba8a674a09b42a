"""Abstracts: a few sentences by the chat model about the lines of a page, where there is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from memos.contracts.chat_model import ChatModel, Reply, Turn
from memos.contracts.work_log import WorkLog
from memos.errors import BadAnswer, ProviderError
from memos.governance.fence import outside, quoted
from memos.memories.studying import CALLS, TOKENS, Budget
from memos.model.time import SECOND, Clock, Instant

PROMPT = Path(__file__).with_name("pages.md").read_text(encoding="utf-8").strip()
SLOW = 30.0  # seconds that an answer may take
LONGEST = 1_200  # characters of an abstract; what is longer is none
MAX_TOKENS = 400
PAUSE = 600 * SECOND  # before a model that failed is asked again

log = logging.getLogger("memos.pages")


class Abstracts:
    """Asks within what a tenant may use of the model a day; the lines stand without an answer."""

    def __init__(self, model: ChatModel, work_log: WorkLog, clock: Clock, budget: Budget) -> None:
        self._model = model
        self._work_log = work_log
        self._clock = clock
        self._budget = budget
        self._away_until = Instant(0)

    async def of(self, tenant: str, lines: Sequence[str]) -> str | None:
        """An abstract, empty when the model's answer is of no use; None when it cannot be asked."""
        now = self._clock.now()
        if now < self._away_until or await self._used_up(tenant, now):
            return None
        prompt = [Turn("system", PROMPT), Turn("user", "\n".join(map(quoted, lines)))]
        tokens, text = 0, ""
        try:
            reply = await asyncio.wait_for(self._model.complete(prompt, None, MAX_TOKENS), SLOW)
        except BadAnswer as error:
            log.warning("a page was not abstracted: %s", error)
            tokens = error.tokens_in + error.tokens_out
        except (ProviderError, asyncio.TimeoutError) as error:
            log.warning("no page is abstracted for a while: %r", error)
            self._away_until = Instant(now + PAUSE)
            await self._spend(tenant, now, 0)
            return None
        else:
            tokens, text = reply.tokens_in + reply.tokens_out, _usable(reply)
        await self._spend(tenant, now, tokens)
        return text

    async def _used_up(self, tenant: str, now: Instant) -> bool:
        used = await self._work_log.spent(tenant, now.iso()[:10])
        left = self._budget.calls - used.get(CALLS, 0), self._budget.tokens - used.get(TOKENS, 0)
        return min(left) <= 0

    async def _spend(self, tenant: str, now: Instant, tokens: int) -> None:
        await self._work_log.spend(tenant, now.iso()[:10], {CALLS: 1, TOKENS: tokens})


def _usable(reply: Reply) -> str:
    text = " ".join(outside(reply.text)[0].split())
    return text if reply.finished and len(text) <= LONGEST else ""
