"""The headlines of lists of what is not a bill, and what an empty one means."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from analysis.wording import words
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.wording.headline import headline
from nl2sql.dates.periods import DatePeriod, label, whole
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.subjects.listing import MOST, SubjectListing, subject_missing

Row = dict[str, Any]
_NAMED = 3
_MONTH_DAYS = 31
_BAND = ("low_80", "high_80")
_ONE = {
    "insights": "insight",
    "attention": "insight",
    "anomalies": "anomaly",
    "episodes": "anomaly",
    "recommendations": "recommendation",
    "remediations": "change",
}
_STATES = {"waiting": "waiting for approval"}


def listing_headline(
    listing: SubjectListing, columns: Sequence[str], rows: Sequence[Sequence[Any]], currency: str, several: bool
) -> str:
    """What a list says first; `several` when its amounts are in several currencies."""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    if listing.subject == "budgets" and named:
        return _budgets(named, listing)
    if listing.subject == "forecasts" and named and not several:
        return _forecasts(named, listing)
    if listing.subject == "freshness" and named:
        return _freshness(named)
    if listing.subject in _ONE:
        return _of_a_kind(listing, named, several)
    if listing.subject == "ledger":
        return _ledger(named, several)
    if len(rows) == 1:
        return f"{listing.title}: {headline(columns, rows, currency)}"
    return f"{listing.title}: {len(rows) or 'none'}."


def nothing_listed(listing: SubjectListing, context: AnswerContext) -> str | None:
    """Why a list is empty, where that means more than none: nothing was set up, or nothing was looked at yet."""
    if listing.instance_type:
        return f"No price of {listing.instance_type} has been collected."
    if listing.subject != "budgets":
        return subject_missing(listing)
    asker = context.asker
    own = [b for b in context.deps.organisation.budgets if asker.sees_all or b.scope.team in asker.teams]
    evaluated = context.run("SELECT 1 AS evaluated FROM reporting.budgets LIMIT 1")
    if isinstance(evaluated, AnswerRows) and evaluated.rows:
        return "No budget is set for that."
    if own:
        return (
            f"{len(own)} budget{'' if len(own) == 1 else 's'} of finops.yaml will be evaluated with the next "
            "check, which runs every morning and after forecasts."
        )
    return subject_missing(listing)


def _of_a_kind(listing: SubjectListing, rows: list[Row], several: bool) -> str:
    """`3 open anomalies: …; …; …`, `2 changes waiting for approval: …`, `No open insight.`; amounts of several
    currencies have no largest.
    """
    one, state = _ONE[listing.subject], listing.in_state or ""
    before, after = ("", f" {_STATES[state]}") if state in _STATES else (f"{state} " if state else "", "")
    after += "".join(f", {one.words()}" for one in listing.filters)
    after += f", {listing.dated.label}" if listing.dated else ""
    changes = list({row.get("remediation_id", at): row for at, row in enumerate(rows)}.values())
    many = f"{one.removesuffix('y')}ies" if one.endswith("y") else f"{one}s"
    if not changes:
        return f"No {before}{one}{after}."
    titles = "; ".join(map(_title, changes[:_NAMED]))
    what = f"{before}{one if len(changes) == 1 else many}{after}"
    if listing.limit:
        number = "" if len(changes) == 1 else f"{len(changes)} "
        return f"The {number}{'first' if several else 'largest'} {what}: {titles}."
    what += _together(changes) if listing.kinds and len(rows) < MOST else ""
    ranked = len(changes) > _NAMED and listing.subject != "remediations" and not several
    count = f"More than {MOST - 1}" if len(rows) == MOST else str(len(changes))
    return f"{count} {what}{', the largest' if ranked else ''}: {titles}."


def _together(rows: list[Row]) -> str:
    """`, $1,103 a month together`, of one kind, which no resource has twice; nothing where an amount is not known."""
    currencies = {row["currency"] for row in rows}
    if len(rows) < 2 or len(currencies) > 1 or any(row["monthly_savings"] is None for row in rows):
        return ""
    return f", {money(sum(row['monthly_savings'] for row in rows), currencies.pop())} a month together"


def _ledger(rows: list[Row], several: bool) -> str:
    """`6 changes: 4 verified, $598 of $612 a month; 2 wait for the bill.`"""
    if not rows:
        return (
            "Nothing is in the savings ledger yet: it begins with the first fix that has run. What discounts and "
            "commitments save is another figure, savings against list price."
        )
    settled = [row for row in rows if row["realized_monthly_savings"] is not None]
    text = f"{len(rows)} change{'' if len(rows) == 1 else 's'}: {len(settled)} verified against the bill"
    if settled and not several:
        realized, expected = (
            money(sum(row[f"{name}_monthly_savings"] or 0 for row in settled), settled[0]["currency"])
            for name in ("realized", "expected")
        )
        text += f", {realized} of {expected} a month"
    waiting = sum(row["status"] == "pending" for row in rows)
    return f"{text}{f'; {waiting} wait for it' if waiting else ''}."


def _title(row: Row) -> str:
    """What is listed, in its own words."""
    if "title" in row:
        return str(row["title"])
    where = f" in {row['account']}" if row.get("account") else ""
    if "playbook" in row:
        return f"{row['playbook']}{where}, {row['state']}"
    saves = row["monthly_savings"]
    worth = f"{money(saves, row['currency'])} a month" if saves else "an unknown amount"
    change = "commitments for" if row["kind"] == "commitment_gap" else words.value(row["kind"])
    return f"{worth} ({change} {_short(str(row['resource_id']))}{where})"


def _short(resource_id: str) -> str:
    """`load-test-db` of a database's ARN: its last part, as on cards; the list has it whole."""
    return resource_id.rsplit(":", 1)[-1].rsplit("/", 1)[-1] if resource_id.startswith("arn:") else resource_id


def _freshness(rows: list[Row]) -> str:
    """`The bills reach to 26 Nov 2026 (AWS, Microsoft) and 24 Nov 2026 (Google Cloud).`"""
    days: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: str(row["data_through"]), reverse=True):
        days.setdefault(str(row["data_through"])[:10], []).append(str(row["provider"]))
    parts = [f"{date.fromisoformat(day):%-d %b %Y} ({', '.join(sorted(names))})" for day, names in days.items()]
    return f"The bills reach to {' and '.join(parts)}."


def _budgets(rows: list[Row], listing: SubjectListing) -> str:
    over = [row for row in rows if (row["percent_used"] or 0) > 100]
    heading = [row for row in rows if row not in over and (row["forecast"] or 0) > row["amount"]]
    if len(rows) == 1:
        (row,) = rows
        answer = ""
        if listing.kept:
            answer = "No: " if over else "So far: " if heading else "Yes: "
        elif listing.exceeded:
            answer = "Yes: " if over else "Not yet: " if heading else "No: "
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
    """`payments $79k of $90k (88 %), heading for $95.6k, $5,600 over`."""
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


def _forecasts(rows: list[Row], listing: SubjectListing) -> str:
    """`$445k expected for November 2026 ($444k–$446k likely), of which $368k is spent`; of days that begin within a
    month, or by a dimension, all of it first.
    """
    first = rows[0]
    currency = first["currency"]
    scope = "".join(f"{one.words()}, " for one in listing.filters)
    period = listing.period
    if listing.by:
        parts = [f"{row[listing.by]} {money(row['expected_cost'], currency)}" for row in rows[:_NAMED]]
        more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        spent = any(row["spent"] for row in rows)
        days = (
            period.label
            if period and (not spent or period.days > _MONTH_DAYS)
            else f"{_month(period.start)}"
            if period
            else "this month"
        )
        return f"{', '.join(parts)}{more} expected for {scope}{days}{', with what is spent of it' if spent else ''}."
    if period and first.get("spent") and first["spent"] == first["expected_cost"]:  # months that are over are in it
        return _running(rows, scope, period, currency)
    parted = bool(period and period.start.day > 1 and not first.get("spent"))
    if period and parted and len(rows) > 1:
        total = sum(row["expected_cost"] for row in rows)
        shown = [f"{money(row['expected_cost'], currency)} for {_month(row['month'])}" for row in rows[1 : 1 + _NAMED]]
        rest = f"{money(first['expected_cost'], currency)} for the rest of {_month(first['month'])}"
        more = f" and {len(rows) - 1 - _NAMED} more months" if len(rows) > 1 + _NAMED else ""
        return f"{money(total, currency)} expected for {scope}{period.label}: {rest}, {', '.join(shown)}{more}."
    days = period.label if period and parted else _month(first["month"])
    text = (
        f"{money(first['expected_cost'], currency)} expected for {scope}{days} "
        f"({money(first['low_80'], currency)}–{money(first['high_80'], currency)} likely)"
    )
    if first.get("spent"):
        text += f", of which {money(first['spent'], currency)} is spent"
    later = [f"{money(row['expected_cost'], currency)} for {_month(row['month'])}" for row in rows[1 : 1 + _NAMED]]
    more = f" and {len(rows) - 1 - _NAMED} more months" if len(rows) > 1 + _NAMED else ""
    return f"{text}{'; then ' + ', '.join(later) if later else ''}{more}."


def _running(rows: list[Row], scope: str, period: DatePeriod, currency: str) -> str:
    """`$1.34M expected for Q4 2026 ($1.33M–$1.35M likely), of which $832.5k is spent`; as far as is predicted."""
    total, low, high, spent = (sum(row[name] or 0 for row in rows) for name in ("expected_cost", *_BAND, "spent"))
    last = whole(date.fromisoformat(str(rows[-1]["month"])[:10]), "month")
    days = period.label if last.end >= period.end else label(period.start, last.end)
    return (
        f"{money(total, currency)} expected for {scope}{days} ({money(low, currency)}–{money(high, currency)} likely), "
        f"of which {money(spent, currency)} is spent."
    )


def _month(day: date | str) -> str:
    return f"{date.fromisoformat(str(day)[:10]):%B %Y}"
