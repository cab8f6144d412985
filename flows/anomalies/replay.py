"""What each sensitivity would have told of a scope, measured on its own history, before one is set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from sqlalchemy.orm import Session

from analysis.anomalies.calendar import DAY
from analysis.anomalies.rehearsal import WARMING, Measured, rehearse
from analysis.anomalies.scopes import covers, sensitivities
from config.errors import UserError
from config.organisation import LEVELS, Organisation
from domain.freshness import newest_day
from flows.anomalies.cost_series import CostSeries, read
from flows.anomalies.daily import HISTORY, watched
from flows.anomalies.grouping import ScoredFinding, Window, group_findings
from flows.anomalies.sensitivity import rules

MONTH = 365.25 / 12  # days
LEAST_JUDGED = 30  # days


@dataclass(frozen=True)
class Replayed:
    """A level, or the number that the scope has now, and what it came to."""

    level: str
    sensitivity: float
    now: bool
    precision: float | None
    recall: float | None
    alerts_a_month: float
    planted: int


def replay(session: Session, organisation: Organisation, scope: Mapping[str, str]) -> tuple[Replayed, ...]:
    """Each level on the watched series within a scope, up to 400 days of them.

    UserError where nothing within it is watched, or for too short a time.
    """
    through = newest_day(session.connection())
    if through is None:
        raise UserError("There are no costs yet to replay; load a bill first.")
    everything = watched(read(session.connection(), through - HISTORY, through + DAY), organisation)
    series = everything.take([column for column, one in enumerate(everything.scopes) if covers(scope, one)])
    named = ", ".join(scope.values()) or "everything"
    if not series.scopes:
        raise UserError(
            f"Nothing within {named} is watched: accounts, services, teams, regions, and services of an account or a "
            f"team are, from {organisation.anomalies.floor_per_day:g} {organisation.currency} a day on "
            "(anomalies.floor_per_day)."
        )
    began = series.first + int(np.isfinite(series.values).any(axis=1).argmax()) * DAY
    judged = (through - began).days + 1 - WARMING
    if judged < LEAST_JUDGED:
        raise UserError(
            f"The bills of {named} begin on {began}; replaying needs {WARMING + LEAST_JUDGED} days of them."
        )
    (present,) = sensitivities([dict(scope)], rules(session, organisation))
    levels: dict[str, float] = {str(level): factor for level, factor in LEVELS.items()}
    if present not in levels.values():
        levels["as it is"] = float(present)
    first = datetime.combine(series.first, time(), UTC)
    measured = rehearse(series.values, first, list(levels.values()), series.rates(organisation))
    return tuple(
        Replayed(
            level,
            one.sensitivity,
            bool(one.sensitivity == present),
            one.precision,
            one.recall,
            _alerts(series, one) / judged * MONTH,
            one.planted,
        )
        for level, one in zip(levels, measured, strict=True)
    )


def _alerts(series: CostSeries, measured: Measured) -> int:
    """Findings of the history as it was, as one alert a cause."""
    window = Window(
        datetime.combine(series.first, time(), UTC), DAY, series.values, np.empty((0, 0)), np.empty((0, 0)), 0
    )
    count = len(series.scopes)
    found = (
        ScoredFinding(one, dict(series.scopes[one.row % count]), series.currencies[one.row % count], window)
        for one in measured.findings
    )
    return len(group_findings(found, date.min + timedelta(days=1)))
