"""How long a question takes in process beside its bare SQL: python -m benchmarks.ask [CHARGES], 1M when none is given.

Two databases of their own hold the same thirteen months of the same resources: one with CHARGES charges, one with a
tenth, because there each charge is one line item instead of ten. Bars over CHARGES: p50 under 50 ms, p95 under 150 ms
and under the larger of 5 x the bare SQL and 100 ms; a daily-grain question at most 1.5 x as slow as over a tenth of
the line items; the guard under 3 ms a statement. `--questions FILE` asks a file over the bills of FINOPS_HOME instead.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from benchmarks.ingest import write_bill
from config.access import SYSTEM
from config.organisation import Organisation, read_organisation
from config.settings import Settings, read_settings
from db import engines
from db.embedded import postgres
from nl2sql import guard
from nl2sql.ask import ask, connect_deps
from nl2sql.catalog import views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nl2sql.deps import Deps

P50, P95, SHARE, RATIO, GUARD = 50.0, 150.0, 5.0, 1.5, 3.0
TODAY = date(2026, 11, 15)
QUESTIONS = (
    "what did we spend last month",
    "what's our spend MTD",
    "cost by team last month",
    "top 5 services last month",
    "top 10 applications in october",
    "what did team-3 cost in october by service",
    "october vs september by service",
    "how much did EC2 cost in prod last month",
    "daily cost in october",
    "monthly cost over the last 12 months",
    "monthly trend by team for the last 6 months",
    "weekly cost of S3 since august",
    "average daily spend in october",
    "most expensive day in october",
    "what share of spend is lambda in october",
    "what changed between september and october by account",
    "services over $1,000 in october",
    "how many services did we use in october",
    "cost of app-7 in Q3",
    "Q3 vs Q2 by team",
    "untagged spend last month",
    "spend without team-1 last month by region",
    "billed cost in october by account",
    "cost by team and service last month",
    "which team grew most last month",
    "cumulative cost in october",
    "weekend spend in october by team",
    "cost of account-4 since march by month",
    "top 5 resources in october",
    "why did RDS go up last month",
)


@dataclass
class Times:
    """Milliseconds of each part, over all questions and rounds; `daily` only of
    questions that the daily rollup answers.
    """

    asked: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    guarded: list[float] = field(default_factory=list)
    daily: list[float] = field(default_factory=list)
    declined: set[str] = field(default_factory=set)


def _milliseconds(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def measure(sides: Sequence["Deps"], questions: Sequence[str], rounds: int) -> list[Times]:
    """Ask every question once to warm up and `rounds` times to measure, each beside
    the same final SQL; the sides take turns, so that both meet the same load.
    """
    times_by_side = [Times() for _ in sides]
    for turn in range(rounds + 1):
        for question in questions:
            for deps, times in zip(sides, times_by_side, strict=True):
                _measure(deps, question, times if turn else None)
    return times_by_side


def _measure(deps: "Deps", question: str, times: Times | None) -> None:
    asker = replace(SYSTEM, id="benchmark")
    started, processor = time.perf_counter(), time.process_time()
    answer = ask(question, asker, None, deps).to_json()
    took, worked = _milliseconds(started), 1000 * (time.process_time() - processor)
    if times is None:
        return
    times.asked.append(took)
    times.worked.append(worked)
    if not answer["sql"]:
        times.declined.add(question)
        return
    if "resource_costs" not in answer["sql"]:
        times.daily.append(took)
    processor = time.process_time()  # other work on the machine does not count
    safe = guard.check(answer["sql"], views.reporting(), asker)
    times.guarded.append(1000 * (time.process_time() - processor))
    assert isinstance(safe, guard.SafeQuery)
    times.bare.append(_bare(deps, safe.sql))


def _bare(deps: "Deps", sql: str) -> float:
    with deps.database.reader.connect() as connection:
        cursor = connection.connection.cursor()
        started = time.perf_counter()
        cursor.execute(sql)
        cursor.fetchall()
        return _milliseconds(started)


def _shown(name: str, times: list[float]) -> None:
    print(
        f"{name:<30} p50 {median(times):7.1f} ms   p95 {quantiles(times, n=20)[-1]:7.1f} ms   max {max(times):7.1f} ms"
    )


def _tell(deps: "Deps", times: Times) -> None:
    with deps.database.app.connect() as connection:
        charges = connection.scalar(sa.text("SELECT sum(rows) FROM finops.billed_periods"))
        rollup = connection.scalar(sa.text("SELECT count(*) FROM finops.daily_costs"))
    print(f"{len(times.asked)} questions over {charges:,} charges, {rollup:,} rows of the daily rollup")
    _shown("ask (parse to stored answer)", times.asked)
    _shown("of it this process's work", times.worked)
    _shown("the same SQL, bare", times.bare)
    _shown("guard a statement", times.guarded)
    if times.declined:
        print(f"not answered: {'; '.join(sorted(times.declined))}")


# ------------------------------------------------------------------ bills


def write_bills(folder: Path, charges: int, copies: int) -> list[Path]:
    """Thirteen months of 28 days, a charge per resource and a day; each cost stands in `copies` line items."""
    base = folder / "base.csv"
    write_bill(base, max(round(charges / copies / 13 / 28), 10) * 744)
    noon = pl.col("ChargePeriodStart").str.contains("T12:", literal=True)
    month = pl.read_csv(base, infer_schema_length=0).filter(noon & (pl.col("ChargePeriodStart") < "2026-10-29"))
    base.unlink()
    amounts = [
        (pl.col(name).cast(pl.Float64) / copies).cast(pl.String)
        for name in ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
    ]
    month = month.with_columns(amounts)
    paths = []
    start = date(2026, 11, 1)
    for _ in range(13):
        after, start = start, (start - timedelta(days=1)).replace(day=1)
        moved = month.with_columns(
            *(
                pl.col(name).str.replace("2026-10", f"{start:%Y-%m}")
                for name in ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
            ),
            pl.lit(f"{after}T00:00:00Z").alias("BillingPeriodEnd"),
        )
        paths.append(folder / f"{start}.csv")
        with paths[-1].open("wb") as file:
            for copy in range(copies):
                moved.write_csv(file, include_header=copy == 0)
    return paths


@contextmanager
def loaded(charges: int, copies: int) -> "Iterator[Deps]":
    """A database with the bills, dropped at the end."""
    from flows.ingest.loading.delivery import ingest

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder) / "home", _env_file=None)
        try:
            database = engines.connect(settings)
            for path in write_bills(Path(folder), charges, copies):
                result = ingest([str(path)], database, Organisation())
                assert not result.failed, result.to_json()
                path.unlink()
            with database.owner.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
            yield connect_deps(settings, Organisation(), database, today=TODAY)
            database.dispose()
        finally:
            postgres.stop(settings.home)


# ------------------------------------------------------------------ bars


def compare(charges: int, rounds: int) -> bool:
    """Whether everything is within the bars."""
    with loaded(charges // 10, 1) as small, loaded(charges, 10) as large:
        few, many = measure([small, large], QUESTIONS, rounds)
        for deps, times in ((small, few), (large, many)):
            _tell(deps, times)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return all(
        [
            *_bars(many),
            _bar("daily grain, ten times the line items", median(many.daily) / median(few.daily), RATIO, "x"),
        ]
    )


def _bars(times: Times) -> Iterable[bool]:
    p95 = quantiles(times.asked, n=20)[-1]
    yield _bar("ask p50", median(times.asked), P50, "ms")
    yield _bar("ask p95", p95, P95, "ms")
    yield _bar("ask p95 against bare SQL", p95, max(SHARE * quantiles(times.bare, n=20)[-1], 100.0), "ms")
    yield _bar("guard a statement, mean", fmean(times.guarded), GUARD, "ms")


def _bar(name: str, value: float, most: float, unit: str) -> bool:
    print(f"{name}: {value:.1f} {unit} (at most {most:.1f}): {'ok' if value <= most else 'NOT within the bar'}")
    return value <= most


def main() -> int:
    """Exit 0 when every bar is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("charges", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=Path, help="JSON lines with questions, over the bills of FINOPS_HOME")
    parser.add_argument("--today", type=date.fromisoformat)
    options = parser.parse_args()
    if options.questions is None:
        return 0 if compare(options.charges, options.rounds) else 1
    settings = read_settings()
    deps = connect_deps(settings, read_organisation(settings.config), engines.connect(settings), today=options.today)
    lines = [
        json.loads(line)["question"]
        for line in options.questions.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    (times,) = measure([deps], lines, options.rounds)
    _tell(deps, times)
    return 0 if all(list(_bars(times))) else 1


if __name__ == "__main__":
    sys.exit(main())
