"""Case files (statements separated by blank lines, one file per class) and generated statements. In attack files
`{attack}` stands for each line of fragments before `---`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from config.access import Actor
from db.database import Database

FOLDER = Path(__file__).parent
EVERYTHING = Actor("lead", sees_all=True)
CHECKOUT = Actor("dev", teams=frozenset({"checkout"}))
AS_POSTGRES = (FOLDER / "as_postgres.sql").read_text(encoding="utf-8").strip().split("\n")
_ROWS = (
    ("2026-01-01", "payments", "Amazon EC2", "1.25", "0.000004", "3", "2026-01-01 05:30:15+00"),
    ("2026-02-28", "Search", "10% off_Cat\\s", "-7.5", "1000000.123456", "0", "2026-02-28 23:00:00+00"),
    ("2026-12-31", None, "été Straße", None, "2.5", None, None),
    ("2024-12-30", "search", "a-b-c", "123456789.000001", "0.5", "10.5", "2024-12-30 12:00:00+00"),
)
_TYPES = {
    "usage_date": "date",
    "team": "text",
    "service": "text",
    "effective_cost": "decimal(38, 18)",
    "billed_cost": "decimal(38, 18)",
    "usage_quantity": "decimal(38, 18)",
    "charge_period_start": "timestamptz",
}


def planted(quoted: Callable[[str], str] = str, kinds: Mapping[str, str] | None = None) -> str:
    """A SELECT of four line items for AS_POSTGRES, with texts as an engine quotes them and its names of kinds."""
    rows = [["NULL" if cell is None else quoted(f"'{cell}'") for cell in row] for row in _ROWS]
    values = ", ".join(f"({', '.join(row)})" for row in rows)
    named = {name: (kinds or {}).get(kind, kind) for name, kind in _TYPES.items()}
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in named.items())
    return f"SELECT {columns} FROM (VALUES {values}) AS planted ({', '.join(named)})"


def plain(cell: Any) -> Any:
    """A cell as all engines show it, numbers to ten digits: quotients are numeric in Postgres and double elsewhere."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float | Decimal):
        return float(f"{float(cell):.10g}")
    if isinstance(cell, list):
        return [plain(one) for one in cell]
    return cell.isoformat() if isinstance(cell, datetime) else str(cell) if cell is not None else None


def statements(kind: str) -> list[tuple[str, str]]:
    """(class, statement) of every case of a kind: benign or attacks."""
    found = []
    for path in sorted((FOLDER / kind).glob("*.sql")):
        parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8")))
        found += [(path.stem, part) for part in parts if part.strip()]
    return found


def ids(cases: list[tuple[str, str]]) -> list[str]:
    """Readable test ids."""
    return [f"{name}-{number}" for number, (name, _) in enumerate(cases)]


def fetch(database: Database, sql: str) -> tuple[list[str], list[Any]]:
    """Columns and rows of a statement under the reader role; % is no placeholder."""
    connection = database.reader.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return [str(column[0]) for column in cursor.description or ()], list(cursor.fetchall())
    finally:
        cursor.close()
        connection.rollback()
        connection.close()


# view -> columns to show, to join on and to add up
VIEWS = {
    "daily_costs": ("team", "service", "effective_cost"),
    "hourly_costs": ("team", "team", "billed_cost"),
    "resource_costs": ("team", "resource_id", "effective_cost"),
    "resources": ("team", "resource_id", "monthly_cost"),
    "utilization": ("resource_id", "resource_id", "usage_date - DATE '2026-01-01'"),
    "hourly_utilization": ("resource_id", "resource_id", "average"),
    "showback": ("shared_cost", "team", "cost"),
    "budgets": ("scope", "scope_kind", "spent"),
    "forecasts": ("scope", "scope", "expected_cost"),
    "insights": ("title", "team", "insight_id"),
    "recommendations": ("team", "resource_id", "monthly_savings"),
    "remediations": ("team", "resource_id", "remediation_id"),
    "savings": ("team", "resource_id", "expected_monthly_savings"),
    "invoices": ("description", "invoice_id", "billed_cost"),
    "contract_commitments": ("type", "commitment_id", "cost"),
}


def _source(view: str, how: int, alias: str) -> str:
    written = (
        f"{view} AS {alias}",
        f"reporting.{view} {alias}",
        f"(SELECT * FROM {view}) AS {alias}",
        f"(SELECT * FROM reporting.{view} UNION ALL TABLE {view}) AS {alias}",
        f"(WITH {view} AS (SELECT * FROM reporting.{view}) SELECT * FROM {view}) {alias}",
        f"(SELECT DISTINCT * FROM {view} x) AS {alias}",
    )
    return written[how % len(written)]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Analytic statements over two views, written in every way that could go round a narrowing."""
    (one, (show, key, value)), (two, (other, other_key, other_value)) = (
        draw(st.sampled_from(sorted(VIEWS.items()))) for _ in range(2)
    )
    a, b = _source(one, draw(st.integers(0, 5)), "a"), _source(two, draw(st.integers(0, 5)), "b")
    join = draw(st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]))
    value, other_value = (f"{n}.{v}" for n, v in (("a", value), ("b", other_value)))
    return draw(
        st.sampled_from(
            [
                f"SELECT a.{show}, count(*), sum({value}) FROM {a} GROUP BY a.{show}",
                f"SELECT * FROM {a}",
                f"SELECT count(*), max(a.{show}) FROM {a}",
                f"SELECT a.{show}, b.{other} FROM {a} {join} {b} ON a.{key} = b.{other_key}",
                f"SELECT * FROM ({one} a {join} {two} b ON a.{key} = b.{other_key})",
                f"SELECT a.{show} FROM {a} WHERE EXISTS (SELECT 1 FROM {b} WHERE b.{other_key} = a.{key})",
                f"SELECT a.{show} FROM {a} WHERE a.{key} NOT IN (SELECT coalesce(b.{other_key}, '') FROM {b})",
                f"SELECT a.{show}, (SELECT sum({other_value}) FROM {b}) FROM {a}",
                f"SELECT a.{show}, (SELECT count(*) FROM {b} WHERE b.{other} <> a.{show}) FROM {a}",
                f"SELECT a.{show} FROM {a} UNION ALL SELECT b.{other} FROM {b}",
                f"SELECT a.{show} FROM {a} EXCEPT ALL SELECT b.{other} FROM {b}",
                f"SELECT a.{show}, count(*) OVER (), sum({value}) OVER (PARTITION BY a.{key}) FROM {a}",
                (
                    f"SELECT a.{show}, l.n FROM {a} CROSS JOIN LATERAL (SELECT count(*) AS n FROM {b} WHERE "
                    f"b.{other_key} = a.{key}) l"
                ),
                (
                    f"WITH w AS (SELECT a.{show} AS x FROM {a}), {two} AS (SELECT * FROM reporting.{two}) SELECT x, "
                    f"(SELECT count(*) FROM {two}) FROM w"
                ),
                (
                    f"SELECT string_agg(DISTINCT a.{show}, ',') FROM {a} HAVING count(*) > (SELECT min({other_value}) "
                    f"FROM {b})"
                ),
                f"SELECT v.x FROM {a}, LATERAL (VALUES (a.{show}), ((SELECT max(b.{other}) FROM {b}))) AS v(x)",
                f"SELECT {one}.{show} FROM {one} WHERE reporting.{one}.{key} IS NOT NULL".replace(
                    f"FROM {one}", f"FROM reporting.{one}"
                ),
            ]
        )
    )
