"""Finds waste in what the accounts hold, keeps recommendations up to date, and proposes what playbooks may fix."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.waste.evaluate import find_waste
from analysis.waste.facts import BilledResource, CataloguePrice, ProtectedResource, SavingOpportunity, UsageDay
from analysis.waste.rules import read_rules
from config.organisation import Organisation
from db.database import Database
from db.tables import Insight, Price, Recommendation, Resource, Utilization
from domain import insights
from domain.freshness import newest_day
from flows import failure
from flows.ingest.loading.recommendations import ADVICE
from flows.savings.commitment_gaps import commitment_gaps, line_of, title_of, worth_of
from flows.savings.titles import TITLES, figure, listed, title, utilization
from lake.place import place_of
from playbooks.proposals.proposing import matching
from playbooks.schema import read_playbooks

_WINDOW = timedelta(days=62)
_ADVISED = timedelta(days=30)  # after which advice that no newer export repeats is gone
_LIVE_STATES = ("deleted", "terminated")
_NAMED = 3  # gaps that a card names; the page and an answer list all
_LEAST_MONTHLY = 20.0  # in the organisation's currency; a group worth less a month is listed, not told
_GAP_SOURCE = (
    "AWS Cost Explorer's way: what nine days in ten of the last 60 use, at the discount that this service's "
    "commitments get"
)


@flow(name="find_savings", flow_run_name="savings")
def find_savings() -> dict[str, int]:
    """Every morning after usage was read; running it again changes nothing."""
    with failure.running("find_savings") as (_, organisation, database):
        return run(database, organisation, datetime.now(UTC))


def run(database: Database, organisation: Organisation, now: datetime) -> dict[str, int]:
    """Judge the inventory by the rules; store what they find, tell each group once, close what is gone."""
    with Session(database.app) as session, session.begin():
        resources = _resources(session, now.date())
        complete = frozenset(session.scalars(sa.select(Utilization.metric).distinct()))
        findings = find_waste(
            resources,
            _usage(session, now.date()),
            _prices(session),
            read_rules(),
            organisation.remediation.protected_tags,
            now.date(),
            complete,
        )
        billed_until = _billed_until(session, now.date())
        gaps = commitment_gaps(session, place_of(database), billed_until, organisation)
        _store(session, [*findings.recommendations, *gaps], now)
        _store_spared(session, findings.spared, now)
        detected = [*_groups(session, findings.recommendations, organisation), *_gaps(gaps, organisation)]
        insights.store(session, detected, organisation, now, None)
        closed = _close_gone(session, {item.fingerprint for item in detected}, now)
    return {
        "recommendations": len(findings.recommendations) + len(gaps),
        "protected": len(findings.spared),
        "told": len(detected),
        "closed": closed,
    }


def _billed_until(session: Session, today: date) -> date:
    """The day after the newest one with usage: what has not been billed yet is not unused."""
    through = newest_day(session.connection())
    return today if through is None else min(today, through + timedelta(days=1))


def _resources(session: Session, today: date) -> list[BilledResource]:
    """Inventory with its bill of the last 30 days: whole, covered by commitments, and for hours of the machine."""
    sql = """SELECT resource_id, sum(effective_cost) AS cost, sum(effective_cost) FILTER (WHERE commitment_status =
        'Used') AS committed,
                    sum(effective_cost) FILTER (WHERE usage_type ~*
                    '(BoxUsage|InstanceUsage|Multi-AZUsage|NodeUsage|Hours)') AS compute
             FROM finops.resource_costs WHERE usage_date >= :start AND charge_category = 'Usage' GROUP BY resource_id"""
    bills = {row.resource_id: row for row in session.execute(sa.text(sql), {"start": today - timedelta(days=30)})}
    resources = []
    for row in session.scalars(sa.select(Resource).where(Resource.state.not_in(_LIVE_STATES))):
        bill = bills.get(row.resource_id)
        resources.append(
            BilledResource(
                resource_id=row.resource_id,
                resource_type=row.resource_type or "",
                provider=row.provider,
                region=row.region,
                account=row.account,
                team=row.team,
                name=row.resource_name,
                state=row.state,
                instance_type=row.instance_type,
                tags=row.tags,
                attributes=row.attributes,
                monthly_cost=None if bill is None else float(bill.cost),
                committed_cost=float(bill.committed or 0) if bill else 0.0,
                compute_cost=float(bill.compute) if bill is not None and bill.compute is not None else None,
                currency=row.currency or "USD",
            )
        )
    return resources


def _usage(session: Session, today: date) -> Mapping[str, Sequence[UsageDay]]:
    days: dict[str, list[UsageDay]] = defaultdict(list)
    for row in session.scalars(sa.select(Utilization).where(Utilization.usage_date >= today - _WINDOW)):
        days[row.resource_id].append(UsageDay(row.usage_date, row.metric, row.average, row.maximum))
    return days


def _prices(session: Session) -> list[CataloguePrice]:
    return [
        CataloguePrice(
            p.provider,
            p.region,
            p.instance_type,
            p.operating_system,
            float(p.hourly_price),
            p.currency,
            p.vcpus,
            p.memory_gib,
            p.architecture,
        )
        for p in session.scalars(sa.select(Price))
    ]


def _store(session: Session, recommendations: Iterable[SavingOpportunity], now: datetime) -> None:
    """Upsert one recommendation per resource and kind; mark the others as gone."""
    rows = []
    for one in recommendations:
        fingerprint = f"{one.kind}:{one.resource_id}"
        rows.append(fingerprint)
        values: dict[str, Any] = {
            "account": one.account,
            "team": one.team,
            "current_state": one.current_state,
            "proposed_state": one.proposed_state,
            "currency": one.currency,
            "monthly_savings": one.monthly_savings,
            "confidence": one.confidence,
            "evidence": dict(one.evidence),
            "last_seen_at": now,
        }
        statement = insert(Recommendation).values(
            fingerprint=fingerprint, kind=one.kind, resource_id=one.resource_id, status="open", created_at=now, **values
        )
        reopened = sa.case((Recommendation.status.in_(("gone", "protected")), "open"), else_=Recommendation.status)
        session.execute(
            statement.on_conflict_do_update(index_elements=["fingerprint"], set_={**values, "status": reopened})
        )
    session.execute(
        sa.update(Recommendation)
        .where(
            Recommendation.status == "open",
            Recommendation.fingerprint.not_in(rows),
            sa.or_(
                Recommendation.fingerprint.not_like(f"{ADVICE}%"),  # what a cloud advises stays with its exports
                Recommendation.last_seen_at < now - _ADVISED,
            ),
        )
        .values(status="gone")
    )


def _store_spared(session: Session, spared: Iterable[ProtectedResource], now: datetime) -> None:
    """What a tag protects is kept too, as `protected`, so that a proposal for the others can name it."""
    kinds = {rule.name: rule.kind for rule in read_rules()}
    rows = []
    for one in spared:
        resource = session.get(Resource, one.resource_id)
        fingerprint = f"{kinds[one.rule]}:{one.resource_id}"
        rows.append(fingerprint)
        values: dict[str, Any] = {
            "account": resource.account if resource else None,
            "team": resource.team if resource else None,
            "current_state": "protected",
            "proposed_state": "as it is",
            "currency": (resource.currency if resource else None) or "USD",
            "monthly_savings": None,
            "confidence": "high",
            "evidence": {"summary": one.reason},
            "last_seen_at": now,
            "status": "protected",
        }
        row = insert(Recommendation).values(
            fingerprint=fingerprint, kind=kinds[one.rule], resource_id=one.resource_id, created_at=now, **values
        )
        session.execute(row.on_conflict_do_update(index_elements=["fingerprint"], set_=values))
    session.execute(
        sa.update(Recommendation)
        .where(Recommendation.status == "protected", Recommendation.fingerprint.not_in(rows))
        .values(status="gone")
    )


def _groups(
    session: Session, recommendations: Iterable[SavingOpportunity], organisation: Organisation
) -> Iterable[insights.DetectedInsight]:
    """One insight per kind, account, team and currency, with every resource as evidence."""
    types = {
        row.resource_id: (row.resource_type or "resource", row.resource_name)
        for row in session.scalars(sa.select(Resource))
    }
    groups: dict[tuple[str, str, str, str, str], list[SavingOpportunity]] = defaultdict(list)
    for one in sorted(recommendations, key=lambda one: types.get(one.resource_id, ("", None))[1] or one.resource_id):
        of_type = types.get(one.resource_id, ("resource", None))[0]
        groups[one.kind, one.account or "", one.team or "", of_type, one.currency].append(one)
    playbooks = read_playbooks()
    for (kind, account, team, of_type, currency), members in groups.items():
        worth = sum(one.monthly_savings or 0 for one in members)
        own_worth = worth / organisation.rate_of(currency)
        suffix = "" if currency == organisation.currency else f":{currency}"
        if kind not in TITLES or own_worth < _LEAST_MONTHLY:
            continue
        candidates = [
            p.name for p in matching(playbooks, kind) if of_type in p.trigger.filters.get("resource_type", (of_type,))
        ]
        names = [types.get(one.resource_id, ("", None))[1] or one.resource_id for one in members]
        yield insights.DetectedInsight(
            fingerprint=f"waste:{kind}:{account}:{team}:{of_type}{suffix}",
            kind="idle" if kind == "stop_idle" else "recommendation",
            title=title(kind, account, of_type, members, worth),
            scope={key: value for key, value in (("account", account), ("team", team)) if value},
            impact=worth,
            currency=currency,
            evidence={
                "recommendation": kind,
                "resources": [one.resource_id for one in members],
                "confidence": min((one.confidence for one in members), key=("low", "medium", "high").index),
                "cause": {"what": utilization(names, members), "why": members[0].evidence.get("source")},
                "missing": sorted({what for one in members for what in one.missing}),
                "members": listed(names, members),
                "figure": figure(session, kind, names, members),
            },
            severity=_severity(own_worth),
            playbook=candidates[0] if candidates else None,
        )


def _gaps(gaps: Iterable[SavingOpportunity], organisation: Organisation) -> Iterable[insights.DetectedInsight]:
    """One insight for all gaps of a kind and currency, where they are worth telling."""
    groups: dict[tuple[str, str], list[SavingOpportunity]] = defaultdict(list)
    for one in sorted(gaps, key=lambda one: -worth_of(one)):
        groups[one.kind, one.currency].append(one)
    for (kind, currency), members in groups.items():
        worth = sum(worth_of(one) for one in members)
        own_worth = worth / organisation.rate_of(currency)
        if own_worth < _LEAST_MONTHLY:
            continue
        more = f"; and {len(members) - _NAMED} more" if len(members) > _NAMED else ""
        yield insights.DetectedInsight(
            fingerprint=f"waste:{kind}:{currency}",
            kind="recommendation",
            title=title_of(members),
            scope={},
            impact=worth,
            currency=currency,
            evidence={
                "recommendation": kind,
                "resources": [],
                "confidence": "medium",
                "cause": {
                    "what": "; ".join(line_of(one) for one in members[:_NAMED]) + more,
                    "why": _GAP_SOURCE if kind == "commitment_gap" else "",
                },
                "missing": sorted({what for one in members for what in one.missing}),
                "members": listed([one.resource_id for one in members], members),
            },
            severity=_severity(own_worth),
        )


def _severity(worth: float) -> str:
    """From the worth a month, in the organisation's currency."""
    return "high" if worth >= 1_000 else "medium" if worth >= 200 else "low"


def _close_gone(session: Session, fingerprints: set[str], now: datetime) -> int:
    statement = sa.select(Insight).where(
        Insight.fingerprint.like("waste:%"), Insight.status.in_(insights.LIVE), Insight.fingerprint.not_in(fingerprints)
    )
    gone = list(session.scalars(statement.with_for_update()))
    for insight in gone:
        insights.close(session, insight, "nothing of it is left.", now)
    return len(gone)
