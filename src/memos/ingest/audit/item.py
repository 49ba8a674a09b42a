"""Items: what an audit looks at, whether it comes from a home or from a dump."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from memos.model.claim import Claim


class Sort(Enum):
    """What an item is, which decides what can be wrong with it."""

    CLAIM = "claim"  # it states something, and is judged whole
    MESSAGE = "message"  # kept word for word: small talk and questions belong there
    OTHER = "other"  # a document, a tool, a picture: what it says is not for us to judge


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is stored.

    `group` holds what may repeat or contradict it: what one speaker said to the same readers.
    `claim` is what it states; `plain` the same as it was written, where that has been put into
    the first person.
    """

    id: str
    text: str
    sort: Sort = Sort.CLAIM
    user_id: str | None = None
    role: str | None = None
    group: tuple[str, ...] = ()
    claim: Claim | None = None
    plain: Claim | None = None
    order: bool = False  # a standing order, which tells the assistant what to do
    when: int = 0  # what was said later is held against what was said before
