"""A query that is a piece of dialogue, taken apart into who says what."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = r"[^\W\d_][\w.'’-]{0,19}"
_LABEL = re.compile(
    r"(?:(?<![^\s\"”])<(?P<marked>[^<>:：\n]{1,40})>"
    r"|^[ \t>*\"“]{0,4}(?:\[(?P<boxed>[^\[\]:：\n]{1,40})\]"
    rf"|(?P<plain>{_WORD}(?: {_WORD}){{0,2}})))(?:\*\*)?[ \t]{{0,3}}[:：](?!//)(?:\*\*)?",
    re.MULTILINE,
)


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


_ASSISTANTS = _words("assistant ai bot chatbot model chatgpt 助手 助理 机器人 人工智能")
_USERS = _words("user human me i 用户 我")
_FIELDS = _words("""
note notes date time place where when who what why how subject to from cc re ps question answer
example todo task context title summary update edit warning tip input output q a name email address
phone ingredients instructions steps step rules hint
注 注意 问题 答案 时间 地点 标题 主题 日期 电话 地址 例如 比如 备注 步骤 要求
""")  # what stands before a colon and names no speaker
_NO_NAME = re.compile("[\u4e00-\u9fff]{5}|[说问答道是叫想了的]\\Z")
_QUOTES = ' \t\r\n"“”„「」『』'


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says; `speaker` is '' where nobody is named, a mere role included."""

    text: str
    by_assistant: bool = False
    speaker: str = ""


def turns(query: str) -> list[Turn]:
    """The turns of a pasted dialogue ('Bart: ...', '<Bart>: "..."', 'User: ...', 助手：...), in order.

    Anything else is one turn. A dialogue has two labels that name speakers or roles, or one in
    angle brackets. Text before the first label is a turn of its own; turns without text are left
    out. Never empty.
    """
    labels = [label for label in _LABEL.finditer(query) if _names_speaker(label)]
    if len(labels) < 2 and not any(label["marked"] for label in labels):
        return [Turn(query)]
    ends = [label.start() for label in labels[1:]] + [len(query)]
    found = [Turn(query[: labels[0].start()].strip(_QUOTES))]
    found += [
        _turn(label, query[label.end() : end]) for label, end in zip(labels, ends, strict=True)
    ]
    return [turn for turn in found if turn.text] or [Turn(query)]


def _speaker(label: re.Match[str]) -> str:
    return str(label["marked"] or label["boxed"] or label["plain"]).strip()


def _names_speaker(label: re.Match[str]) -> bool:
    speaker = _speaker(label)
    low = speaker.lower()
    if label["marked"] or low in _ASSISTANTS or low in _USERS:
        return True
    if low in _FIELDS or not low or low.split()[0] in _FIELDS or _NO_NAME.search(speaker):
        return False
    return not any(word[0].islower() for word in speaker.split())


def _turn(label: re.Match[str], text: str) -> Turn:
    speaker = _speaker(label)
    low = speaker.lower()
    by_assistant = low in _ASSISTANTS
    named = "" if by_assistant or low in _USERS else speaker
    return Turn(text.strip(_QUOTES), by_assistant, named)
