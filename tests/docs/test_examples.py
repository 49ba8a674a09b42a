"""Each script in ``examples/`` runs, offline, in a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.py"))
SAYS = {
    "chat_loop.py": ["- I have a new dog!", "Was the injected block learned? no"],
    "time_travel.py": ["On 1 June 2022 she lived in Lisbon", "knew then, she lives in Lisbon"],
    "two_agents.py": ["reviewer reads: ", "is gone"],
}


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.name)
def test_example(script: Path, tmp_path: Path):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MEMOS_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=tmp_path,
        env={**kept, "HOME": str(tmp_path), "PYTHONUTF8": "1"},
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for words in SAYS[script.name]:
        assert words in done.stdout
    assert not (tmp_path / ".memos").exists()  # examples leave a person's memories alone


def test_every_example_is_checked():
    assert [script.name for script in EXAMPLES] == sorted(SAYS)
