"""Refuses Python files and functions that have grown too long.

    python tools/check_sizes.py [ROOT]

Refused (exit status 1): a file over 600 lines anywhere below ROOT's code folders, and a function
over 60 lines in ``src``. Reported only: a file over 400 lines in which no comment at the left
margin says why, as in ``# Size: one table, and tables read best in one piece.``

Every line counts, blank ones, comments and docstrings too. A function is measured from its ``def``
to its last line, without its decorators.
"""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("src", "tests", "tools", "benchmarks")
FILE_LINES_REFUSED = 600
FILE_LINES_EXPLAINED = 400
FUNCTION_LINES_REFUSED = 60
FUNCTION_FOLDER = "src"
EXPLANATION = "Size:"


@dataclass(frozen=True)
class Finding:
    """One place that is too long; ``refused`` tells a refusal from a report."""

    path: Path
    line: int
    text: str
    refused: bool

    def __str__(self) -> str:
        verdict = "refused " if self.refused else "reported"
        return f"{verdict}  {self.path.as_posix()}:{self.line}  {self.text}"


def python_files(root: Path) -> Iterator[Path]:
    """Every Python file in the code folders of ``root``, in a stable order."""
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def is_explained(path: Path) -> bool:
    """Whether a comment at the left margin says why the file is long."""
    with tokenize.open(path) as source:
        return any(
            token.type == tokenize.COMMENT and token.start[1] == 0 and EXPLANATION in token.string
            for token in tokenize.generate_tokens(source.readline)
        )


def check_file(path: Path, shown: Path) -> Iterator[Finding]:
    """The file's own length."""
    with tokenize.open(path) as source:
        lines = sum(1 for _ in source)
    if lines > FILE_LINES_REFUSED:
        yield Finding(shown, lines, f"file of {lines} lines; at most {FILE_LINES_REFUSED}", True)
    elif lines > FILE_LINES_EXPLAINED and not is_explained(path):
        text = f"file of {lines} lines; split it, or say why in a comment '# {EXPLANATION} ...'"
        yield Finding(shown, lines, text, False)


def check_functions(path: Path, shown: Path) -> Iterator[Finding]:
    """The length of each function, nested ones and methods included."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_REFUSED:
            text = f"{node.name}() of {lines} lines; at most {FUNCTION_LINES_REFUSED}"
            yield Finding(shown, node.lineno, text, True)


def findings(root: Path) -> Iterator[Finding]:
    """Everything too long below ``root``, file by file."""
    for path in python_files(root):
        shown = path.relative_to(root)
        yield from check_file(path, shown)
        if shown.parts[0] == FUNCTION_FOLDER:
            yield from check_functions(path, shown)


def main(arguments: list[str]) -> int:
    """Prints the findings; 1 when one of them is a refusal, 0 otherwise."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(findings(root))
    for finding in found:
        print(finding)
    refused = sum(finding.refused for finding in found)
    files = sum(1 for _ in python_files(root))
    print(f"sizes: {files} files, {refused} refused, {len(found) - refused} reported")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
