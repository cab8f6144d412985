"""Forecast 180 days of every scope worth planning with, keep what was
predicted, and measure what earlier predictions were worth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from prefect import flow
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.forecasts.batch import forecast_many
from analysis.forecasts.series import Forecast, KnownStep, Series
from analysis.wording.formatting import money
from config.organisation import Organisation, PlannedEvent
from db.database import Database
from db.outgoing import outbox
from db.tables import BudgetRow, ForecastAccuracy, ForecastRow
from domain import forecasts_view
from domain.flows import flow_requests
from domain.freshness import newest_day
from flows import failure
from flows.anomalies.cost_series import CostSeries, name_of, read
from flows.forecasts import hierarchy
from flows.forecasts.hierarchy import Key, Keyed

HORIZONS = (30, 90, 180)
_HISTORY = timedelta(days=760)
_LEVELS: tuple[tuple[str, ...], ...] = ((), ("team",), ("account",), ("service",), ("environment",), ("provider",))
_FULL_TIER = 200  # series, by spend, that get every model; the long tail gets the cheap pair
_FLOOR_PER_DAY = 1.0  # in the organisation's currency
_CARD_DAYS = 90
_CHUNK = 20_000  # rows an INSERT


@flow(name="forecast_costs", flow_run_name="forecasts")
def forecast_costs(scope_kind: str | None = None, scope: str | None = None, request_key: str | None = None) -> int:
    """All scopes, or one by its kind and label; returns how many were forecast.
    The same day again replaces that day's forecasts.
    """
    with failure.running("forecast_costs", request_key) as (_, organisation, database):
        return run(database, organisation, only=(scope_kind, scope) if scope_kind else None, request_key=request_key)


def run(
    database: Database,
    organisation: Organisation,
    *,
    only: tuple[str, str | None] | None = None,
    request_key: str | None = None,
) -> int:
    """Fetch, forecast, store; the day after the newest complete data is the first that is predicted."""
    with Session(database.app) as session, session.begin():
        through = newest_day(session.connection())
        if through is None:
            return 0
        today = through + timedelta(days=1)
        everything = _series(session, organisation, today)
        series = _selected(everything, only)
        # One scope is forecast with all others, to add up with them, while that takes seconds.
        together = everything if len(everything) <= _FULL_TIER else series
        forecasts = {k: f for k, f in _forecast(together, today, organisation).items() if k in series}
        _store(session, forecasts, today)
        if only is None:
            _measure(session, series, today)
        _answer(session, series, forecasts, request_key)
    return len(forecasts)


def _series(session: Session, organisation: Organisation, today: date) -> Keyed:
    """(scope kind, label, currency) -> scope and series, for the usual levels and for every budget's scope."""
    budgets = [
        *session.scalars(sa.select(BudgetRow.scope)),
        *(dict(budget.scope.pairs()) for budget in organisation.budgets),
    ]
    levels = tuple(dict.fromkeys([*_LEVELS, *(tuple(sorted(scope)) for scope in budgets)]))
    combined_scopes = [scope for scope in budgets if len(scope) > 1]
    by_scope = {}
    read_series = read(session.connection(), today - _HISTORY, today, levels, categories="all")
    for index, (scope, currency) in enumerate(zip(read_series.scopes, read_series.currencies, strict=True)):
        if len(scope) > 1 and dict(scope) not in combined_scopes:
            continue
        if np.nan_to_num(read_series.values[-28:, index]).mean() < _FLOOR_PER_DAY * organisation.rate_of(currency):
            continue
        by_scope[forecasts_view.kind_of(scope), forecasts_view.label_of(scope), currency] = (
            scope,
            _one(read_series, index),
        )
    return by_scope


def _one(series: CostSeries, index: int) -> Series:
    filled = np.flatnonzero(np.isfinite(series.values[:, index]))
    first = int(filled[0]) if len(filled) else 0
    return Series(series.day(first), series.values[first:, index])


def _selected(series: Keyed, only: tuple[str, str | None] | None) -> Keyed:
    if only is None:
        return series
    return {key: value for key, value in series.items() if key[0] == only[0] and only[1] in (None, key[1])}


def _forecast(series: Keyed, today: date, organisation: Organisation) -> dict[Key, Forecast]:
    """Everything for the largest, the cheap tier for the tail; bands are calibrated over each group. What divides a
    total adds up to it.
    """
    steps = {key: _steps(scope, organisation.events) for key, (scope, _) in series.items()}
    series = hierarchy.with_rests(series)
    by_spend = sorted(series, key=lambda key: -float(np.nan_to_num(series[key][1].values[-28:]).sum()))
    groups = ((by_spend[:_FULL_TIER], "full"), (by_spend[_FULL_TIER:], "cheap"))
    forecasts: dict[Key, Forecast] = {}
    for keys, tier in groups:
        named = {name_of(series[key][0], key[2]): key for key in keys}
        made = forecast_many(
            {name: series[key][1] for name, key in named.items()},
            max(HORIZONS),
            today,
            tier,  # type: ignore[arg-type]  # a Literal, chosen by a condition
            workers=2,
        )
        forecasts |= {named[name]: forecast for name, forecast in made.items()}
    return hierarchy.added_up(forecasts, steps)


def _steps(scope: Mapping[str, str], events: Iterable[PlannedEvent]) -> list[KnownStep]:
    """Planned events inside of the scope, with their amount per day."""
    inside = [
        event
        for event in events
        if event.amount_per_day and all(dict(event.scope.pairs()).get(k) == v for k, v in scope.items())
    ]
    return [KnownStep(event.start, float(event.amount_per_day), event.end) for event in inside]


def _store(session: Session, forecasts: Mapping[tuple[str, str, str], Forecast], made_on: date) -> None:
    """The day's forecasts of these scopes, in place of those that are there."""
    keys = sa.tuple_(ForecastRow.scope_kind, ForecastRow.scope, ForecastRow.currency)
    session.execute(sa.delete(ForecastRow).where(ForecastRow.made_on == made_on, keys.in_(list(forecasts))))
    rows = [row for key, forecast in forecasts.items() for row in _rows(key, forecast, made_on)]
    for start in range(0, len(rows), _CHUNK):
        session.execute(sa.insert(ForecastRow), rows[start : start + _CHUNK])


def _rows(key: tuple[str, str, str], forecast: Forecast, made_on: date) -> Iterable[dict[str, Any]]:
    names = ("expected_cost", "low_80", "high_80", "low_95", "high_95")
    bands = (forecast.mean, forecast.low_80, forecast.high_80, forecast.low_95, forecast.high_95)
    same = {"scope_kind": key[0], "scope": key[1], "currency": key[2], "made_on": made_on, "model": forecast.model}
    for index, day in enumerate(forecast.days()):
        yield {
            **same,
            "forecast_date": day,
            **{name: round(float(band[index]), 4) for name, band in zip(names, bands, strict=True)},
        }


def _measure(session: Session, series: Keyed, today: date) -> None:
    """Two accuracies a scope and horizon: of a forecast replayed as of then
    (backtest), and of what was really predicted then (live).
    """
    rows: list[dict[str, Any]] = []
    for days in HORIZONS:
        origin = today - timedelta(days=days)
        named = {
            name_of(scope, key[2]): (key, one)
            for key, (scope, one) in series.items()
            if (origin - one.start).days >= 28
        }
        made = forecast_many({name: one for name, (_, one) in named.items()}, days, origin, "cheap", workers=2)
        if days == min(HORIZONS):
            _store_replayed(session, {named[name][0]: forecast for name, forecast in made.items()}, origin)
        for name, forecast in made.items():
            key, one = named[name]
            actual = np.nan_to_num(one.values[(origin - one.start).days :][:days])
            rows += _accuracy(
                key, forecast.model, days, today, "backtest", forecast.mean, actual, (forecast.low_80, forecast.high_80)
            )
        for key, predicted in _predicted(session, series, origin, days).items():
            one = series[key][1]
            actual = np.nan_to_num(one.values[(origin - one.start).days :][:days])
            rows += _accuracy(
                key, "as predicted", days, today, "live", predicted[0], actual, (predicted[1], predicted[2])
            )
    if rows:
        statement = insert(ForecastAccuracy)
        keys = [column.name for column in ForecastAccuracy.__table__.primary_key]
        updated = {name: statement.excluded[name] for name in ("total_error", "day_mape", "coverage_80")}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=updated), rows)


def _store_replayed(session: Session, made: Mapping[tuple[str, str, str], Forecast], origin: date) -> None:
    """Keep a replay for the charts of scopes that were not forecast on its day:
    `as predicted` beside what came; it counts as no prediction.
    """
    same = (ForecastRow.made_on == origin, ForecastRow.model.not_like(f"{forecasts_view.REPLAYED}%"))
    stored_scopes = session.execute(
        sa.select(ForecastRow.scope_kind, ForecastRow.scope, ForecastRow.currency).where(*same).distinct()
    )
    there = {(row.scope_kind, row.scope, row.currency) for row in stored_scopes}
    _store(
        session,
        {k: replace(f, model=f"{forecasts_view.REPLAYED} {f.model}") for k, f in made.items() if k not in there},
        origin,
    )


def _predicted(
    session: Session, series: Keyed, origin: date, days: int
) -> dict[tuple[str, str, str], tuple[Any, Any, Any]]:
    """What was really stored on the origin day, where all of its days are there."""
    rows = session.execute(
        sa.select(
            ForecastRow.scope_kind,
            ForecastRow.scope,
            ForecastRow.currency,
            ForecastRow.expected_cost,
            ForecastRow.low_80,
            ForecastRow.high_80,
        )
        .where(ForecastRow.made_on == origin, ForecastRow.forecast_date < origin + timedelta(days=days))
        .where(ForecastRow.model.not_like(f"{forecasts_view.REPLAYED}%"))
        .order_by(ForecastRow.scope_kind, ForecastRow.scope, ForecastRow.currency, ForecastRow.forecast_date)
    )
    by_scope: dict[tuple[str, str, str], list[tuple[float, float, float]]] = {}
    for row in rows:
        by_scope.setdefault((row.scope_kind, row.scope, row.currency), []).append(
            (float(row.expected_cost), float(row.low_80), float(row.high_80))
        )
    whole = {key: np.array(values).T for key, values in by_scope.items() if key in series and len(values) == days}
    return {key: (values[0], values[1], values[2]) for key, values in whole.items()}


def _accuracy(
    key: tuple[str, str, str],
    model: str,
    days: int,
    today: date,
    kind: str,
    predicted: Any,
    actual: Any,
    band: tuple[Any, Any],
) -> list[dict[str, Any]]:
    total = float(actual.sum())
    if len(actual) != days or total <= 0:
        return []
    spent = actual > 0
    return [
        {
            "scope_kind": key[0],
            "scope": key[1],
            "currency": key[2],
            "model": model,
            "horizon_days": days,
            "measured_on": today,
            "kind": kind,
            "total_error": abs(float(predicted.sum()) / total - 1),
            "day_mape": float(np.mean(np.abs(predicted[spent] / actual[spent] - 1))),
            "coverage_80": float(np.mean((actual >= band[0]) & (actual <= band[1]))),
        }
    ]


def _answer(
    session: Session, series: Keyed, forecasts: dict[tuple[str, str, str], Forecast], request_key: str | None
) -> None:
    """The card in the thread that asked."""
    totals = {" ".join(key): money(float(forecast.mean[:30].sum()), key[2]) for key, forecast in forecasts.items()}
    request = flow_requests.close(session, request_key, "finished", {"forecasts": totals}, datetime.now(UTC))
    if request is None or not request.channel or not forecasts:
        return
    key = next(iter(forecasts))
    card = forecasts_view.card(session.connection(), series[key][0], key[2], _CARD_DAYS)
    if card is not None:
        outbox.enqueue(session, request.channel, card, f"forecast:{request_key}", thread_ts=request.thread_ts)
