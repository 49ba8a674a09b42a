"""Where and with what a figure was measured."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw

CPU_TABLE = Path("/proc/cpuinfo")
SOURCE = Path(__file__).parent


def machine() -> dict[str, Any]:
    """Machine, versions, revision and date; None for what cannot be told."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "memos": version("memos-engine"),
        "revision": revision(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": apsw.sqlite_lib_version(),
        "apsw": apsw.apsw_version(),
        "system": platform.platform(),
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "memory_gib": memory_gib(),
    }


def cpu() -> str | None:
    """The processor's name."""
    try:
        lines = CPU_TABLE.read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine() or None)


def memory_gib() -> float | None:
    """Memory of the machine."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def revision() -> str | None:
    """The git commit of the source, with ``+`` when files differ from it; None when installed."""
    git = shutil.which("git")
    if git is None or _git(git, "ls-files", "--error-unmatch", "machine.py") is None:
        return None
    commit = _git(git, "rev-parse", "--short=12", "HEAD")
    changed = _git(git, "status", "--porcelain", "--untracked-files=no")
    return commit if commit is None or not changed else f"{commit}+"


def _git(git: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - git, asked with words of ours
            [git, "-C", str(SOURCE), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
