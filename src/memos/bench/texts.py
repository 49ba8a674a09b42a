"""Texts to fill memories with: as many as wanted, seeded, varied like conversation.

A text is one to four sentences of the project's own corpus. Sentences repeat, but names and other
rare words in them are replaced by coined ones, so that new words go on appearing: the numbers of
coined words are drawn with a Pareto tail, P(n > x) = x ** -a, and t such draws bring about
t ** (1 / (1 + a)) different ones (Heaps' law).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from random import Random

from memos.cli.demo.corpus import SOURCES, find
from memos.ingest.cases import Case, read_case

TAIL = 0.2  # of the coined words; the whole vocabulary then grows as that of the corpus
RARE = 2  # words that the corpus has at most so often may be replaced
SENTENCES = (1, 1, 2, 2, 3, 4)
LONGEST = 560  # characters, so that a message stays one memory

_WORD = re.compile(r"[A-Za-z]{4,}")
_END = re.compile(r"(?<=[.!?])\s+")


def texts(seed: int = 0) -> Iterator[str]:
    """Endless texts; the same ones for the same seed and corpus."""
    dice = Random(f"texts {seed}")  # noqa: S311 - varied, not secret
    sentences = _sentences()
    while True:
        text = " ".join(dice.choices(sentences, k=dice.choice(SENTENCES)))
        yield _coined(text, dice)[:LONGEST].strip()


def questions(seed: int = 0) -> Iterator[str]:
    """Endless questions, those of the corpus with other rare words; none twice."""
    dice = Random(f"questions {seed}")  # noqa: S311 - varied, not secret
    asked = [question.query for case in _cases() for question in case.questions]
    seen = set[str]()
    for at in count():
        text = _coined(dice.choice(asked), dice)
        if text in seen:
            text = f"{text} ({at})"
        seen.add(text)
        yield text


@lru_cache(maxsize=1)
def _cases() -> tuple[Case, ...]:
    """The English part of the corpus."""
    folder = find(SOURCES[0].file).parent
    return tuple(read_case(path) for path in sorted(folder.glob("en-*.json")))


@lru_cache(maxsize=1)
def _sentences() -> tuple[str, ...]:
    contents = [str(message["content"]) for case in _cases() for message in case.messages]
    return tuple(one for content in contents for one in _END.split(content) if one.strip())


@lru_cache(maxsize=1)
def _rare() -> tuple[frozenset[str], tuple[str, ...]]:
    """Rare words of the corpus, lower case: to look up, and in order."""
    counted = Counter(word.lower() for one in _sentences() for word in _WORD.findall(one))
    found = sorted(word for word, times in counted.items() if times <= RARE)
    return frozenset(found), tuple(found)


def _coined(text: str, dice: Random) -> str:
    """`text` with other words in place of rare ones, half of the time."""
    rare, words = _rare()

    def other(match: re.Match[str]) -> str:
        word = match[0]
        if word.lower() not in rare or dice.random() < 0.5:
            return word
        made = _word(int(dice.paretovariate(TAIL)), words)
        return made.capitalize() if word[0].isupper() else made

    return _WORD.sub(other, text)


def _word(number: int, words: tuple[str, ...]) -> str:
    """Coined word `number`: the beginning of one rare word, the end of another."""
    head, tail = Random(number).choices(words, k=2)  # noqa: S311 - varied, not secret
    return head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :]
