"""Extractor that asks a chat model, once for all messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone, tzinfo

from memos.contracts.chat_model import ChatModel
from memos.contracts.extractor import Extraction, Extractor, check_messages
from memos.errors import BadAnswer
from memos.model.memory import Memory
from memos.model.message import Message
from memos.providers.extraction import prompt
from memos.providers.extraction.shape import SCHEMA, Misfit, read

TOKENS = 400  # of the answer for each message: a few claims, and the JSON around them
FEWEST, MOST_TOKENS = 2_000, 16_000  # models that think first need room
TRIES = 2


class ChatExtractor(Extractor):
    """Offers what is known under numbers from 1: they cost little and are copied without slips.

    `zone` is the one in which the days of messages are shown, and so are meant. The model is
    not this part's to open or close.
    """

    def __init__(self, chat_model: ChatModel, zone: tzinfo = timezone.utc) -> None:
        self._chat = chat_model
        self._zone = zone
        self.name = f"chat/{chat_model.name}"

    async def extract(self, messages: Sequence[Message], known: Sequence[Memory]) -> Extraction:
        check_messages(messages)
        if not messages:
            return Extraction()
        turns = prompt.asked(messages, known, self._zone)
        limit = min(max(FEWEST, TOKENS * len(messages)), MOST_TOKENS)
        tokens_in = tokens_out = 0
        problem = ""
        for tried in range(1, TRIES + 1):
            answer = ""
            try:
                reply = await self._chat.complete(turns, SCHEMA, limit)
                answer = reply.text
                tokens_in, tokens_out = tokens_in + reply.tokens_in, tokens_out + reply.tokens_out
                told = read(answer, len(messages), len(known))
                return Extraction(told, tried, tokens_in, tokens_out)
            except Misfit as error:
                problem = str(error)
            except BadAnswer as error:
                tokens_in, tokens_out = tokens_in + error.tokens_in, tokens_out + error.tokens_out
                problem = str(error)
            turns = [*turns, *prompt.again(answer, problem)]
        said = f"extractor: {TRIES} answers of the chat model cannot be used; the last: {problem}"
        raise BadAnswer(said, tokens_in, tokens_out)
