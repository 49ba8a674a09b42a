import json

import pytest
from click.testing import CliRunner

from memos.bench import tasks, write
from memos.bench.machine import machine, revision
from memos.cli.app import cli

CASE = {
    "id": "tiny",
    "messages": [
        {"role": "user", "content": "My sister lives in Porto.", "message_id": "m1"},
        {"role": "user", "content": "I had soup for lunch.", "message_id": "m2"},
    ],
    "questions": [
        {"id": "q1", "category": "fact", "query": "Where does my sister live?", "evidence": ["m1"]},
        {"id": "q2", "category": "none", "query": "Who won the cup?", "evidence": []},
    ],
}


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(CASE), "utf-8")
    return path


def bench(*arguments):
    return CliRunner().invoke(cli, ["bench", *map(str, arguments)], env={"COLUMNS": "100"})


def test_recall_as_table_and_as_json(case, tmp_path):
    out = tmp_path / "figures.json"
    result = bench("recall", case, "--budget", 512, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "R@512t" in result.stdout
    assert "tiny: 2 messages, 2 questions" in result.stderr
    written = json.loads(out.read_text("utf-8"))
    assert written["all"]["R@1"] == 100.0
    assert set(written["machine"]) >= {"memos", "python", "sqlite", "date", "cpu", "revision"}
    printed = json.loads(bench("recall", case, "--budget", 512, "--json").stdout)
    assert printed["categories"].keys() == {"fact"}


def test_all_cases_in_one_cube_that_is_filled_up(case, tmp_path):
    filler = tmp_path / "filler.json"
    said = [{"content": f"It rained on day {n}. We ate bread."} for n in range(300)]
    said = [{"role": "user", "message_id": f"{n}", **one} for n, one in enumerate(said)]
    filler.write_text(json.dumps({"id": "filler", "messages": said, "questions": []}), "utf-8")
    result = bench("recall", case, "--padding", filler, "--size", 700, "--json")
    assert result.exit_code == 0, result.stderr
    (told,) = [line for line in result.stderr.splitlines() if "in one cube" in line]
    assert int(told.split()[0]) >= 700
    figures = json.loads(result.stdout)
    assert (figures["questions"], figures["unanswerable"]) == (1, 1)
    assert figures["all"]["R@1"] == 100.0


def test_another_budget_is_shown_when_512_was_not_measured(case):
    shown = bench("recall", case, "--budget", 64, "--budget", 128).stdout
    assert "R@128t" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["recall"], 2),
        (["recall", "nope.json"], 1),
        (["recall", "CASE", "--budget", "0"], 2),
        (["recall", "CASE", "--padding", "nope.json"], 1),
        (["recall", "CASE", "--out", "/nowhere/x.json"], 2),
        (["write", "--seconds", "0"], 2),
        (["nonsense"], 2),
    ],
)
def test_wrong_input(case, arguments, code):
    result = bench(*(case if one == "CASE" else one for one in arguments))
    assert result.exit_code == code
    assert result.stdout == ""


def test_a_case_without_questions_is_refused(tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps({**CASE, "questions": []}), "utf-8")
    result = bench("recall", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("memos: PATH: ")


def test_padding_without_messages_is_refused(case, tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps({**CASE, "messages": [], "questions": []}), "utf-8")
    result = bench("recall", case, "--padding", path)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("memos: --padding: ")


def test_write_shows_its_figures(monkeypatch):
    monkeypatch.setattr(write, "run", lambda seconds: {"rate": {"one": seconds}})
    assert json.loads(bench("write", "--seconds", "2", "--json").stdout)["rate"] == {"one": 2.0}
    assert "rate one" in bench("write", "--seconds", "2").stdout


def test_tasks_are_all_done_and_begin(monkeypatch):
    monkeypatch.setattr(tasks, "IDLE", 0.1)
    monkeypatch.setattr(tasks, "PAUSE", 0.001)
    found = json.loads(bench("tasks", "--count", "40", "--flood", "300", "--json").stdout)
    assert found["outbox"]["tasks"] == 40
    assert found["outbox"]["start_ms_p95"] > 0
    assert "run_queue" not in found
    refused = bench("tasks", "--queue", "redis://user:secret@localhost")
    assert refused.exit_code == 1
    assert "secret" not in refused.stderr


def test_activation_counts_evidence_in_the_working_set(case):
    found = json.loads(bench("activation", case, "--json").stdout)
    assert found["questions"] == 1
    assert found["hot_of_256"] == 100.0


def test_the_machine_is_plain_data():
    found = machine()
    assert json.loads(json.dumps(found)) == found
    assert {"date", "python"} <= set(found)


def test_no_revision_without_git(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert revision() is None
