"""Headlines of answers to SQL that a model or a person wrote: only the rows tell what they mean."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.rows import RowValues

_MONEY = re.compile(r"cost|spen[dt]|saving|saved|amount|credit|tax|budget|price|impact|run_rate|total|sum")
_PERCENT = re.compile(r"percent|pct|share|rate$|growth")
_ADDED = re.compile(r"cost|spen[dt]|saving|amount|credit|tax|quantity|count|total|sum")
_NOT_ADDED = re.compile(
    r"avg|average|mean|per_|max|min|median|running|cumulative|percent|pct|share|rate|ratio|previous|change|growth|forecast|budget"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def headline(columns: Sequence[str], rows: RowValues, currency: str, truncated: bool = False) -> str:
    """One sentence with the figures of the rows; each number is named by its column."""
    if not rows or all(cell is None for row in rows for cell in row):
        return "Nothing: no row fits."
    numbers = [
        at for at in range(len(columns)) if any(_is_number(row[at]) for row in rows) and not columns[at].endswith("_id")
    ]
    names = [at for at in range(len(columns)) if at not in numbers and columns[at] != "currency"]
    if "currency" in columns:
        currencies = {row[list(columns).index("currency")] for row in rows}
        currency = str(next(iter(currencies))) if len(currencies) == 1 else "several"
    if len(rows) == 1:
        parts = [
            f"{_figure(columns[at], rows[0][at], currency)} {_words(columns[at])}"
            for at in numbers[:3]
            if rows[0][at] is not None
        ]
        named = " / ".join(_shown(rows[0][at]) for at in names[:2] if rows[0][at] is not None)
        return ": ".join(part for part in (named, ", ".join(parts)) if part) + "."
    count = f"{'the first ' if truncated else ''}{len(rows):,} rows"
    if not numbers or currency == "several":
        return f"{count[0].upper()}{count[1:]}{', each currency on its own' if currency == 'several' else ''}."
    measure = numbers[0] if not names or names[0] < numbers[0] or len(numbers) == 1 else numbers[-1]
    present = [row for row in rows if _is_number(row[measure])]
    top = max(present, key=lambda row: row[measure])
    name = " / ".join(_shown(top[at]) for at in names[:2])
    peak = (
        f"{name} with {_figure(columns[measure], top[measure], currency)}"
        if name
        else _figure(columns[measure], top[measure], currency)
    )
    if _ADDED.search(columns[measure]) and not _NOT_ADDED.search(columns[measure]) and not truncated:
        total = sum(row[measure] for row in present)
        largest = "most of it" if 2 * top[measure] > total > 0 else "the largest"
        return f"{_figure(columns[measure], total, currency)} {_words(columns[measure])} in {count}, {largest} {peak}."
    return f"{count[0].upper()}{count[1:]}, the highest {_words(columns[measure])} is {peak}."


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _shown(cell: Any) -> str:
    text = "none" if cell is None else str(cell)
    if not _DATE.match(text):
        return text
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.day} {day:%b %Y}"


def _words(column: str) -> str:
    return "" if column == "?column?" else column.replace("_", " ")


def _figure(column: str, value: Any, currency: str) -> str:
    if not _is_number(value):
        return str(value)
    if _PERCENT.search(column):
        return f"{value:.1f} %"
    if _MONEY.search(column):
        return money(float(value), currency)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
