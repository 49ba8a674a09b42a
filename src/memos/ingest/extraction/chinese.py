"""The grammar of Chinese: how clauses are read, and the rules in their order."""

from __future__ import annotations

import re

from memos.ingest.extraction.chinese_clauses import read
from memos.ingest.extraction.chinese_facts import EVENTS, FACTS, PLANS, TASTES
from memos.ingest.extraction.chinese_leanings import LEANINGS
from memos.ingest.extraction.chinese_profile import BIRTHDAYS, PROFILE
from memos.ingest.extraction.engine import Grammar

_EDGE = " \t，。；：！？、,.;:!?～~…\"'“”‘’()（）-｜"
_HEADS = re.compile(
    r"\A(?:的是|的|了|就是|是|还是|就|也|都|一个|个|一名|名|一位|那些|这些|那种|这种|着)+(?=..)"
)
_TAILS = re.compile(
    r"(?<=.)(?:[啊呀哈哦呢嘛啦吧呗哇喔]+|了|之类的?|什么的|啥的|这种|那种|这样|好几年|一会儿|以后|之后|以来|那会儿|的时候)+\Z"
)


def _tidy(value: str) -> str:
    """A value without the words around it that say nothing."""
    return _TAILS.sub("", _HEADS.sub("", value.strip(_EDGE))).strip(_EDGE)


_LIST = re.compile(r"、|(?<=[一-龥A-Za-z])(?:和|跟|与|以及|还有)(?=[一-龥A-Za-z])")
_LONGEST_PART = 6  # characters; what has longer parts is a phrase, no list


def _several(value: str) -> list[str]:
    """The members of a list of short things: 花生和芒果 are two."""
    parts = [part for part in _LIST.split(value) if part]
    return parts if all(len(part) <= _LONGEST_PART for part in parts) else [value]


CHINESE = Grammar(
    language="zh",
    clauses=re.compile(r"[。！？!?；;\n，]+"),
    unsure=re.compile(r"[?？]"),
    rules=(*BIRTHDAYS, *PLANS, *PROFILE, *TASTES, *LEANINGS, *EVENTS, *FACTS),
    read=read,
    tidy=_tidy,
    several=_several,
)
