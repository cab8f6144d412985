"""What stands behind an anomaly: usage or price, where, which resources, who did
what near its start; from the rollups and, where it is allowed, CloudTrail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from analysis.root_cause import RootCause, Row, explain
from analysis.wording.cause_words import carried_by
from analysis.wording.formatting import money

_BEFORE = 14  # days that are compared with, before the change
_AFTER = 3  # days of the change at most
_UNALLOCATED = "unallocated"
_COLUMNS = {"account", "service", "team", "region", "environment", "application", "provider"}


@dataclass(frozen=True)
class ScopedChange:
    """A scope, a currency, and when it changed: the days [since, through] are the changed ones."""

    scope: Mapping[str, str]
    currency: str
    since: date
    through: date


def explain_change(connection: sa.Connection, change: ScopedChange) -> RootCause:
    """Compare the days since the change with two weeks before it, both as cost per day."""
    end = change.since + timedelta(days=_days(change))
    before = _rows(connection, change, change.since - timedelta(days=_BEFORE), change.since)
    return explain(before, _rows(connection, change, change.since, end))


def _days(change: ScopedChange) -> int:
    """How many days of the change are looked at."""
    return min((change.through - change.since).days + 1, _AFTER)


def _first_days(change: ScopedChange) -> str:
    """An alert's own figure goes by all its days, so that these may differ from it."""
    days = _days(change)
    return "on its first day" if days == 1 else f"in its first {days} days"


def _rows(connection: sa.Connection, change: ScopedChange, start: date, end: date) -> list[Row]:
    """Named resources from their rollup, the rest of the scope's usage from the
    daily one, so that both add up to the scope.
    """
    where, bound = _where(change)
    bound |= {"start": start, "end": end, "days": (end - start).days, "currency": change.currency}
    period = "usage_date >= :start AND usage_date < :end AND currency = :currency AND charge_category = 'Usage'"
    sql = f"""
        SELECT account, service, region, team, resource_name, usage_type, sum(effective_cost) / :days AS cost,
        sum(usage_quantity) / :days AS quantity
        FROM (SELECT account, service, region, team, coalesce(resource_name, resource_id) AS resource_name, usage_type,
        effective_cost, usage_quantity
              FROM finops.resource_costs WHERE {period} {where}
              UNION ALL
              SELECT account, service, region, team, NULL, NULL, effective_cost, NULL FROM finops.daily_costs
              WHERE {period} {where}
              UNION ALL
              SELECT account, service, region, team, NULL, NULL, -effective_cost, NULL FROM finops.resource_costs
              WHERE {period} {where}) AS parts
        GROUP BY 1, 2, 3, 4, 5, 6"""  # noqa: S608 - its names are constants, its values are bound
    rows = connection.execute(sa.text(sql), bound)
    return [
        Row(
            float(r.cost or 0),
            None if r.quantity is None else float(r.quantity),
            r.usage_type,
            r.account,
            r.service,
            r.region,
            r.team,
            r.resource_name,
            r.usage_type,
        )
        for r in rows
        if abs(float(r.cost or 0)) > 1e-9
    ]


def _where(change: ScopedChange) -> tuple[str, dict[str, Any]]:
    """Conditions on known columns with bound values."""
    parts, bound = [], {}
    for name, value in change.scope.items():
        if name not in _COLUMNS:
            continue
        if value == _UNALLOCATED:
            parts.append(f"AND {name} IS NULL")
        else:
            parts.append(f"AND {name} = :scope_{name}")
            bound[f"scope_{name}"] = value
    return " ".join(parts), dict(bound)


def cause_json(cause: RootCause, change: ScopedChange, who: Sequence[str] = ()) -> dict[str, Any]:
    """Where, who and why, and the parts that add up to the change, as the cards and the API show them; figures from the
    bill only. What and when are the finding's to say.
    """
    trail = {dimension: item.name for dimension, item in cause.trail}
    where = [f"{trail[name]}" for name in ("account", "region", "service", "team") if trail.get(name)]
    contributions = _contributions(cause)
    return {
        "compared": f"{money(cause.before, change.currency)} a day in the two weeks before became "
        f"{money(cause.after, change.currency)} {_first_days(change)}",
        "where": ", ".join(where),
        "who": "; ".join(who),
        "why": carried_by(cause.resources, cause.delta),
        "before": round(cause.before, 4),
        "after": round(cause.after, 4),
        "verdict": cause.effects.verdict,
        "effects": {name: round(getattr(cause.effects, name), 4) for name in ("usage", "price", "mix", "unmetered")},
        "contributions": contributions,
        "by": {dimension: _parts(cause, dimension) for dimension in cause.contributions},
        "resources": [
            {
                "name": r.name,
                "change": r.change,
                "before": round(r.before, 4),
                "after": round(r.after, 4),
                "kind": r.kind_after or r.kind_before,
            }
            for r in cause.resources[:20]
        ],
    }


def _contributions(cause: RootCause) -> list[dict[str, Any]]:
    """By the dimension that says most: resources where some are named, else
    service, else account; they add up to the change.
    """
    order = ("resource", "service", "account", "region", "team")
    dimension = next(
        (name for name in order if any(item.name and item.share >= 0.2 for item in cause.contributions[name])),
        "service",
    )
    return [{**part, "dimension": dimension} for part in _parts(cause, dimension)]


def _parts(cause: RootCause, dimension: str) -> list[dict[str, Any]]:
    """One dimension's parts, which add up to the change."""
    return [
        {"name": "the rest" if item.rest else item.name or "without a name", "amount": round(item.delta, 4)}
        for item in cause.contributions[dimension]
    ]
