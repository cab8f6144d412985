"""Statements that try to hold the guard or to fill a memory, made by a seed: python -m benchmarks.hostile [STATEMENTS]
[--seed N] [--rows N]. A thousand statements when none are given.

Nested ones mix every construct that the parser knows, closed and open; growing ones put functions that lengthen, gather
and repeat into each other through derived tables, CTEs, joins, laterals and sets. Each is checked as a typed statement
is. What passes runs under the reader role on a Postgres of its own over many rows, while the memory of its process and
of this one is watched. Bars: no check takes 2 s, none of 256 MB is used, nothing runs longer than its limit and 2 s.
"""

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, quantiles

import sqlalchemy as sa

from config.access import SYSTEM
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from nl2sql.execution import execute, guard_pool
from nl2sql.guard import SafeQuery

CHECK_SECONDS, MEGABYTES, LIMIT_SECONDS, OVER_SECONDS = 2.0, 256.0, 3.0, 2.0
_NESTS = (
    ("[", "]"),
    ("ARRAY[", "]"),
    ("1::int[", "]"),
    ("(", ")"),
    ("(SELECT ", ")"),
    ("EXISTS(SELECT ", ")"),
    ("CAST(", " AS numeric(5))"),
    ("timestamp(", ")"),
    ("char(", ")"),
    ("STRUCT(", ")"),
    ("map(", ")"),
    ("{a: ", "}"),
    ("CASE WHEN true THEN ", " END"),
    ("coalesce(", ", 1)"),
    ("1 IN (", ")"),
    ("NOT (", ")"),
    ("- (", ")"),
    ("INTERVAL ", ""),
    ("(x -> ", ")"),
    ("sum(1) OVER (ORDER BY ", ")"),
    ("extract(day FROM ", ")"),
    ("substring(", " FROM 1)"),
    ("trim(both FROM ", ")"),
    ("ROW(", ")"),
    ("1 BETWEEN (", ") AND 2"),
    ("f(x => ", ")"),
    ("(VALUES (", "))"),
    ("(WITH q AS (SELECT 1) SELECT ", ")"),
    ("unnest(", ")"),
    ("JSON_OBJECT(1: ", ")"),
    ("decimal(1, ", ")"),
    ("interval(", ")"),
    ("b(time(", "))"),
    ("year(", ")"),
    ("ARRAY(SELECT ", ")"),
)  # fmt: skip - a table
_COLUMNS = ("service", "team", "account", "region", "usage_date::text", "effective_cost::text")
_GROWS: tuple[str, ...] = (
    "repeat({a}, 1000)",
    "repeat({a}, 31)",
    "lpad({a}, 1000, {b})",
    "concat({a}, {b}, {a})",
    "{a} || {b} || {a}",
    "replace({a}, 'e', {b})",
    "regexp_replace({a}, '.', {b}, 'g')",
    "format('%s%s', {a}, {b})",
    "array_to_string(ARRAY[{a}, {b}, {a}], {b})",
    "array_to_string(string_to_array({a}, 'e'), {b})",
    "md5({a})",
    "CAST({a} AS char(900))",
    "CASE WHEN {a} > {b} THEN {a} ELSE {b} END",
    "left({a}, 100)",
    "translate({a}, 'e', {b})",
    "overlay({a} PLACING {b} FROM 1)",
    "coalesce(nullif({a}, {b}), {b})",
    "reverse({a})",
    "upper({a})",
    "to_char(usage_date, {a})",
    "(SELECT max({a}))",
    "split_part({a}, 'e', 1)",
    "concat_ws({a}, {b}, {b}, {b})",
)  # fmt: skip - a table
_GATHERS: tuple[str, ...] = (
    "SELECT array_agg({x}) AS x FROM {s}",
    "SELECT string_agg({x}, ',') AS x FROM {s}",
    "SELECT string_agg(DISTINCT {x}, ',') AS x FROM {s}",
    "SELECT ARRAY(SELECT {x} FROM {s}) AS x",
    "SELECT {x} AS x, array_agg({x}) OVER () AS y FROM {s}",
    "SELECT max({x}) AS x FROM {s} GROUP BY {x}",
    "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY {x}) AS x FROM {s}",
    "SELECT DISTINCT {x} AS x FROM {s}",
    "SELECT mode() WITHIN GROUP (ORDER BY {x}) AS x FROM {s}",
    "SELECT {x} AS x FROM {s} ORDER BY {x}",
    "SELECT count(DISTINCT {x})::text AS x FROM {s}",
    "SELECT lag({x}) OVER (ORDER BY {x}) AS x FROM {s}",
    "SELECT regexp_split_to_table({x}, '') AS x FROM {s}",
    "SELECT unnest(string_to_array({x}, 'e')) AS x FROM {s}",
    "SELECT {x} AS x, {x} AS y, {x} AS z, {x} AS w FROM {s}",
)  # fmt: skip - a table
_SOURCES: tuple[str, ...] = (
    "daily_costs",
    "daily_costs",
    "daily_costs JOIN resources USING (team)",
    "daily_costs, generate_series(1, 1000) g",
    "daily_costs JOIN (SELECT team FROM daily_costs) o USING (team)",
    "daily_costs, LATERAL unnest(ARRAY[1, 2, 3]) u",
    "(SELECT * FROM daily_costs UNION ALL SELECT * FROM daily_costs) d",
)  # fmt: skip - a table


@dataclass
class Seen:
    """What was measured."""

    checks: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def nested(draw: random.Random) -> str:
    """Constructs in each other, of one kind or of several."""
    kinds = draw.sample(_NESTS, draw.choice((1, 1, 2, 3)))
    chosen = [draw.choice(kinds) for _ in range(draw.choice((4, 8, 12, 18, 25, 34, 60, 200)))]
    closing = "".join(end for _, end in reversed(chosen)) if draw.random() < 0.8 else ""
    return "SELECT " + "".join(begin for begin, _ in chosen) + "1" + closing


def growing(draw: random.Random) -> str:
    """What lengthens, in what gathers, through what stands between them."""
    statement = draw.choice(_GATHERS).format(x=_expression(draw, draw.randint(0, 4), _COLUMNS), s=draw.choice(_SOURCES))
    for level in range(draw.choice((0, 0, 1, 2, 3, 8))):
        text = _expression(draw, draw.randint(0, 2), (f"q{level}.x::text",)).replace("usage_date", "date '2026-01-01'")
        outer = draw.choice(_GATHERS) if draw.random() < 0.5 else "SELECT {x} AS x FROM {s}"
        if draw.random() < 0.5:
            statement = outer.format(x=text, s=f"({statement}) AS q{level}")
        else:
            kind = draw.choice(("", "MATERIALIZED "))
            statement = f"WITH q{level} AS {kind}({statement}) " + outer.format(x=text, s=f"q{level}")
    return statement


def _expression(draw: random.Random, depth: int, leaves: Sequence[str]) -> str:
    if depth == 0:
        return draw.choice((*leaves, "'xxxxxxxxxx'")) if draw.random() < 0.9 else f"'{'e' * 1000}'"
    a, b = (_expression(draw, depth - 1, leaves) for _ in range(2))
    return draw.choice(_GROWS).format(a=a, b=b)


_MAKERS: tuple[Callable[[random.Random], str], ...] = (nested, growing, growing)


# ------------------------------------------------------------------ measuring


def run(database: Database, home: Path, statements: int, seed: int) -> Seen:
    """Check each, run what passes."""
    draw, seen = random.Random(seed), Seen()
    guard_pool.check("SELECT sum(effective_cost) FROM daily_costs", SYSTEM)  # its process starts now
    for _ in range(statements):
        sql = draw.choice(_MAKERS)(draw)
        began = time.perf_counter()
        checked = guard_pool.check(sql, SYSTEM)
        seen.checks.append(time.perf_counter() - began)
        if seen.checks[-1] > CHECK_SECONDS:
            seen.wrong.append(f"{seen.checks[-1]:.1f} s to check: {sql[:300]}")
        if isinstance(checked, SafeQuery):
            _ran(database, home, checked, sql, seen)
        else:
            seen.outcomes[f"refused by {checked.rule}"] += 1
    return seen


def _ran(database: Database, home: Path, checked: SafeQuery, sql: str, seen: Seen) -> None:
    over, peak = threading.Event(), [0.0, 0.0]
    own = _megabytes(Path("/proc/self"))

    def watch() -> None:
        while not over.wait(0.02):
            peak[0] = max([peak[0], *_backends(home)])
            peak[1] = max(peak[1], _megabytes(Path("/proc/self")) - own)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    limits = execute.ExecutionLimits(seconds=LIMIT_SECONDS, cost=float("inf"))
    outcome = execute.run(database.reader, checked, limits)
    seconds = time.perf_counter() - began
    over.set()
    watcher.join()
    seen.outcomes[f"ran: {type(outcome).__name__}"] += 1
    if max(peak) > MEGABYTES or seconds > LIMIT_SECONDS + OVER_SECONDS:
        seen.wrong.append(f"{peak[0]:.0f} MB in Postgres, {peak[1]:.0f} MB here, {seconds:.1f} s: {sql}")


def _backends(home: Path) -> list[float]:
    """Memory of the server's processes, what they share left out."""
    with suppress(OSError, ValueError):
        parent = int((home / "postgres/data/postmaster.pid").read_text().split("\n")[0])
        return [
            _megabytes(place) for place in Path("/proc").glob("[0-9]*") if _field(place, "PPid") == parent
        ]  # fmt: skip - a table
    return []


def _megabytes(place: Path) -> float:
    return _field(place, "RssAnon") / 1024


def _field(place: Path, name: str) -> int:
    with suppress(OSError):
        found = re.search(rf"^{name}:\s+(\d+)", (place / "status").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def main() -> int:
    """Exit 0 when every bar is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("statements", nargs="?", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=200_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finops-hostile-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        database = engines.connect(Settings(home=home, _env_file=None, database_url=None))
        try:
            _plant(database, given.rows)
            seen = run(database, home, given.statements, given.seed)
        finally:
            database.dispose()
            postgres.stop(home)
    milliseconds = [1000 * one for one in seen.checks]
    print(
        f"{given.statements} statements, seed {given.seed}: check mean {fmean(milliseconds):.1f} ms, p99 "
        f"{quantiles(milliseconds, n=100)[98]:.1f} ms, max {max(milliseconds):.0f} ms"
    )
    print(", ".join(f"{count} {what}" for what, count in seen.outcomes.most_common()))
    print("\n".join(seen.wrong) if seen.wrong else "ok")
    return 1 if seen.wrong else 0


def _plant(database: Database, rows: int) -> None:
    values = (
        "date '2026-01-01' + i % 300, 1, '2026-10-01', 'AWS', 'payer', 'a' || i % 50, 'account ' || i % 50, "
        "'service ' || i % 40, 'eu-west-' || i % 5, 'team' || i % 20, 'prod', 'Usage', i % 977, 'USD'"
    )
    columns = (
        "usage_date, source_id, billing_period_start, provider, billing_account, account_id, account, service, region, "
        "team, environment, charge_category, effective_cost, currency"
    )
    made = f"INSERT INTO finops.daily_costs ({columns}) SELECT {values} FROM generate_series(1, :rows) AS i"
    with database.owner.begin() as connection:
        connection.execute(sa.text(made), {"rows": rows})
        connection.execute(sa.text("ANALYZE finops.daily_costs"))


if __name__ == "__main__":
    sys.exit(main())
