import asyncio

import pytest

from memos.model.time import SECOND, SystemClock
from memos.storage.queues.job_book_sqlite import SqliteJobBook
from memos.storage.sqlite.database import Database


@pytest.fixture
def lacking(monkeypatch, told):
    """A home in which one memory lacks a vector."""
    monkeypatch.setenv("MEMOS_EMBEDDER", "none")
    told("add", "--user", "ada", "hello from Porto")
    monkeypatch.setenv("MEMOS_EMBEDDER", "hashing")


def test_jobs_are_listed(memos, told, lacking):
    first = told("jobs", "list")
    assert [(one["name"], one["last"], one["running"]) for one in first] == [
        ("embed", None, False),
        ("repair", None, False),
    ]
    assert [one["every"] for one in first] == [600, 86_400]
    told("jobs", "run", "repair")
    _, repair = told("jobs", "list")
    assert repair["last"]["finished"] is True
    assert repair["next_at"] > repair["last"]["ended_at"]
    shown = memos("jobs", "list").stdout
    for word in ("embed", "10 minutes", "1 day", "finished", repair["next_at"][:10]):
        assert word in shown


def test_a_dry_run_tells_what_a_run_then_does(memos, told, lacking):
    decision = "embed default/user:ada: 1 without a vector\n"
    dry = memos("jobs", "run", "embed", "--dry-run").stdout
    assert dry == f"{decision}embed: 1 item, nothing was done; finished\n"
    assert told("jobs", "list")[0]["last"] is None
    assert memos("jobs", "run", "embed").stdout == f"{decision}embed: 1 item; finished\n"
    assert memos("jobs", "run", "embed").stdout == "embed: 0 items; finished\n"


def test_one_document(told, lacking):
    found = told("jobs", "run", "embed", "--dry-run")
    assert (found["job"], found["dry_run"], found["result"]["items"]) == ("embed", True, 1)
    subjects = [one["subject"] for one in found["result"]["decisions"]]
    assert subjects == ["default/user:ada"]


def test_who_runs_a_job_is_shown_and_not_disturbed(home, memos, told, lacking):
    async def take():
        book = SqliteJobBook(Database(home / "memos.db"), SystemClock())
        await book.open()
        await book.take("repair", "other\x1b:1", 600 * SECOND, due_only=False)
        await book.close()

    asyncio.run(take())
    assert r"running by" in memos("jobs", "list").stdout
    assert told("jobs", "list")[1]["owner"] == "other\x1b:1"
    assert told.fails("jobs", "run", "repair")["type"] == "Conflict"
    assert memos("jobs", "run", "repair", "--dry-run").exit_code == 0


def test_a_job_that_fails(memos, told, lacking, monkeypatch):
    async def away(self, texts, *, query=False):
        raise LookupError("the model\nis away")

    monkeypatch.setattr("memos.providers.embedding.hashing.HashingEmbedder.embed", away)
    result = memos("jobs", "run", "embed")
    assert result.exit_code == 1
    assert result.stdout == "embed: 0 items; failed: LookupError: the model is away\n"
    assert told("jobs", "list")[0]["last"]["error"] == "LookupError: the model\nis away"


@pytest.mark.parametrize("arguments", [["run"], ["run", "nope"], ["nonsense"]])
def test_wrong_jobs(memos, arguments):
    assert memos("jobs", *arguments).exit_code == 2


def test_an_unknown_name_is_told_the_known_ones(memos):
    assert "there are: embed, repair" in memos("jobs", "run", "nope").stderr
