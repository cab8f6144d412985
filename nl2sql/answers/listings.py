"""The headlines of lists whose rows mean more than their number: budgets and forecasts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nl2sql.answers.headline import headline
from nl2sql.grammar.describe import money
from nl2sql.grammar.subjects.listing import SubjectListing

Row = dict[str, Any]
_NAMED = 3


def listing_headline(
    listing: SubjectListing, columns: Sequence[str], rows: Sequence[Sequence[Any]], currency: str, several: bool
) -> str:
    """What a list says first; `several` when its amounts are in several currencies."""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    if listing.subject == "budgets" and named:
        return _budgets(named, listing.exceeded)
    if listing.subject == "forecasts" and named and not several:
        return _forecasts(named)
    if len(rows) == 1:
        return f"{listing.title}: {headline(columns, rows, currency)}"
    return f"{listing.title}: {len(rows) or 'none'}."


def _budgets(rows: list[Row], exceeded: bool) -> str:
    over = [row for row in rows if (row["percent_used"] or 0) > 100]
    heading = [row for row in rows if row not in over and (row["forecast"] or 0) > row["amount"]]
    if len(rows) == 1:
        (row,) = rows
        answer = "" if not exceeded else "Yes: " if over else "Not yet: " if heading else "No: "
        return f"{answer}{_budget(row)}."
    parts = [
        f"{_count(over, len(rows))} over budget{_each(over)}",
        f"{len(heading)} heading over{_each(heading)}" if heading else "",
        "" if over or heading else f"fullest {_budget(rows[0])}",
    ]
    return f"{'; '.join(part for part in parts if part)}."


def _count(over: list[Row], of: int) -> str:
    return f"{len(over) or 'None'} of {of} budgets {'is' if len(over) == 1 else 'are'}"


def _each(rows: list[Row]) -> str:
    if not rows:
        return ""
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f": {', '.join(_budget(row) for row in rows[:_NAMED])}{more}"


def _budget(row: Row) -> str:
    """`payments $79k of $90k (88 %), heading for $95.6k, $5.6k over`."""
    currency = row["currency"]
    used = (
        f"{row['budget']} {money(row['spent'] or 0, currency)} of {money(row['amount'], currency)} "
        f"({row['percent_used'] or 0:.0f} %)"
    )
    if not row["forecast"]:
        return used
    beyond = row["forecast"] - row["amount"]
    side = f", {money(beyond, currency)} over" if beyond > 0 else ""
    return f"{used}, heading for {money(row['forecast'], currency)}{side}"


def _forecasts(rows: list[Row]) -> str:
    """`$445k expected for November 2026 ($444k–$446k likely), of which $368k is spent`."""
    first = rows[0]
    currency = first["currency"]
    text = (
        f"{money(first['expected_cost'], currency)} expected for {_month(first['month'])} "
        f"({money(first['low_80'], currency)}–{money(first['high_80'], currency)} likely)"
    )
    if first.get("spent"):
        text += f", of which {money(first['spent'], currency)} is spent"
    later = [f"{money(row['expected_cost'], currency)} for {_month(row['month'])}" for row in rows[1 : 1 + _NAMED]]
    more = f" and {len(rows) - 1 - _NAMED} more months" if len(rows) > 1 + _NAMED else ""
    return f"{text}{'; then ' + ', '.join(later) if later else ''}{more}."


def _month(day: date | str) -> str:
    return f"{date.fromisoformat(str(day)[:10]):%B %Y}"
