"""The reference pages name everything that there is, and nothing that there is not."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import memos
from memos import errors
from memos.cli.app import cli
from memos.model import (
    audit,
    cube,
    deeds,
    filter,
    job,
    key,
    memory,
    message,
    recall,
    replay,
    results,
    work,
)  # fmt: skip
from memos.model.changes import HistoryEntry
from memos.model.results import Diagnosis, Difference
from memos.model.task import Backlog, Pause, Task
from memos.settings import PREFIX, Settings
from memos.sync import MemOS
from memos.system import AsyncMemOS

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
API, CLI = DOCS / "reference" / "api.md", DOCS / "reference" / "cli.md"
PAGES = [*ROOT.glob("*.md"), *sorted(DOCS.glob("**/*.md"))]
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
RESULTS = (
    message.Added, message.Message, memory.Memory, recall.Recall, recall.Hit, recall.Receipt,
    recall.Evidence, recall.Narrowed, replay.Replay, replay.Move, replay.Position,
    recall.Context, results.Forgotten, HistoryEntry, cube.Cube, cube.Grant,
    results.Statistics, results.GenerationCount, results.Reembedded, results.ReembedStep,
    results.DeadLetter, Backlog, Diagnosis, Difference, job.JobState, job.JobResult, job.Decision,
    work.WorkReport, work.QueueLoad, work.TenantLoad, work.WorkerReport, work.TaskStanding,
    Task, Pause, audit.AuditReport, audit.AuditSection, audit.AuditRow, audit.AuditExample,
    key.ApiKey, key.Quota, key.Tenant, key.NewKey, deeds.AuditEntry, deeds.Deed, deeds.ChainReport,
)  # fmt: skip
ENUMS = (memory.Kind, memory.State, memory.Visibility, memory.Trust, cube.Role, key.Right)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {"open", "close", "of"}  # AsyncMemOS opens and closes by name, MemOS by its constructor


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def sections(page: Path) -> dict[str, str]:
    """The text below each heading, up to the next heading of any depth."""
    text = FENCED.sub(lambda block: block[0].replace("\n#", "\n #"), read(page))
    parts = re.split(r"^#{1,6} (.+)$", text, flags=re.MULTILINE)
    titles = [title.strip() for title in parts[1::2]]
    assert len(titles) == len(set(titles)), f"{page.name}: two headings are the same"
    return dict(zip(titles, parts[2::2], strict=True))


def without_code(text: str) -> str:
    return FENCED.sub("", text)


def rows(text: str) -> list[list[str]]:
    """Rows of the tables in `text`, without heads; cells without the marks of code."""
    made = []
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            made.append([cell.strip().replace("\\|", "|").strip("`") for cell in cells])
        elif line.startswith("| ---"):
            made.pop()
    return made


# Settings


def test_settings_table():
    shown = rows(sections(DOCS / "how-to" / "settings.md")["All settings"])
    assert shown == [
        [field.name, PREFIX + field.name.upper(), str(field.default), field.metadata["help"]]
        for field in dataclasses.fields(Settings)
    ]


# API


def public(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith(("_", "each_")) and name not in ELSEWHERE
    }


@pytest.mark.parametrize("method", public(AsyncMemOS))
def test_every_parameter_of_a_method(method: str):
    told = sections(API)
    assert f"`{method}`" in told, "no section"
    parameters = list(public(AsyncMemOS)[method].parameters.values())[1:]
    shown = [row[:2] for row in rows(told[f"`{method}`"])]
    if method == "search_memory":
        assert "`recall`" in told["`search_memory`"]
        return
    assert shown == [
        [
            one.name if one.kind is not one.KEYWORD_ONLY else f"{one.name}=",
            "required" if one.default is one.empty else repr(one.default),
        ]
        for one in parameters
    ]


def test_no_method_that_is_not_there():
    shown = {title.strip("`") for title in sections(API) if re.fullmatch(r"`[a-z_]+`", title)}
    assert shown == set(public(AsyncMemOS)) | ELSEWHERE - {"of"}


def test_walks_are_told():
    walks = {name for name in dir(AsyncMemOS) if name.startswith("each_")}
    titles = [title for title in sections(API) if "each_" in title]
    assert set(re.findall(r"`(each_[a-z]+)`", " ".join(titles))) == walks


def test_both_faces_have_the_same_methods():
    def shape(signature: inspect.Signature) -> list[tuple[str, object]]:
        return [(one.name, one.default) for one in signature.parameters.values()][1:]

    blocking, awaiting = public(MemOS), public(AsyncMemOS)
    assert {n: shape(s) for n, s in blocking.items()} == {n: shape(s) for n, s in awaiting.items()}


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_result(kind: type):
    text = sections(API)[kind.__name__]
    derived = [name for name, value in vars(kind).items() if isinstance(value, property)]
    wanted = [field.name for field in dataclasses.fields(kind)] + derived
    assert sorted(row[0] for row in rows(text)) == sorted(wanted)


def test_every_value_of_an_enumeration():
    text = sections(API)["Words with a fixed set of values"]
    shown = {row[0]: row[1] for row in rows(text)}
    for kind in ENUMS:
        values = [f"{member.value}" for member in kind]
        assert [v.strip("` ") for v in shown[kind.__name__].split(",")] == values


def test_every_public_name_is_on_the_page():
    text = read(API)
    assert [name for name in memos.__all__ if name not in text] == []


def test_every_annotation_of_the_api_has_a_section():
    told = sections(API)
    for method in public(AsyncMemOS):
        returned = typing.get_type_hints(getattr(AsyncMemOS, method))["return"]
        for one in (returned, *typing.get_args(returned)):
            if dataclasses.is_dataclass(one):
                assert one.__name__ in told


# Command line


def commands(
    group: click.Group, path: tuple[str, ...] = ("memos",)
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(cli))


def options(command: click.Command) -> set[str]:
    return {
        flag
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for flag in (*parameter.opts, *parameter.secondary_opts)
    }


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_its_options(path: str):
    told = sections(CLI)
    common = set(re.findall(r"--[a-z-]+", told["Options that commands share"]))
    shown = set(re.findall(r"--[a-z-]+", without_code(told[f"`{path}`"])))
    has = options(COMMANDS[path])
    assert has - common <= shown, "not on the page"
    assert shown - common <= has, "not in the program"
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Argument):
            metavar = parameter.make_metavar(click.Context(COMMANDS[path]))
            assert metavar.strip("[].") in told[f"`{path}`"]


def test_no_command_that_is_not_there():
    shown = {title.strip("`") for title in sections(CLI) if title.startswith("`memos ")}
    assert shown == set(COMMANDS)


# Filters and errors


def test_every_field_and_operator_of_filters():
    told = sections(DOCS / "reference" / "filters.md")
    fields = {row[0] for row in rows(told["Fields"])}
    assert fields == {*filter.FIELDS, "metadata.NAME"}
    shown = {row[0]: row[2] for row in rows(told["Operators"])}
    assert shown == {
        name: "yes" if missing else "no" for name, (_, missing) in filter.OPERATORS.items()
    }


def test_error_tree():
    page = read(DOCS / "reference" / "errors.md")
    assert errors.__doc__ is not None
    tree = errors.__doc__.split("\n\n", 1)[1].strip()
    assert f"```text\n{tree}\n```" in page
    shown = {title.strip("`") for title in sections(DOCS / "reference" / "errors.md")}
    assert set(errors.__all__) <= shown


# Pages


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_three_parts_and_is_short(page: Path):
    assert 10 <= len(read(page).splitlines()) <= 45
    assert list(sections(page))[1:] == ["Context", "Choice", "Rejected"]
    assert read(page).startswith(f"# {page.name[:4]} ")


def test_decisions_are_numbered_without_gaps():
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings: the second `recall` is ``recall-1``."""
    found: Counter[str] = Counter()
    made = set()
    for title in re.findall(r"^#{1,6} (.+)$", without_code(read(page)), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        made.add(f"{plain}-{found[plain]}" if found[plain] else plain)
        found[plain] += 1
    return made


def links(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", without_code(read(page)))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path):
    for link in links(page):
        target, _, anchor = link.partition("#")
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        if anchor:
            assert anchor in anchors(there), link


def test_every_page_can_be_reached_from_the_index():
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "index.md")}
    assert set(DOCS.glob("**/*.md")) - listed == {DOCS / "index.md"}
