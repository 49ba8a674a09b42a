import json

import pytest

from memos.cli.demo import corpus, script


@pytest.fixture
def short(monkeypatch):
    """Few questions, so that a test takes a second."""
    whole = script.cases

    def cases():
        kept = {(file, id) for file, id, _ in script.PICKED}
        made = {}
        for file, case in whole().items():
            questions = [q for q in case.questions if (file, q.id) in kept or q.id == "q03"]
            made[file] = type(case)(case.id, case.messages, tuple(questions))
        return made

    monkeypatch.setattr(script, "cases", cases)


def test_the_demo_is_a_page_of_80_columns(memos, short):
    result = memos("demo")
    assert result.exit_code == 0, result.stderr
    assert "\x1b" not in result.stdout
    for number in range(1, len(script.PICKED) + 1):
        assert f"─ {number}  " in result.stdout
    assert "✓" in result.stdout
    assert "Try next" in result.stdout
    page, _, commands = result.stdout.partition("Try next")
    assert "memos demo --quiet --keep" in commands
    assert max(map(len, page.splitlines())) <= 80


def test_the_demo_says_what_it_found(told, short):
    done = told("demo")
    assert done["messages"] > 900
    assert len(done["shown"]) == len(script.PICKED)
    rows = {row["label"]: row for row in done["summary"]}
    assert rows["all unanswerable"]["first"] is None
    assert 0 <= rows["all"]["first"] <= rows["all"]["within"] <= 100


def test_quiet_shows_the_summary_alone(memos, short):
    shown = memos("demo", "--quiet").stdout
    assert "─ 1  " not in shown
    assert "top score" in shown


def test_kept_memories_can_be_searched(memos, told, short, tmp_path):
    kept = tmp_path / "my demo"
    shown = memos("demo", "--quiet", "--keep", kept).stdout
    assert f"--home '{kept}'" in shown
    found = told("search", "--home", kept, "--user", "davor", "How do I like my SQL written?")
    assert found["hits"]
    assert told("stats")["counts"]["messages"] == 0  # nothing went to MEMOS_HOME
    again = memos("demo", "--quiet", "--keep", kept)
    assert again.exit_code == 1
    assert again.stderr.startswith("memos: --keep: ")


def test_the_demo_stays_embedded(memos, short, monkeypatch):
    for name in ("RECORDS", "TEXT", "GRAPH", "HOT", "BLOBS", "OUTBOX"):
        monkeypatch.setenv(f"MEMOS_{name}", "somewhere-else")
    assert memos("demo", "--quiet").exit_code == 0


def test_a_missing_corpus_is_told(memos, monkeypatch):
    monkeypatch.setattr(corpus, "PLACES", ())
    result = memos("demo")
    assert result.exit_code == 1
    assert result.stderr.startswith("memos: no corpus file")


def test_each_picked_question_exists():
    cases = script.cases()
    assert len(script.picked(cases)) == len(script.PICKED)
    for file, id, english in script.PICKED:
        question = next(one for one in cases[file].questions if one.id == id)
        assert bool(english) is not question.query.isascii()
    assert json.dumps(list(cases))
