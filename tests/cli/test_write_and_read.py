import json

import pytest


def add(told, text, *rest):
    return told("add", "--user", "ada", text, *rest)


def test_added_is_found(memos, told):
    added = add(told, "My sister lives in Porto", "--timestamp", "2024-05-01")
    found = told("search", "--user", "ada", "Where does my sister live?")
    assert [hit["sources"] for hit in found["hits"]] == [[added["message_id"]]]
    assert 0 < found["confidence"] < 1
    shown = memos("search", "--user", "ada", "Where does my sister live?").stdout
    assert "My sister lives in Porto" in shown
    assert "2024-05-01" in shown


def test_the_user_may_come_from_the_environment(memos, monkeypatch):
    assert memos("add", "hello").exit_code == 2
    monkeypatch.setenv("MEMOS_USER", "ada")
    assert memos("add", "hello").exit_code == 0


def test_adding_again_with_an_id_changes_nothing(memos):
    line = ("add", "--user", "ada", "--message-id", "m1", "hello")
    assert memos(*line).stdout.startswith("added: message m1")
    assert memos(*line).stdout.startswith("already there: message m1")
    other = memos(*line[:-1], "something else")
    assert other.exit_code == 1
    assert other.stderr.startswith("memos: message_id: ")


def test_adding_what_was_forgotten_says_so(memos, told):
    line = ("add", "--user", "ada", "--message-id", "m1", "hello")
    memos(*line)
    memos("forget", "--user", "ada", "--message-id", "m1", "--yes")
    told_again = memos(*line).stdout
    assert told_again == "forgotten before, and stays so: message m1, nothing was added\n"
    made = told(*line)
    assert made["repeated"]
    assert made["forgotten"]
    assert told("messages", "--user", "ada") == []


def test_a_kind_stores_something_known(told):
    made = add(told, "short answers", "--kind", "preference", "--metadata", '{"from": "chat"}')
    assert (made["kind"], made["metadata"]) == ("preference", {"from": "chat"})


def test_message_fields_do_not_go_with_a_kind(memos):
    result = memos("add", "--user", "ada", "--kind", "fact", "--name", "Ada", "x")
    assert result.exit_code == 2
    assert "--name" in result.stderr


def test_text_from_standard_input(told):
    told("add", "--user", "ada", "-", input="two\nlines\n")
    assert [one["content"] for one in told("messages", "--user", "ada")] == ["two\nlines"]


def test_standard_input_has_to_be_utf8(memos):
    result = memos("add", "--user", "ada", "-", input=b"\xff")
    assert result.exit_code == 1
    assert result.stderr == "memos: TEXT: got bytes that are not UTF-8; allowed: UTF-8 on stdin\n"


@pytest.mark.parametrize("wait", [True, False])
def test_what_waits_is_told(told, wait):
    made = add(told, "hello", *([] if wait else ["--no-wait"]))
    assert (made["backlog"]["waiting"] + made["backlog"]["running"] == 0) or not wait


def test_explain_tells_plan_legs_and_features(memos, told):
    add(told, "My sister lives in Porto")
    shown = memos("search", "--user", "ada", "sister", "--explain").stdout
    assert all(f"\n{part}" in shown for part in ("plan", "legs", "policy", "candidates"))


def test_filters_and_conversations_narrow(told):
    add(told, "tea with Ada", "--conversation", "c1", "--metadata", '{"topic": "tea"}')
    add(told, "tea with Bo", "--conversation", "c2")
    for options in (["--filter", '{"metadata.topic": "tea"}'], ["--conversation", "c1"]):
        found = told("search", "--user", "ada", "tea", *options)
        assert [hit["memory"]["content"] for hit in found["hits"]] == ["tea with Ada"]


def test_context_prints_the_block_alone(memos, told):
    add(told, "My sister lives in Porto")
    block = told("context", "--user", "ada", "sister", "--max-tokens", "200")["text"]
    assert "Porto" in block
    assert memos("context", "--user", "ada", "sister", "--max-tokens", "200").stdout == block + "\n"


def test_an_update_has_a_history(memos, told):
    memory = add(told, "lives in Porto", "--kind", "fact")["id"]
    updated = told("update", "--user", "ada", memory, "lives in Faro", "--version", "1")
    assert updated["version"] == 2
    events = [one["event"] for one in told("history", "--user", "ada", memory)]
    assert events == ["created", "updated"]
    assert "lives in Faro" in memos("history", "--user", "ada", memory).stdout
    stale = memos("update", "--user", "ada", memory, "lives in Braga", "--version", "1")
    assert stale.exit_code == 1
    assert stale.stderr.startswith("memos: version: ")


def test_forgotten_is_gone(memos, told):
    memory = add(told, "lives in Porto", "--kind", "fact")["id"]
    add(told, "one", "--conversation", "c", "--message-id", "m1")
    add(told, "two", "--conversation", "c", "--message-id", "m2")
    assert memos("forget", "--user", "ada", memory).stdout == "forgotten: 1 memory\n"
    assert memos("history", "--user", "ada", memory).exit_code == 1
    one = ("forget", "--user", "ada", "--conversation", "c", "--message-id", "m1")
    assert memos(*one).stdout == "forgotten: 1 memory and 1 message\n"
    assert memos("forget", "--user", "ada", "--conversation", "c", "--yes").exit_code == 0
    assert told("messages", "--user", "ada") == []


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr("memos.cli.forget._on_terminal", lambda: True)


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 0), ("n\n", 1, 1)])
@pytest.mark.usefixtures("terminal")
def test_forgetting_asks_on_a_terminal(memos, told, answer, code, left):
    add(told, "one", "--conversation", "c")
    result = memos("forget", "--user", "ada", "--conversation", "c", input=answer)
    assert result.exit_code == code
    assert "the whole conversation c" in result.stderr
    assert len(told("messages", "--user", "ada")) == left


def test_stored_text_does_not_command_the_terminal(memos, told):
    add(told, "red \x1b[31m [bold]text[/bold] \u202e reversed")
    for shown in (
        memos("messages", "--user", "ada").stdout,
        memos("search", "--user", "ada", "red").stdout,
    ):
        assert "\x1b[31m" not in shown
        assert "\u202e" not in shown
        assert "[bold]text[/bold]" in shown


def test_json_keeps_every_character(told):
    add(told, "中文 \x1b[31m é 🦊")
    assert told("messages", "--user", "ada")[0]["content"] == "中文 \x1b[31m é 🦊"


def test_agents_have_memories_of_their_own(told):
    told("add", "--agent", "bot", "I am a bot")
    assert told("messages", "--agent", "bot")[0]["content"] == "I am a bot"
    assert told("messages", "--user", "ada") == []


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["add", ""], 1, "content"),
        (["add", "x", "--timestamp", "yesterday"], 1, "timestamp"),
        (["add", "x", "--metadata", "{bad"], 2, "--metadata"),
        (["add", "x", "--metadata", "[1]"], 2, "--metadata"),
        (["add", "x", "--metadata", "[" * 100_000], 2, "--metadata"),
        (["add", "x", "--metadata", "9" * 5000], 2, "--metadata"),
        (["add", "x", "--role", "robot"], 2, "--role"),
        (["add", "x", "--kind", "episode"], 1, "kind"),
        (["add", "x", "y"], 2, "argument"),
        (["add"], 2, "TEXT"),
        (["search", " "], 1, "query"),
        (["search", "x", "--top-k", "0"], 1, "top_k"),
        (["search", "x", "--top-k", "many"], 2, "--top-k"),
        (["search", "x", "--kind", "bogus"], 1, "kinds[0]"),
        (["search", "x", "--filter", '{"foo": 1}'], 1, "filter.foo"),
        (["search", "x", "--filter", "foo"], 2, "--filter"),
        (["search", "x", "--as-of", "then"], 1, "as_of"),
        (["search", "x", "--known-at", "then"], 1, "known_at"),
        (["search", "x", "--deadline-ms", "0"], 1, "deadline_ms"),
        (["search", "x", "--cube", "nope"], 1, "no cube"),
        (["context", "x", "--max-tokens", "0"], 1, "max_tokens"),
        (["messages", "--limit", "0"], 1, "limit"),
        (["history", "nope"], 1, "nope"),
        (["update", "nope", "x"], 1, "nope"),
        (["forget"], 2, "MEMORY_ID"),
        (["forget", "nope"], 1, "nope"),
        (["forget", "--conversation", "nope"], 1, "nope"),
        (["forget", "--message-id", "nope"], 1, "nope"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_wrong_input_is_refused_by_name(memos, arguments, code, field):
    line = [arguments[0], "--user", "ada", *arguments[1:]]
    result = memos(*line)
    assert result.exit_code == code
    assert field in result.stderr
    assert result.stdout == ""
    assert code == 2 or (result.stderr.startswith("memos: ") and result.stderr.count("\n") == 1)
    as_json = memos(*line, "--json")
    assert as_json.exit_code == code
    assert field in json.loads(as_json.stderr)["error"]["message"]
