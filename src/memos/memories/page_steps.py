"""Steps: what is to be done with one page, and the page as a memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from memos.ingest.pages import CONVERSATION, TOPIC, Page, extent
from memos.model.claim import SLOT
from memos.model.memory import OURS, Kind, Memory, State
from memos.model.time import Instant

MOST_SOURCES = 64  # message ids that a page names
MOST_MADE_OF = 400  # memories that the versions of one page have quoted; then it begins anew
ABSTRACTED = (CONVERSATION, TOPIC)
PAGE, ABOUT = "page", "about"  # in the metadata of a page, like the next two
MADE_OF, ABSTRACT = "made_of", "abstract"

Name = tuple[str, str]
"""What sort of page, and what it is about."""


class Step(NamedTuple):
    """Brings `held` to `page`: None archives it; one that is `gone` is forgotten before."""

    page: Page | None
    held: Memory | None
    gone: bool = False

    @property
    def action(self) -> str:
        """In one word."""
        if self.page is not None:
            return "written"
        return "forgotten" if self.gone else "archived"


def name_of(memory: Memory) -> Name:
    """By which a cube tells its pages apart."""
    return str(memory.metadata.get(PAGE)), str(memory.metadata.get(ABOUT))


def slot_of(name: Name) -> str:
    """The label under which a text index finds a page."""
    return f"{SLOT}page/{name[0]}/{name[1]}"


def is_of(held: Memory, episodes: Sequence[Memory]) -> bool:
    """Whether a page is of just this conversation, and needs no second look."""
    told = {**held.metadata, **extent(episodes)} == dict(held.metadata)
    return told and not held.tainted and is_active(held) and _is_own(held)


def is_active(held: Memory | None) -> bool:
    """Whether a page is there to be read."""
    return held is not None and held.state is State.ACTIVE and held.valid_to is None


def lacks_abstract(step: Step) -> bool:
    """Whether a model has not been asked for the abstract yet."""
    return step.page is not None and step.page.page in ABSTRACTED and ABSTRACT not in step.page.more


def carried(page: Page, held: Memory | None) -> Page:
    """With the abstract that there is, if it is of the same lines."""
    if held is None or ABSTRACT not in held.metadata:
        return page
    with_it = replace(page, more={**page.more, ABSTRACT: held.metadata[ABSTRACT]})
    return with_it if content(with_it) == held.content else page


def is_same(step: Step) -> bool:
    """Whether the page says already what it ought to."""
    page, held = step.page, step.held
    if page is None or held is None or held.tainted or not is_active(held):
        return False
    made = _page_memory(page, held, held.recorded_at)
    known = {**held.metadata, MADE_OF: made.metadata[MADE_OF]}
    return (made.content, made.labels, made.sources, made.trust, dict(made.metadata)) == (
        held.content, held.labels, held.sources, held.trust, known,
    )  # fmt: skip


def memory_of(step: Step, cube_id: str, fresh: str, now: Instant) -> Memory | None:
    """What a step writes, if anything; `fresh` is the id of a page that is new."""
    page, held = step.page, None if step.gone else step.held
    if page is None:
        if held is None:
            return None
        return replace(held, version=held.version + 1, recorded_at=now, state=State.ARCHIVED,
                       superseded_at=None, tainted=False)  # fmt: skip
    if held is None:
        held = Memory(fresh, 0, Kind.SUMMARY, "", cube_id, now, role=OURS)
    made = _page_memory(page, held, now)
    return replace(made, version=held.version + 1)


def content(page: Page) -> str:
    """Title, abstract and lines."""
    abstract = page.more.get(ABSTRACT)
    return "\n".join((page.title, *([str(abstract)] if abstract else []), *page.lines))


def made_of(memory: Memory) -> frozenset[str]:
    """Ids of what the versions of a page have quoted."""
    found = memory.metadata.get(MADE_OF)
    return frozenset(found) if isinstance(found, Sequence) else frozenset()


def _page_memory(page: Page, held: Memory, now: Instant) -> Memory:
    """The page in the place of `held`."""
    ids = sorted(made_of(held).union(one.id for one in page.made_of))
    sources = dict.fromkeys(source for one in page.made_of for source in one.sources or (one.id,))
    return replace(
        held,
        content=content(page),
        recorded_at=now,
        superseded_at=None,
        conversation_id=page.about if page.page == CONVERSATION else None,
        user_id=_only(one.user_id for one in page.made_of),
        labels=(slot_of(page.name),),
        metadata={PAGE: page.page, ABOUT: page.about, **page.more, MADE_OF: ids},
        sources=tuple(sources)[:MOST_SOURCES],
        trust=min(one.trust for one in page.made_of),
        said_at=max(one.when for one in page.made_of),
        state=State.ACTIVE,
        valid_to=None,
        tainted=False,
    )


def _is_own(held: Memory) -> bool:
    """Whether nobody else has written to it since."""
    return held.labels == (slot_of(name_of(held)),) and MADE_OF in held.metadata


def _only(found: Iterable[str | None]) -> str | None:
    several = set(found)
    return several.pop() if len(several) == 1 else None
