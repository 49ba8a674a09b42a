import json

import pytest

from memos.model.results import Diagnosis, Difference
from memos.system import AsyncMemOS


def test_cubes_are_made_shared_and_unshared(memos, told):
    assert memos("cubes", "list", "--user", "ada").exit_code == 0
    told("cubes", "create", "team", "--user", "ada", "--name", "The team")
    share = ("--user", "ada", "--cube", "team", "--to-user", "bo")
    cube = told("cubes", "share", *share, "--role", "writer")
    assert [(one["principal"], one["role"]) for one in cube["grants"]] == [("user:bo", "writer")]
    told("add", "--user", "bo", "--cube", "team", "written by Bo")
    assert told("messages", "--user", "ada", "--cube", "team")[0]["content"] == "written by Bo"
    assert "team" in memos("cubes", "list", "--user", "bo").stdout
    assert told("cubes", "unshare", *share) == {"removed": True}
    assert memos("cubes", "unshare", *share).stdout == "it was not shared\n"
    assert told("cubes", "list", "--user", "bo") == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create", "team"], 1),
        (["create", "user:bo"], 1),
        (["create"], 2),
        (["share", "--cube", "team"], 1),
        (["share", "--cube", "nope", "--to-user", "bo"], 1),
        (["share", "--cube", "team", "--to-user", "bo", "--role", "king"], 2),
        (["nonsense"], 2),
    ],
)
def test_wrong_cubes(memos, told, arguments, code):
    told("cubes", "create", "team", "--user", "ada")
    assert memos("cubes", arguments[0], "--user", "ada", *arguments[1:]).exit_code == code


def test_stats_count(memos, told):
    told("add", "--user", "ada", "hello")
    found = told("stats")
    assert found["counts"]["messages"] == 1
    assert set(found["backlog"]) >= {"waiting", "running", "dead"}
    assert "messages" in memos("stats").stdout


def test_a_healthy_home(memos, told):
    told("add", "--user", "ada", "hello from Porto")
    assert told("doctor")["healthy"] is True
    result = memos("doctor", "--no-repair")
    assert (result.exit_code, result.stdout) == (0, "1 cube, 1 version\nhealthy\n")


def test_doctor_repairs_or_fails(memos, monkeypatch):
    async def doctor(self, *, repair=True):
        difference = Difference("text", "default", "user:ada", 2, 0, 1, repaired=repair)
        return Diagnosis(1, 3, (), (difference,), waiting=0, dead=1)

    monkeypatch.setattr(AsyncMemOS, "doctor", doctor)
    sick = memos("doctor", "--no-repair")
    assert sick.exit_code == 1
    assert "text of user:ada: 2 missing, 1 wrong; not repaired\n" in sick.stdout
    assert "1 task failed for good; see memos tasks dead\n" in sick.stdout
    assert sick.stdout.endswith("not healthy\n")
    as_json = memos("doctor", "--no-repair", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["healthy"] is False
    repaired = memos("doctor")
    assert repaired.exit_code == 0
    assert repaired.stdout.endswith("healthy again\n")


def test_settings_tell_name_variable_value_and_help(memos, told, monkeypatch, tmp_path):
    monkeypatch.setenv("MEMOS_MAX_QUERY", "77")
    found = {one["name"]: one for one in told("settings", "--home", tmp_path)}
    assert found["max_query"]["value"] == 77
    assert found["max_query"]["variable"] == "MEMOS_MAX_QUERY"
    assert found["home"]["value"] == str(tmp_path)
    assert all(one["help"] for one in found.values())
    assert "MEMOS_MAX_QUERY" in memos("settings").stdout


@pytest.mark.parametrize("name", ["SYNC", "TIMEZONE", "MAX_QUERY"])
def test_a_wrong_setting_is_named(memos, monkeypatch, name):
    monkeypatch.setenv(f"MEMOS_{name}", "bad!")
    result = memos("stats")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"memos: {name.lower()}: got")


def test_a_home_that_cannot_be(memos, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    assert memos("stats", "--home", tmp_path / "file").exit_code == 2
    below = memos("stats", "--home", tmp_path / "file" / "below")
    assert below.exit_code == 1
    assert below.stderr.startswith("memos: home: ")
