"""Reading: search, listings, transcripts; and what stores nothing: extraction and reranking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from fastapi.responses import Response

from memos.errors import InvalidInput
from memos.ingest.extraction import extract
from memos.memories.learning import HEARD
from memos.model import checks
from memos.model.claim import Claim
from memos.model.memory import Kind
from memos.model.time import Instant
from memos.server.openmem import inside, items
from memos.server.openmem.adding import moment_of, text_of
from memos.server.openmem.bodies import (
    ExtractMemory,
    GetMemory,
    GetMessage,
    Rerank,
    SearchMemory,
    Whose,
)
from memos.server.openmem.envelope import told
from memos.server.openmem.filters import translated
from memos.server.openmem.whose import holding, not_offered, offered, who
from memos.server.sessions import Session

EXTRACTED = ("memory", "preference")


async def search_memory(session: Session, asked: SearchMemory) -> dict[str, object]:
    """What answers a query, in one list for each sort of memory."""
    offered(knowledgebase_ids=asked.knowledgebase_ids)
    caller = who(session, asked.user_id, asked.agent_id)
    narrowed = translated(asked.filter)

    async def found(kinds: Sequence[Kind], most: int) -> list[dict[str, Any]]:
        if most == 0:
            return []
        hits = await session.memos.recall(
            caller.user_id,
            asked.query,
            top_k=most,
            kinds=[kind.value for kind in kinds],
            filter=narrowed,
            agent_id=caller.agent_id,
            cube_id=caller.cube_id,
        )
        near = [hit for hit in hits if hit.score >= asked.relativity]
        return [items.item(hit.memory, hit.score) for hit in near]

    memory, preference, tool, skill = await asyncio.gather(
        found(items.MEMORY, asked.memory_limit_number),
        found(items.PREFERENCE, asked.include_preference * asked.preference_limit_number),
        found(items.TOOL, asked.include_tool_memory * asked.tool_memory_limit_number),
        found(items.SKILL, asked.include_skill * asked.skill_limit_number),
    )
    return {
        "memory_detail_list": memory,
        "preference_detail_list": preference,
        "preference_note": "",
        "tool_memory_detail_list": tool,
        "skill_detail_list": skill,
    }


async def get_message(session: Session, asked: GetMessage) -> dict[str, object]:
    """The last messages of a conversation, as they were said."""
    caller = who(session, asked.user_id, asked.agent_id)
    found = await session.memos.get_messages(
        caller.user_id,
        asked.conversation_id,
        limit=asked.message_limit_number,
        agent_id=caller.agent_id,
        cube_id=caller.cube_id,
    )
    return {"message_detail_list": [items.message(one) for one in found]}


async def get_memory(session: Session, asked: GetMemory) -> dict[str, object]:
    """One page of all memories, the newest first: each stands on one page, in one list."""
    caller = who(session, asked.user_id, asked.agent_id)
    kinds = [*items.MEMORY, *items.SKILL]
    kinds += items.PREFERENCE if asked.include_preference else ()
    kinds += items.TOOL if asked.include_tool_memory else ()
    found = await inside.listed(session.memos, caller, kinds, translated(asked.filter))
    start = (asked.page - 1) * asked.size
    return {
        **items.listed(found[start : start + asked.size]),
        "total": len(found),
        "size": asked.size,
        "current": asked.page,
        "pages": -(-len(found) // asked.size),
    }


async def get_memory_by_id(session: Session, asked: Whose, memory_id: str) -> dict[str, object]:
    """One memory."""
    _, memory = await holding(session, asked, memory_id)
    return items.item(memory)


async def extract_memory(session: Session, asked: ExtractMemory) -> dict[str, object]:
    """What messages claim, by our rules; nothing is stored."""
    wanted = asked.extraction_types or EXTRACTED
    for at, name in enumerate(wanted):
        if name not in EXTRACTED:
            raise InvalidInput(f"extraction_types[{at}]", checks.shown(name), ", ".join(EXTRACTED))
    settings = session.memos.settings
    now = inside.now(session.memos)
    said: list[tuple[str, Instant]] = []
    for at, one in enumerate(asked.messages):
        path = f"messages[{at}]"
        text = checks.check_text(f"{path}.content", text_of(one, path), settings.max_message)
        given = moment_of(one.get("chat_time"))
        when = checks.check_instant(f"{path}.chat_time", given, settings.zone)
        if one.get("role") in HEARD:
            said.append((text, when or now))
    claims = await asyncio.to_thread(_claims, said, settings.zone)
    preferences = [one for one in claims if one.kind in items.PREFERENCE]
    memories = [one for one in claims if one.kind not in items.PREFERENCE]
    return {
        "success": True,
        "memory_detail_list": [_fact(one) for one in memories if "memory" in wanted],
        "preference_detail_list": [_liked(one) for one in preferences if "preference" in wanted],
    }


def _claims(said: Sequence[tuple[str, Instant]], zone: tzinfo) -> list[Claim]:
    return [one for text, when in said for one in extract(text, when.datetime.astimezone(zone))]


def _fact(claim: Claim) -> dict[str, object]:
    tags = [one for one in (claim.attribute, claim.label) if one is not None]
    return {
        "memory_key": items.key_of(claim.text),
        "memory_value": claim.text,
        "memory_type": "UserMemory",
        "confidence": claim.confidence,
        "tags": tags,
    }


def _liked(claim: Claim) -> dict[str, object]:
    return {
        "preference": claim.text,
        "preference_type": items.preference_type(None),
        "reasoning": "",
        "confidence": claim.confidence,
    }


async def rerank(session: Session, asked: Rerank) -> Response:
    """Documents in the order in which they answer a query."""
    settings = session.memos.settings
    query = checks.check_text("query", asked.query, settings.max_query)
    for at, one in enumerate(asked.documents):
        checks.check_text(f"documents[{at}]", one, settings.max_message)
    model, scores = await inside.scores(session.memos, query, asked.documents)
    if model is None:
        raise not_offered("rerank without an embedder or a reranker")
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[: asked.top_n]
    results: list[Mapping[str, object]] = [
        {
            "index": at,
            "document": {"text": asked.documents[at]},
            "relevance_score": scores[at],
        }
        for at in order
    ]
    made = {"model": model, "results": results}
    return told(made, **made)  # this call of theirs has no envelope: who reads it looks beside
