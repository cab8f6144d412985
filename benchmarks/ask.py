"""How long a question takes in process beside its bare SQL: `python benchmarks/ask.py QUESTIONS.jsonl --today YYYY-MM-DD`, on the bills of FINOPS_HOME."""

import argparse
import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median, quantiles

import sqlalchemy as sa

from access import SYSTEM
from db import engines
from nl2sql import catalog, guard
from nl2sql.answer import ask, connect_deps
from settings import read_organisation, read_settings


def _milliseconds(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def _shown(name: str, times: list[float]) -> None:
    print(f"{name:<28} p50 {median(times):7.1f} ms   p95 {quantiles(times, n=20)[-1]:7.1f} ms   max {max(times):7.1f} ms")


def main() -> None:
    """Ask every question of the file once to warm up and once to measure; print the latencies of ask, guard and bare SQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--today", type=date.fromisoformat)
    arguments = parser.parse_args()
    settings = read_settings()
    database = engines.connect(settings)
    deps = connect_deps(settings, read_organisation(settings.config), database, today=arguments.today)
    with database.app.connect() as connection:
        charges = connection.scalar(sa.text("SELECT count(*) FROM finops.charges"))
        rollup = connection.scalar(sa.text("SELECT count(*) FROM finops.daily_costs"))
    lines = [json.loads(line) for line in arguments.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    asker = replace(SYSTEM, id="benchmark")
    asked, checked, bare = [], [], []
    for warm in (True, False):
        for line in lines:
            started = time.perf_counter()
            answer = ask(line["question"], asker, None, deps).to_json()
            if warm:
                continue
            asked.append(_milliseconds(started))
            if not answer["sql"]:
                continue
            started = time.perf_counter()
            safe = guard.check(answer["sql"], catalog.reporting(), asker)
            checked.append(_milliseconds(started))
            assert isinstance(safe, guard.SafeQuery)
            started = time.perf_counter()
            with database.reader.connect() as connection:
                connection.exec_driver_sql(safe.sql.replace("%", "%%")).all()
            bare.append(_milliseconds(started))
    print(f"{len(lines)} questions over {charges:,} charges, {rollup:,} rows of the daily rollup")
    _shown("ask (parse to stored answer)", asked)
    _shown("the same SQL, bare", bare)
    _shown("guard a statement", checked)


if __name__ == "__main__":
    main()
