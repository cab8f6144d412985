"""What each sensitivity would have told of a scope, measured on its own history, before one is set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.anomalies.calendar import DAY
from analysis.anomalies.rehearsal import WARMING, Measured, rehearse
from analysis.anomalies.scopes import covers, sensitivities
from config.errors import UserError
from config.organisation import LEVELS, Organisation
from db.database import Database
from db.tables import Insight
from domain.freshness import newest_day
from domain.insights import LIVE
from flows.anomalies.cost_series import CostSeries, read
from flows.anomalies.daily import HISTORY, watched
from flows.anomalies.grouping import ScoredFinding, Window, group_findings
from flows.anomalies.sensitivity import rules

MONTH = 365.25 / 12  # days
LEAST_JUDGED = 30  # days
_MEASURED_AT_ONCE = 20  # alerts


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
    (found,) = replays(session, organisation, [scope])
    if isinstance(found, UserError):
        raise found
    return found


def replays(
    session: Session, organisation: Organisation, scopes: Sequence[Mapping[str, str]]
) -> list[tuple[Replayed, ...] | UserError]:
    """The same of several scopes, in one go; UserError in the place of one that cannot be replayed."""
    through = newest_day(session.connection())
    if through is None:
        return [UserError("There are no costs yet to replay; load a bill first.") for _ in scopes]
    everything = watched(read(session.connection(), through - HISTORY, through + DAY), organisation)
    groups = [[at for at, one in enumerate(everything.scopes) if covers(scope, one)] for scope in scopes]
    columns = sorted({column for group in groups for column in group})
    series, place = everything.take(columns), {column: at for at, column in enumerate(columns)}
    if not columns:
        return [_unwatched(scope, organisation) for scope in scopes]
    present = [float(one) for one in sensitivities(scopes, rules(session, organisation))]
    tried = list(dict.fromkeys([*LEVELS.values(), *present]))
    measured = rehearse(
        series.values,
        datetime.combine(series.first, time(), UTC),
        tried,
        series.rates(organisation),
        series.names(),
        [[place[column] for column in group] for group in groups],
    )
    return [
        _replayed(scope, everything.take(group), now, dict(zip(tried, each, strict=True)), organisation)
        for scope, group, now, each in zip(scopes, groups, present, measured, strict=True)
    ]


def _replayed(
    scope: Mapping[str, str],
    series: CostSeries,
    present: float,
    measured: Mapping[float, Measured],
    organisation: Organisation,
) -> tuple[Replayed, ...] | UserError:
    if not series.scopes:
        return _unwatched(scope, organisation)
    began = int(np.isfinite(series.values).any(axis=1).argmax())
    judged = len(series.values) - began - WARMING
    if judged < LEAST_JUDGED:
        return UserError(
            f"The bills of {_named(scope)} begin on {series.day(began)}; replaying needs {WARMING + LEAST_JUDGED} days "
            "of them."
        )
    levels: dict[str, float] = {str(level): factor for level, factor in LEVELS.items()}
    if present not in levels.values():
        levels["as it is"] = present
    return tuple(
        Replayed(
            level,
            factor,
            factor == present,
            measured[factor].precision,
            measured[factor].recall,
            _alerts(series, measured[factor]) / judged * MONTH,
            measured[factor].planted,
        )
        for level, factor in levels.items()
    )


def _unwatched(scope: Mapping[str, str], organisation: Organisation) -> UserError:
    return UserError(
        f"Nothing within {_named(scope)} is watched: accounts, services, teams, regions, and services of an account or "
        f"a team are, from {organisation.anomalies.floor_per_day:g} {organisation.currency} a day on "
        "(anomalies.floor_per_day)."
    )


def _named(scope: Mapping[str, str]) -> str:
    return ", ".join(scope.values()) or "everything"


def measure_alerts(database: Database, organisation: Organisation) -> int:
    """Keep with each live alert what every level would have told of its scope, once: shown before one is chosen.

    `evidence.levels` is a list of `Replayed`, empty where the scope cannot be replayed. At most 20 a run, the newest
    first; how many.
    """
    unmeasured = (
        sa.select(Insight)
        .where(Insight.kind == "anomaly", Insight.status.in_(LIVE), Insight.evidence["levels"].is_(None))
        .order_by(Insight.id.desc())
        .limit(_MEASURED_AT_ONCE)
    )
    with Session(database.app) as session:
        scopes = {one.id: dict(one.scope) for one in session.scalars(unmeasured)}
        found = replays(session, organisation, list(scopes.values())) if scopes else []
    with Session(database.app) as session, session.begin():
        for number, levels in zip(scopes, found, strict=True):
            insight = session.get_one(Insight, number, with_for_update=True)
            kept = [] if isinstance(levels, UserError) else [asdict(one) for one in levels]
            insight.evidence = {**insight.evidence, "levels": kept}
    return len(scopes)


def _alerts(series: CostSeries, measured: Measured) -> int:
    """Findings of the history as it was, as one alert a cause."""
    window = Window(
        datetime.combine(series.first, time(), UTC), DAY, series.values, np.empty((0, 0)), np.empty((0, 0)), 0
    )
    found = (
        ScoredFinding(one, dict(series.scopes[one.row]), series.currencies[one.row], window)
        for one in measured.findings
    )
    return len(group_findings(found, date.min + timedelta(days=1)))
