"""Scoring the stored series: the detector's memory is kept as of thirty days
ago, and the days since are judged anew each time.

So a restated bill is seen with its new figures, and a finding that is no longer found was a false alarm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.anomalies.completeness import COMPLETE, Curve, complete, maturity
from analysis.anomalies.scopes import DeclaredEvent, absorbed, sensitivities
from analysis.anomalies.score import Finding, score
from analysis.anomalies.state import DAILY, Floats, State, from_json, is_current, join, new_state
from config.organisation import Organisation
from db import locks
from db.locks import Lock
from db.tables import DetectorState, Insight
from domain.freshness import newest_day
from flows.anomalies.cost_series import CostSeries, read
from flows.anomalies.grouping import ScoredFinding, Window
from flows.anomalies.sensitivity import rules
from nl2sql.catalog import young_days

WINDOW = timedelta(days=30)
HISTORY = timedelta(days=400)
_ONE_DAY = timedelta(days=1)
_NEAR = timedelta(days=2)


@dataclass(frozen=True)
class Detection:
    """What the days of the window show now."""

    findings: tuple[ScoredFinding, ...]
    window_start: date
    through: date


def detect(
    session: Session, organisation: Organisation, now: datetime, through: date | None = None
) -> Detection | None:
    """Judge the last thirty days of every watched series and move the memory up
    to their start; None when there is no usage. The caller commits.

    `through` ends the bills earlier than they do, for replaying what would have been told then.
    """
    locks.take(session, Lock.DETECTION)
    through = through or newest_day(session.connection())
    if through is None:
        return None
    anchor = through - WINDOW
    series = watched(read(session.connection(), anchor - HISTORY, through + _ONE_DAY), organisation)
    state, remembered = _memory(session, series, anchor, organisation)
    _remember(session, series, state, anchor, remembered)
    events = declared_events(session, organisation)
    learned = young_days.curve(session.connection())
    factors = rules(session, organisation)
    findings = _judge(series, state, anchor, through, events, organisation, factors, learned, now)
    return Detection(findings, anchor + _ONE_DAY, through)


def watched(series: CostSeries, organisation: Organisation) -> CostSeries:
    """Series that spend at least the floor a day, on average of the last four
    weeks or on any of the last three days.
    """
    floor = organisation.anomalies.floor_per_day * series.rates(organisation)
    with np.errstate(invalid="ignore"):
        recent = np.nan_to_num(series.values[-28:], nan=0.0)
    large = (recent.mean(axis=0) >= floor) | (recent[-3:].max(axis=0) >= floor)
    return series.take([int(column) for column in np.flatnonzero(large)])


def _memory(
    session: Session, series: CostSeries, anchor: date, organisation: Organisation
) -> tuple[State, frozenset[str]]:
    """The memory of every series at the end of the anchor day, and which of it
    is stored as it is: others are carried on, or learn from history.
    """
    names = series.names()
    rows = session.scalars(sa.select(DetectorState).where(DetectorState.through <= anchor))
    stored = {
        row.series: row for row in rows if is_current(row.state)
    }  # what an earlier release remembered is learned anew
    first = [index for index, name in enumerate(names) if name not in stored]
    positions = [index for index, name in enumerate(names) if name in stored]
    parts: list[State] = []
    if first:
        fresh = new_state(len(first))
        fresh.zeros[_appeared(series.values[:, first])] = DAILY.learning
        parts.append(_advance(fresh, series, first, series.first, anchor, organisation))
    for through in sorted({stored[names[index]].through for index in positions}):
        same = [index for index in positions if stored[names[index]].through == through]
        carried = from_json(stored[names[index]].state for index in same)
        parts.append(_advance(carried, series, same, through + _ONE_DAY, anchor, organisation))
        first += same
    if not parts:
        return new_state(0), frozenset()
    whole = join(parts)
    order = np.argsort(np.array(first))
    return whole.take(order), frozenset(name for name, row in stored.items() if row.through == anchor)


def _appeared(values: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Series that began well after the bills did: what they cost was new spend once."""
    finite = np.isfinite(values)
    starts = np.where(finite.any(axis=0), finite.argmax(axis=0), len(values))
    earliest = int(starts.min()) if starts.size else 0
    appeared: np.ndarray[tuple[int], np.dtype[np.bool_]] = starts >= earliest + DAILY.young
    return appeared


def _advance(
    state: State, series: CostSeries, columns: Sequence[int], start: date, end: date, organisation: Organisation
) -> State:
    units = series.rates(organisation)[list(columns)]
    for offset in range((start - series.first).days, (end - series.first).days + 1):
        _, state = score(state, _moment(series.day(offset)), series.values[offset, list(columns)], units=units)
    return state


def _remember(session: Session, series: CostSeries, state: State, anchor: date, remembered: frozenset[str]) -> None:
    names = enumerate(series.names())
    rows = [
        {"series": name, "through": anchor, "state": state.to_json(index)}
        for index, name in names
        if name not in remembered
    ]
    for start in range(0, len(rows), 500):
        statement = insert(DetectorState).values(rows[start : start + 500])
        updated = {"through": statement.excluded.through, "state": statement.excluded.state}
        session.execute(statement.on_conflict_do_update(index_elements=["series"], set_=updated))


def declared_events(session: Session, organisation: Organisation) -> list[DeclaredEvent]:
    """Declared in finops.yaml, or by a person who marked an alert as expected."""
    declared = [DeclaredEvent(event.start, event.end, dict(event.scope.pairs())) for event in organisation.events]
    marked = session.execute(
        sa.select(Insight.starts_on, Insight.scope).where(
            Insight.kind == "anomaly", Insight.status == "expected", Insight.starts_on.is_not(None)
        )
    )
    return declared + [DeclaredEvent(starts_on, None, scope) for starts_on, scope in marked if starts_on is not None]


def _judge(
    series: CostSeries,
    state: State,
    anchor: date,
    through: date,
    events: list[DeclaredEvent],
    organisation: Organisation,
    factors: Sequence[tuple[Mapping[str, str], float]],
    learned: Curve,
    now: datetime,
) -> tuple[ScoredFinding, ...]:
    """Score the window's days; young days are completed by the curve, and judged upward only.

    Where fewer alerts are wanted findings are made as usual, so that each cause still belongs to the scope that
    explains it, and those that do not stand out enough are `hushed`: wider scopes would tell of them otherwise.
    """
    wanted = sensitivities(series.scopes, factors)
    looked = _look(series, state, anchor, through, events, organisation, np.maximum(wanted, 1.0), learned, now)
    loud: set[tuple[int, str, datetime]] | None = None
    if (wanted < 1).any():
        strict = _look(series, state, anchor, through, events, organisation, wanted, learned, now)
        loud = {(one.row, one.direction, one.since) for one in strict.findings}
    return tuple(
        ScoredFinding(
            one,
            dict(series.scopes[one.row]),
            series.currencies[one.row],
            looked.window,
            hushed=loud is not None and bool(wanted[one.row] < 1) and not _is_loud(one, loud),
        )
        for one in looked.findings
    )


def _is_loud(one: Finding, loud: set[tuple[int, str, datetime]]) -> bool:
    """Whether the stricter look found it too, begun within days."""
    return any((row, way) == (one.row, one.direction) and abs(since - one.since) <= _NEAR for row, way, since in loud)


@dataclass(frozen=True)
class _Look:
    findings: list[Finding]
    window: Window


def _look(
    series: CostSeries,
    state: State,
    anchor: date,
    through: date,
    events: list[DeclaredEvent],
    organisation: Organisation,
    sensitivity: Floats,
    learned: Curve,
    now: datetime,
) -> _Look:
    """One pass over the window's days."""
    units = series.rates(organisation)
    findings: list[Finding] = []
    expected, scale, whole = [], [], 0
    for offset in range((anchor - series.first).days + 1, (through - series.first).days + 1):
        day = series.day(offset)
        day_maturity = maturity(learned, (now.date() - day).days)
        values = (
            series.values[offset]
            if day_maturity.share >= 1
            else np.array([complete(float(value), day_maturity) for value in series.values[offset]])
        )
        flags = np.full(len(series.scopes), day_maturity.upward_only)
        silent = absorbed(series.scopes, events, day)
        outcome, state = score(
            state, _moment(day), values, absorbed=silent, upward_only=flags, sensitivity=sensitivity, units=units
        )
        expected.append(outcome.expected)
        scale.append(outcome.scale)
        findings += outcome.findings if day_maturity.judged else ()
        findings = _renamed(findings, outcome.renamed)
        whole = offset + 1 if day_maturity.share >= COMPLETE else whole
    window = Window(_moment(series.first), _ONE_DAY, series.values, np.array(expected), np.array(scale), whole)
    return _Look(findings, window)


def _renamed(findings: list[Finding], lasting: Sequence[Finding]) -> list[Finding]:
    """The findings, those that have lasted called by their new kind."""
    kinds = {(one.row, one.since): one.kind for one in lasting}
    return [replace(one, kind=kinds.get((one.row, one.since), one.kind)) for one in findings] if kinds else findings


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
