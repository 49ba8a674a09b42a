"""Cases: conversations in files, with or without questions, as benchmarks and imports have them.

A case is one JSON object ``{"id", "messages": [...], "questions": [...]}``; a ``.jsonl`` file
holds one message a line. Messages have the fields of `MemOS.add_message`; questions are
``{"id", "category", "query", "evidence": [message ids]}``, no evidence meaning that the
right answer is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memos.errors import InvalidInput

SUFFIXES = (".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a conversation."""

    id: str
    category: str
    query: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation with its questions; messages as the file has them."""

    id: str
    messages: tuple[Mapping[str, Any], ...]
    questions: tuple[Question, ...]


def case_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that `paths` name, folders standing for the case files in them."""
    for path in paths:
        try:
            inside = list(path.iterdir()) if path.is_dir() else None
        except OSError as error:
            raise InvalidInput(
                str(path), f"{error.strerror}", "a readable file or folder"
            ) from error
        if inside is None:
            yield path
        else:
            yield from sorted(found for found in inside if found.suffix == ".json")


def read_case(path: Path) -> Case:
    """Reads a case or a JSONL file; raises InvalidInput that names file, place and field."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(str(path), "bytes that are not UTF-8", "a UTF-8 text file") from error
    except OSError as error:
        raise InvalidInput(str(path), f"{error.strerror}", "a readable file") from error
    if path.suffix == ".jsonl":
        return Case(path.stem, tuple(_lines(path, text)), ())
    if path.suffix != ".json":
        raise InvalidInput(str(path), f"a {path.suffix or 'nameless'} file", " or ".join(SUFFIXES))
    found = _parse(str(path), text)
    messages = found if isinstance(found, list) else _member(path, found, "messages")
    questions = (
        _member(path, found, "questions")
        if isinstance(found, dict) and "questions" in found
        else []
    )
    return Case(
        id=str(found.get("id", path.stem)) if isinstance(found, dict) else path.stem,
        messages=tuple(_mapping(path, f"messages[{at}]", one) for at, one in enumerate(messages)),
        questions=tuple(_question(path, at, one) for at, one in enumerate(questions)),
    )


def _lines(path: Path, text: str) -> Iterator[Mapping[str, Any]]:
    # Not splitlines(): a JSON string may hold other line separators as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _mapping(path, f"line {number}", _parse(f"{path}: line {number}", line))


def _parse(place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(place, "something that is not JSON", "JSON") from error


def _member(path: Path, found: object, name: str) -> list[Any]:
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, list):
        raise InvalidInput(f"{path}: {name}", f"a {type(value).__name__}", "a list")
    return value


def _mapping(path: Path, place: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{path}: {place}", f"a {type(value).__name__}", "an object")
    return value


def _question(path: Path, at: int, value: object) -> Question:
    found = _mapping(path, f"questions[{at}]", value)
    for name in ("query", "evidence"):
        if name not in found:
            raise InvalidInput(f"{path}: questions[{at}].{name}", "nothing", "a value")
    evidence = found["evidence"]
    if not isinstance(evidence, list):
        place = f"{path}: questions[{at}].evidence"
        raise InvalidInput(place, f"a {type(evidence).__name__}", "a list of message ids")
    return Question(
        id=str(found.get("id", at)),
        category=str(found.get("category", "")),
        query=str(found["query"]),
        evidence=tuple(str(one) for one in evidence),
    )
