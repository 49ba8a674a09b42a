"""Engine: applies a language's rules to a text, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from memos.ingest.extraction.asides import told
from memos.language.times import TimeWindow, time_windows
from memos.model.claim import PLAN, SELF, Claim
from memos.model.memory import Kind

_DAY = timedelta(days=1)
_LONG_PAST, _SOON = timedelta(days=240), timedelta(days=120)
Days = tuple[str | None, str | None]  # the first day and the day after the last one, ISO
NO_DAYS: Days = (None, None)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say something.

    `pattern` is searched in a clause. Its group ``value`` is the claim's value (the whole clause
    where there is none), its group ``who`` the third person it is about. A rule that stands
    `beside` others takes only its value's place in the clause: 'works as a cook at Siemens'
    holds two things that share a verb; without a value it is only kept off by what is no
    profile: 'moved to Porto in May' is a home and an event. `many`: a value may be a list.
    `dated`: it counts only where the clause says when, and that lies on the label's side of today.
    """

    name: str
    kind: Kind
    pattern: re.Pattern[str]
    attribute: str | None = None
    label: str | None = None
    likes: bool | None = None
    confidence: float = 0.8
    beside: bool = False
    many: bool = False
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that may claim something: `text` as it is kept, `said` as rules see it.

    `subject` is whom it is about where a rule names nobody. An `order` is a standing order, and
    nothing else.
    """

    text: str
    said: str
    subject: str = SELF
    order: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """All that is known of one language.

    `clauses` splits a text; a clause in which `unsure` is found (a question, a condition, a
    quotation, a joke) claims nothing. Of rules whose matches overlap the first one counts.
    `read`, where there is one, does the splitting and the doubting instead, and finds subjects;
    `tidy` trims a value, and refuses it by leaving nothing; `several` takes a list apart.
    """

    language: str
    clauses: re.Pattern[str]
    unsure: re.Pattern[str]
    rules: tuple[Rule, ...]
    read: Callable[[str], Iterable[Clause]] | None = None
    tidy: Callable[[str], str] = str.strip
    several: Callable[[str], Sequence[str]] | None = None


def claims(text: str, grammar: Grammar, said_at: datetime) -> list[Claim]:
    """What `text`, said at an aware moment, claims; in the order in which it says it."""
    read = grammar.read or (lambda talk: _split(talk, grammar))
    found: dict[tuple[object, ...], Claim] = {}
    for clause in read(told(text)):
        for claim in _in_clause(clause, grammar, said_at):
            found.setdefault((claim.kind, claim.subject, claim.attribute, claim.value), claim)
    return list(found.values())


def _split(text: str, grammar: Grammar) -> Iterator[Clause]:
    for clause in filter(None, map(str.strip, grammar.clauses.split(text))):
        if not grammar.unsure.search(clause):
            yield Clause(clause, clause)


def _in_clause(clause: Clause, grammar: Grammar, said_at: datetime) -> Iterator[Claim]:
    if clause.order:
        yield Claim(
            kind=Kind.INSTRUCTION, text=clause.text, value=clause.text, language=grammar.language
        )
        return
    for rule, match, days in _matches(clause, grammar, said_at):
        who = match.groupdict().get("who") or clause.subject
        for value in _values(match, rule, grammar) or [clause.text.strip()]:
            yield Claim(
                kind=rule.kind,
                text=clause.text,
                subject=who.strip(),
                attribute=rule.attribute,
                value=value,
                label=rule.label,
                likes=rule.likes,
                start=days[0],
                end=days[1],
                confidence=rule.confidence,
                language=grammar.language,
            )


def _matches(
    clause: Clause, grammar: Grammar, said_at: datetime
) -> Iterator[tuple[Rule, re.Match[str], Days]]:
    """The rules that count in a clause, in their order; the first one keeps its place."""
    taken: list[tuple[int, int, Kind]] = []
    for rule in grammar.rules:
        for match in rule.pattern.finditer(clause.said):
            valued = _has_value(match)
            start, end = match.span("value") if rule.beside and valued else match.span()
            beside = Kind.PROFILE if rule.beside and not valued else None
            if any(start < to and at < end and kind is not beside for at, to, kind in taken):
                continue
            days = _days(clause.text, said_at, ahead=rule.label == PLAN) if rule.label else NO_DAYS
            if rule.dated and not _fits(days, rule.label, said_at):
                continue
            if not valued or _values(match, rule, grammar):
                taken.append((start, end, rule.kind))
                yield rule, match, days


def _has_value(match: re.Match[str]) -> bool:
    return "value" in match.re.groupindex and match["value"] is not None


def _values(match: re.Match[str], rule: Rule, grammar: Grammar) -> list[str]:
    """What a match says, a list taken apart; nothing where it has no value."""
    if not _has_value(match):
        return []
    value = match["value"]
    parts = grammar.several(value) if rule.many and grammar.several else (value,)
    return list(filter(None, map(grammar.tidy, parts)))


_TO = re.compile(r"\s*(?:to|until|till|through|[-–—~]|到|至)?\s*(?:the\s)?")
_UNTIL = re.compile(r"\s*(?:(?:to|until|till|through)\b|[-–—~]|到|至)")
_COMMA = re.compile(r",?\s?(?:the\s)?")
_UP_TO = re.compile(
    r"\s?(?:-|–|to|until|till|through)\s?(?:the\s)?([0-9]{1,2})(?:st|nd|rd|th)?\b(?![:.,]?[0-9]|\s?(?:am|pm|h\b|%))"
)
_UP_FROM = re.compile(
    r"(?<![0-9:.])([0-9]{1,2})(?:st|nd|rd|th)?\s?(?:-|–|to|until|till|through)\s?(?:the\s)?\Z"
)


def _fits(days: Days, label: str | None, said_at: datetime) -> bool:
    """An event has begun, a plan is not over."""
    today = said_at.date().isoformat()
    if days[0] is None or days[1] is None:
        return False
    return days[1] > today if label == PLAN else days[0] <= today


def _days(text: str, said_at: datetime, *, ahead: bool) -> Days:
    """The first day and the day after the last one, where `text` names any."""
    windows = time_windows(text, said_at, ahead=ahead)
    if not windows or (not ahead and _rather_ahead(text, windows[0], said_at)):
        return NO_DAYS
    if len(windows) > 1 and _dates(text, *windows[:2]):
        windows = windows[1:]
    start, end = windows[0].start, windows[0].end
    if len(windows) > 1 and _joined(text, *windows[:2]):
        last = next(iter(time_windows(windows[1].text, start, ahead=True)), windows[1])
        end = max(end, last.end)
    elif end - start == _DAY:
        start, end = _stretched(text, windows[0])
    return start.date().isoformat(), end.date().isoformat()


def _rather_ahead(text: str, window: TimeWindow, said_at: datetime) -> bool:
    """It is a bare date long past and soon again: 'we agreed on August 12th', said in July."""
    ahead = time_windows(text, said_at, ahead=True)[0]
    return window.end < said_at - _LONG_PAST and window.start < ahead.start < said_at + _SOON


def _dates(text: str, first: TimeWindow, second: TimeWindow) -> bool:
    """A weekday and its date: Friday the 12th of July."""
    names_day = first.text.lower().endswith("day") and first.end - first.start == _DAY
    return (
        names_day
        and second.end - second.start == _DAY
        and bool(_COMMA.fullmatch(_between(text, first, second)))
    )


def _joined(text: str, first: TimeWindow, second: TimeWindow) -> bool:
    """They are the ends of one stretch: from the 12th to the 15th."""
    between = _between(text, first, second)
    return bool(_TO.fullmatch(between)) and bool(_UNTIL.match(between + second.text))


def _stretched(text: str, day: TimeWindow) -> tuple[datetime, datetime]:
    """A day with another one of its month beside it: April 3-17, 3 to 17 April."""
    at = text.find(day.text)
    after = _UP_TO.match(text, at + len(day.text))
    before = _UP_FROM.search(text[:at]) if day.text[:1].isdigit() else None
    try:
        if after:
            return day.start, max(day.end, day.start.replace(day=int(after[1])) + _DAY)
        if before:
            return min(day.start, day.start.replace(day=int(before[1]))), day.end
    except ValueError:
        pass  # no such day in that month
    return day.start, day.end


def _between(text: str, first: TimeWindow, second: TimeWindow) -> str:
    at = text.find(first.text) + len(first.text)
    return text[at : max(at, text.find(second.text, at))]
