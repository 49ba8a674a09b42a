"""Remarks: what people say about what is remembered, and taking a change back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from memos.errors import Conflict, InvalidInput
from memos.ingest.extraction import extract
from memos.ingest.knowledge import FEEDBACK, claim_of, memory_of, unended
from memos.ingest.ledger import Ledger
from memos.ingest.reconcile import slot
from memos.language.corrections import Remark
from memos.language.tokens import terms
from memos.memories.learning import KNOWLEDGE, TRIES, Learner
from memos.model.claim import LEARNED, Claim, is_learned
from memos.model.memory import Kind, Memory, State
from memos.model.results import FeedbackResult
from memos.model.scope import CubeKey, ReadScope, WriteScope

STEP = 0.1  # by which praise and blame move the importance of what they are about
NEAR = 8  # memories and episodes in which a wrong word is looked for

Place = tuple[Ledger, CubeKey, Memory]
"""Where a remark is taken in: what it changes, in which cube, and the episode that made it."""

Change = Callable[[Ledger, CubeKey], Awaitable[FeedbackResult]]


@dataclass(frozen=True, slots=True)
class Remarks:
    """Changes what is known at the word of a person; each change is one commit."""

    learner: Learner

    async def rate(
        self, scope: WriteScope, reads: ReadScope, named: Sequence[Memory], verdict: int
    ) -> FeedbackResult:
        """Praise or blame for memories, and for what was learned from the messages among them."""

        async def change(ledger: Ledger, key: CubeKey) -> FeedbackResult:
            found = {one.id: one for one in await self._learned(reads, named)}
            for memory in found.values():
                importance = min(1.0, max(0.0, memory.importance + STEP * verdict))
                if importance != memory.importance and memory.cube_id == key.cube_id:
                    ledger.put(replace(memory, importance=importance))
            return FeedbackResult(rated=tuple(one.id for one in ledger.memories))

        return await self._persistently(scope, change)

    async def correct(
        self,
        scope: WriteScope,
        reads: ReadScope,
        episode: Memory,
        said: Remark,
        named: Sequence[Memory],
    ) -> FeedbackResult:
        """What `episode`, which made the remark, says instead of what is known.

        Of the memories `named` those that it concerns come to an end; without any, what is
        known of the same matter, or holds the words that it calls wrong.
        """

        async def change(ledger: Ledger, key: CubeKey) -> FeedbackResult:
            about = await self._learned(reads, named)
            if said.over:
                for memory in about:
                    self._check_trust(memory, episode)
                    ledger.end(memory)
                return _result(ledger)
            for claim in self._claims(said, episode, about):
                known = [
                    *await self.learner.waiting(key),
                    *await self.learner.known(key, episode, claim),
                ]
                wrong = _concerned(about, claim, said, sole=len(named) == 1)
                if said.wrong and not wrong:
                    wrong = await self._wrong((ledger, key, episode), claim, said.wrong, known)
                for memory in wrong:
                    self._check_trust(memory, episode)
                ledger.enter(claim, episode, [*known, *wrong], {memory.id for memory in wrong})
            return _result(ledger)

        return await self._persistently(scope, change)

    async def revert(
        self, scope: WriteScope, memory: Memory, version: int | None
    ) -> FeedbackResult:
        """Takes the last change of a memory back, or goes back to one of its versions.

        One that has no earlier version is withdrawn, and what it had put an end to holds
        again. What else there was of what there is only one of comes to an end.
        """

        async def change(ledger: Ledger, key: CubeKey) -> FeedbackResult:
            (state,) = await self.learner.parts.records.states(key, [memory.id])
            versions = {one.version: one for one in state.versions}
            current = versions.get(max(versions, default=0), memory)
            wanted = current.version - 1 if version is None else version
            if wanted == 0:
                await self._withdraw(ledger, key, current)
                return _result(ledger)
            if wanted not in versions or wanted == current.version:
                allowed = f"one from 1 to {current.version - 1}"
                raise InvalidInput("version", str(wanted), allowed)
            await self._restore(ledger, key, current, versions[wanted])
            return _result(ledger)

        return await self._persistently(scope, change)

    async def _withdraw(self, ledger: Ledger, key: CubeKey, current: Memory) -> None:
        ledger.put(replace(current, state=State.ARCHIVED))
        for memory_id in current.metadata.get("supersedes", ()):
            (state,) = await self.learner.parts.records.states(key, [memory_id])
            if state.versions:
                await self._restore(ledger, key, state.versions[-1], unended(state.versions[-1]))

    async def _restore(self, ledger: Ledger, key: CubeKey, current: Memory, wanted: Memory) -> None:
        """The content of an earlier version as the next one; what stands in its place ends."""
        made = ledger.put(
            replace(wanted, version=current.version, state=State.ACTIVE, tainted=False)
        )
        if made.valid_to is None and is_learned(made):
            for peer in await self.learner.known(key, made, claim_of(made)):
                same = slot(claim_of(peer)) is not None and slot(claim_of(peer)) == slot(
                    claim_of(made)
                )
                rival = same or peer.id == current.metadata.get("superseded_by")
                if rival and peer.id != made.id and peer.name == made.name:
                    ledger.end(peer, by=made.id)

    async def _persistently(self, scope: WriteScope, change: Change) -> FeedbackResult:
        """Makes a change anew as long as another is faster."""
        last: Conflict | None = None
        for _ in range(TRIES):
            marks = await self.learner.parts.records.marks(scope.key)
            ledger = self.learner.ledger(FEEDBACK)
            result = await change(ledger, scope.key)
            try:
                await self.learner.commit(scope, ledger, marks.get(KNOWLEDGE, 0))
                return result
            except Conflict as error:  # VersionConflict too
                last = error
        raise last or Conflict("feedback: what is known kept changing")

    async def _learned(self, reads: ReadScope, named: Sequence[Memory]) -> list[Memory]:
        """The memories, with what was learned from a message in its place."""
        told = [memory.id for memory in named if memory.kind is Kind.EPISODE]
        scope = replace(reads, narrowing=replace(reads.narrowing, kinds=LEARNED, filter=None))
        made = await self.learner.parts.records.derived(scope, told)
        found = {one.id: one for one in named if one.kind is not Kind.EPISODE}
        found |= {one.id: one for each in made.values() for one in each if one.valid_to is None}
        return list(found.values())

    def _claims(self, said: Remark, episode: Memory, about: Sequence[Memory]) -> list[Claim]:
        """What a remark claims; "Porto, not Lisbon" alone stands in what it is said about."""
        holding = [one for one in about if said.wrong and _holds(one, said.wrong)]
        if holding and said.wrong and said.right:
            claim = claim_of(holding[0])
            text = _replaced(claim.text, said.wrong, said.right)
            return [replace(claim, text=text, value=_replaced(claim.value, said.wrong, said.right))]
        made = extract(said.text, episode.when.datetime.astimezone(self.learner.zone))
        if made:
            return made
        if len(about) == 1:
            return [replace(claim_of(about[0]), text=said.text, value=said.text)]
        return [Claim(kind=Kind.FACT, text=said.text, value=said.text)]

    async def _wrong(
        self, at: Place, claim: Claim, wrong: str, known: Sequence[Memory]
    ) -> list[Memory]:
        """What holds the words that are called wrong; else the message that does."""
        ledger, key, episode = at
        holding = [one for one in known if _says(one, wrong, claim)]
        if holding or (slot(claim) is not None and any(_same_slot(one, claim) for one in known)):
            return holding[:1]
        parts, reads = self.learner.parts, self.learner.reads(key, episode)
        scope = replace(reads, narrowing=replace(reads.narrowing, kinds=frozenset({Kind.EPISODE})))
        wanted = list(dict.fromkeys((*terms(wrong), *terms(claim.text))))
        refs = [hit.ref for hit in (await parts.text.search(scope, wanted, NEAR)).hits]
        told = await parts.records.memories(scope, refs)
        for ref in refs:
            one = told.get(ref)
            if one is not None and one.id != episode.id and _says(one, wrong, claim):
                return [self._stand_in(ledger, one, claim)]
        return []

    def _stand_in(self, ledger: Ledger, told: Memory, claim: Claim) -> Memory:
        """What a message said, as a memory that can come to an end."""
        old = replace(claim, text=told.content, value=told.content)
        made = memory_of(
            old, told, self.learner.parts.ids(), self.learner.parts.clock.now(),
            by=FEEDBACK, zone=self.learner.zone, slot=None,
        )  # fmt: skip
        return ledger.begin(made, told)

    def _check_trust(self, memory: Memory, episode: Memory) -> None:
        if episode.trust < memory.trust:
            raise Conflict(f"memory {memory.id}: it was said by somebody who is trusted more")


def _concerned(about: Sequence[Memory], claim: Claim, said: Remark, *, sole: bool) -> list[Memory]:
    """Those of the memories that a claim is said about."""
    name = slot(claim)
    same = [one for one in about if name is not None and _same_slot(one, claim)]
    holding = [one for one in about if said.wrong and _holds(one, said.wrong)]
    if same or holding:
        return list({one.id: one for one in (*same, *holding)}.values())
    return list(about) if sole and len(about) == 1 else []


def _holds(memory: Memory, words: str) -> bool:
    return words.casefold() in memory.content.casefold()


def _says(memory: Memory, words: str, claim: Claim) -> bool:
    """Whether it holds the words, and otherwise says much of what a claim says of the same one."""
    if not _holds(memory, words):
        return False
    if is_learned(memory) and claim_of(memory).subject.casefold() != claim.subject.casefold():
        return False
    rest = set(terms(claim.text)) - set(terms(claim.value if claim.attribute else ""))
    return 2 * len(rest & set(terms(memory.content))) >= len(rest)


def _same_slot(memory: Memory, claim: Claim) -> bool:
    return slot(claim_of(memory)) == slot(claim)


def _replaced(text: str, wrong: str, right: str) -> str:
    at = text.casefold().find(wrong.casefold())
    return text if at < 0 else text[:at] + right + text[at + len(wrong) :]


def _result(ledger: Ledger) -> FeedbackResult:
    over = {one.id for one in ledger.memories if one.valid_to or one.state is State.ARCHIVED}
    return FeedbackResult(
        created=tuple(o.id for o in ledger.memories if o.version == 1 and o.id not in over),
        ended=tuple(one.id for one in ledger.memories if one.id in over),
        changed=tuple(o.id for o in ledger.memories if o.version > 1 and o.id not in over),
    )
