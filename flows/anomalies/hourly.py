"""The hours that have just arrived: what a bill with hourly charges shows
before its day is over. Upward only, for the newest hours are never whole.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.anomalies.scopes import absorbed, sensitivities
from analysis.anomalies.score import Finding, score
from analysis.anomalies.state import Floats, State, from_json, is_current, join, new_state, tuning_for
from config.organisation import Organisation
from db.tables import DetectorState
from flows.anomalies.cost_series import CostSeries, read_hours
from flows.anomalies.daily import declared_events
from flows.anomalies.grouping import ScoredFinding, Window
from flows.anomalies.sensitivity import rules

HOUR = timedelta(hours=1)
JUDGED = timedelta(hours=48)  # older hours belong to days that are judged as days
_LEARNED = timedelta(days=21)
_WEEK = 7 * 24
_UNLIKE = 1.3  # times the same hour of the last two weeks: a Monday morning after a weekend is no news
_LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("account",),
    ("service",),
    ("team",),
    ("service", "account"),
    ("service", "team"),
)
_PREFIX = "hour|"
_TUNING = tuning_for(HOUR)


def detect_hours(session: Session, organisation: Organisation) -> tuple[ScoredFinding, ...]:
    """Judge the last 48 hours of every series that is billed by the hour, and
    move the memory up to their start. The caller commits.
    """
    newest = session.scalar(sa.text("SELECT max(usage_hour) FROM finops.hourly_costs WHERE charge_category = 'Usage'"))
    if newest is None:
        return ()
    end = newest.astimezone(UTC) + HOUR
    anchor = (end - JUDGED).date()  # its midnight is where the memory ends
    start = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)
    series = _watched(read_hours(session.connection(), start - _LEARNED, end, _LEVELS), organisation)
    if not series.scopes:
        return ()
    first = int(_LEARNED / HOUR)
    state = _memory(session, series, anchor, first, series.rates(organisation))
    _remember(session, series, state, anchor)
    return _judge(session, series, state, first, organisation)


def _watched(series: CostSeries, organisation: Organisation) -> CostSeries:
    """Series that spend the floor an hour over the last three days, and have two weeks to be compared with."""
    floor = organisation.anomalies.floor_per_day / 24 * series.rates(organisation)
    recent = np.nan_to_num(series.values[-72:]).mean(axis=0)
    complete = np.isfinite(series.values[-2 * _WEEK - 24 :]).all(axis=0)
    return series.take([int(column) for column in np.flatnonzero((recent >= floor) & complete)])


def _memory(session: Session, series: CostSeries, anchor: date, first: int, units: Floats) -> State:
    """The memory at the anchor's midnight: carried on from where it was left, or learned from three weeks."""
    names = [_PREFIX + name for name in series.names()]
    rows = session.scalars(
        sa.select(DetectorState).where(DetectorState.series.in_(names), DetectorState.through <= anchor)
    )
    stored = {row.series: row for row in rows if is_current(row.state, _TUNING) and (anchor - row.through) <= _LEARNED}
    parts: list[State] = []
    order: list[int] = []
    for through in (None, *sorted({row.through for row in stored.values()})):
        same = [
            index for index, name in enumerate(names) if (stored[name].through if name in stored else None) == through
        ]
        if same:
            state = (
                from_json([stored[names[i]].state for i in same], _TUNING) if through else new_state(len(same), _TUNING)
            )
            begin = first - 24 * (anchor - through).days if through else 0
            for hour in range(begin, first):
                _, state = score(
                    state,
                    _moment(series, hour),
                    series.values[hour, same],
                    tuning=_TUNING,
                    every=HOUR,
                    units=units[same],
                )
            parts.append(state)
            order += same
    return join(parts).take(np.argsort(np.array(order)))


def _remember(session: Session, series: CostSeries, state: State, anchor: date) -> None:
    rows = [
        {"series": _PREFIX + name, "through": anchor, "state": state.to_json(index)}
        for index, name in enumerate(series.names())
    ]
    for start in range(0, len(rows), 500):
        statement = insert(DetectorState).values(rows[start : start + 500])
        updated = {"through": statement.excluded.through, "state": statement.excluded.state}
        session.execute(statement.on_conflict_do_update(index_elements=["series"], set_=updated))


def _judge(
    session: Session, series: CostSeries, state: State, first: int, organisation: Organisation
) -> tuple[ScoredFinding, ...]:
    sensitivity = sensitivities(series.scopes, rules(session, organisation))
    events, upward = declared_events(session, organisation), np.ones(len(series.scopes), dtype=bool)
    units = series.rates(organisation)
    findings: list[Finding] = []
    expected, scale = [], []
    for hour in range(first, len(series.values)):
        moment = _moment(series, hour)
        silent = absorbed(series.scopes, events, moment.date())
        given = {"absorbed": silent, "upward_only": upward, "sensitivity": sensitivity, "units": units}
        outcome, state = score(state, moment, series.values[hour], tuning=_TUNING, every=HOUR, **given)
        expected.append(outcome.expected)
        scale.append(outcome.scale)
        usual = _last_weeks(series.values, hour)
        findings += [one for one in outcome.findings if _is_news(one) and one.actual > _UNLIKE * usual[one.row]]
    window = Window(
        _moment(series, 0), HOUR, series.values, np.array(expected), np.array(scale), len(series.values) - 1
    )
    return tuple(
        ScoredFinding(one, dict(series.scopes[one.row]), series.currencies[one.row], window, "hour") for one in findings
    )


def _is_news(finding: Finding) -> bool:
    """A jump upward; what creeps is seen in days, and hours that fall have not wholly arrived."""
    return finding.direction == "up" and finding.kind != "ramp"


def _last_weeks(values: Floats, hour: int) -> Floats:
    """The larger of the same hour one and two weeks before."""
    larger: Floats = np.nan_to_num(values[[hour - _WEEK, hour - 2 * _WEEK]]).max(axis=0)
    return larger


def _moment(series: CostSeries, hour: int) -> datetime:
    day = series.first
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + hour * HOUR
