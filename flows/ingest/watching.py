"""How far a backfill is, on stderr: a bar at a terminal, elsewhere a line a month."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flows.ingest.backfill import Report, Stage


@contextmanager
def shown(*, told: bool) -> Iterator[Report]:
    """Shows each stage, or nothing."""
    if not told:
        yield lambda _stage: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _line_a_month


def in_words(stage: Stage) -> str:
    """Files, rows, bytes and the time that is left."""
    left = "" if stage.seconds_left is None else f", {_time(stage.seconds_left)} left"
    return (
        f"{stage.files:,} of {stage.of_files:,} files, {stage.rows:,} rows, "
        f"{stage.bytes / 1e6:,.0f} of {stage.of_bytes / 1e6:,.0f} MB{left}"
    )


def outcome(stage: Stage) -> str:
    """What became of the months that are through."""
    statuses = [load.status for load in stage.done.loads] if stage.done else []
    worst = next((one for one in ("failed", "held", "loaded", "unchanged") if one in statuses), "skipped")
    return f"{stage.months}: {worst}"


def _line_a_month(stage: Stage) -> None:
    if stage.done:
        sys.stderr.write(f"{outcome(stage)}. {in_words(stage)}.\n")
        sys.stderr.flush()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as rich:
        task = rich.add_task("Looking", total=None, amount="")

        def show(stage: Stage) -> None:
            if stage.done:
                rich.console.print(outcome(stage), markup=False, highlight=False)
            rich.update(
                task, description=stage.months, completed=stage.bytes, total=stage.of_bytes, amount=in_words(stage)
            )

        yield show


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
