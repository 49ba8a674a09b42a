import json
import subprocess

import pytest
from click.testing import CliRunner

from memos.bench import asking, latency
from memos.bench import cli as commands
from memos.bench.asking import figures, times
from memos.bench.homes import fill, user
from memos.bench.latency import PARTS, Plan, run
from memos.bench.processes import line, start
from memos.cli.app import cli
from memos.errors import InvalidInput
from memos.sync import MemOS

TIMED = {"n", "cpu_ms_p50", "cpu_ms_p95", "wall_ms_p50", "wall_ms_p95"}


def bench(*arguments):
    return CliRunner().invoke(cli, ["bench", *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    plan = Plan(sizes=(30,), queries=4, users=3, each=5, texts=12)
    home = tmp_path_factory.mktemp("homes")
    return run(plan, home, say=str), home


def test_every_part_has_its_figures(measured):
    found, _ = measured
    (size,) = found["sizes"].values()
    assert size.keys() == {"search", "fresh", "disk", "writer"}
    assert size["search"].keys() == set(asking.efforts())
    assert size["search"]["normal"].keys() == TIMED
    assert size["search"]["normal"]["n"] == 4
    assert 0 < size["fresh"]["open_to_first_answer_s"] < size["fresh"]["start_to_first_answer_s"]
    assert size["fresh"]["resident_mb"] <= size["fresh"]["peak_mb"]
    assert size["writer"]["beside_writer"].keys() == TIMED
    assert size["writer"]["written"] >= 1
    assert found["users"]["first"]["n"] == 2  # of the three users but the one to warm up with
    assert found["users"]["again"].keys() == TIMED | {"cpu_times", "wall_times"}
    assert found["ingest"]["texts"] == 12
    assert found["ingest"]["share_of_bare_embedder"] > 0
    assert json.loads(json.dumps(found)) == found


def test_what_is_on_disk_is_counted_without_the_text(measured):
    found, home = measured
    told = found["sizes"]["30"]["disk"]
    files = sum(path.stat().st_size for path in (home / "1x30").rglob("*") if path.is_file())
    assert told["bytes"] == files
    assert told["bytes_a_memory_beyond_text"] == round((files - told["text_bytes"]) / 30)


def test_a_writer_leaves_the_kept_home_as_it_was(measured):
    _, home = measured
    with MemOS(home / "1x30") as memos:
        assert memos.stats().counts["messages"] == 30
    assert sorted(path.name for path in home.iterdir()) == ["1x30", "1x5", "3x5"]


def test_a_home_is_filled_once_and_only_with_its_texts(tmp_path):
    first = fill(tmp_path, 2, 7, str)
    with MemOS(first.folder) as memos:
        kept = [message.id for message in memos.get_messages(user(1))]
    assert fill(tmp_path, 2, 7, str) == first
    with MemOS(first.folder) as memos:
        assert [message.id for message in memos.get_messages(user(1))] == kept
        memos.add_message(user(0), role="user", content="one more")
    with pytest.raises(InvalidInput, match="home: got 15 messages"):
        fill(tmp_path, 2, 7, str)


def test_a_home_that_was_filled_halfway_is_completed(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("memos.bench.homes.BATCH", 4)
        patch.setattr(MemOS, "drain", _Fails(after=1))
        with pytest.raises(OSError, match="cut off"):
            fill(tmp_path, 2, 7, str)
    whole = fill(tmp_path, 2, 7, str)
    with MemOS(whole.folder) as memos:
        assert [len(memos.get_messages(user(at))) for at in (0, 1)] == [7, 7]


def test_a_home_with_other_texts_is_refused(tmp_path):
    with MemOS(tmp_path / "1x3") as memos:
        memos.add_message(user(0), role="user", content="another text", message_id="0")
    with pytest.raises(InvalidInput, match="other texts"):
        fill(tmp_path, 1, 3, str)


class _Fails:
    """A method that fails when it has been called so often."""

    def __init__(self, after):
        self.left = after

    def __call__(self, *_):
        self.left -= 1
        if self.left < 0:
            raise OSError("cut off")


def test_a_process_that_dies_is_an_error(tmp_path):
    no_user = ""
    with (
        start("write", tmp_path / "home", no_user, 1) as child,
        pytest.raises(subprocess.CalledProcessError),
    ):
        line(child)


def test_ingestion_wants_an_embedder_before_anything_is_measured(monkeypatch, tmp_path):
    monkeypatch.setenv("MEMOS_EMBEDDER", "none")
    with pytest.raises(InvalidInput, match="embedder: got none"):
        run(Plan(sizes=(1,)), tmp_path, str)
    assert list(tmp_path.iterdir()) == []


def test_efforts_are_named_only_where_recall_takes_them(monkeypatch):
    async def recall(self, user_id, query, *, effort="normal"):
        """As it will be."""

    monkeypatch.setattr(asking.AsyncMemOS, "recall", recall)
    assert asking.efforts() == ("fast", "normal", "deep")


def test_an_effort_is_passed_on():
    class Fake:
        seen = ()

        def recall(self, *args, **extra):
            self.seen += ((*args, extra),)

    fake = Fake()
    asking.ask(fake, ["ann", "ben"], iter(["one", "two", "three"]), "fast")
    asking.ask(fake, ["ann"], iter(["one"]))
    assert fake.seen == (
        ("ann", "one", {"effort": "fast"}),
        ("ben", "two", {"effort": "fast"}),
        ("ann", "one", {}),
    )


def test_figures_and_how_they_compare():
    slow, quick = figures([2.0, 4.0, 6.0], [1.0, 2.0, 30.0]), figures([2.0], [1.0])
    assert slow == {
        "n": 3, "cpu_ms_p50": 2.0, "cpu_ms_p95": 27.2, "wall_ms_p50": 4.0, "wall_ms_p95": 5.8,
    }  # fmt: skip
    assert times(slow, quick) == {"cpu_times": 2.0, "wall_times": 2.0}


def test_the_command_passes_its_options_on(monkeypatch, tmp_path):
    seen = []

    def fake(plan, home, say):
        seen.append((plan, home))
        say("under way")
        return {"sizes": {"7": 1}}

    monkeypatch.setattr(latency, "run", fake)
    shown = bench("latency", "--sizes", "7,8", "--part", "disk", "--home", tmp_path, "--users", 9)
    assert shown.exit_code == 0, shown.stderr
    assert "sizes 7" in shown.stdout
    assert shown.stderr == "under way\n"
    assert seen == [(Plan(sizes=(7, 8), parts=("disk",), users=9), tmp_path)]
    bench("latency", "--json")
    assert seen[1] == (Plan(), None)
    assert commands.PARTS == PARTS


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sizes", "many"],
        ["--sizes", "10,0"],
        ["--sizes", ""],
        ["--part", "speed"],
        ["--queries", "0"],
        ["--users", "1"],
        ["--out", "/nowhere/x.json"],
    ],
)
def test_wrong_options(arguments):
    result = bench("latency", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
