"""What is expected of a scope and what was: the newest forecast, the days
before it, and what an earlier forecast had said of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from analysis import period_band
from analysis.budgets import band_of_total
from db.outgoing.messages import ForecastCard
from domain.freshness import data_through

DIMENSIONS = (
    "team",
    "account",
    "service",
    "environment",
    "application",
    "provider",
    "region",
)  # in the order of settings.Scope
REPLAYED = "replayed"  # begins the model's name where a forecast was made afterwards, from what was known then
PAST_DAYS = 30
_EARLIER = timedelta(days=28)  # a forecast that is to be compared with a month has to be about as old

_NEWEST = """
    SELECT forecast_date, made_on, model, expected_cost::float8 AS expected, low_80::float8 AS low, high_80::float8 AS
    high
    FROM finops.forecasts f WHERE scope_kind = :kind AND scope = :label AND currency = :currency AND made_on = (
        SELECT max(made_on) FROM finops.forecasts g WHERE g.scope_kind = :kind AND g.scope = :label
        AND g.currency = :currency
        AND g.model NOT LIKE 'replayed%' AND g.made_on <= :until)
    ORDER BY forecast_date"""
_EARLIEST = """
    SELECT forecast_date, expected_cost::float8 AS expected FROM finops.forecasts
    WHERE scope_kind = :kind AND scope = :label AND currency = :currency AND forecast_date < :until AND made_on = (
        SELECT coalesce(max(made_on) FILTER (WHERE made_on <= :early), min(made_on)) FROM finops.forecasts g
        WHERE g.scope_kind = :kind AND g.scope = :label AND g.currency = :currency AND g.made_on < :until)"""
_ERROR = """
    SELECT total_error FROM finops.forecast_accuracy WHERE scope_kind = :kind AND scope = :label
    AND currency = :currency
    ORDER BY horizon_days = :days DESC, kind DESC, measured_on DESC LIMIT 1"""


@dataclass(frozen=True)
class Outlook:
    """The newest forecast's days ahead, and the days before it; `actual`
    has None where a provider has not delivered, `was_expected` where nothing had been predicted. Costs per day.
    """

    made_on: date
    model: str
    days: tuple[date, ...]
    expected: tuple[float, ...]
    low_80: tuple[float, ...]
    high_80: tuple[float, ...]
    past: tuple[date, ...]
    actual: tuple[float | None, ...]
    was_expected: tuple[float | None, ...]


def kind_of(scope: Mapping[str, str]) -> str:
    """As `settings.Scope.kind`, whatever the order of the mapping."""
    return " x ".join(name for name in DIMENSIONS if name in scope) or "total"


def label_of(scope: Mapping[str, str]) -> str:
    """As `settings.Scope.label`, whatever the order of the mapping."""
    return ", ".join(scope[name] for name in DIMENSIONS if name in scope) or "everything"


def read(
    connection: sa.Connection, scope: Mapping[str, str], currency: str, days: int, until: date = date.max
) -> Outlook | None:
    """The outlook for the next `days`, from the newest forecast made by `until`; None when there is none."""
    same = {"kind": kind_of(scope), "label": label_of(scope), "currency": currency}
    rows = connection.execute(sa.text(_NEWEST), {**same, "until": until}).all()[:days]
    if not rows:
        return None
    first: date = rows[0].forecast_date
    earlier = {
        row.forecast_date: row.expected
        for row in connection.execute(sa.text(_EARLIEST), {**same, "until": first, "early": first - _EARLIER})
    }
    past = tuple(first - timedelta(days=back) for back in range(PAST_DAYS, 0, -1))
    spent = costs(connection, scope, currency, past[0], first)
    dimensions = {name: value for name, value in scope.items() if name in DIMENSIONS}
    through = data_through(connection, dimensions, first) or first
    return Outlook(
        made_on=rows[0].made_on,
        model=rows[0].model,
        days=tuple(row.forecast_date for row in rows),
        expected=tuple(row.expected for row in rows),
        low_80=tuple(row.low for row in rows),
        high_80=tuple(row.high for row in rows),
        past=past,
        actual=tuple(spent.get(day, 0.0) if day <= through else None for day in past),
        was_expected=tuple(earlier.get(day) for day in past),
    )


def costs(
    connection: sa.Connection, scope: Mapping[str, str], currency: str, start: date, end: date
) -> dict[date, float]:
    """Effective cost per day without tax."""
    conditions = "".join(f" AND {name} = :scope_{name}" for name in scope if name in DIMENSIONS)
    sql = f"""SELECT usage_date, sum(effective_cost)::float8 AS cost FROM finops.daily_costs
        WHERE usage_date >= :start AND usage_date < :end
              AND currency = :currency AND charge_category <> 'Tax'{conditions} GROUP BY usage_date"""  # noqa: S608 - its names are constants, its values are bound
    bound = {f"scope_{name}": value for name, value in scope.items()}
    rows = connection.execute(sa.text(sql), {**bound, "start": start, "end": end, "currency": currency})
    return {row.usage_date: row.cost for row in rows}


def month_reach(
    connection: sa.Connection, scope: Mapping[str, str], currency: str, today: date
) -> period_band.BandReach | None:
    """How far the month that runs on `today`, the first day without bills, may end from where it is heading: as far as
    the months before went on from the same day. None where too few are known.
    """
    starts = period_band.months(today - timedelta(days=1))
    if today >= starts[-1]:
        return None
    begins = starts[0] - timedelta(weeks=4)
    spent = costs(connection, scope, currency, begins, today)
    if not spent:
        return None
    first = min(spent)
    whole = {day: spent.get(day, 0.0) for day in (first + timedelta(at) for at in range((today - first).days))}
    known = [start for start in starts if start >= first]
    return period_band.reach(whole, known, today) if len(known) > 1 else None


def card(connection: sa.Connection, scope: Mapping[str, str], currency: str, days: int) -> ForecastCard | None:
    """What the forecast card draws: the total and its band, the error that
    earlier ones had, and actual cost against an earlier forecast.
    """
    outlook = read(connection, scope, currency, days)
    if outlook is None:
        return None
    same = {"kind": kind_of(scope), "label": label_of(scope), "currency": currency}
    ahead, behind = [None] * len(outlook.days), [None] * len(outlook.past)
    total, low, high = band_of_total(*(np.array(band) for band in (outlook.expected, outlook.low_80, outlook.high_80)))
    lines: list[list[Any]] = [["actual", [*_rounded(outlook.actual), *ahead]]]
    if any(value is not None for value in outlook.was_expected):
        lines.append(["as predicted", [*_rounded(outlook.was_expected), *ahead]])
    lines.append(["expected", [*behind, *_rounded(outlook.expected)]])
    return ForecastCard(
        type="forecast",
        scope_kind=same["kind"],
        scope=same["label"],
        currency=currency,
        days=len(outlook.days),
        total=total,
        low=low,
        high=high,
        model=outlook.model,
        made_on=outlook.made_on.isoformat(),
        error=connection.scalar(sa.text(_ERROR), {**same, "days": days}),
        figure={
            "kind": "line",
            "title": f"Cost a day of {same['label']}, actual and expected",
            "categories": [f"{day.day} {day:%b}" for day in (*outlook.past, *outlook.days)],
            "series": lines,
            "band": [[*behind, *_rounded(outlook.low_80)], [*behind, *_rounded(outlook.high_80)]],
            "y_label": f"{currency} a day",
        },
    )


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in values]
