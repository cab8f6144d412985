"""Rows as they are told: what they are of, their labels and their figures."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nl2sql.dates.periods import UNITS
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.query import CostQuery, of_hours
from nl2sql.grammar.sql.ai_measures import COUNTED
from nl2sql.grammar.sql.measures import RATES

METRIC_WORDS = {
    "billed_cost": "billed",
    "invoice_cost": "invoiced, with tax, by invoice month",
    "list_cost": "at list prices",
    "contracted_cost": "at contracted prices",
    "savings": "saved against list prices",
    "token_count": "tokens",
    "request_count": "requests",
    "gpu_hour_count": "GPU hours",
    "cost_per_million_tokens": "per million tokens",
    "cost_per_gpu_hour": "per GPU hour",
}
_RATE_WORDS = {
    "savings_rate": "below list prices",
    "utilization_rate": "of commitments used",
    "coverage_rate": "covered by commitments",
}
_WITHOUT = {"unallocated": "what is unallocated", "no region": "what has no region"}
RowValues = Sequence[Sequence[Any]]


def scope_of(query: CostQuery, *, parts_only: bool = False) -> str:
    """The filters and the period of a query, as shown after the figure. With `parts_only` the figure is of some parts,
    which are never called all spend.
    """
    included = [f.words() for f in query.filters if not f.negated]
    left_out = [f.words() for f in query.filters if f.negated]
    sides = " vs ".join(scope.label for scope in query.scopes)
    parts = [part for part in (", ".join([*included, *left_out]), sides) if part]
    if of_hours(query):
        parts.append("what is charged by the hour")
    elif not parts and not parts_only:
        parts = ["all spend"]
    if query.with_tax and query.metric != "invoice_cost":
        parts.append("with tax")
    days = {"weekend": " (weekends)", "weekday": " (weekdays)"}.get(query.weekdays or "", "")
    return f"{', '.join([*parts, query.period.label])}{days}"


def number_of(row: Sequence[Any], columns: Sequence[str], position: int) -> float:
    numbers = [cell for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool)]
    return float(numbers[position]) if len(numbers) > position else 0.0


def name_of(row: Sequence[Any], columns: Sequence[str]) -> str:
    """The labels of a row; beside a resource's name stands its id, which the table shows."""
    named = zip(columns, row, strict=True)
    hidden = "resource_id" if "resource" in columns else None
    return " / ".join(cell for column, cell in named if isinstance(cell, str) and column != hidden)


def shown(query: CostQuery, value: float, currency: str, summed: str = "") -> str:
    """An amount with what it is of its metric; `summed` stands right behind the amount, or behind what is counted."""
    if query.metric in RATES:
        return f"{value:.1f} % {_RATE_WORDS[query.metric]}"
    words = METRIC_WORDS.get(query.metric)
    if query.metric == "invoice_cost" and any(f.negated and "Tax" in f.values for f in query.filters):
        words = "invoiced, by invoice month"
    if query.metric in COUNTED:
        return f"{money(value, currency).strip()} {words}{summed}"
    amount = f"{money(value, currency).strip() if words else money(value, currency)}{summed}"
    return f"{amount} {words}" if words else amount


def step_of(start: str, query: CostQuery) -> str:
    """`1 Nov`, `week of 2 Nov`, `Nov 2026`."""
    day = date.fromisoformat(start[:10])
    if query.grain == "hour":
        return f"{day.day} {day:%b} {start[11:16]} UTC"
    if query.grain in ("month", "quarter", "year"):
        return (
            f"{day:%b %Y}"
            if query.grain == "month"
            else f"Q{(day.month + 2) // 3} {day.year}"
            if query.grain == "quarter"
            else str(day.year)
        )
    return f"{'week of ' if query.grain == 'week' else ''}{day.day} {day:%b}"


def many(number: int, name: str) -> str:
    """`1 team`, `7 teams`, `3 categories`, `2 sides`."""
    words = name.replace("_", " ")
    plural = f"{words[:-1]}ies" if words.endswith("y") and not words.endswith("ay") else f"{words}s"
    return f"{number:,} {words if number == 1 else plural}"


def kind_of(query: CostQuery) -> str:
    """What a row of a query is: a value of its dimension, a step of time or a side; of several dimensions a row."""
    if len(query.dimensions) > 1 or (query.grain and (query.dimensions or query.scopes)):
        return "row"
    return query.dimensions[0] if query.dimensions else query.grain or ("side" if query.scopes else "row")


def per_unit(query: CostQuery) -> str:
    """` a day on average`, ` per account on average`; empty where nothing is averaged."""
    if not query.average:
        return ""
    unit = query.average.replace("_", " ")
    return f" a {unit} on average" if query.average in UNITS else f" per {unit} on average"


def counted_of(query: CostQuery, rows: RowValues, columns: Sequence[str]) -> str:
    """`7 teams`, `6 teams and what is unallocated`: what has no value of a dimension is none of its values."""
    kind = kind_of(query)
    if kind not in columns:
        return many(len(rows), kind)
    at = list(columns).index(kind)
    without = next((str(row[at]) for row in rows if row[at] in _WITHOUT), None)
    named = sum(row[at] not in _WITHOUT for row in rows)
    return f"{many(named, kind)} and {_WITHOUT[without]}" if without and named else many(len(rows), kind)
