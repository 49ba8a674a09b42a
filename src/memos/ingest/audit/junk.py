"""Junk: what is stored though nobody would miss it, and why; English and Chinese.

A false alarm makes people throw away what is true, so a rule fires only on what is junk as a
whole: a fact beside a greeting is a fact. One reason for each text, the first that fits.
"""

from __future__ import annotations

from memos.governance.fence import outside
from memos.ingest.audit import junk_words as words
from memos.ingest.audit.item import Item, Sort
from memos.ingest.extraction.asides import parted
from memos.ingest.extraction.english_sentences import sentences, stated
from memos.language.cues import script_of
from memos.language.patterns import READ_LIMIT
from memos.language.tokens import count_tokens

PUT_BACK, BOILERPLATE, HEARTBEAT = "put back", "boilerplate", "heartbeat"
MACHINE, GREETING, QUESTION = "log or code", "greeting", "question"
ASSISTANT, EMPTY = "assistant's words", "empty"

REASONS = (PUT_BACK, BOILERPLATE, HEARTBEAT, MACHINE, GREETING, QUESTION, ASSISTANT, EMPTY)
"""Why something is junk."""

_SIGNS = 2  # of a prompt, that make one
_OTHERS = 0.6  # the share of lines of logs and code, from which on the whole is one
_FEWEST = 2  # such lines: "age: 34" alone is a fact
_TOLD = 10  # words in a row, beside what is printed, that say something
_LONGEST_GREETING = 72  # characters; a third of that in Chinese
_STATED = 3  # words before a question that state something


def junk(item: Item) -> str | None:
    """Why the item is junk; None for what is none, or where none can be told."""
    text = item.text[:READ_LIMIT].strip()
    if item.sort is Sort.OTHER:
        return None
    if outside(text)[1] or words.PUT_BACK.search(text):
        return PUT_BACK
    if item.sort is Sort.MESSAGE:
        return _of_message(text, item.role)
    return _of_claim(text, item)


def _of_message(text: str, role: str | None) -> str | None:
    """What was said is kept as it is; prompts and machines say nothing."""
    if role == "assistant":
        return None
    if words.HEARTBEAT.search(text):
        return HEARTBEAT
    return BOILERPLATE if _is_prompt(text, order=False) else None


def _of_claim(text: str, item: Item) -> str | None:
    tests = (
        (EMPTY, lambda: not any(map(str.isalnum, text)) or words.EMPTY.search(text)),
        (HEARTBEAT, lambda: words.HEARTBEAT.search(text)),
        (ASSISTANT, lambda: item.role == "assistant" or words.ASSISTANT.search(text)),
        (BOILERPLATE, lambda: _is_prompt(text, order=item.order)),
        (MACHINE, lambda: _is_machine(text)),
        (GREETING, lambda: _greets(text)),
        (QUESTION, lambda: _only_asks(text)),
    )
    return next((reason for reason, fits in tests if fits()), None)


def _is_prompt(text: str, *, order: bool) -> bool:
    """It tells an assistant who it is, or has two signs of texts that do such things.

    What was kept as a standing `order` has such signs by right.
    """
    if words.IDENTITY.search(text) or order:
        return words.IDENTITY.search(text) is not None
    found = 0
    for sign in words.PROMPT_SIGNS:
        found += sign.search(text) is not None
        if found == _SIGNS:
            return True
    return False


def _greets(text: str) -> bool:
    """It is made of greetings; what is longer than these are says more, and costs more to read."""
    longest = _LONGEST_GREETING // (1 if text.isascii() else 3)
    return len(text) <= longest and words.GREETING.search(text) is not None


def _is_machine(text: str) -> bool:
    if words.RECORD.search(text):
        return True
    printed = words.MACHINE.search(text)
    if printed and count_tokens(text[: printed.start()]) < _TOLD:  # else somebody tells of it
        return True
    fences = text.count("```")
    if fences >= 2 and text.startswith("```") and text.endswith("```"):
        return True
    others, rest = parted(text)
    others = [line for line in others if not words.FIELD.fullmatch(line)]
    many = len(others) >= _FEWEST and len(others) >= _OTHERS * (len(others) + len(rest))
    return many and all(count_tokens(line) < _TOLD for line in rest)


def _only_asks(text: str) -> bool:
    """All of it asks, and states nothing before."""
    if words.RETOLD_QUESTION.search(text):
        return True
    if script_of(text) == "cjk":
        return words.HAN_QUESTION.search(text) is not None and not any(
            mark in text.rstrip("。！？!? ") for mark in "，,。！；"
        )
    found = list(sentences(text))
    return bool(found) and all(
        asked and len(stated(sentence, asked=True).split()) < _STATED for sentence, asked in found
    )
