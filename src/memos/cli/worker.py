"""Workers as processes of their own: one, or several under a supervisor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from memos.cli import options, output

if TYPE_CHECKING:
    import asyncio

    from memos.model.work import WorkerReport
    from memos.system import AsyncMemOS

PULSE = 1.0  # seconds between signs of life


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1, 4096),
    default=64,
    show_default=True,
    metavar="N",
    help="Most tasks at once in a process.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    metavar="P",
    help="With 2 or more, watch over so many.",
)
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Run jobs when due.")
@click.option(
    "--hang-after",
    type=click.FloatRange(min=3),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Replace a process silent for S seconds.",
)
@click.option("--pulse", type=int, metavar="FD", help="Write there every second, for a supervisor.")
@options.common
def worker(
    *,
    concurrency: int,
    processes: int,
    jobs: bool,
    hang_after: float,
    pulse: int | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Do the background work of a home.

    SIGTERM or Ctrl-C ends it within some 10 seconds; what is left by then is given back.
    """
    _log_to_stderr()
    if processes > 1:
        _supervise(_command(concurrency, home, jobs=jobs), processes, hang_after, as_json=as_json)
        return
    _check_pulse(pulse)

    async def work(memos: AsyncMemOS) -> WorkerReport:
        return await _work(memos, concurrency, pulse, jobs=jobs)

    done = options.run(home, work)
    if as_json:
        output.document(done)


async def _work(
    memos: AsyncMemOS, concurrency: int, pulse: int | None, *, jobs: bool
) -> WorkerReport:
    """Until a signal, or until nobody reads the pulse any more."""
    import asyncio
    import logging

    from memos.cli.signals import told_to_end

    log = logging.getLogger("memos.worker")
    told = told_to_end()
    await memos.start_working(concurrency=concurrency, jobs=jobs)
    beats = asyncio.ensure_future(_beat(pulse, told)) if pulse is not None else None
    log.info("started on %s: %s tasks at once", memos.settings.folder, concurrency)
    await told.wait()
    log.info("stopping")
    # It beats on: who hangs while it stops is killed by the supervisor in any case.
    await memos.close()
    if beats is not None:
        beats.cancel()
    done = memos.own_report
    counts = ", ".join(f"{count} {outcome}" for outcome, count in done.counts.items())
    log.info("stopped: %s", counts)
    return done


async def _beat(pulse: int, told: asyncio.Event) -> None:
    """A byte every second, from the loop that does the work: while it hangs, none is written."""
    import asyncio
    import os

    while True:
        try:
            os.write(pulse, b".")
        except BlockingIOError:
            pass  # it has not been read for a while
        except OSError:  # the supervisor is gone, and with it whoever would stop us
            told.set()
            return
        await asyncio.sleep(PULSE)


def _check_pulse(pulse: int | None) -> None:
    """Refuses what is no open descriptor, and one that would make a beat wait."""
    import os

    if pulse is None:
        return
    try:
        os.set_blocking(pulse, False)
    except (OSError, OverflowError) as error:
        raise click.BadParameter("no open descriptor.", param_hint="'--pulse'") from error


def _command(concurrency: int, home: Path | None, *, jobs: bool) -> Sequence[str]:
    """How a worker is started, but for its pulse."""
    made = [sys.executable, "-m", "memos", "worker", "--concurrency", str(concurrency)]
    made.append("--jobs" if jobs else "--no-jobs")
    return made if home is None else [*made, "--home", str(home)]


def _supervise(command: Sequence[str], processes: int, hang_after: float, *, as_json: bool) -> None:
    import logging

    from memos.cli.supervisor import Supervisor

    log = logging.getLogger("memos.supervisor")
    log.info("watching over %s workers", processes)
    above = Supervisor(
        lambda pulse: [*command, "--pulse", str(pulse)], processes, hang_after=hang_after
    )
    above.run()
    log.info("stopped: %s", output.plural(above.restarts, "restart"))
    if as_json:
        output.document({"processes": processes, "restarts": above.restarts})


def _log_to_stderr() -> None:
    """Lines of memos, and warnings of others, made safe: an error may quote what was stored."""
    import logging

    class Line(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return output.safe(super().format(record).rstrip())

    handler = logging.StreamHandler()
    form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(Line(form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("memos").setLevel(logging.INFO)
