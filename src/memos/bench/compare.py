"""memos beside other memory systems: the same cases, the same vectors, one run.

Every system embeds with the default embedder of memos, through its own hook; so a search pays for
the vector of its question in each of them, and adding pays for those of the messages. The cases
are gone through one by one and the systems take turns on each, so that a machine that drifts
drifts for all. Otherwise the protocol is that of `memos.bench.recall`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from memos.bench.peers import EXTRA, PEERS
from memos.bench.recall import APART, DEPTH, Answer, measure, summary
from memos.bench.systems import Bm25, Embed, Entry, Memos, System
from memos.ingest.cases import Case, case_files, read_case
from memos.providers.embedding.onnx import OnnxEmbedder

SYSTEMS: tuple[type[System], ...] = (Memos, *PEERS, Bm25)
FIGURES = ("R@1", "R@5", "R@10", "nDCG@10")


@dataclass(slots=True)
class Tally:
    """What one system did so far; `adding` are seconds, the others milliseconds a search."""

    answers: list[Answer] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    adding: float = 0.0


def run(
    paths: Sequence[Path],
    say: Callable[[str], None] = print,
    systems: Sequence[type[System]] = SYSTEMS,
) -> dict[str, Any]:
    """Figures of each system, in per cent; `missing` tells which ones could not be asked, and why.

    Counted are questions with evidence, without the categories that recall reports apart.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    missing: dict[str, str] = {}
    messages = 0
    with _embedder() as embed:
        for path in case_files(paths):
            case = read_case(path)
            if not case.questions:
                continue
            for system in systems:
                if system.name not in missing:
                    lacking = _turn(case, system, embed, tallies[system.name])
                    missing |= {system.name: lacking} if lacking else {}
            messages += len(case.messages)
            say(f"{case.id}: {len(case.messages)} messages, {len(case.questions)} questions")
    found = [one for one in systems if one.name not in missing and one.name in tallies]
    return {
        "embedder": OnnxEmbedder.generation.model,
        "messages": messages,
        "questions": max((len(tallies[one.name].answers) for one in found), default=0),
        "systems": {one.name: _figures(one, tallies[one.name], messages) for one in found},
        "missing": missing,
    }


@contextmanager
def _embedder() -> Iterator[Embed]:
    embedder = OnnxEmbedder()
    asyncio.run(embedder.open())
    try:
        yield lambda texts: [one.vector.tolist() for one in embedder.embed_now(texts)]
    finally:
        asyncio.run(embedder.close())


def entries(case: Case) -> list[Entry]:
    """The messages of a case; without an id, their place stands for it."""
    return [
        Entry(
            id=str(fields.get("message_id", f"#{at}")),
            speaker=str(fields.get("name") or ""),
            text=str(fields["content"]),
            fields=fields,
        )
        for at, fields in enumerate(case.messages)
    ]


def _turn(case: Case, kind: type[System], embed: Embed, tally: Tally) -> str | None:
    """Lets a system take its turn, or says what it lacks."""
    try:
        _ask(case, kind, embed, tally)
    except ImportError as error:
        return f"{error}; pip install 'memos-engine[{EXTRA}]'"
    return None


def _ask(case: Case, kind: type[System], embed: Embed, tally: Tally) -> None:
    """Gives one system a case and asks it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        system = kind(Path(folder), embed)
        try:
            began = time.perf_counter()
            system.add(entries(case))
            tally.adding += time.perf_counter() - began
            for question in case.questions:
                if not question.evidence or question.category in APART:
                    continue
                wall, cpu = time.perf_counter(), time.process_time()
                ranked = system.search(question.query, DEPTH)
                spent = (time.process_time() - cpu) * 1000
                tally.wall_ms.append((time.perf_counter() - wall) * 1000)
                tally.cpu_ms.append(spent)
                answer = Answer(case.id, question, ranked, {}, {}, 0.0, spent)
                answer.figures = measure(answer)
                tally.answers.append(answer)
        finally:
            system.close()


def _figures(system: type[System], tally: Tally, messages: int) -> dict[str, Any]:
    told = summary(tally.answers)
    return {
        "versions": {name: version(name) for name in system.packages},
        **{name: told.get(name) for name in (*FIGURES, "R@10 95%")},
        "ms_p50": round(median(tally.wall_ms), 2) if tally.wall_ms else None,
        "cpu_ms_p50": round(median(tally.cpu_ms), 2) if tally.cpu_ms else None,
        "adding_s": round(tally.adding, 2),
        "messages_per_s": round(messages / tally.adding, 1) if tally.adding else None,
    }
