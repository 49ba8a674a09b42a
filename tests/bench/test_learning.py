import json

import pytest
from click.testing import CliRunner

from memos.bench.learning import closeness, pairs
from memos.cli.app import cli
from memos.model.claim import Claim
from memos.model.memory import Kind

HOME = {"kind": "profile", "subject": "self", "attribute": "home", "value": "Porto"}
MESSAGES = [
    {"id": "1", "said_at": "2024-05-02T09:30:00", "text": "I live in Porto.", "items": [HOME]},
    {"id": "2", "said_at": "2024-05-02T09:30:00", "text": "I have two cats.", "items": []},
    {
        "id": "3",
        "said_at": "2024-05-02T09:30:00",
        "role": "assistant",
        "text": "I live in a computer.",
        "items": [],
    },
]


def claim(**fields):
    made = {"kind": Kind.PROFILE, "text": "I live in Porto", "attribute": "home", "value": "Porto"}
    return Claim(**{**made, **fields})


def learn(*arguments):
    return CliRunner().invoke(cli, ["bench", "learn", *map(str, arguments)])


def test_figures_of_labelled_messages(tmp_path):
    path = tmp_path / "messages-en-x.json"
    path.write_text(json.dumps({"language": "en", "messages": MESSAGES}), "utf-8")
    found = json.loads(learn(tmp_path, "--json").stdout)
    assert found["messages"] == 3
    assert found["all"] == found["files"]["messages-en-x"] == found["languages"]["en"]
    assert found["all"]["claims"] == 2
    assert (found["all"]["precision"], found["all"]["recall"]) == (50.0, 100.0)
    assert (found["all"]["attribute"], found["all"]["junk"]) == (100.0, 50.0)
    assert "messages-en-x" in learn(path).stdout.replace("\n", "")


def test_a_folder_without_messages_is_refused(tmp_path):
    assert learn(tmp_path).exit_code == 1


def test_a_message_without_a_time_is_refused(tmp_path):
    path = tmp_path / "messages-en-x.json"
    path.write_text(json.dumps({"messages": [{"text": "hi", "items": []}]}), "utf-8")
    refused = learn(path)
    assert refused.exit_code == 1
    assert "messages[0].said_at" in refused.stderr


@pytest.mark.parametrize(
    "other",
    [
        claim(subject="sister"),
        claim(kind=Kind.PREFERENCE, likes=True),
        claim(value="Lisbon", text="I live in Lisbon"),
        claim(text="Porto " + " ".join(f"word{at}" for at in range(30))),
    ],
)
def test_a_claim_of_another_thing_finds_nothing(other):
    assert closeness(HOME, other) == 0


def test_each_claim_finds_one_item_the_closest_first():
    far = claim(attribute=None, kind=Kind.FACT, value="I live in Porto")
    assert pairs([HOME], [far, claim()]) == [(0, 1)]
    assert pairs([HOME, HOME], [claim()]) == [(0, 0)]
