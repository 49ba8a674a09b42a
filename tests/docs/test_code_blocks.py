"""Runs what the documentation shows, and compares what it prints with what the page says.

The Python blocks of a page share one namespace and one process; after them its shell blocks
share one bash. Both work in the same new folder, with `HOME` and `MEMOS_HOME` beside it. A ``text``
block right below a Python block is what that block prints; in a ``console`` block lines that
begin with ``$ `` are typed and the others are the answer. ``...`` stands for anything. A
Python block that begins with ``# file: NAME`` is a file as well. A shell block below
``<!-- not run: REASON -->`` is not run. A page with ``<!-- a server runs beside this page -->``
finds `memos serve` at `MEMOS_BASE_URL`, with the key `MEMOS_API_KEY`.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
SHELLS = ("bash", "console")
LANGUAGES = (*SHELLS, "python", "text", "json", "jsonl", "toml")
FENCE = re.compile(r"^```(.*)$")
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")
BESIDE_A_SERVER = "<!-- a server runs beside this page -->\n"
MARK = "@@ block at line "
CHECKER = doctest.OutputChecker()
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

PYTHON_DRIVER = """
import sys
namespace = {"__name__": "__main__"}
path = sys.argv[1]
blocks = sys.stdin.read().split("\\0")
for line, code in zip(blocks[0::2], blocks[1::2]):
    print("MARK" + line, flush=True)
    exec(compile("\\n" * int(line) + code, path, "exec"), namespace)
""".replace("MARK", MARK)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is that of its opening fence."""

    line: int
    language: str
    code: str
    above: str
    touches_last: bool  # nothing but blank lines since the block before

    @property
    def runs(self) -> bool:
        return self.language == "python" or (
            self.language in SHELLS and not NOT_RUN.fullmatch(self.above)
        )


def blocks(page: Path) -> list[Block]:
    found: list[Block] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    opened: tuple[int, str] | None = None
    above, touches = "", False
    for at, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            opened = (at, fence[1])
        elif opened is not None and line == "```":
            code = "\n".join(lines[opened[0] : at - 1]) + "\n"
            found.append(Block(opened[0], opened[1], code, above, touches))
            opened, above, touches = None, "", True
        elif opened is None and line.strip():
            above, touches = line.strip(), False
    assert opened is None, f"{page}:{opened[0]}: a fence that is never closed"
    return found


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def pages_that_run() -> list[Path]:
    return [page for page in PAGES if any(block.runs for block in blocks(page))]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page's blocks run."""

    folder: Path
    environ: dict[str, str]

    def run(self, command: list[str], given: str) -> str:
        done = subprocess.run(
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environ,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "work"
    folder.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MEMOS_")}
    search = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))
    more = {"HOME": str(tmp_path), "MEMOS_HOME": str(tmp_path / "home"), "PATH": search}
    return Place(folder, {**kept, **more, "COLUMNS": "100", "PYTHONUTF8": "1"})


@contextmanager
def a_server(place: Place) -> Iterator[None]:
    command = [sys.executable, "-m", "memos", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=place.environ, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        try:
            told = json.loads(process.stdout.readline())
            place.environ.update(MEMOS_BASE_URL=told["url"], MEMOS_API_KEY=told["key"])
            yield
        finally:
            process.terminate()


def answers(output: str) -> dict[str, str]:
    """What was printed after each mark."""
    parts = re.split(f"^{MARK}(.*)\n", output, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def compare(where: str, wanted: str, got: str) -> None:
    example = doctest.Example("", wanted, lineno=0)
    if not CHECKER.check_output(wanted, got, LOOSE):
        pytest.fail(f"{where}\n{CHECKER.output_difference(example, got, LOOSE)}", pytrace=False)


def python_blocks(page: Path) -> Iterator[tuple[Block, str | None]]:
    """Each with what the page says that it prints, if it says so."""
    every = blocks(page)
    for at, block in enumerate(every):
        if block.language == "python":
            below = every[at + 1] if at + 1 < len(every) else None
            shown = below and below.touches_last and below.language == "text"
            yield block, below.code if below and shown else None


def typed(block: Block) -> list[tuple[str, str, str | None]]:
    """(place, command, answer) of a shell block; None where the page shows no answer."""
    if block.language == "bash":
        return [(str(block.line), block.code, None)]
    parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", block.code, flags=re.MULTILINE)
    assert not parts[0], f"line {block.line}: a console block begins with '$ '"
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return [(f"{block.line}.{n}", command, answer) for n, (command, answer) in enumerate(pairs)]


@pytest.mark.parametrize("page", pages_that_run(), ids=name)
def test_page(page: Path, place: Place):
    told = list(python_blocks(page))
    for block, _ in told:
        file = re.match(r"# file: (\S+)\n", block.code)
        if file:
            (place.folder / file[1]).write_text(block.code, encoding="utf-8")
    server = BESIDE_A_SERVER in page.read_text(encoding="utf-8")
    with a_server(place) if server else nullcontext():
        if told:
            run_python(page, place, told)
        run_shell(page, place)


def run_python(page: Path, place: Place, told: list[tuple[Block, str | None]]) -> None:
    given = "\0".join(part for block, _ in told for part in (str(block.line), block.code))
    command = [sys.executable, "-W", "error", "-c", PYTHON_DRIVER, str(page)]
    printed = answers(place.run(command, given))
    for block, shown in told:
        if shown is not None:
            compare(f"{name(page)}:{block.line}", shown, printed[str(block.line)])


def run_shell(page: Path, place: Place) -> None:
    shells = [block for block in blocks(page) if block.runs and block.language in SHELLS]
    steps = [step for block in shells for step in typed(block)]
    script = "".join(f"printf '%s\\n' '{MARK}{at}'\n{command}\n" for at, command, _ in steps)
    bash = shutil.which("bash")
    assert bash
    printed = answers(place.run([bash, "-euo", "pipefail", "-c", script], ""))
    for at, command, shown in steps:
        if shown is not None:
            compare(f"{name(page)}:{at}: {command}", shown, printed[at])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page: Path):
    assert {block.language for block in blocks(page)} <= set(LANGUAGES)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page: Path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets


def test_a_page_is_read_as_people_read_it(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# Title\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n"
        "<!-- not run: takes minutes -->\n```bash\nfalse\n```\n\n"
        "Then:\n\n```console\n$ echo a \\\n    b\na b\n$ true\n```\n",
        encoding="utf-8",
    )
    first, output, left_out, last = blocks(page)
    assert (first.line, first.runs, output.touches_last) == (3, True, True)
    assert not left_out.runs
    assert last.runs
    assert list(python_blocks(page)) == [(first, "1\n")]
    assert typed(last) == [
        (f"{last.line}.0", "echo a \\\n    b", "a b\n"),
        (f"{last.line}.1", "true", ""),
    ]


def test_what_the_page_does_not_say_is_a_failure():
    compare("here", "a ... c\n", "a b c\n")
    with pytest.raises(pytest.fail.Exception, match="here"):
        compare("here", "a\n", "b\n")
