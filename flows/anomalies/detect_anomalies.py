"""Find anomalies in what has arrived, explain them, tell them once, and close the ones that have vanished."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from analysis.anomalies.scopes import covers, touches
from aws.clients import cloud_of
from config.organisation import Organisation
from db.database import Database
from db.tables import Insight, Load
from domain import insights
from flows import failure
from flows.anomalies import change_authors
from flows.anomalies.causes import ScopedChange, cause_json, explain_change
from flows.anomalies.cost_series import name_of
from flows.anomalies.daily import detect
from flows.anomalies.grouping import Noise, ScoredFinding, group_findings, passes_feedback
from flows.anomalies.hourly import detect_hours
from flows.anomalies.replay import measure_alerts
from flows.anomalies.sensitivity import quieted
from flows.anomalies.titles import title_of, what_of, when_of
from flows.ingest.cloud.aws_events import CloudTrail, Trail

_OWNS = 0.7  # share of the change that makes it a team's
_WHOLLY = 0.9  # share of the change that is all of it but for what days differ by: the title names that team
_NEAR = timedelta(days=2)  # an alert of an hour and one of its day that start this near are one
_HOURS_STAND = timedelta(days=3)  # after which an alert of an hour that no day confirms is over
_NOISE_COUNTS = timedelta(days=180)
_REMEMBERED = timedelta(days=400)


@flow(name="detect_anomalies", flow_run_name="anomalies")
def detect_anomalies() -> dict[str, int]:
    """After every load and every hour; running it again changes nothing."""
    with failure.running("detect_anomalies") as (settings, organisation, database):
        cloud = cloud_of(settings, organisation.remediation)
        trail = CloudTrail(lambda service, account_id, region: cloud.client(service, account_id, region, "observe"))
        counts = run(database, organisation, datetime.now(UTC), trail if organisation.remediation.accounts else None)
        measure_alerts(database, organisation)
        return counts


def run(
    database: Database,
    organisation: Organisation,
    now: datetime,
    trail: Trail | None = None,
    through: date | None = None,
) -> dict[str, int]:
    """One detection in one transaction: insights, their messages and the
    detector's memory are there together or not at all.

    `through` ends the bills earlier than they do, for replaying what would have been told then.
    """
    with Session(database.app) as session, session.begin():
        insights.reopen_expired_snoozes(session, now)
        detection = detect(session, organisation, now, through)
        if detection is None:
            return {"found": 0, "closed": 0}
        causes = group_findings(detection.findings, detection.window_start)
        grouped = [one for one in causes if not one.hushed]
        if through is None:
            of_hours = group_findings(detect_hours(session, organisation), detection.window_start)
            grouped += [
                one
                for one in of_hours
                if not _is_reported_by_day(one, causes) or _has_insight(session, _fingerprint(session, one))
            ]
        arrived = session.scalar(sa.select(sa.func.max(Load.finished_at)).where(Load.status == "loaded"))
        named = [(judged, _fingerprint(session, judged)) for judged in grouped]
        noise = _noise(session, now)
        heard = [(one, name) for one, name in named if _has_insight(session, name) or passes_feedback(one, noise)]
        detected = [_insight(session, judged, name, trail) for judged, name in heard]
        insights.store(session, detected, organisation, now, arrived)
        closed = _close_vanished(session, detection.window_start, {item.fingerprint for item in detected}, now)
    return {"found": len(detected), "closed": closed}


def _is_reported_by_day(of_hours: ScoredFinding, grouped: Sequence[ScoredFinding]) -> bool:
    """Whether the days tell of it already: what is known to be out of line
    there needs no second alert from its hours.
    """
    same = (of_hours.currency, of_hours.finding.direction)
    return any((day.currency, day.finding.direction) == same and touches(day.scope, of_hours.scope) for day in grouped)


def _has_insight(session: Session, fingerprint: str) -> bool:
    return session.scalar(sa.select(Insight.id).where(Insight.fingerprint == fingerprint)) is not None


def _fingerprint(session: Session, judged: ScoredFinding) -> str:
    """What names the story; one that an hour told already keeps that name when its day confirms it."""
    own = f"anomaly:{name_of(judged.scope, judged.currency)}:{judged.finding.direction}:{judged.since}"
    if _has_insight(session, own):
        return own
    of_hours = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.status.in_((*insights.LIVE, "expected", "snoozed")),
        Insight.currency == judged.currency,
        Insight.evidence["grain"].astext == "hour",
        Insight.evidence["direction"].astext == judged.finding.direction,
        Insight.starts_on.between(judged.since - _NEAR, judged.since + _NEAR),
    )
    same = (
        one.fingerprint for one in session.scalars(of_hours.order_by(Insight.id)) if touches(one.scope, judged.scope)
    )
    return next(same, own)


def _noise(session: Session, now: datetime) -> list[Noise]:
    """What people called noise in the last half year."""
    called = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.feedback == "noise",
        Insight.impact_amount.is_not(None),
        Insight.detected_at > now - _NOISE_COUNTS,
    )
    return [
        Noise(one.scope, one.currency, str(one.evidence.get("direction")), float(one.impact_amount or 0))
        for one in session.scalars(called)
    ]


def _insight(
    session: Session, judged: ScoredFinding, fingerprint: str, trail: Trail | None
) -> insights.DetectedInsight:
    finding, since = judged.finding, judged.since
    change = ScopedChange(judged.scope, judged.currency, since, judged.through)
    earlier = session.scalar(sa.select(Insight).where(Insight.fingerprint == fingerprint))
    explained = explain_change(session.connection(), change)
    people = (
        change_authors.find_authors(session.connection(), trail, explained, change)
        if trail is not None and earlier is None
        else ()
    )
    cause = cause_json(explained, change, people)
    cause |= {"what": what_of(judged, explained.effects.verdict), "when": when_of(judged)}
    if earlier is not None:
        cause["who"] = (earlier.evidence.get("cause") or {}).get("who", "")
    cause["similar"] = _similar(session, judged, fingerprint)
    bears = next((item for item in explained.contributions["team"] if item.name and item.share >= _OWNS), None)
    return insights.DetectedInsight(
        fingerprint=fingerprint,
        kind="anomaly",
        title=title_of(judged, explained.effects.verdict, bears.name if bears and bears.share >= _WHOLLY else None),
        scope=judged.scope,
        impact=judged.impact,
        currency=judged.currency,
        team=None if bears is None else bears.name,
        starts_on=since,
        evidence={
            "anomaly": finding.kind,
            "grain": judged.grain,
            "direction": finding.direction,
            "expected": round(judged.expected, 4),
            "actual": round(judged.actual, 4),
            "score": round(finding.score, 2),
            "confidence": "high" if finding.score >= 8 else "good" if finding.score >= 6 else "fair",
            "series": judged.band(),
            "over": None if judged.over is None else {"steps": judged.over[0], "amount": round(judged.over[1], 2)},
            "cause": cause,
        },
    )


def _similar(session: Session, judged: ScoredFinding, fingerprint: str) -> str:
    """The newest earlier anomaly of the same scope, else of the same service,
    and what people said of it; empty when there was none.
    """
    earlier = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.fingerprint != fingerprint,
        Insight.starts_on < judged.since,
        Insight.starts_on >= judged.since - _REMEMBERED,
    )
    same = earlier.where(Insight.scope == dict(judged.scope))
    if service := judged.scope.get("service"):
        same = earlier.where(sa.or_(Insight.scope == dict(judged.scope), Insight.service == service))
    newest: Sequence[Insight] = session.scalars(
        same.order_by((Insight.scope == dict(judged.scope)).desc(), Insight.starts_on.desc()).limit(1)
    ).all()
    return "; ".join(
        f"{one.title} ({one.status}{': ' + one.status_reason if one.status_reason else ''})" for one in newest
    )


def _close_vanished(session: Session, window_start: date, fingerprints: set[str], now: datetime) -> int:
    """Open anomalies of the window that the present bills no longer show."""
    statement = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.status.in_(insights.LIVE),
        Insight.starts_on >= window_start,
        Insight.fingerprint.not_in(fingerprints),
    )
    vanished, fewer = list(session.scalars(statement.with_for_update())), quieted(session)
    for insight in vanished:
        insights.close(session, insight, _why_closed(insight, now, fewer), now)
    return len(vanished)


def _why_closed(insight: Insight, now: datetime, fewer: Sequence[Mapping[str, str]]) -> str:
    of_an_hour: Any = insight.evidence.get("grain") == "hour"
    if any(covers(scope, insight.scope) for scope in fewer):
        return "fewer alerts are wanted here, and it no longer stands out enough for one."
    if of_an_hour and insight.starts_on is not None and now.date() - insight.starts_on >= _HOURS_STAND:
        return "it lasted for some hours; its whole day is as usual."
    return "the bill was restated and no longer shows it."
