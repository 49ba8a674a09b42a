"""The families of backends that one process can have, as settings."""

from __future__ import annotations

IN_MEMORY = dict.fromkeys(
    ["records", "text", "graph", "vectors", "outbox", "hot", "blobs"], "memory"
)
BACKENDS = {"sqlite": {"sync": "normal"}, "memory": IN_MEMORY}
