"""Engine: a runtime of language models whose KV caches and adapters memos manages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from memos.contracts.part import Part


@dataclass(frozen=True, slots=True)
class EngineModel:
    """What a cache or an adapter is good for: exactly this model, in exactly this form."""

    name: str
    fingerprint: str  # hash over weights, tokenizer and numeric type
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed KV cache: `digest` names the blob, `prefix_id` the text it stands for."""

    digest: str
    prefix_id: str
    tokens: int
    model: EngineModel


class Engine(Part, ABC):
    """A runtime that can keep what it has read.

    Obligations: a segment or adapter of another fingerprint is refused, never tried; what
    is loaded is data (safetensors and JSON), never pickled objects; a failed load leaves
    the engine as it was and the caller falls back to plain prefill.
    """

    model: EngineModel

    @abstractmethod
    async def prefill(self, prefix: str, prefix_id: str) -> Segment:
        """Reads `prefix` and seals its KV cache."""

    @abstractmethod
    async def load(self, segments: Sequence[Segment]) -> None:
        """Makes segments usable for the next generation, in order."""

    @abstractmethod
    async def attach(self, adapter_digest: str) -> None:
        """Activates an adapter (LoRA weights in safetensors)."""

    @abstractmethod
    async def detach(self, adapter_digest: str) -> None:
        """Deactivates an adapter; one that is not attached is no error."""
