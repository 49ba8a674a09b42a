"""Fitting on two small conversations, from the command line and beside real recalls."""

import json

import pytest
from click.testing import CliRunner

from memos import MemOS
from memos.bench.fit import LACKING, Verdict, judged
from memos.bench.recall import fill
from memos.cli.app import cli
from memos.ingest.cases import read_case
from memos.retrieval.confidence import CONSTANT

TOLD = {
    "ann": [
        "My sister Clara lives in Porto.", "I had tomato soup for lunch.",
        "The violin is in the attic.", "Our train to Bergen leaves at nine.",
        "Remember: always answer in short sentences.", "The dog is called Biscuit.",
        "We painted the kitchen green last week.", "Tom broke his arm while skiing.",
    ],
    "bob": [
        "I sold the old bicycle to Martha.", "The dentist moved to Baker Street.",
        "My password manager is called Vault.", "We are growing pumpkins this year.",
        "The meeting with Ivan is on Thursday.", "Grandma's cake needs six eggs.",
        "I lost my umbrella in the library.", "The cat sleeps on the radiator.",
    ],
}  # fmt: skip
ASKED = {
    "ann": [("Where does Clara live?", 0), ("Where is the violin?", 2), ("Who broke an arm?", 7)],
    "bob": [("Who bought the bicycle?", 0), ("When do I meet Ivan?", 4), ("Where is the cat?", 7)],
}


@pytest.fixture
def folder(tmp_path):
    """A folder with a case of each."""
    made = tmp_path / "cases"
    made.mkdir()
    for name, texts in TOLD.items():
        case = {
            "id": name,
            "messages": [
                {"role": "user", "content": text, "message_id": f"{name}{at}"}
                for at, text in enumerate(texts)
            ],
            "questions": [
                {"id": f"q{n}", "category": "fact", "query": query, "evidence": [f"{name}{at}"]}
                for n, (query, at) in enumerate(ASKED[name])
            ],
        }
        (made / f"{name}.json").write_text(json.dumps(case), "utf-8")
    return made


def bench(*arguments):
    return CliRunner().invoke(cli, ["bench", *map(str, arguments)], env={"COLUMNS": "100"})


def lacks(name, signals):
    return name.startswith(LACKING[signals])


def test_a_column_knows_only_what_its_recalls_will_see(folder, tmp_path):
    out = tmp_path / "table.json"
    result = bench("fit", folder, "--policy", "mine", "--out", out)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert "ann: 3 questions" in result.stderr
    table = json.loads(out.read_text("utf-8"))
    assert list(table) == ["tokens", "vectors", "words", "words_han"]
    for signals, column in table.items():
        assert column["policy"] == "mine"
        for name in (*column["weights"], *column["confidence"]):
            assert not lacks(name, signals), f"{signals}: {name}"
    assert any(lacks(name, "vectors") for name in table["tokens"]["confidence"])
    with MemOS(tmp_path / "home", embedder="none") as memos:
        case = read_case(folder / "ann.json")
        fill(memos, case)
        found = memos.recall("ann", case.questions[0].query, explain=True)
    assert set(table["words"]["confidence"]) == {*found.receipt.signals, CONSTANT}
    assert set(table["words"]["weights"]) <= set(found.receipt.evidence[0].features)


def test_crossed_tells_both_figures_for_each_set_of_signals(folder, tmp_path):
    out = tmp_path / "crossed.json"
    result = bench("fit", folder, "--crossed", "--json", "--out", out)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found == json.loads(out.read_text("utf-8"))
    assert list(found["signals"]) == ["tokens", "vectors", "words"]  # none asks in Chinese
    for figures in found["signals"].values():
        assert figures["R@10"] == 100.0  # each has fewer messages than that
        assert 0.5 < figures["auc"] <= 1
    assert "signals words R@10" in bench("fit", folder, "--crossed").stdout


def test_crossing_needs_two_cases(folder):
    result = bench("fit", folder / "ann.json", "--crossed")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("memos: PATH: got 1 case")


@pytest.mark.parametrize("options", [[], ["--crossed"]])
@pytest.mark.parametrize("questions", [[], [{"query": "Where is the key?", "evidence": []}]])
def test_cases_without_evidence_are_refused(folder, options, questions):
    for path in folder.iterdir():
        case = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**case, "messages": [], "questions": questions}), "utf-8")
    result = bench("fit", folder, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "memos: PATH: got " in result.stderr


@pytest.mark.parametrize("command", ["fit", "recall"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["nope.json"], 1),
        (["x" * 5_000], 1),
        (["CASES", "--out", "/nowhere/x.json"], 2),
    ],
)
def test_wrong_input_is_said_in_a_line(folder, command, arguments, code):
    result = bench(command, *(folder if one == "CASES" else one for one in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert isinstance(result.exception, SystemExit)


def test_verdicts_are_judged_together():
    verdicts = [
        Verdict(1.0, 0.9, answerable=True),
        Verdict(0.5, 0.2, answerable=True),
        Verdict(None, 0.8, answerable=True),
        Verdict(None, 0.3, answerable=False),
    ]
    assert judged(verdicts) == {"R@10": 75.0, "auc": 0.667}
    assert judged([]) == {"R@10": None, "auc": None}
