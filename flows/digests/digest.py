"""What a digest says: three lines and a chart from the stored figures; no
digest invents a drop when the bill is late.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis import period_band
from analysis.budgets import band_of_total
from analysis.months import add_months, days_in_month
from analysis.period_band import BandReach
from analysis.wording.formatting import money, percent
from config.organisation import Organisation
from db.outgoing import messages
from db.outgoing.messages import DigestTable
from db.tables import Insight
from domain import forecasts_view
from domain.forecasts_view import Outlook
from domain.insights import LIVE, by_worth
from flows.anomalies.cost_series import CostSeries, read
from flows.digests import movers, usual
from flows.digests.freshness import fresh
from flows.digests.usual import Excess
from flows.ingest.showback import section as showback_section

_DAYS = 30
_LEAST_AHEAD = 7  # days of forecast that the chart shows at least
_MOST_AHEAD = 45  # days of forecast that are read
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    odd = usual.known_excess(session, scope, currency, through)
    moves = movers.moves(session, scope, through, span, currency, odd)
    budget, ahead = _budget(session, scope, currency), _ahead(session, scope, currency, through)
    before = _before(session, scope, currency, through)
    when = _when(through, today, span)
    lines = [
        (
            f"{_spent(days, series, through, span, currency, when, odd)} "
            f"{_month(days, series, through, budget, ahead, currency, before)}"
        )
    ]
    lines.append(
        " ".join(
            part
            for part in (
                movers.sentence(session, scope, moves, through, span, currency),
                _open_things(session, scope, through, currency),
            )
            if part
        )
    )
    title = f"{name[:1].upper() + name[1:]}, {today:%A} {today.day} {_MONTHS[today.month - 1]}"
    figure = _figure(series, through, budget, ahead, currency)
    card = messages.DigestCard(type="digest", title=title, lines=lines, late=reach.late, figure=figure, details=True)
    sections = [
        movers.table(moves, through, span, currency),
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
    start = add_months(today.replace(day=1), -1) - timedelta(days=7 * movers.USUAL_WEEKS)
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
    return f"{through:%A} {through.day} {_MONTHS[through.month - 1]}"


def _spent(
    days: Any, series: CostSeries, through: date, span: int, currency: str, when: str, odd: Sequence[Excess]
) -> str:
    """`Yesterday $2,310, 4 % under a usual Sunday.`"""
    end = (through - series.first).days + 1
    spent = float(days[end - span : end].sum())
    earlier = [
        float(days[end - span - 7 * week : end - 7 * week].sum())
        - usual.beyond(odd, movers.same_days(through, span, week))
        for week in range(1, movers.USUAL_WEEKS + 1)
    ]
    like_day = float(np.median(earlier))
    if like_day <= 0:
        return f"{when} {money(spent, currency)}."
    share = spent / like_day - 1
    like = f"a usual {movers.like(through, span)}"
    if abs(share) < 0.005:
        return f"{when} {money(spent, currency)}, as {like}."
    return f"{when} {money(spent, currency)}, {percent(share)} {'over' if share > 0 else 'under'} {like}."


def _before(session: Session, scope: Mapping[str, str], currency: str, through: date) -> BandReach | None:
    """The band of how earlier months continued from the same day of the month."""
    starts, today = period_band.months(through), through + timedelta(days=1)
    daily = forecasts_view.costs(session.connection(), scope, currency, starts[0] - timedelta(days=_DAYS), today)
    if not daily:
        return None
    first = min(daily)
    costs = {day: daily.get(day, 0.0) for day in (first + timedelta(days=at) for at in range((today - first).days))}
    return period_band.reach(costs, [start for start in starts if start >= first] or starts[-2:], today)


def _month(
    days: Any,
    series: CostSeries,
    through: date,
    budget: Any,
    ahead: Outlook | None,
    currency: str,
    before: BandReach | None,
) -> str:
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
    if before is not None:
        least, most = before.around(0.0, total)
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


def _insights(session: Session, scope: Mapping[str, str], organisation: Organisation) -> DigestTable:
    live = sa.select(Insight.title, Insight.severity).where(Insight.status.in_(LIVE), Insight.closed_at.is_(None))
    if scope:
        live = live.where(Insight.team == scope.get("team"))
    rows = [[row.title, row.severity] for row in session.execute(live.order_by(by_worth(organisation)).limit(10))]
    return DigestTable(title="Open insights", columns=["Insight", "Severity"], rows=rows)
