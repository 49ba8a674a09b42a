"""Chat completions as a server of OpenAI's dialect gives them, for a `ScriptedServer`."""

from __future__ import annotations

import json

from memos.testing.scripted import Answer

DONE = b"data: [DONE]\n\n"
EVENTS = {"Content-Type": "text/event-stream"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
_HEAD = {"id": "c-1", "created": 1_700_000_000, "model": "talker"}


def said(text: object, finish: str | None = "stop", **more: object) -> Answer:
    """An answer; `more` are fields of its message."""
    message = {"role": "assistant", "content": text, **more}
    return completed([{"index": 0, "message": message, "finish_reason": finish}])


def completed(choices: object, usage: object = USAGE) -> Answer:
    """An answer with these choices, which may be wrong."""
    return Answer(body={**_HEAD, "object": "chat.completion", "choices": choices, "usage": usage})


def piece(text: str | None, finish: str | None = None) -> bytes:
    """An event of a stream."""
    return event([{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


def event(choices: object, **more: object) -> bytes:
    """An event with these choices, which may be wrong."""
    body = {**_HEAD, "object": "chat.completion.chunk", "choices": choices, **more}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def streamed(*pieces: bytes, cut: bool = False, silent: bool = False) -> Answer:
    """An answer in pieces."""
    return Answer(body=b"".join(pieces), headers=EVENTS, cut=cut, silent=silent)
