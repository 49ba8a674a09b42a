import json

import pytest

TOLD = [
    "User lives in Porto", "HEARTBEAT_OK", "Hello!", "User's mail is ann@mail.example.org",
    "User lives in Lisbon",
]  # fmt: skip


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "dump.json"
    found = [{"id": f"m{at}", "memory": one, "user_id": "ann"} for at, one in enumerate(TOLD)]
    path.write_text(json.dumps({"results": found}), "utf-8")
    return path


def test_a_home(memos, told):
    told("add", "--user", "ada", "hello from Porto")
    told("add", "--user", "ada", "--kind", "fact", "N/A")
    told("add", "--user", "bo", "--kind", "fact", "none")
    found = told("audit")
    assert (found["looked_at"], found["messages"], found["flagged"]) == (3, 1, 2)
    assert told("audit", "--user", "ada")["flagged"] == 1
    printed = memos("audit", "--user", "bo").stdout
    assert printed.startswith("looked at 1: something is wrong with 1 (100.0%)\n")
    assert "of bo: none\n" in printed


def test_a_dump_needs_no_home(memos, told, home, dump):
    found = told("audit", "--dump", dump)
    assert (found["looked_at"], found["flagged"]) == (5, 4)
    printed = memos("audit", "--dump", dump)
    assert printed.exit_code == 0
    assert "heartbeat" in printed.stdout
    assert "  m4 of ann: User lives in Lisbon\n    m0: User lives in Porto\n" in printed.stdout
    assert "User's mail is [email]" in printed.stdout
    assert "mail.example.org" not in printed.stdout
    stale = next(line for line in printed.stdout.splitlines() if line.startswith("stale"))
    assert "not known" in stale
    assert told("audit", "--dump", dump, "--user", "nobody")["looked_at"] == 0
    assert not home.exists()


def test_examples_can_be_left_out(memos, dump):
    printed = memos("audit", "--dump", dump, "--examples", "0").stdout
    assert "heartbeat" in printed
    assert "HEARTBEAT_OK" not in printed


def test_what_a_terminal_would_obey_is_escaped(memos, tmp_path):
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([{"id": "\x1b[2J", "text": "N/A", "user_id": "\x1b"}]), "utf-8")
    printed = memos("audit", "--dump", path).stdout
    assert "\x1b" not in printed
    assert "\\x1b[2J of \\x1b: N/A" in printed


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--examples", "-1"], "examples"),
        (["--examples", "101"], "examples"),
        (["--stale-days", "-1"], "stale_days"),
        (["--user", "a "], "user_id"),
    ],
)
def test_wrong_numbers_and_names(told, dump, arguments, field):
    assert told.fails("audit", *arguments)["field"] == field
    if field != "user_id":
        assert told.fails("audit", "--dump", dump, *arguments)["field"] == field


@pytest.mark.parametrize("text", ["3", '{"results": [{"memory": 1}]}', "no JSON"])
def test_wrong_files(told, tmp_path, text):
    path = tmp_path / "dump.json"
    path.write_text(text, "utf-8")
    assert told.fails("audit", "--dump", path)["field"].startswith(str(path))
    assert told.fails("audit", "--dump", tmp_path / "none")["field"] == str(tmp_path / "none")


def test_wrong_usage(memos):
    assert memos("audit", "--examples", "few").exit_code == 2
    assert memos("audit", "nonsense").exit_code == 2
