"""What a digest says: three lines and a chart from the stored figures; no
digest invents a drop when the bill is late.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.budgets import band_of_total
from analysis.formatting import money, percent
from analysis.months import add_months, days_in_month
from config.organisation import Organisation
from db.outgoing import messages
from db.outgoing.messages import Section
from db.tables import Insight
from domain import forecasts_view
from domain.forecasts_view import Outlook
from domain.insights import LIVE, by_worth
from flows.anomalies.cost_series import CostSeries, read
from flows.digests.freshness import fresh
from flows.ingest.showback import section as showback_section

_DAYS = 30
_USUAL_WEEKS = 4
_MOVERS = 8
_MOVES = 0.01  # of the cost, under which nothing has moved
_LEAST_AHEAD = 7  # days of forecast that the chart shows at least
_MOST_AHEAD = 45  # days of forecast that are read
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Digest:
    """One currency's digest of a scope, as the card draws it."""

    card: messages.DigestCard
    details: messages.DigestDetails
    text: str


def compose(
    session: Session, scope: Mapping[str, str], today: date, organisation: Organisation, *, weekly: bool = False
) -> Digest | None:
    """The digest of a scope (empty: everything) as of the morning of `today`; None when there are no bills of it."""
    series = _daily(session, scope, today, organisation)
    if series is None:
        return None
    name = ", ".join(scope.values()) or "All costs"
    currency = series.currencies[0]
    days = np.nan_to_num(series.values[:, 0])
    reach = fresh(session, scope, series, today)
    through, span = reach.through, 7 if weekly else 1
    budget, ahead = _budget(session, scope, currency), _ahead(session, scope, currency, through)
    when = _when(through, today, span)
    lines = [
        (
            f"{_spent(days, series, through, span, currency, when)} "
            f"{_month(days, series, through, budget, ahead, currency)}"
        )
    ]
    lines.append(
        " ".join(
            part
            for part in (
                _mover(session, scope, through, span, currency),
                _open_things(session, scope, through, currency),
            )
            if part
        )
    )
    title = f"{name[:1].upper() + name[1:]}, {_WEEKDAYS[today.weekday()]} {today.day} {_MONTHS[today.month - 1]}"
    figure = _figure(series, through, budget, ahead, currency)
    card = messages.DigestCard(type="digest", title=title, lines=lines, late=reach.late, figure=figure, details=True)
    sections = [
        _services(session, scope, through, span, currency),
        _insights(session, scope, organisation),
        showback_section(session, scope, through),
    ]
    details = messages.DigestDetails(
        type="digest_details", sections=[section for section in sections if section["rows"]]
    )
    text = "\n".join([title, *([reach.late] if reach.late else []), *lines])
    return Digest(card, details, text)


def _daily(session: Session, scope: Mapping[str, str], today: date, organisation: Organisation) -> CostSeries | None:
    """The scope's daily cost without tax, in its largest currency, from the start of last month."""
    start = add_months(today.replace(day=1), -1) - timedelta(days=7 * _USUAL_WEEKS)
    series = read(session.connection(), start, today, (tuple(scope),), categories="all")
    mine = [column for column, series_scope in enumerate(series.scopes) if dict(series_scope) == dict(scope)]
    if not mine:
        return None
    worth = np.nansum(series.values, axis=0) / series.rates(organisation)
    largest = max(mine, key=lambda column: float(worth[column]))
    return series.take([largest])


def _when(through: date, today: date, span: int) -> str:
    if span == 7:
        return f"7 days through {through.day} {_MONTHS[through.month - 1]}"
    if (today - through).days == 1:
        return "Yesterday"
    return f"{_WEEKDAYS[through.weekday()]} {through.day} {_MONTHS[through.month - 1]}"


def _spent(days: Any, series: CostSeries, through: date, span: int, currency: str, when: str) -> str:
    """`Yesterday $2,310, 4 % under a usual Sunday.`"""
    end = (through - series.first).days + 1
    spent = float(days[end - span : end].sum())
    earlier = [float(days[end - span - 7 * week : end - 7 * week].sum()) for week in range(1, _USUAL_WEEKS + 1)]
    usual = float(np.median(earlier))
    if usual <= 0:
        return f"{when} {money(spent, currency)}."
    share = spent / usual - 1
    like = f"a usual {_like(through, span)}"
    if abs(share) < 0.005:
        return f"{when} {money(spent, currency)}, as {like}."
    return f"{when} {money(spent, currency)}, {percent(share)} {'over' if share > 0 else 'under'} {like}."


def _month(days: Any, series: CostSeries, through: date, budget: Any, ahead: Outlook | None, currency: str) -> str:
    """`Month $58.2k of $90k, heading for $81k ($72k–$88k).`"""
    first = through.replace(day=1)
    spent = float(days[(first - series.first).days : (through - series.first).days + 1].sum())
    of = f" of {money(budget.amount, currency)}" if budget is not None else ""
    if ahead is None:
        return f"Month {money(spent, currency)}{of}."
    rest = [index for index, day in enumerate(ahead.days) if day > through and day.month == first.month]
    if not rest or ahead.days[0] > through + timedelta(
        days=1
    ):  # with days missing between them, spent and expected do not add up
        return f"Month {money(spent, currency)}{of}."
    mean, low, high = (np.array(band)[rest] for band in (ahead.expected, ahead.low_80, ahead.high_80))
    total, least, most = band_of_total(mean, low, high)
    ends = [money(spent + part, currency) for part in (total, least, most)]
    return f"Month {money(spent, currency)}{of}, heading for {ends[0]} ({ends[1]}–{ends[2]})."


def _budget(session: Session, scope: Mapping[str, str], currency: str) -> Any:
    sql = """SELECT b.amount FROM finops.budgets b WHERE b.scope = CAST(:scope AS jsonb) AND b.period = 'monthly'
        AND b.currency = :currency
             ORDER BY b.amount DESC LIMIT 1"""
    return session.execute(sa.text(sql), {"scope": json.dumps(dict(scope)), "currency": currency}).one_or_none()


def _ahead(session: Session, scope: Mapping[str, str], currency: str, through: date) -> Outlook | None:
    """The newest forecast that starts no later than the day after `through`,
    through the month's end and a week at least.
    """
    return forecasts_view.read(session.connection(), scope, currency, _MOST_AHEAD, until=through + timedelta(days=1))


def _moves(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> list[Any]:
    """Services by how far they are from usual: the mean of the same days of the
    four weeks before, which adds up over services.
    """
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM :scope_{name}" for name in scope) or "true"
    usual = [through - timedelta(days=7 * week + day) for week in range(1, _USUAL_WEEKS + 1) for day in range(span)]
    sql = f"""SELECT service, now, usual / {_USUAL_WEEKS} AS before FROM (
                SELECT service, coalesce(sum(effective_cost) FILTER (WHERE usage_date > :start), 0) AS now,
                       coalesce(sum(effective_cost) FILTER (WHERE usage_date <= :start), 0) AS usual
                FROM finops.daily_costs WHERE {where} AND currency = :currency AND charge_category = 'Usage'
                AND (usage_date > :start AND usage_date <= :end OR usage_date = ANY(:usual)) GROUP BY service) AS sums
              ORDER BY abs(now - usual / {_USUAL_WEEKS}) DESC LIMIT :most"""  # noqa: S608 - its names are constants, its values are bound
    bound = {f"scope_{name}": value for name, value in scope.items()}
    periods = {"start": through - timedelta(days=span), "end": through, "usual": usual}
    return list(session.execute(sa.text(sql), {**bound, **periods, "currency": currency, "most": _MOVERS}))


def _mover(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> str:
    """The service that moved most, with its reason where an insight knows one;
    nothing where it moved by less than a hundredth of the cost.
    """
    moves = _moves(session, scope, through, span, currency)
    delta = float(moves[0].now - moves[0].before) if moves else 0.0
    if abs(delta) < _MOVES * sum(float(row.now) for row in moves):
        return ""
    sql = """SELECT evidence->'cause'->>'why' FROM finops.insights WHERE kind = 'anomaly' AND service = :service
        AND closed_at IS NULL
             AND evidence->>'direction' = :direction AND (team IS NOT DISTINCT FROM :team OR :team IS NULL)
             ORDER BY id DESC LIMIT 1"""
    asked = {"service": moves[0].service, "direction": "up" if delta >= 0 else "down", "team": scope.get("team")}
    why = session.scalar(sa.text(sql), asked)
    sign = "+" if delta >= 0 else "−"
    return (
        f"Mover: {moves[0].service} {sign}{money(abs(delta), currency)} against a usual "
        f"{_like(through, span)}{f'; {why}' if why else ''}."
    )


def _like(through: date, span: int) -> str:
    return "week" if span == 7 else _WEEKDAYS[through.weekday()]


def _open_things(session: Session, scope: Mapping[str, str], through: date, currency: str) -> str:
    """`1 open anomaly, 2 proposals worth $640 a month, $1,120 a month saved and verified this month.`"""
    sql = """SELECT (SELECT count(*) FROM finops.insights WHERE kind = 'anomaly' AND status IN ('open', 'acknowledged')
                     AND closed_at IS NULL AND (:all OR team = :team)) AS anomalies,
                    (SELECT count(*) FROM finops.insights WHERE kind <> 'anomaly' AND status IN ('open', 'acknowledged')
                     AND closed_at IS NULL AND (:all OR team = :team)) AS others,
                    (SELECT count(*) FROM finops.remediations
                     WHERE state = 'proposed' AND (:all OR team = :team)) AS proposals,
                    (SELECT coalesce(sum(expected_monthly_savings), 0) FROM finops.remediations
                     WHERE state = 'proposed' AND currency = :currency AND (:all OR team = :team)) AS worth,
                    (SELECT coalesce(sum(realized_monthly_savings), 0) FROM finops.savings
                     WHERE status IN ('validated', 'partial') AND currency = :currency
                     AND verified_at >= :month AND (:all OR team = :team)) AS saved"""
    asked = {"all": not scope, "team": scope.get("team"), "currency": currency, "month": through.replace(day=1)}
    row = session.execute(sa.text(sql), asked).one()
    worth = f" worth {money(row.worth, currency)} a month" if row.worth else ""
    parts = [
        f"{row.anomalies or 'no'} open anomal{'y' if row.anomalies == 1 else 'ies'}",
        f"{row.others} more insight{'' if row.others == 1 else 's'}" if row.others else "",
        f"{row.proposals} proposal{'' if row.proposals == 1 else 's'}{worth}" if row.proposals else "",
        f"{money(row.saved, currency)} a month saved and verified this month" if row.saved else "",
    ]
    text = ", ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."


def _figure(series: CostSeries, through: date, budget: Any, ahead: Outlook | None, currency: str) -> dict[str, Any]:
    """The last thirty days, the forecast with its band to the month's end, and with a budget its even daily share."""
    end = (through - series.first).days + 1
    start = max(0, end - _DAYS)
    last = max(through.replace(day=days_in_month(through)), through + timedelta(days=_LEAST_AHEAD))
    coming = [index for index, day in enumerate(ahead.days) if through < day <= last] if ahead is not None else []
    past = [series.day(index) for index in range(start, end)]
    days = [*past, *(ahead.days[index] for index in coming)] if ahead is not None else past
    nothing, before = [None] * len(coming), [None] * len(past)
    lines: list[list[Any]] = [
        ["cost", [*(round(float(value), 2) for value in np.nan_to_num(series.values[start:end, 0])), *nothing]]
    ]
    figure: dict[str, Any] = {
        "kind": "line",
        "title": f"Cost a day, {currency}",
        "categories": [f"{day.day} {_MONTHS[day.month - 1]}" for day in days],
        "series": lines,
        "y_label": currency,
    }
    if ahead is not None and coming:
        bands = {
            name: [round(getattr(ahead, name)[i], 2) for i in coming] for name in ("expected", "low_80", "high_80")
        }
        lines.append(["forecast", [*before, *bands["expected"]]])
        figure["band"] = [[*before, *bands["low_80"]], [*before, *bands["high_80"]]]
    if budget is not None:
        lines.append(["budget a day", [round(float(budget.amount) / days_in_month(day), 2) for day in days]])
    return figure


def _services(session: Session, scope: Mapping[str, str], through: date, span: int, currency: str) -> Section:
    rows = [
        [row.service, money(row.now or 0, currency), money(float(row.now or 0) - float(row.before or 0), currency)]
        for row in _moves(session, scope, through, span, currency)
    ]
    against = f"Against a usual {_like(through, span)}"
    return Section(title="Movers", columns=["Service", "Cost", against], rows=rows, right=[1, 2])


def _insights(session: Session, scope: Mapping[str, str], organisation: Organisation) -> Section:
    live = sa.select(Insight.title, Insight.severity).where(Insight.status.in_(LIVE), Insight.closed_at.is_(None))
    if scope:
        live = live.where(Insight.team == scope.get("team"))
    rows = [[row.title, row.severity] for row in session.execute(live.order_by(by_worth(organisation)).limit(10))]
    return Section(title="Open insights", columns=["Insight", "Severity"], rows=rows)
