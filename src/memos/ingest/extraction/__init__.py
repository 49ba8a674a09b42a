"""Extraction: from what was said to claims, by rules."""

from __future__ import annotations

from datetime import datetime

from memos.ingest.extraction.chinese import CHINESE
from memos.ingest.extraction.engine import claims
from memos.ingest.extraction.english import ENGLISH
from memos.language.cues import script_of
from memos.model.claim import Claim

__all__ = ["extract"]


def extract(text: str, said_at: datetime) -> list[Claim]:
    """What `text`, said by a person at an aware moment, claims, in its own order."""
    grammar = CHINESE if script_of(text) == "cjk" else ENGLISH
    return claims(text, grammar, said_at)
