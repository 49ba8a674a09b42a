"""Public calls that correct what is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from memos.errors import InvalidInput
from memos.language.corrections import Remark, remark
from memos.memories.learning import REMARK
from memos.memories.remarks import Remarks
from memos.memories.scopes import Caller
from memos.model import checks
from memos.model.memory import Memory
from memos.model.recall import Receipt
from memos.model.results import FeedbackResult
from memos.model.scope import ReadScope, WriteScope
from memos.system.base import Base

RATINGS = {"up": 1, "down": -1}


class Remarking(Base):
    """Feedback, and taking it back."""

    async def feedback(
        self,
        user_id: str | None = None,
        text: str | None = None,
        *,
        memory_ids: str | Sequence[str] | None = None,
        receipt: Receipt | Mapping[str, Any] | None = None,
        rating: str | None = None,
        conversation_id: str | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> FeedbackResult:
        """Corrects what is remembered, or says how good an answer was.

        "no, my sister lives in Porto, not Lisbon" puts an end to what it contradicts, and what
        it says holds from now on; "that's wrong" puts an end to the memories that are named.
        The text is kept as a message. Thumbs (a rating, or a text such as a thumb) move the
        importance of what they are about. `revert` takes each change back.

        Args:
            user_id: who says it.
            text: the remark.
            memory_ids: what it is about.
            receipt: the recall that it is about, or its `to_dict()`.
            rating: ``up`` or ``down``, instead of a text.
            conversation_id: where it was said.
            agent_id: the agent that took part.
            cube_id: another cube than the personal one.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        text = None if text is None else self._desk.text(text)  # what it says is kept, and learned
        said = self._remark(text, rating)
        ids = [] if memory_ids is None else self._desk.ids("memory_ids", memory_ids)
        told = None if receipt is None else _receipt(receipt)
        await self._ready()
        scope = await self._scopes.writing(caller)
        named = [await self._visible(caller, one) for one in ids]
        reads, _ = await self._scopes.reading(caller, self._narrowing(caller, by_name=True))
        if told is not None:
            found = await self._parts.records.by_id(reads, [one.memory_id for one in told.evidence])
            named += [one for one in found.values() if one.id not in ids]
        named = [one for one in named if one.cube_id == scope.cube_id]
        for memory in named:
            caller.check_over(memory.trust, memory.cube_id, f"memory {memory.id}")
        remarks = Remarks(self._learner)
        if said.verdict or said.over:
            _check_named(named, said)
        if said.verdict:
            return await remarks.rate(scope, reads, named, said.verdict)
        episode = await self._keep(caller, scope, reads, str(text), conversation_id)
        result = await remarks.correct(scope, reads, episode, said, named)
        return replace(result, message_id=episode.sources[0])

    async def revert(
        self,
        user_id: str | None = None,
        memory_id: str = "",
        *,
        version: int | None = None,
        agent_id: str | None = None,
        cube_id: str | None = None,
    ) -> FeedbackResult:
        """Takes the last change of a memory back, or goes back to one of its versions.

        A memory without an earlier version is archived, and what it replaced holds again.
        Nothing is lost: the next version says again what the earlier one said.
        """
        caller = self._desk.caller(user_id, agent_id, cube_id)
        wanted = None if version is None else checks.check_int("version", version, 1, 2**31)
        memory = await self._visible(caller, memory_id)
        caller.check_over(memory.trust, memory.cube_id, f"memory {memory.id}")
        scope = await self._scopes.writing_to(caller, memory)
        return await Remarks(self._learner).revert(scope, memory, wanted)

    def _remark(self, text: object, rating: object) -> Remark:
        if rating is not None:
            if text is not None:
                raise InvalidInput("rating", "given beside a text", "either a text or a rating")
            if not isinstance(rating, str) or rating not in RATINGS:
                raise InvalidInput("rating", checks.shape(rating), "up or down")
            return Remark(verdict=RATINGS[rating])
        return remark(checks.check_text("text", text, self.settings.max_message))

    async def _keep(
        self, caller: Caller, scope: WriteScope, reads: ReadScope, text: str, thread: object
    ) -> Memory:
        """The episode of the remark, which is a message like any other."""
        role = "assistant" if caller.user_id is None else "user"
        fields = {
            "role": role, "content": text, "conversation_id": thread, "metadata": {REMARK: True},
        }  # fmt: skip
        (added,) = await self._textual.add(scope, [self._desk.draft(caller, fields)])
        found = await self._parts.records.by_id(
            replace(reads, cubes=(scope.cube_id,)), added.memory_ids[:1]
        )
        if not found:
            raise InvalidInput("text", "a block of quoted memories", "words of your own")
        return found[added.memory_ids[0]]


def _receipt(given: Receipt | Mapping[str, Any]) -> Receipt:
    return given if isinstance(given, Receipt) else Receipt.from_dict(given)


def _check_named(named: Sequence[Memory], said: Remark) -> None:
    if not named:
        what = "a rating" if said.verdict else "a remark without a statement"
        raise InvalidInput("memory_ids", f"none, with {what}", "memory_ids, or a receipt")
