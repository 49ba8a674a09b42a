"""Outline: what ranking reads of many versions, as columns, so that no text has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from memos.model.memory import Kind, Ref

KINDS = tuple(Kind)
"""What a number in `Outline.kinds` stands for."""

OTHER, USER, ASSISTANT = 0, 1, 2
"""Roles, as far as ranking tells them apart."""

ASKS, NUMBER, TIME, STANDING = 1, 2, 4, 8
"""Cues: the text asks, holds a number, a word of time, is a standing order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question names: `terms` as a text index has them, and words of normalised names."""

    terms: Sequence[str]
    names: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Versions in n rows, each column (n,) unless it says otherwise.

    `cubes` are places in the scope's cubes; `threads` number the conversations, the same
    number for the same cube and conversation. `ordinals` and `chunks` are those of episodes;
    what retells messages has -1, anything else 0. `cues` are bits. `names` counts the words of
    names in a text, the speaker's aside, 255 at most. `counts` (n, terms) says how often a
    version holds each wanted term, `lengths` how many terms it holds. `named` tells whether it
    names one of the wanted names, `spoken` whether one of them said it. `admitted` is False for
    what only stands around.
    """

    refs: list[Ref]
    cubes: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    when: NDArray[np.int64]  # `Memory.when`, microseconds
    threads: NDArray[np.int64]
    ordinals: NDArray[np.int64]
    chunks: NDArray[np.int64]
    roles: NDArray[np.uint8]
    cues: NDArray[np.uint8]
    names: NDArray[np.uint8]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]
    named: NDArray[np.bool_]
    spoken: NDArray[np.bool_]
    admitted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.refs)

    def rows(self, places: NDArray[np.int64] | slice) -> Outline:
        """Some of the rows, in the order of `places`."""
        refs = np.arange(len(self))[places].tolist()
        columns = {name: getattr(self, name)[places] for name in COLUMNS}
        return Outline(refs=[self.refs[row] for row in refs], **columns)


COLUMNS = tuple(field.name for field in fields(Outline) if field.name != "refs")
