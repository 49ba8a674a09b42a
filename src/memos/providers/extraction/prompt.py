"""The prompt: instructions from a file, and the conversation as quoted lines with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from memos.contracts.chat_model import Turn
from memos.governance.fence import quoted
from memos.model.claim import ATTRIBUTES, SELF
from memos.model.memory import Memory
from memos.model.message import Message
from memos.model.time import Instant

CUT = 8_000  # characters of a message
CUT_KNOWN = 600  # characters of a known item
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").strip()


SYSTEM = _file("system.md").replace("{attributes}", ", ".join(ATTRIBUTES))
AGAIN = _file("again.md")


def asked(messages: Sequence[Message], known: Sequence[Memory], zone: tzinfo) -> list[Turn]:
    """What a model is asked about these messages. Whatever people wrote is quoted, names too."""
    lines = ["Known:"]
    lines += [f"{at}. {_item(memory, zone)}" for at, memory in enumerate(known, 1)] or ["nothing"]
    lines += ["", "Conversation:"]
    lines += [f"{at}. {_said(message, zone)}" for at, message in enumerate(messages, 1)]
    return [Turn("system", SYSTEM), Turn("user", "\n".join(lines))]


def again(answer: str, problem: str) -> list[Turn]:
    """What is added when an answer cannot be used; there may be none that can be shown."""
    turn = Turn("user", AGAIN.format(problem=problem))
    return [Turn("assistant", answer), turn] if answer.strip() else [turn]


def _said(message: Message, zone: tzinfo) -> str:
    name = f" {quoted(message.name)}" if message.name else ""
    when = _when(message.said_at, zone)
    return f"{message.role}{name}, {when}: {quoted(message.content[:CUT])}"


def _item(memory: Memory, zone: tzinfo) -> str:
    subject = str(memory.metadata.get("subject", SELF))
    who = subject if subject == SELF else quoted(subject)
    speaker = f", said by {quoted(memory.name)}" if memory.name else ""
    when = _when(memory.when, zone)
    return f"{memory.kind.value} of {who}{speaker}, {when}: {quoted(memory.content[:CUT_KNOWN])}"


def _when(moment: Instant, zone: tzinfo) -> str:
    local = moment.datetime.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"
