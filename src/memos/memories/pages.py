"""Pages: what is known and was said, put together behind the writes and kept up to date.

A page is a memory of kind summary with the role `OURS`, derived from all that it quotes: when one
of these changes or is forgotten, the page is tainted in the same commit, and made anew here.
Pages follow from the records and the time alone, so doing it twice comes to the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import NamedTuple

from memos.errors import Conflict, NotFound
from memos.ingest import pages as drawn
from memos.ingest.pages import CONVERSATION, PROFILE, Page
from memos.ingest.topics import topics
from memos.memories.abstracts import Abstracts
from memos.memories.embedding import Embedding
from memos.memories.learning import KNOWLEDGE, TRIES
from memos.memories.page_steps import (
    ABSTRACT,
    MOST_MADE_OF,
    Name,
    Step,
    carried,
    is_active,
    is_of,
    is_same,
    lacks_abstract,
    made_of,
    memory_of,
    name_of,
)
from memos.memories.parts import Parts
from memos.model.changes import ChangeSet, Derivation, Mark
from memos.model.claim import LEARNED
from memos.model.memory import OURS, Kind, Memory
from memos.model.scope import CubeKey, Narrowing, ReadScope, WriteScope
from memos.model.time import Instant
from memos.retrieval.standing import of_the_user
from memos.scheduler.job_run import Allowance

WRITES = "pages"  # the mark that every change of a cube's pages moves
SEEN = "pages seen"  # the mark of the commit that they have come to
DUE = "pages due"  # the mark of the moment at which they change though nobody writes
NEVER = 1 << 62
ACTOR = "memos:pages"  # in histories
USER = "user:"  # personal cubes of users begin so
BATCH = 20  # pages between two commits
ALL = 1 << 30  # more memories than a cube has
QUOTES = 10  # sentences of a topic

log = logging.getLogger("memos.pages")


class Seen(NamedTuple):
    """A cube as it was read; `threads` are its conversations by id, `pages` all that are there."""

    seq: int
    marks: Mapping[str, int]
    now: Instant
    claims: Sequence[Memory]
    episodes: Sequence[Memory]
    threads: Mapping[str, list[Memory]]
    pages: Mapping[Name, Memory]


@dataclass(frozen=True, slots=True)
class Pages:
    """Keeps the pages of cubes; `abstracts` is there where a chat model is."""

    parts: Parts
    embedding: Embedding | None
    zone: tzinfo
    abstracts: Abstracts | None = None

    async def consolidate(self, key: CubeKey, allowance: Allowance) -> Counter[str]:
        """Brings the pages of a cube up to date; how many were written, archived and forgotten.

        An item is a cube, a page, or a call of the model. A dry run counts what would be done.
        """
        done: Counter[str] = Counter()
        for _attempt in range(TRIES):
            try:
                await self._round(key, allowance, done)
                break
            except (Conflict, NotFound) as error:  # another was faster: on top of what it wrote
                log.info("pages of %s: %s", key.cube_id, error)
        return done

    async def profile(self, key: CubeKey, about: str) -> Memory | None:
        """What is known of a user now; a page that does not say just that is made anew."""
        last: Exception | None = None
        for _attempt in range(TRIES):
            seen = await self._read(key, told=False)
            if seen is None:
                return None
            pages = [page for page in self._profiles(seen) if page.about == about]
            steps = await self._steps(key, seen, pages, {(PROFILE, about)})
            if not steps:
                return seen.pages[PROFILE, about] if pages else None
            try:
                written = await self._write(key, seen, steps, 0)
            except (Conflict, NotFound) as error:
                last = error
                continue
            return written[0] if pages else None
        raise last or Conflict(f"{key.cube_id}: what is known kept changing")

    async def _round(self, key: CubeKey, allowance: Allowance, done: Counter[str]) -> None:
        seen = await self._read(key, told=True)
        if seen is None:
            return
        pages, kept = await asyncio.to_thread(self._drawn, key, seen)
        steps = await self._steps(key, seen, pages, set(seen.pages) - kept)
        allowance.spend(1 + len(steps))
        if allowance.dry:
            done.update(each.action for each in steps)
            return
        commits, waiting = 0, False
        for at in range(0, len(steps), BATCH):
            if at and not allowance.left:
                return
            ready = [
                await self._abstracted(key, each, allowance) for each in steps[at : at + BATCH]
            ]
            waiting = waiting or any(map(lacks_abstract, ready))
            batch = [each for each in ready if not is_same(each)]
            if batch:
                await self._write(key, seen, batch, commits)
                commits += 1
                done.update(each.action for each in batch)
        due = seen.now if waiting and self.abstracts is not None else self._due(seen)
        await self._note(key, seen, commits, due)

    async def _read(self, key: CubeKey, *, told: bool) -> Seen | None:
        """What pages are made of, as every reader of a cube sees it.

        With what was `told` in it too, unless nothing can have changed: then None.
        """
        records = self.parts.records
        marks = await records.marks(key)  # first: what is written from here on is found later
        cube = await records.cube(key)
        if cube is None:
            return None
        now = self.parts.clock.now()
        if told and cube.seq <= marks.get(SEEN, 0) and now < marks.get(DUE, 0):
            return None
        scope = _reads(key, now)
        claims = await records.recent(scope, ALL, sorted(LEARNED))
        episodes = await records.recent(scope, ALL, [Kind.EPISODE]) if told else []
        episodes.sort(key=lambda one: (one.seq, one.ordinal or 0, one.chunk, one.id))
        threads: dict[str, list[Memory]] = {}
        for one in episodes:
            if one.conversation_id is not None:
                threads.setdefault(one.conversation_id, []).append(one)
        found = await records.recent(_reads(key, now, by_name=True), ALL, [Kind.SUMMARY])
        pages = {name_of(one): one for one in reversed(found) if one.role == OURS}
        return Seen(cube.seq, marks, now, claims, episodes, threads, pages)

    def _drawn(self, key: CubeKey, seen: Seen) -> tuple[list[Page], set[Name]]:
        """The pages that there ought to be, and the names of those that stay as they are."""
        own = key.cube_id.removeprefix(USER) if key.cube_id.startswith(USER) else ""
        made = [*self._profiles(seen), *drawn.persons(seen.claims, own, self.zone)]
        kept: set[Name] = set()
        for thread, over in drawn.over(seen.threads).items():
            episodes, held = seen.threads[thread], seen.pages.get((CONVERSATION, thread))
            if len(episodes) < drawn.EPISODES:
                continue
            if over > seen.now or (held is not None and self._is_done(held, episodes)):
                kept.add((CONVERSATION, thread))
            elif (page := drawn.conversation(episodes, self.zone)) is not None:
                made.append(page)
        for each in topics(seen.episodes):
            mentions = [seen.episodes[at] for at in each.places]
            page = drawn.topic(each.about, mentions, QUOTES, self.zone)
            made += [] if page is None else [page]
        return made, kept

    def _is_done(self, held: Memory, episodes: Sequence[Memory]) -> bool:
        asked = self.abstracts is None or ABSTRACT in held.metadata
        return asked and is_of(held, episodes)

    def _profiles(self, seen: Seen) -> list[Page]:
        """One for each user, or agent that is alone, of whom something is known."""
        groups: dict[str, list[Memory]] = {}
        for one in of_the_user(seen.claims):
            groups.setdefault(one.user_id or one.agent_id or "", []).append(one)
        pages = [drawn.profile(about, each, seen.now, self.zone) for about, each in groups.items()]
        return [page for page in pages if page is not None]

    async def _steps(
        self, key: CubeKey, seen: Seen, pages: Sequence[Page], names: Collection[Name]
    ) -> list[Step]:
        """What is to be done so that of the pages `names` there are just those given."""
        steps = []
        for page in pages:
            held = seen.pages.get(page.name)
            step = Step(carried(page, held), held)
            if not is_same(step) or (self.abstracts is not None and lacks_abstract(step)):
                steps.append(step)
        there = {page.name for page in pages}
        old = [seen.pages[name] for name in sorted(names) if name in seen.pages.keys() - there]
        steps += [Step(None, one) for one in old if one.tainted or is_active(one)]
        gone = await self._gone(key, seen.now, steps)
        found = [one._replace(gone=one.held is not None and one.held.id in gone) for one in steps]
        return [each for each in found if each.page or each.gone or is_active(each.held)]

    async def _gone(self, key: CubeKey, now: Instant, steps: Sequence[Step]) -> set[str]:
        """Ids of pages that nobody may read any more, at no moment: they quote what is gone.

        A next version would clear the taint of the earlier ones, which `known_at` reads.
        """
        held = [each.held for each in steps if each.held is not None]
        tainted = [one for one in held if one.tainted]
        wanted = sorted({id for one in tainted for id in made_of(one)})
        found = await self.parts.records.by_id(_reads(key, now, by_name=True), wanted)
        sound = {id for id, memory in found.items() if not memory.tainted}
        gone = {one.id for one in tainted if not sound.issuperset(made_of(one))}
        return gone | {one.id for one in held if len(made_of(one)) > MOST_MADE_OF}

    async def _abstracted(self, key: CubeKey, step: Step, allowance: Allowance) -> Step:
        """With an abstract, if it lacks one and the model can be asked."""
        page = step.page
        if page is None or self.abstracts is None or not lacks_abstract(step) or not allowance.left:
            return step
        allowance.spend()
        text = await self.abstracts.of(key.tenant, page.lines)
        if text is None:
            return step
        return step._replace(page=replace(page, more={**page.more, ABSTRACT: text}))

    async def _write(
        self, key: CubeKey, seen: Seen, steps: Sequence[Step], commits: int
    ) -> list[Memory]:
        """One commit, unless another has changed pages or what is known since they were read.

        `commits` is how many were made since then.
        """
        now, memories, links = self.parts.clock.now(), list[Memory](), dict[Derivation, None]()
        for step in steps:
            memory = memory_of(step, key.cube_id, self.parts.ids(), now)
            if memory is not None:
                memories.append(memory)
                made = step.page.made_of if step.page is not None else ()
                links |= {Derivation(o.id, o.version, "memory", memory.id): None for o in made}
        was, knowledge = seen.marks.get(WRITES, 0) + commits, seen.marks.get(KNOWLEDGE, 0)
        changes = ChangeSet(
            memories=tuple(memories),
            forget=tuple(each.held.id for each in steps if each.gone and each.held is not None),
            derivations=tuple(links),
            marks=(Mark(WRITES, was, was + 1), Mark(KNOWLEDGE, knowledge, knowledge)),
            at=now,
        )
        commit = await self.parts.records.commit(WriteScope(*key, ACTOR), changes)
        if self.embedding is not None:
            self.embedding.written(key, commit.seq)
        if not {memory.id for memory in memories}.isdisjoint(commit.tainted):
            raise Conflict("pages: what they were made of has changed meanwhile")
        return [replace(one, seq=commit.seq, changed_seq=commit.seq) for one in memories]

    async def _note(self, key: CubeKey, seen: Seen, commits: int, due: int) -> None:
        """Says how far the pages have come, so that nobody looks again before something happens.

        The next number is that of this very commit, unless others have written meanwhile.
        """
        was = seen.marks.get(WRITES, 0) + commits
        marks = (
            Mark(WRITES, was, was),
            Mark(SEEN, seen.marks.get(SEEN, 0), seen.seq + commits + 1),
            Mark(DUE, seen.marks.get(DUE, 0), due),
        )
        changes = ChangeSet(marks=marks, at=self.parts.clock.now())
        await self.parts.records.commit(WriteScope(*key, ACTOR), changes)

    def _due(self, seen: Seen) -> int:
        """When pages change next though nobody writes."""
        silent = [
            moment
            for thread, moment in drawn.over(seen.threads).items()
            if len(seen.threads[thread]) >= drawn.EPISODES
        ]
        changing = drawn.changes_at(seen.claims, seen.now, self.zone)
        return min((one for one in (*silent, *changing) if one > seen.now), default=NEVER)


def _reads(key: CubeKey, now: Instant, *, by_name: bool = False) -> ReadScope:
    """What all readers of a cube see now; `by_name` also what is tainted, archived or over."""
    return ReadScope(key.tenant, (key.cube_id,), Narrowing(now=now, by_name=by_name))
