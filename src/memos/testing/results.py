"""Figures of long tests: one line of JSON, and a file for the table of a release."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

import apsw


def report(name: str, figures: Mapping[str, object], folder: str | Path | None) -> str:
    """`figures` with machine, versions and date as a line of JSON.

    With a `folder` also written to ``NAME.json`` there; it is made if it is missing.
    """
    full = {
        "name": name,
        "figures": dict(figures),
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
    }
    line = json.dumps(full, ensure_ascii=False)
    if folder:
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{name}.json").write_text(json.dumps(full, indent=2) + "\n", "utf-8")
    return line


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
    }


def versions() -> dict[str, str]:
    """Of everything that could move the figures."""
    return {
        "memos": metadata.version("memos-engine"),
        "python": platform.python_version(),
        "apsw": apsw.apsw_version(),
        "sqlite": apsw.sqlite_lib_version(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
