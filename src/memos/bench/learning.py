"""How well claims are extracted, over messages with labelled items.

A claim finds an item when both are about the same subject, are of the same group of kinds, and
the item's value is in the claim: at least `SHARE` of its terms are in the claim's value or text,
and the text is a clause, not the message. One claim finds one item; the closest pairs go first.
Only what users say is read, as in the product; an assistant's message holds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from memos.errors import InvalidInput
from memos.ingest.cases import read_case
from memos.ingest.extraction import extract
from memos.language.tokens import terms
from memos.model.claim import Claim
from memos.model.memory import Kind

SHARE = 0.6  # of an item's terms
LONGEST = (4, 8)  # terms of a claim's text: so many times the item's, and so many more
GROUPS = {"preference": "preference", "instruction": "instruction"}  # the others are facts


@dataclass(slots=True)
class Tally:
    """What was claimed, what was there, and what met."""

    claims: int = 0
    claims_right: int = 0
    items: int = 0
    items_found: int = 0
    attributes: int = 0
    attributes_right: int = 0
    dates: int = 0
    dates_right: int = 0
    junk: int = 0


@dataclass(slots=True)
class Labelled:
    """One message: what is in it, what was claimed, and the pairs that met."""

    text: str
    items: list[Mapping[str, Any]]
    claims: list[Claim]
    pairs: list[tuple[int, int]]  # item, claim


def run(paths: Sequence[Path]) -> dict[str, Any]:
    """Figures by file, language and kind, and over all messages, in per cent.

    A folder stands for the files ``messages-LANGUAGE-WRITER.json`` in it.
    """
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    messages = 0
    for path in _files(paths):
        name = path.stem
        language = name.split("-")[1] if name.count("-") > 1 else "?"
        for message in labelled(path, read_case(path).messages):
            messages += 1
            for group, one in (("files", name), ("languages", language), ("all", "all")):
                _count(tallies[group][one], message)
            _count_kinds(tallies["kinds"], message)
    shown = {
        group: {name: figures(tally) for name, tally in sorted(tallies[group].items())}
        for group in ("files", "languages", "kinds")
    }
    return {"messages": messages, "all": figures(tallies["all"]["all"]), **shown}


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("messages-*.json")) if path.is_dir() else [path]


def labelled(path: Path, messages: Iterable[Mapping[str, Any]]) -> Iterator[Labelled]:
    """Extracts from each message, and pairs its claims with its items."""
    for at, message in enumerate(messages):
        for name in ("text", "said_at", "items"):
            if name not in message:
                raise InvalidInput(f"{path}: messages[{at}].{name}", "nothing", "a value")
        said_at = datetime.fromisoformat(message["said_at"])
        said_at = said_at if said_at.tzinfo else said_at.replace(tzinfo=timezone.utc)
        mine = message.get("role", "user") == "user"
        claims = extract(message["text"], said_at) if mine else []
        items = list(message["items"])
        yield Labelled(message["text"], items, claims, pairs(items, claims))


def pairs(items: Sequence[Mapping[str, Any]], claims: Sequence[Claim]) -> list[tuple[int, int]]:
    """Which claim finds which item, each at most once, the closest first."""
    close = [
        (-score, at, by)
        for at, item in enumerate(items)
        for by, claim in enumerate(claims)
        if (score := closeness(item, claim)) > 0
    ]
    met: list[tuple[int, int]] = []
    for _, at, by in sorted(close):
        if all(at != item and by != claim for item, claim in met):
            met.append((at, by))
    return sorted(met)


def closeness(item: Mapping[str, Any], claim: Claim) -> float:
    """How much of `item` is in `claim`, from 0 (it is another thing) upwards.

    Of claims that hold it, the one whose value is nearest is closer, then one of the same kind.
    """
    if item["subject"].casefold() != claim.subject.casefold():
        return 0.0
    kind = kind_of(claim)
    if GROUPS.get(item["kind"], "fact") != GROUPS.get(kind, "fact"):
        return 0.0
    wanted = set(terms(item["value"])) or {item["value"].casefold()}
    value, text = set(terms(claim.value)), terms(claim.text)
    if not terms(item["value"]):
        value, text = {claim.value.casefold()}, tuple(claim.text.casefold().split())
    if len(text) > LONGEST[0] * len(wanted) + LONGEST[1]:
        return 0.0
    share = max(len(wanted & value), len(wanted & set(text))) / len(wanted)
    if share < SHARE:
        return 0.0
    nearness = len(wanted & value) / len(wanted | value)
    same = item["kind"] == kind and item.get("attribute") == claim.attribute
    return share + nearness + same


def kind_of(claim: Claim) -> str:
    """A claim's kind as items name it: a fact that has a label goes by it."""
    return claim.label or claim.kind.value if claim.kind is Kind.FACT else claim.kind.value


def _count(tally: Tally, message: Labelled) -> None:
    tally.claims += len(message.claims)
    tally.claims_right += len(message.pairs)
    tally.items += len(message.items)
    tally.items_found += len(message.pairs)
    tally.junk += 0 if message.items else len(message.claims)
    for at, by in message.pairs:
        item, claim = message.items[at], message.claims[by]
        if item["kind"] == "profile":
            tally.attributes += 1
            tally.attributes_right += item.get("attribute") == claim.attribute
        if "start" in item:
            tally.dates += 1
            tally.dates_right += (item["start"], item.get("end")) == (claim.start, claim.end)


def _count_kinds(tallies: dict[str, Tally], message: Labelled) -> None:
    """By the kind of the claim for precision, of the item for recall; a pair counts for both."""
    found_items = {at for at, _ in message.pairs}
    found_claims = {by for _, by in message.pairs}
    for at, item in enumerate(message.items):
        tallies[item["kind"]].items += 1
        tallies[item["kind"]].items_found += at in found_items
    for by, claim in enumerate(message.claims):
        tally = tallies[kind_of(claim)]
        tally.claims += 1
        tally.claims_right += by in found_claims
        tally.junk += not message.items


def figures(tally: Tally) -> dict[str, float | int | None]:
    """Shares in per cent; None where there is nothing to have a share of."""
    precision = _share(tally.claims_right, tally.claims)
    recall = _share(tally.items_found, tally.items)
    both = precision and recall and 2 * precision * recall / (precision + recall)
    return {
        "claims": tally.claims,
        "items": tally.items,
        "precision": precision,
        "recall": recall,
        "f1": None if both is None else round(both, 1),
        "attribute": _share(tally.attributes_right, tally.attributes),
        "dates": _share(tally.dates_right, tally.dates),
        "junk": _share(tally.junk, tally.claims),
    }


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
