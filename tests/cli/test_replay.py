import json

import pytest

from memos.retrieval.rank import shipped

QUERY = "Where does my sister live?"


@pytest.fixture(autouse=True)
def ada(home, monkeypatch):
    monkeypatch.setenv("MEMOS_USER", "ada")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def receipt(told, tmp_path):
    """A file with the receipt of a search that found two memories."""
    told("add", "My sister lives in Porto", "--message-id", "m1")
    told("add", "We live in Faro", "--message-id", "m2")
    file = tmp_path / "receipt.json"
    told("search", QUERY, "--save-receipt", file)
    return file


def test_a_saved_receipt_and_printed_json_are_replayed(memos, told, receipt):
    assert told("replay", receipt)["same"] is True
    for command in ("search", "context"):
        printed = memos(command, QUERY, "--json").stdout
        assert told("replay", "-", input=printed)["same"] is True
    told("context", QUERY, "--save-receipt", receipt)
    shown = memos("replay", receipt).stdout
    assert QUERY in shown
    assert "the same answer: 2 hits" in shown


def test_the_page_tells_what_changed_and_why(memos, told, receipt):
    shown = memos("replay", receipt, "--without", "m1").stdout
    assert "replayed without m1" in shown
    left, moved = shown[shown.index("\nleft 1") :].split("\nmoved 1")
    assert "My sister lives in Porto" in left
    assert "left out" in left
    assert "We live in Faro" in moved
    assert max(map(len, shown.splitlines())) <= 100
    told("add", "My sister lives in Lisbon now")
    shown = memos("replay", receipt).stdout
    assert "user:ada: at commit 3, then 2" in shown
    assert "\nentered 1" in shown
    assert "My sister lives in Lisbon now" in shown
    shown = memos("replay", receipt, "--at", "2").stdout
    assert "replayed at commit 2" in shown
    assert "Lisbon" not in shown


def test_what_is_gone_is_not_shown(memos, told, receipt):
    told("forget", "--message-id", "m1", "--yes")
    shown = memos("replay", receipt).stdout
    assert "(not there any more)" in shown
    assert "Porto" not in shown


def test_a_table_of_weights_from_a_file(memos, told, receipt, tmp_path):
    table = {
        name: {
            "policy": "mine", "weights": {"assistant": 1.0}, "slope": 1.0, "middle": 0.0,
            "confidence": {"constant": 0.0},
        }
        for name in shipped()
    }  # fmt: skip
    file = tmp_path / "weights.json"
    file.write_text(json.dumps(table))
    (condition,) = told("replay", receipt, "--weights", file)["conditions"]
    assert condition.startswith("policy: mine/")
    del table["words"]
    file.write_text(json.dumps(table))
    assert told.fails("replay", receipt, "--weights", file)["field"] == "weights.words"


def test_wrong_files_are_said_to_be_wrong(memos, told, receipt, tmp_path):
    assert told.fails("replay", tmp_path / "nope")["field"] == f"RECEIPT: {tmp_path / 'nope'}"
    assert told.fails("replay", tmp_path)["field"] == f"RECEIPT: {tmp_path}"
    assert told.fails("replay", receipt, "--weights", tmp_path)["field"] == f"--weights: {tmp_path}"
    for content in (b"", b"\xff", b"{", b"[" * 100_000):
        receipt.write_bytes(content)
        assert told.fails("replay", receipt)["field"] == f"RECEIPT: {receipt}"
    for content, field in (("[]", "receipt"), ('{"receipt": {}}', "receipt.query")):
        receipt.write_text(content)
        assert told.fails("replay", receipt)["field"] == field


def test_a_receipt_that_cannot_be_saved(memos, tmp_path):
    result = memos("search", QUERY, "--save-receipt", tmp_path / "no" / "folder")
    assert result.exit_code == 1
    assert result.stderr.startswith("memos: --save-receipt: No such file or directory: ")


def test_nobody_reads_what_is_not_theirs_through_a_receipt(memos, told, receipt):
    result = memos("replay", receipt, "--user", "bob")
    assert result.exit_code == 1
    assert result.stderr == "memos: no cube 'user:ada' for this caller\n"


def test_what_a_receipt_holds_cannot_command_the_terminal(memos, told, receipt):
    changed = json.loads(receipt.read_text())
    changed |= {"query": "\x1b[2Jhello", "policy": "\x1b[2J", "degraded": ["\x1b[2J"]}
    changed["evidence"][0]["memory_id"] = "\x1b[2J"
    receipt.write_text(json.dumps(changed))
    result = memos("replay", receipt)
    assert result.exit_code == 0
    assert "\x1b[2J" not in result.stdout


@pytest.mark.parametrize("effort", ["fast", "normal", "deep"])
def test_effort(told, effort):
    told("add", "My sister lives in Porto")
    assert told("search", QUERY, "--effort", effort)["receipt"]["effort"] == effort
    assert told("context", QUERY, "--effort", effort)["receipt"]["effort"] == effort


def test_effort_is_one_of_three(memos):
    assert memos("search", QUERY, "--effort", "more").exit_code == 2


def test_explain_tells_what_each_step_did(memos, told, receipt):
    shown = memos("search", QUERY, "--explain", "--top-k", "1").stdout
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 100
    found = {line.partition(" ")[0]: line for line in lines}
    assert "text 2" in found["legs"]
    assert "linear-1/tokens, effort normal" in found["policy"]
    assert "384 dimensions" in found["embedding"]
    assert "user:ada at 2" in found["cubes"]
    assert "best " in shown[shown.index("\nconfidence 0.") :]
    assert found["candidates"].rstrip() == "candidates 2, best first"
    told_of = told("search", QUERY, "--explain")["receipt"]["evidence"]
    first, part = next(iter(told_of[0]["contributions"].items()))
    assert f"= {first} {part:+.2f} ({told_of[0]['features'][first]:.2f})" in shown
