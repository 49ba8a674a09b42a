"""Who a message names: the deterministic link from text to entities."""

from __future__ import annotations

from dataclasses import dataclass

from memos.language.names import names, normalise


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a text. `key` is the normalised form by which entities are told apart."""

    key: str
    name: str
    said: bool


def mentioned(text: str, speaker: str | None = None) -> tuple[Named, ...]:
    """The entities of one message: its speaker, then the names in it, each key once."""
    found: dict[str, Named] = {}
    if speaker and (key := normalise(speaker)):
        found[key] = Named(key, speaker, said=True)
    for name in names(text):
        key = normalise(name)
        if key and key not in found:
            found[key] = Named(key, name, said=False)
    return tuple(found.values())
