"""Terms: what the text index sees of a text, the same for every engine.

Words are folded (NFKC, case, diacritics) and stemmed, English stopwords dropped; runs of
Chinese, Japanese and Korean characters become single characters and overlapping pairs,
because no dictionary is needed to find a two-character word among pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from functools import lru_cache

import Stemmer

LONGEST_TERM = 64  # characters; longer ones (keys, base64) are cut

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
_PIECE = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:['’][^\W_{_CJK}]+)*")
_ASCII_PIECE = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_ACCENTS = re.compile("[\u0300-\u036f]")
_IS_CJK = re.compile(f"[{_CJK}]")
_stemmer = Stemmer.Stemmer("english", 0)  # lru_cache below does the remembering

STOPWORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "am",
        "an",
        "and",
        "any",
        "are",
        "aren't",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "can't",
        "cannot",
        "could",
        "couldn't",
        "did",
        "didn't",
        "do",
        "does",
        "doesn't",
        "doing",
        "don't",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "hadn't",
        "has",
        "hasn't",
        "have",
        "haven't",
        "having",
        "he",
        "he'd",
        "he'll",
        "he's",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "if",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "it'd",
        "it'll",
        "it's",
        "its",
        "itself",
        "just",
        "let's",
        "me",
        "more",
        "most",
        "my",
        "myself",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "ourselves",
        "out",
        "over",
        "own",
        "same",
        "she",
        "she'd",
        "she'll",
        "she's",
        "should",
        "shouldn't",
        "so",
        "some",
        "such",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "there's",
        "these",
        "they",
        "they'd",
        "they'll",
        "they're",
        "they've",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "wasn't",
        "we",
        "we'd",
        "we'll",
        "we're",
        "we've",
        "were",
        "weren't",
        "what",
        "what's",
        "when",
        "where",
        "which",
        "while",
        "who",
        "who's",
        "whom",
        "why",
        "will",
        "with",
        "won't",
        "would",
        "wouldn't",
        "yes",
        "you",
        "you'd",
        "you'll",
        "you're",
        "you've",
        "your",
        "yours",
        "yourself",
        "yourselves",
        "dont",
        "im",
        "ive",
    ]
)


@lru_cache(maxsize=8_192)
def terms(text: str) -> tuple[str, ...]:
    """The terms of `text` in order, repeats included.

    Remembers lately seen texts: a message is read by the index, the counters and the ranker.
    """
    found: list[str] = []
    if text.isascii():
        words = _ASCII_PIECE.findall(text.lower())
        return tuple(_stem(word) for word in words if word not in STOPWORDS)
    for piece in _PIECE.findall(_fold(text)):
        if _IS_CJK.match(piece):
            found.extend(piece)
            found.extend(piece[at : at + 2] for at in range(len(piece) - 1))
        else:
            word = piece.replace("’", "'")
            if word not in STOPWORDS:
                found.append(_stem(word))
    return tuple(found)


def query_terms(text: str) -> list[str]:
    """The distinct terms of a question, in order of first appearance.

    Single CJK characters are kept only where they stand alone: pairs say more.
    """
    found: dict[str, None] = {}
    for piece in _PIECE.findall(_fold(text)):
        if len(piece) > 1 and _IS_CJK.match(piece):
            found.update((piece[at : at + 2], None) for at in range(len(piece) - 1))
        else:
            found.update((term, None) for term in terms(piece))
    return list(found)


def shared_words(text: str, wanted: AbstractSet[str]) -> list[str]:
    """The words of `text`, as it has them, whose terms are among `wanted`; each once."""
    found: dict[str, None] = {}
    begins = {term[0] for term in wanted}  # no stemming changes how a word begins
    for piece in _PIECE.findall(text):
        if piece[0] not in begins and piece.isascii() and piece[0].lower() not in begins:
            continue
        if not piece.isascii() and _IS_CJK.match(folded := _fold(piece)):
            found.update((run, None) for run in _shared_runs(folded, wanted))
        elif not wanted.isdisjoint(_terms_of(piece)):
            found[piece] = None
    return list(found)


@lru_cache(maxsize=65_536)
def _terms_of(word: str) -> tuple[str, ...]:
    return terms(word)


def _shared_runs(text: str, wanted: Collection[str]) -> list[str]:
    """The stretches of CJK characters that pairs (or single ones) among `wanted` cover."""
    covered = [mark in wanted for mark in text]
    for at in range(len(text) - 1):
        if text[at : at + 2] in wanted:
            covered[at] = covered[at + 1] = True
    kept = "".join(mark if held else " " for mark, held in zip(text, covered, strict=True))
    return kept.split()


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    if "'" in word:
        word = word[:-2] if word.endswith("'s") else word.replace("'", "")
    if len(word) > LONGEST_TERM:
        return word[:LONGEST_TERM]
    return word if word[0].isdigit() else str(_stemmer.stemWord(word))


def _fold(text: str) -> str:
    """Compatibility-composed, case-folded, Latin, Greek and Cyrillic without accents."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def count_tokens(text: str) -> int:
    """About how many model tokens `text` costs, erring high.

    Without a model's vocabulary: one for each CJK character, one for each four characters
    of a long word begun, one for each other sign.
    """
    return sum(map(_cost, _TOKENISH.findall(text)))


_TOKENISH = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+|[^\w\s]|_")


def _cost(piece: str) -> int:
    return 1 if len(piece) <= 6 else (len(piece) + 3) // 4
