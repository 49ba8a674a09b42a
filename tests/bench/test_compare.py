import json
import sys

import pytest
from click.testing import CliRunner

from memos.bench import compare
from memos.bench.chart import draw, read
from memos.bench.compare import entries
from memos.bench.peers import PEERS
from memos.bench.recall import DEPTH
from memos.bench.systems import DIMENSION, Bm25, Memos, System
from memos.cli.app import cli
from memos.errors import InvalidInput
from memos.ingest.cases import read_case

CASE = {
    "id": "tiny",
    "messages": [
        {"role": "user", "name": "Ann", "content": "My sister lives in Porto.", "message_id": "m1"},
        {"role": "user", "name": "Ben", "content": "I had soup for lunch.", "message_id": "m2"},
        {"role": "user", "content": "The bus was late again."},
    ],
    "questions": [
        {"id": "q1", "category": "fact", "query": "Where does a sister live?", "evidence": ["m1"]},
        {"id": "q2", "category": "none", "query": "Who won the cup?", "evidence": []},
        {"id": "q3", "category": "adversarial", "query": "Was it soup?", "evidence": ["m2"]},
    ],
}


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(CASE), "utf-8")
    return path


@pytest.fixture
def no_peers(monkeypatch):
    for module in {name for peer in PEERS for name in peer.modules}:
        monkeypatch.setitem(sys.modules, module, None)


def bench(*arguments):
    return CliRunner().invoke(cli, ["bench", *map(str, arguments)], env={"COLUMNS": "100"})


class Backwards(System):
    """Finds the last messages, whatever is asked, and says how it was called."""

    name = "backwards"
    calls = ()

    def __init__(self, folder, embed):
        self.ids, self.embed = [], embed
        type(self).calls = [("open", folder.is_dir())]

    def add(self, entries):
        self.ids = [entry.id for entry in entries]

    def search(self, query, limit):
        (vector,) = self.embed([query])
        self.calls.append((query, limit, len(vector)))
        return self.ids[::-1][:limit]

    def close(self):
        self.calls.append("closed")


def test_peers_that_are_not_there_are_named(case, tmp_path, no_peers):
    out = tmp_path / "compare.json"
    result = bench("compare", case, "--out", out)
    assert result.exit_code == 0, result.stderr
    data = json.loads(out.read_text("utf-8"))
    assert data["systems"].keys() == {"memos", "BM25"}
    assert data["missing"].keys() == {"mem0", "LangGraph", "Chroma"}
    assert all("memos-engine[bench-peers]" in why for why in data["missing"].values())
    assert "missing: mem0" in result.stdout
    assert "missing: Chroma" in result.stdout


def test_the_figures_of_a_system_are_those_of_its_ranking(case):
    data = compare.run([case], str, [Backwards, Memos, Bm25])
    worst, words = data["systems"]["backwards"], data["systems"]["BM25"]
    assert data["questions"] == 1  # without the unanswerable and the adversarial one
    assert (worst["R@1"], worst["R@5"], worst["nDCG@10"]) == (0.0, 100.0, 50.0)  # third of three
    assert words["R@1"] == data["systems"]["memos"]["R@1"] == 100.0
    assert Backwards.calls == [
        ("open", True),
        ("Where does a sister live?", DEPTH, DIMENSION),
        "closed",
    ]


def test_a_system_is_closed_when_it_fails(case, monkeypatch):
    def fail(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(Backwards, "add", fail)
    with pytest.raises(RuntimeError, match="broken"):
        compare.run([case], str, [Backwards])
    assert Backwards.calls[-1] == "closed"


def test_bm25_knows_speakers_and_leaves_out_what_shares_no_word(case, tmp_path):
    words = Bm25(tmp_path, None)
    words.add(entries(read_case(case)))
    assert words.search("What did Ben eat?", 9) == ["m2"]
    assert words.search("a late bus", 9) == ["#2"]
    assert words.search("zebra", 9) == []


def test_without_a_question_there_is_nothing_to_compare(tmp_path):
    path = tmp_path / "empty.json"
    path.write_text(json.dumps({**CASE, "questions": []}), "utf-8")
    result = bench("compare", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("memos: PATH: ")


FOUND = {
    "benchmark": "compare",
    "questions": 1,
    "messages": 2,
    "embedder": "a<b",
    "systems": {
        "BM25": {"R@10": 25.0, "R@10 95%": [20.0, 30.0]},
        "memos": {"R@10": 75.0, "R@10 95%": [70.0, 80.0]},
    },
    "missing": {"mem0": "No module named 'mem0'"},
}


def test_the_chart_has_a_bar_for_each_system_the_best_on_top():
    drawn = draw(FOUND)
    assert drawn.index(">memos<") < drawn.index(">BM25<")
    assert drawn.count('z" fill') == 2  # closed paths: bars
    assert ">75.0<" in drawn
    assert "not installed: mem0" in drawn
    assert "a&lt;b" in drawn


def test_the_chart_is_written_beside_the_result(tmp_path):
    path = tmp_path / "found.json"
    path.write_text(json.dumps(FOUND), "utf-8")
    assert bench("chart", path).exit_code == 0
    assert (tmp_path / "found.svg").read_text("utf-8") == draw(FOUND)
    assert bench("chart", path, tmp_path / "other.svg").exit_code == 0
    assert (tmp_path / "other.svg").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"benchmark": "write"}'])
def test_other_files_are_no_charts(tmp_path, text):
    path = tmp_path / "found.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=r"found\.json"):
        read(path)
