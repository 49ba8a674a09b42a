import apsw
import pytest

from memos import MemOS
from memos.governance.keys import parse


@pytest.fixture(autouse=True)
def bare(home, monkeypatch):
    monkeypatch.setenv("MEMOS_EMBEDDER", "none")


def test_a_key_is_shown_once(memos, told, home):
    told("tenants", "create", "acme")
    made = told(
        "keys", "create", "--tenant", "acme", "--name", "bot", "--right", "read",
        "--right", "admin", "--user", "ann", "--cube", "trip", "--rate", 5, "--expires-in", 99,
    )  # fmt: skip
    assert parse(made["secret"])[0] == made["key"]["id"]
    assert made["key"]["rights"] == ["admin", "read"]
    (listed,) = told("keys", "list")
    assert listed == made["key"]
    assert (listed["user_id"], listed["cube_id"], listed["rate"]) == ("ann", "trip", 5)
    assert told("keys", "list", "--tenant", "default") == []
    shown = memos("keys", "list", env={"COLUMNS": "200"}).stdout
    for word in (listed["id"], "acme", "bot", "admin read", "user:ann cube:trip", "until 20"):
        assert word in shown
    assert made["secret"].split("_")[2] not in shown
    with MemOS(home) as opened:
        assert opened.authenticate(made["secret"]).to_dict() == made["key"]


def test_for_people_the_key_stands_alone_in_a_line(memos):
    result = memos("keys", "create", "--name", "bot")
    first, text = result.stdout.splitlines()
    assert first == f"created: key {parse(text)[0]}, bot, of tenant default"
    assert "not shown again" in result.stderr


def test_rotating_and_revoking(memos, told, home):
    old = told("keys", "create", "--name", "bot")
    new = told("keys", "rotate", old["key"]["id"], "--overlap", 100)
    assert new["key"]["name"] == "bot"
    with MemOS(home) as opened:
        for one in (old, new):
            assert opened.authenticate(one["secret"]).id == one["key"]["id"]
    printed = memos("keys", "revoke", new["key"]["id"]).stdout
    assert printed == f"revoked: key {new['key']['id']}, bot\n"
    assert told("keys", "revoke", new["key"]["id"])["revoked_at"] is not None
    assert "revoked 20" in memos("keys", "list", env={"COLUMNS": "200"}).stdout
    assert told.fails("keys", "rotate", new["key"]["id"])["type"] == "Conflict"
    assert told.fails("keys", "revoke", "nope")["type"] == "NotFound"


def test_tenants(memos, told):
    assert memos("tenants", "create", "acme", "--memories", 1000).stdout == (
        "created: tenant acme; memories 1,000, bytes no limit, model calls no limit\n"
    )
    assert told("tenants", "quota", "acme", "--bytes", 7)["quota"] == {
        "memories": None, "bytes": 7, "model_calls": None,
    }  # fmt: skip
    assert [one["name"] for one in told("tenants", "list")] == ["acme", "default"]
    assert "no limit" in memos("tenants", "list").stdout
    assert told.fails("tenants", "create", "acme")["type"] == "Conflict"
    assert told.fails("tenants", "quota", "nope")["type"] == "NotFound"


def test_the_log_is_shown_and_verified(memos, told, home):
    assert memos("audit", "log").stdout == "nothing was done\n"
    told("tenants", "create", "acme")
    for name in ("one", "two"):
        told("keys", "create", "--name", name)
    lines = memos("audit", "log").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert "acme  home  tenants.create  acme  done" in lines[0]
    assert [one["number"] for one in told("audit", "log", "--after", 1, "--limit", 1)] == [2]
    assert [one["number"] for one in told("audit", "log", "--tenant", "acme")] == [1]
    report = told("audit", "verify")
    assert (report["ok"], report["entries"]) == (True, 3)
    whole = f"whole: 3 entries, last {report['last']}\n"
    assert memos("audit", "verify", "--seen", report["last"]).stdout == whole

    connection = apsw.Connection(str(home / "memos.db"))
    connection.execute("DROP TRIGGER audit_kept; DELETE FROM audit WHERE number=2")
    connection.close()
    result = memos("audit", "verify", "--seen", "0f" * 32)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "entry 2 is missing",
        "the digest that was seen is not in the log any more",
    ]
    assert memos("audit", "verify", "--json").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["keys"], ["keys", "create", "x"], ["keys", "create", "--name", "a", "--right", "nope"],
        ["keys", "revoke"], ["tenants", "create"], ["tenants", "create", "a", "--bytes", "-1"],
        ["audit", "log", "--limit", "0"],
    ],
)  # fmt: skip
def test_wrong_usage(memos, arguments):
    assert memos(*arguments).exit_code == 2
