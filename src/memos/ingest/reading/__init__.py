"""Reading: clauses as the words that matter in them, in English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from memos.ingest.reading.chinese import read_chinese
from memos.ingest.reading.english import read_english
from memos.ingest.reading.model import Reading

__all__ = ["Reading", "read"]

_LONGEST = 400  # characters that are read; claims are clauses
_HAN = re.compile("[\u4e00-\u9fff]")


@lru_cache(maxsize=8_192)
def read(text: str) -> Reading:
    """The reading of a clause; what is known is held against every new claim, so it is kept."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).replace("’", "'").strip()
    return read_chinese(text) if _HAN.search(text) else read_english(text)
