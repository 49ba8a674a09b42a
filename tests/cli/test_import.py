import json

import pytest

GOOD = {"role": "user", "content": "hello", "message_id": "m1", "conversation_id": "c"}


def lines(path, *messages):
    path.write_text("".join(json.dumps(one) + "\n" for one in messages), "utf-8")
    return path


def test_cases_lists_and_lines(told, tmp_path):
    case = tmp_path / "case.json"
    case.write_text(json.dumps({"id": "x", "messages": [GOOD], "questions": []}), "utf-8")
    plain = tmp_path / "list.json"
    plain.write_text(json.dumps([{**GOOD, "message_id": "m2"}]), "utf-8")
    rows = lines(tmp_path / "rows.jsonl", {**GOOD, "message_id": "m3"})
    done = told("import", "--user", "ada", case, plain, rows)
    assert (done["new"], done["already_there"], done["without_message_id"]) == (3, 0, 0)
    again = told("import", "--user", "ada", tmp_path)
    assert (again["new"], again["already_there"]) == (0, 2)


def test_messages_without_an_id_are_pointed_out(memos, tmp_path):
    rows = lines(tmp_path / "rows.jsonl", {"role": "user", "content": "hello"})
    result = memos("import", "--user", "ada", rows)
    assert result.stdout.startswith("1 new message, 0 already there\n1 without message_id")


def test_a_conversation_for_messages_without_one(told, tmp_path):
    rows = lines(tmp_path / "rows.jsonl", {"role": "user", "content": "hello"}, GOOD)
    told("import", "--user", "ada", "--conversation", "d", rows)
    threads = [one["conversation_id"] for one in told("messages", "--user", "ada")]
    assert threads == ["d", "c"]


def test_a_file_longer_than_a_batch(told, tmp_path, monkeypatch):
    monkeypatch.setenv("MEMOS_MAX_BATCH", "2")
    rows = [{**GOOD, "message_id": f"m{at}"} for at in range(5)]
    done = told("import", "--user", "ada", lines(tmp_path / "rows.jsonl", *rows))
    assert done["new"] == 5


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.jsonl", '{"role": "user", "content": "a"}\n\n{"role": "bot"}\n', "line 3: role"),
        ("a.jsonl", '{"role": "user", "content": "a"}\n{oops\n', "line 2"),
        ("a.jsonl", "3\n", "line 1"),
        ("a.json", '[{"role": "user", "content": " "}]', "messages[0]: content"),
        ("a.json", '[{"role": "user", "content": "a", "mood": 1}]', "messages[0]: mood"),
        ("a.json", '{"messages": 3}', "messages"),
        ("a.json", '{"messages": [3]}', "messages[0]"),
        ("a.json", '"text"', "messages"),
        ("a.txt", "text", ""),
    ],
)
def test_nothing_of_a_bad_file_is_written(told, tmp_path, name, text, place):
    good = lines(tmp_path / "good.jsonl", GOOD)
    bad = tmp_path / name
    bad.write_text(text, "utf-8")
    error = told.fails("import", "--user", "ada", good, bad)
    assert error["field"] == (f"{bad}: {place}" if place else str(bad))
    assert told("messages", "--user", "ada") == []


def test_one_id_with_two_contents_in_the_files(memos, tmp_path):
    one = lines(tmp_path / "one.jsonl", GOOD, GOOD)
    two = lines(tmp_path / "two.jsonl", {**GOOD, "content": "bye"})
    result = memos("import", "--user", "ada", one, two)
    assert result.exit_code == 1
    assert f"{two}: line 1: message_id" in result.stderr
    assert f"{one}: line 1" in result.stderr


def test_a_conflict_with_what_is_stored_names_the_file(memos, told, tmp_path):
    told("import", "--user", "ada", lines(tmp_path / "one.jsonl", GOOD))
    fresh = {**GOOD, "message_id": "m2"}
    two = lines(tmp_path / "two.jsonl", fresh, {**GOOD, "content": "bye"})
    result = memos("import", "--user", "ada", two)
    assert result.exit_code == 1
    assert str(two) in result.stderr
    assert len(told("messages", "--user", "ada")) == 1


@pytest.mark.parametrize("name", ["nope.json", "latin.json"])
def test_a_file_that_cannot_be_read(memos, tmp_path, name):
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    result = memos("import", "--user", "ada", tmp_path / name)
    assert result.exit_code == 1
    assert name in result.stderr


def test_a_path_is_needed(memos):
    assert memos("import", "--user", "ada").exit_code == 2
