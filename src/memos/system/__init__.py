"""The public face: checks what comes in, finds the scope, asks the memory types."""

from memos.system.engine import AsyncMemOS

__all__ = ["AsyncMemOS"]
