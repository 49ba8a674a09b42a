"""The repository agrees with itself: one version everywhere, and sizes that are enforced."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import memos

ROOT = Path(__file__).resolve().parent.parent
CHECK_SIZES = ROOT / "tools" / "check_sizes.py"


def declared_version() -> str:
    # Python 3.10 has no tomllib; the version is one plain line of the file.
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    assert found, "pyproject.toml has no version line"
    return found[1]


def check_sizes(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CHECK_SIZES), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )


def write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_version_is_the_same_everywhere():
    assert memos.__version__ == declared_version()
    assert metadata.version("memos-engine") == declared_version()


def test_changelog_has_a_place_for_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)
    assert {"Unreleased", declared_version()} & set(headings)


def test_every_make_target_explains_itself():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony, "Makefile declares no targets"
    explained = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert sorted(phony[1].split()) == sorted(explained)


@pytest.mark.parametrize("folder", ["src/memos", "tests", "benchmarks", "tools"])
def test_a_file_over_600_lines_is_refused(tmp_path: Path, folder: str):
    write(tmp_path / folder / "long.py", ["x = 1"] * 601)
    done = check_sizes(tmp_path)
    assert done.returncode == 1
    assert f"refused   {folder}/long.py:601" in done.stdout


def test_a_function_over_60_lines_is_refused_in_src_only(tmp_path: Path):
    long = ["def long():", *["    x = 1"] * 60]
    write(tmp_path / "src" / "memos" / "deep.py", ["class Room:", *[f"    {s}" for s in long]])
    write(tmp_path / "tests" / "test_deep.py", long)
    done = check_sizes(tmp_path)
    assert done.returncode == 1
    assert "src/memos/deep.py:2  long() of 61 lines" in done.stdout
    assert "test_deep" not in done.stdout


def test_a_file_at_the_limits_passes(tmp_path: Path):
    function = ["def just_right():", *["    x = 1"] * 59]
    write(tmp_path / "src" / "memos" / "room.py", [*function, *["x = 1"] * 340])
    done = check_sizes(tmp_path)
    assert done.returncode == 0
    assert done.stdout == "sizes: 1 files, 0 refused, 0 reported\n"


@pytest.mark.parametrize(
    ("comment", "reported"),
    [
        ("# Size: one table, and tables read best in one piece.", 0),
        ("    # Size: a comment inside a function explains nothing.", 1),
        ("SIZE = '# Size: a string is no comment.'", 1),
    ],
    ids=["explained", "inside", "string"],
)
def test_a_file_over_400_lines_is_reported_until_explained(
    tmp_path: Path, comment: str, reported: int
):
    write(tmp_path / "src" / "table.py", ["def f():", "    x = 1", comment, *["x = 1"] * 400])
    done = check_sizes(tmp_path)
    assert done.returncode == 0
    assert f"0 refused, {reported} reported" in done.stdout
