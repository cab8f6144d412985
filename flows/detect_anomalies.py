"""Find anomalies in what has arrived, explain them, tell them once, and close the ones that have vanished."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from analysis.anomaly_scopes import touches
from analysis.insight_levels import Cause, Seen, causes
from analysis.money import money
from db import engines
from db.engines import Database
from db.tables import Insight, Load
from flows import culprits, failure, insights
from flows.causes import Change, cause_json, explain_change
from flows.cost_series import name_of
from flows.detection import Detection, Judged, detect
from flows.sources.aws_events import CloudTrail, Trail
from playbooks.cloud import cloud_of
from settings import Organisation, read_organisation, read_settings

_CHART_DAYS = 30
_OWNS = 0.7  # share of the change that makes it a team's
_SAME_START = timedelta(days=2)


@flow(name="detect_anomalies", flow_run_name="anomalies")
def detect_anomalies() -> dict[str, int]:
    """After every load and every morning; running it again changes nothing."""
    settings = read_settings()
    organisation = read_organisation(settings.config)
    database = engines.connect(settings)
    with failure.told("detect_anomalies", database, organisation):
        cloud = cloud_of(settings, organisation.remediation)
        trail = CloudTrail(lambda service, account_id, region: cloud.client(service, account_id, region, "observe"))
        return run(database, organisation, datetime.now(UTC), trail if organisation.remediation.accounts else None)


def run(database: Database, organisation: Organisation, now: datetime, trail: Trail | None = None) -> dict[str, int]:
    """One detection in one transaction: insights, their messages and the detector's memory are there together or not at all."""
    with Session(database.app) as session, session.begin():
        insights.sleepers(session, now)
        detection = detect(session, organisation, now)
        if detection is None:
            return {"found": 0, "closed": 0}
        arrived = session.scalar(sa.select(sa.func.max(Load.finished_at)).where(Load.status == "loaded"))
        found = [_insight(session, detection, story, trail) for story in _stories(detection)]
        insights.store(session, found, organisation, now, arrived)
        closed = _close_vanished(session, detection, {item.fingerprint for item in found}, now)
    return {"found": len(found), "closed": closed}


def _stories(detection: Detection) -> list[Judged]:
    """One finding a cause: those of a day are grouped over their levels, and a cause is told at the level that explains it best."""
    days: dict[tuple[date, str], list[Judged]] = {}
    for judged in detection.findings:
        if judged.finding.moment.date() >= detection.window_start:
            days.setdefault((judged.finding.moment.date(), judged.currency), []).append(judged)
    told: list[Judged] = []
    for (_, _), found in sorted(days.items(), key=lambda item: item[0]):
        groups: tuple[Cause, ...] = causes([Seen(one.scope, one.finding.impact) for one in found])
        told += [found[cause.seen] for cause in groups if not _echo(told, found[cause.seen])]
    return told


def _echo(told: list[Judged], judged: Judged) -> bool:
    """Whether a story is that of the days just before, seen from another level."""
    return any(
        earlier.currency == judged.currency
        and earlier.finding.direction == judged.finding.direction
        and abs(earlier.finding.since - judged.finding.since) <= _SAME_START
        and touches(earlier.scope, judged.scope)
        for earlier in told
    )


def _insight(session: Session, detection: Detection, judged: Judged, trail: Trail | None) -> insights.Found:
    finding, since = judged.finding, judged.finding.since.date()
    change = Change(judged.scope, judged.currency, since, finding.moment.date())  # the days that the alert is about
    fingerprint = f"anomaly:{name_of(judged.scope, judged.currency)}:{finding.direction}:{since}"
    known = session.scalar(sa.select(Insight).where(Insight.fingerprint == fingerprint))
    explained = explain_change(session.connection(), change)
    people = culprits.who(session.connection(), trail, explained, change) if trail is not None and known is None else ()
    cause = cause_json(explained, change, people)
    if known is not None:
        cause["who"] = (known.evidence.get("cause") or {}).get("who", "")
    return insights.Found(
        fingerprint=fingerprint,
        kind="anomaly",
        title=title_of(judged),
        scope=judged.scope,
        impact=finding.impact,
        currency=judged.currency,
        team=next((item.name for item in explained.contributions["team"] if item.name and item.share >= _OWNS), None),
        starts_on=since,
        evidence={
            "anomaly": finding.kind,
            "direction": finding.direction,
            "expected": round(finding.expected, 4),
            "actual": round(finding.actual, 4),
            "score": round(finding.score, 2),
            "confidence": "high" if finding.score >= 8 else "good" if finding.score >= 6 else "fair",
            "series": _band(detection, finding.row),
            "cause": cause,
        },
        payload={"playbook": None},
    )


def title_of(judged: Judged) -> str:
    """`Amazon RDS in payments is up $1.2k a day since 17 Nov (×2.1)`."""
    finding, scope = judged.finding, judged.scope
    what = scope.get("service") or scope.get("account") or scope.get("team") or scope.get("region") or "Total cost"
    within = [scope[name] for name in ("account", "team") if name in scope and scope[name] != what]
    where = f" in {', '.join(within)}" if within else ""
    ratio = f" (×{finding.actual / finding.expected:.1f})" if finding.expected > 1 else ""
    amount = f"{money(abs(finding.impact), judged.currency)} a day"
    day = f"{finding.since.day} {finding.since:%b}"
    if finding.kind == "new":
        return f"{what}{where} is new: {amount} since {day}"
    moved = "up" if finding.direction == "up" else "down"
    creeping = ", creeping" if finding.kind == "ramp" else ""
    return f"{what}{where} is {moved} {amount} since {day}{ratio}{creeping}"


def _band(detection: Detection, row: int) -> dict[str, Any]:
    """The last thirty days with what was expected and a band of three robust standard deviations."""
    actual = detection.series.values[-_CHART_DAYS:, row]
    expected, scale = detection.expected[-_CHART_DAYS:, row], detection.scale[-_CHART_DAYS:, row]
    first = len(detection.series.values) - len(actual)
    with np.errstate(invalid="ignore", over="ignore"):
        low, high = expected * np.exp(-3 * scale), expected * np.exp(3 * scale)

    def plain(values: Any) -> list[float]:
        return [0.0 if not np.isfinite(value) else round(float(value), 2) for value in values]

    return {
        "dates": [detection.series.day(first + index).isoformat() for index in range(len(actual))],
        "actual": plain(actual),
        "expected": plain(expected),
        "low": plain(low),
        "high": plain(high),
    }


def _close_vanished(session: Session, detection: Detection, found: set[str], now: datetime) -> int:
    """Open anomalies of the window that the present bills no longer show."""
    statement = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.status.in_(insights.LIVE),
        Insight.starts_on >= detection.window_start,
        Insight.fingerprint.not_in(found),
    )
    vanished = list(session.scalars(statement.with_for_update()))
    for insight in vanished:
        insights.close(session, insight, "the bill was restated and no longer shows it.", now)
    return len(vanished)
