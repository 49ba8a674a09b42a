"""Pages as they ought to be: what is known and was said, put together by whom and what it is about.

Pure: from claims and episodes to pages, in the words in which things were said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import Enum

from memos.ingest.digest import Sentence, key_sentences, sentences
from memos.language.tokens import terms
from memos.model.claim import PLAN, SELF, is_learned, is_own_voice, speak_alone
from memos.model.memory import STANDING, Kind, Memory
from memos.model.time import DAY, SECOND, Instant

PROFILE, PERSON, CONVERSATION, TOPIC = "profile", "person", "conversation", "topic"

MOST_LINES = 100  # of what is known, the most important first
KNOWN = 3  # claims that make a person a page
EPISODES = 8  # that make a conversation one
FEWEST, MOST = 3, 7  # sentences of a conversation; one more for each `EPISODES`
SILENCE = 30 * 60 * SECOND  # after which a conversation is over
UNDATED = 90 * DAY  # that a plan without a day is taken to be ahead
HEARD = {"user": 1.0, "assistant": 0.6}  # roles that are quoted, and what each counts

TITLES = {Kind.INSTRUCTION: "standing order", Kind.PREFERENCE: "preference", Kind.FACT: "plan"}


class PageKind(str, Enum):
    """What sorts of pages there are."""

    PROFILE = PROFILE
    PERSON = PERSON
    CONVERSATION = CONVERSATION
    TOPIC = TOPIC


@dataclass(frozen=True, slots=True)
class Page:
    """One page: a title, and lines that are made of memories; `more` goes into its metadata."""

    page: str
    about: str
    title: str
    lines: tuple[str, ...]
    made_of: tuple[Memory, ...]
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> tuple[str, str]:
        """By which a cube tells its pages apart."""
        return self.page, self.about


def profile(about: str, claims: Iterable[Memory], now: Instant, zone: tzinfo) -> Page | None:
    """What is known of the user: orders, attributes, preferences, plans still ahead."""
    kept = [one for one in claims if one.kind is not Kind.FACT or _ahead(one, now, zone)]
    kept.sort(key=lambda one: (_rank(one.kind), *_weight(one)))
    kept = kept[:MOST_LINES]
    if not kept:
        return None
    lines = tuple(f"{_titled(one)}: {_flat(one.content)}" for one in kept)
    return Page(PROFILE, about, "What is known of the user", lines, tuple(kept))


def persons(claims: Iterable[Memory], own: str, zone: tzinfo) -> Iterator[Page]:
    """A page for each person besides the user of whom enough is known; `own` is the user's id."""
    groups: dict[str, list[Memory]] = {}
    claims = list(claims)
    alone = speak_alone(claims)
    for one in claims:
        about = _person(one, own, alone)
        if about is not None:
            groups.setdefault(about.casefold(), []).append(one)
    for group in groups.values():
        if len(group) < KNOWN:
            continue
        group.sort(key=_weight)
        about = _person(min(group, key=lambda one: (one.when, one.id)), own, alone) or ""
        kept = group[:MOST_LINES]
        lines = tuple(f"{day(one.when, zone)} {_flat(one.content)}" for one in kept)
        yield Page(PERSON, about.casefold(), f"What is known of {about}", lines, tuple(kept))


def conversation(episodes: Sequence[Memory], zone: tzinfo) -> Page | None:
    """The key sentences of a conversation, given in the order in which it was said."""
    first, last = episodes[0], episodes[-1]
    most = min(MOST, FEWEST + len(episodes) // EPISODES - 1)
    chosen = quoted_sentences(episodes, most)
    if len(chosen) < FEWEST:
        return None
    name = first.conversation_id or ""
    days = sorted({day(first.when, zone), day(last.when, zone)})
    return Page(
        CONVERSATION,
        name,
        f"Conversation {_flat(name)}, {' to '.join(days)}",
        tuple(_line(episodes[each.place], each.text, zone) for each in chosen),
        tuple(episodes[at] for at in dict.fromkeys(each.place for each in chosen)),
        extent(episodes),
    )


def extent(episodes: Sequence[Memory]) -> dict[str, object]:
    """How long a conversation is: a page that says the same of it is of all of it."""
    return {
        "messages": len(episodes),
        "from": episodes[0].when.iso(),
        "to": max(one.when for one in episodes).iso(),
    }


def quoted_sentences(
    episodes: Sequence[Memory], most: int, holding: Collection[str] = ()
) -> list[Sentence]:
    """Key sentences of messages, of those alone that hold all the terms `holding`."""
    wanted = set(holding)
    told = [
        Sentence(at, " ".join(text.split()))
        for at, one in enumerate(episodes)
        if one.role in HEARD
        for text in sentences(one.content)
        if not wanted or wanted.issubset(terms(text))
    ]
    return key_sentences(told, most, [HEARD.get(one.role or "", 0.0) for one in episodes])


def topic(about: str, episodes: Sequence[Memory], most: int, zone: tzinfo) -> Page | None:
    """What was said about something over time; the messages mention it, oldest first."""
    chosen = quoted_sentences(episodes, most, terms(about))
    if len(chosen) < FEWEST:
        return None
    return Page(
        TOPIC,
        about,
        f"What was said about {about}",
        tuple(_line(episodes[each.place], each.text, zone) for each in chosen),
        tuple(episodes[at] for at in dict.fromkeys(each.place for each in chosen)),
    )


def over(threads: Mapping[str, Sequence[Memory]]) -> dict[str, Instant]:
    """When each conversation is over, by its id: 0 once another is begun, else after a silence."""
    begun = max((episodes[0].seq for episodes in threads.values()), default=0)
    return {
        name: Instant(max(one.when for one in episodes) + SILENCE)
        if episodes[-1].seq >= begun
        else Instant(0)
        for name, episodes in threads.items()
    }


def changes_at(claims: Iterable[Memory], now: Instant, zone: tzinfo) -> Iterator[Instant]:
    """Moments after now at which something known stops being so without anybody saying it."""
    for one in claims:
        moments = [one.valid_to, _past(one, zone) if PLAN in one.labels else None]
        yield from (moment for moment in moments if moment is not None and moment > now)


def day(moment: Instant, zone: tzinfo) -> str:
    """The day of a moment where the user is."""
    return moment.datetime.astimezone(zone).date().isoformat()


def _line(episode: Memory, text: str, zone: tzinfo) -> str:
    speaker = _flat(episode.name or episode.role or "")
    return f"{day(episode.when, zone)} {speaker}: {text}"


def _person(one: Memory, own: str, alone: Collection[tuple[str | None, str]]) -> str | None:
    """Whom a claim is about, if not the user; a relation is named with the one whose it is."""
    if not is_learned(one):
        return None
    subject = str(one.metadata["subject"])
    speaker = None if is_own_voice(one, alone) else one.name
    if subject == SELF:
        return speaker
    owner = speaker if speaker is not None or one.user_id == own else one.user_id
    named = subject != subject.lower()  # a name is the same person whoever says it
    return subject if named or owner is None else f"{owner}: {subject}"


def _weight(one: Memory) -> tuple[float, int, int, str]:
    """The important, the repeated and the new first."""
    return -one.importance, -int(one.metadata.get("count", 1)), -one.when, one.id


def _rank(kind: Kind) -> int:
    return STANDING.index(kind) if kind in STANDING else len(STANDING)


def _titled(one: Memory) -> str:
    attribute = one.metadata.get("attribute")
    return TITLES.get(one.kind) or (attribute if isinstance(attribute, str) else "about the user")


def _ahead(one: Memory, now: Instant, zone: tzinfo) -> bool:
    return PLAN in one.labels and _past(one, zone) > now


def _past(plan: Memory, zone: tzinfo) -> Instant:
    """When a plan is no longer ahead."""
    end = plan.metadata.get("end")
    if not isinstance(end, str):
        return Instant(plan.when + UNDATED)
    try:
        return Instant.of(datetime.combine(date.fromisoformat(end), time(), zone))
    except (ValueError, OverflowError):  # a caller's own field of that name
        return Instant(plan.when + UNDATED)


def _flat(text: str) -> str:
    return " ".join(text.split())
