"""What a digest says: three lines and a chart from the stored figures; no digest invents a drop when the bill is late."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.money import money, percent
from flows.cost_series import CostSeries, read

_DAYS = 30
_USUAL_WEEKS = 4
_MOVERS = 8
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Digest:
    """One currency's digest of a scope, as the card draws it."""

    payload: dict[str, Any]
    details: dict[str, Any]
    text: str


def compose(session: Session, scope: Mapping[str, str], today: date, *, weekly: bool = False) -> Digest | None:
    """The digest of a scope (empty: everything) as of the morning of `today`; None when there are no bills of it."""
    series = _daily(session, scope, today)
    if series is None:
        return None
    name = ", ".join(scope.values()) or "All costs"
    currency = series.currencies[0]
    days = np.nan_to_num(series.values[:, 0])
    through = _through(session, today)
    budget, forecast = _budget(session, scope, through), _forecast(session, scope, through)
    span = 7 if weekly else 1
    lines = [_spent(days, series, through, span, currency) + " " + _month(days, series, through, budget, forecast, currency)]
    lines.append(
        " ".join(part for part in (_mover(session, scope, through, span, currency), _open_things(session, scope, currency)) if part)
    )
    late = None
    if (today - through).days > 1:
        late = f"The bills are late: they end on {through.day} {_MONTHS[through.month - 1]}; nothing is said about later days."
    title = f"{name[:1].upper() + name[1:]}, {_WEEKDAYS[today.weekday()]} {today.day} {_MONTHS[today.month - 1]}"
    payload = {
        "title": title,
        "lines": lines,
        "late": late,
        "figure": _figure(series, through, budget, forecast, currency),
        "details": True,
    }
    details = {"sections": [_services(session, scope, through, span, currency), _insights(session, scope)]}
    text = "\n".join([title, *([late] if late else []), *lines])
    return Digest(payload, details, text)


def _daily(session: Session, scope: Mapping[str, str], today: date) -> CostSeries | None:
    """The scope's daily cost without tax, in its largest currency, from the start of last month."""
    start = (today.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=7 * _USUAL_WEEKS)
    series = read(session.connection(), start, today, (tuple(scope),), categories="all")
    mine = [column for column, found in enumerate(series.scopes) if dict(found) == dict(scope)]
    if not mine:
        return None
    largest = max(mine, key=lambda column: float(np.nansum(series.values[:, column])))
    return series.take([largest])


def _through(session: Session, today: date) -> date:
    """The newest day for which every provider that still delivers has usage."""
    sql = "SELECT min(data_through) FROM reporting.data_freshness WHERE data_through > (SELECT max(data_through) - 14 FROM reporting.data_freshness)"
    found: date | None = session.scalar(sa.text(sql))
    return min(found or today, today - timedelta(days=1))


def _spent(days: Any, series: CostSeries, through: date, span: int, currency: str) -> str:
    """`Yesterday $2,310, 4 % under a usual Sunday.`"""
    end = (through - series.first).days + 1
    spent = float(days[end - span : end].sum())
    earlier = [float(days[end - span - 7 * week : end - 7 * week].sum()) for week in range(1, _USUAL_WEEKS + 1)]
    usual = float(np.median(earlier))
    when = "Last 7 days" if span == 7 else f"{_WEEKDAYS[through.weekday()]} {through.day} {_MONTHS[through.month - 1]}"
    if usual <= 0:
        return f"{when}: {money(spent, currency)}."
    share = spent / usual - 1
    like = "a usual week" if span == 7 else f"a usual {_WEEKDAYS[through.weekday()]}"
    if abs(share) < 0.005:
        return f"{when}: {money(spent, currency)}, as {like}."
    return f"{when}: {money(spent, currency)}, {percent(share)} {'over' if share > 0 else 'under'} {like}."


def _month(days: Any, series: CostSeries, through: date, budget: Any, forecast: list[Any], currency: str) -> str:
    first = through.replace(day=1)
    spent = float(days[(first - series.first).days : (through - series.first).days + 1].sum())
    of = f" of {money(budget.amount, currency)}" if budget is not None else ""
    rest = [row for row in forecast if row.forecast_date > through and row.forecast_date.month == first.month]
    if not rest:
        return f"Month {money(spent, currency)}{of}."
    ends = [spent + float(sum(getattr(row, name) for row in rest)) for name in ("expected_cost", "low_80", "high_80")]
    return f"Month {money(spent, currency)}{of}, heading for {money(ends[0], currency)} ({money(ends[1], currency)}–{money(ends[2], currency)})."


def _budget(session: Session, scope: Mapping[str, str], through: date) -> Any:
    sql = """SELECT b.amount FROM finops.budgets b WHERE b.scope = CAST(:scope AS jsonb) AND b.period = 'monthly' ORDER BY b.amount DESC LIMIT 1"""
    return session.execute(sa.text(sql), {"scope": json.dumps(dict(scope))}).one_or_none()


def _forecast(session: Session, scope: Mapping[str, str], through: date) -> list[Any]:
    """The newest forecast of the scope."""
    kind, label = (" x ".join(scope) or "total"), (", ".join(scope.values()) or "everything")
    sql = """SELECT forecast_date, expected_cost, low_80, high_80 FROM finops.forecasts f WHERE scope_kind = :kind AND scope = :label
             AND made_on = (SELECT max(made_on) FROM finops.forecasts g WHERE g.scope_kind = f.scope_kind AND g.scope = f.scope)
             ORDER BY forecast_date"""
    return list(session.execute(sa.text(sql), {"kind": kind, "label": label}))


def _moves(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> list[Any]:
    """Services by how far they are from the same days a week before."""
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM :scope_{name}" for name in scope) or "true"
    sql = f"""SELECT service, sum(effective_cost) FILTER (WHERE usage_date > :start) AS now,
                     sum(effective_cost) FILTER (WHERE usage_date <= :start) AS before
              FROM finops.daily_costs WHERE {where} AND currency = :currency AND charge_category = 'Usage'
              AND (usage_date > :start AND usage_date <= :end OR usage_date > :start_before AND usage_date <= :end_before)
              GROUP BY service ORDER BY abs(coalesce(sum(effective_cost) FILTER (WHERE usage_date > :start), 0)
                                           - coalesce(sum(effective_cost) FILTER (WHERE usage_date <= :start), 0)) DESC LIMIT :most"""
    bound = {f"scope_{name}": value for name, value in scope.items()}
    start = through - timedelta(days=span)
    week = timedelta(days=7)
    periods = {"start": start, "end": through, "start_before": start - week, "end_before": through - week}
    return list(session.execute(sa.text(sql), {**bound, **periods, "currency": currency, "most": _MOVERS}))


def _mover(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> str:
    """The service that moved most, with its reason where an insight knows one."""
    moves = _moves(session, scope, through, span, currency)
    if not moves:
        return ""
    delta = float(moves[0].now or 0) - float(moves[0].before or 0)
    sql = "SELECT evidence->'cause'->>'why' FROM finops.insights WHERE kind = 'anomaly' AND service = :service AND closed_at IS NULL ORDER BY id DESC LIMIT 1"
    why = session.scalar(sa.text(sql), {"service": moves[0].service})
    sign = "+" if delta >= 0 else "−"
    return f"Mover: {moves[0].service} {sign}{money(abs(delta), currency)} on the week before{f' ({why})' if why else ''}."


def _open_things(session: Session, scope: Mapping[str, str], currency: str) -> str:
    team = scope.get("team")
    sql = """SELECT (SELECT count(*) FROM finops.insights WHERE status IN ('open', 'acknowledged') AND closed_at IS NULL AND (:all OR team = :team)) AS insights,
                    (SELECT count(*) FROM finops.remediations WHERE state = 'proposed' AND (:all OR team = :team)) AS proposals,
                    (SELECT coalesce(sum(expected_monthly_savings), 0) FROM finops.remediations WHERE state = 'proposed' AND (:all OR team = :team)) AS worth,
                    (SELECT coalesce(sum(realized_monthly_savings), 0) FROM finops.savings WHERE status IN ('validated', 'partial') AND (:all OR team = :team)) AS saved"""
    row = session.execute(sa.text(sql), {"all": not scope, "team": team}).one()
    parts = [f"{row.insights} open insight{'' if row.insights == 1 else 's'}"]
    if row.proposals:
        parts.append(f"{row.proposals} proposal{'' if row.proposals == 1 else 's'} worth {money(row.worth, currency)} a month")
    if row.saved:
        parts.append(f"{money(row.saved, currency)} a month saved and verified")
    return ", ".join(parts) + "."


def _figure(series: CostSeries, through: date, budget: Any, forecast: list[Any], currency: str) -> dict[str, Any]:
    """The last thirty days; with a budget, its even daily share as a line."""
    end = (through - series.first).days + 1
    start = max(0, end - _DAYS)
    days = [series.day(index) for index in range(start, end)]
    lines: list[list[Any]] = [["cost", [round(float(value), 2) for value in np.nan_to_num(series.values[start:end, 0])]]]
    if budget is not None:
        lines.append(["budget a day", [round(float(budget.amount) / _days_in_month(day), 2) for day in days]])
    return {
        "kind": "line",
        "title": f"Cost a day, {currency}",
        "categories": [f"{day.day} {_MONTHS[day.month - 1]}" for day in days],
        "series": lines,
        "y_label": currency,
    }


def _days_in_month(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following - timedelta(days=following.day)).day


def _services(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> dict[str, Any]:
    rows = [
        [row.service, money(row.now or 0, currency), money(float(row.now or 0) - float(row.before or 0), currency)]
        for row in _moves(session, scope, through, span, currency)
    ]
    return {"title": "Movers", "columns": ["Service", "Cost", "Change on the week before"], "rows": rows, "right": [1, 2]}


def _insights(session: Session, scope: Mapping[str, str]) -> dict[str, Any]:
    sql = "SELECT title, severity FROM finops.insights WHERE status IN ('open', 'acknowledged') AND closed_at IS NULL AND (:all OR team = :team) ORDER BY impact_amount DESC NULLS LAST LIMIT 10"
    rows = [[row.title, row.severity] for row in session.execute(sa.text(sql), {"all": not scope, "team": scope.get("team")})]
    return {"title": "Open insights", "columns": ["Insight", "Severity"], "rows": rows}
