"""Find waste in what the accounts hold, keep recommendations up to date, and propose what playbooks may fix."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.money import money
from analysis.waste.evaluate import find_waste
from analysis.waste.facts import Price, Recommendation, Resource, UsageDay
from analysis.waste.rules import read_rules
from db import engines
from db.engines import Database
from db.tables import Insight, Utilization
from db.tables import Price as StoredPrice
from db.tables import Recommendation as Stored
from db.tables import Resource as StoredResource
from flows import failure, insights
from flows.commitment_gaps import commitment_gaps, title_of, worth_of
from flows.cost_series import data_through
from playbooks.proposing import matching
from playbooks.schema import read_playbooks
from settings import Organisation, read_organisation, read_settings

_WINDOW = timedelta(days=62)
_LIVE_STATES = ("deleted", "terminated")
_LEAST_MONTHLY = 20.0  # a group of recommendations worth less a month is listed, not told
_TITLES = {
    "stop_idle": "Stop {count} idle {type}",
    "rightsize": "Resize {count} oversized {type}",
    "delete_volume": "Delete {count} unattached {type}",
    "gp2_to_gp3": "Move {count} gp2 {type} to gp3",
    "release_address": "Release {count} unused {type}",
    "lambda_unused": "Delete {count} unused {type}",
    "lambda_old_versions": "Delete old versions of {count} {type}",
    "delete_snapshot": "Delete {count} old {type}",
    "delete_load_balancer": "Delete {count} idle {type}",
    "storage_class": "Move {count} unread {type} to a cheaper class",
}
_PLAIN = {"DB Instance": "database", "IP Address": "address", "Load Balancer": "load balancer"}
# Which metric shows a kind of waste (the first that is known), and the limit that its rule sets
_SHOWN_BY: dict[str, tuple[tuple[str, ...], float | None]] = {
    "stop_idle": (("cpu", "connections"), 5.0),
    "rightsize": (("cpu",), None),
    "delete_load_balancer": (("requests", "flows"), None),
    "lambda_unused": (("invocations",), None),
}
_LINES, _DAYS = 8, 14
_GAP_SOURCE = "AWS Cost Explorer's way: what nine days in ten of the last 60 use, at the discount that this service's commitments get"


@flow(name="find_savings", flow_run_name="savings")
def find_savings() -> dict[str, int]:
    """Every morning after usage was read; running it again changes nothing."""
    settings = read_settings()
    organisation = read_organisation(settings.config)
    database = engines.connect(settings)
    with failure.told("find_savings", database, organisation):
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
        gaps = commitment_gaps(session, _billed_until(session, now.date()))
        _store(session, [*findings.recommendations, *gaps], now)
        found = [*_groups(session, findings.recommendations), *_gaps(gaps)]
        insights.store(session, found, organisation, now, None)
        closed = _close_gone(session, {item.fingerprint for item in found}, now)
    return {
        "recommendations": len(findings.recommendations) + len(gaps),
        "protected": len(findings.spared),
        "told": len(found),
        "closed": closed,
    }


def _billed_until(session: Session, today: date) -> date:
    """The day after the newest one with usage: what has not been billed yet is not unused."""
    through = data_through(session.connection())
    return today if through is None else min(today, through + timedelta(days=1))


def _resources(session: Session, today: date) -> list[Resource]:
    """Inventory with its bill of the last 30 days: whole, covered by commitments, and for hours of the machine."""
    sql = """SELECT resource_id, sum(effective_cost) AS cost, sum(effective_cost) FILTER (WHERE commitment_status = 'Used') AS committed,
                    sum(effective_cost) FILTER (WHERE usage_type ~* '(BoxUsage|InstanceUsage|Multi-AZUsage|NodeUsage|Hours)') AS compute
             FROM finops.resource_costs WHERE usage_date >= :start AND charge_category = 'Usage' GROUP BY resource_id"""
    bills = {row.resource_id: row for row in session.execute(sa.text(sql), {"start": today - timedelta(days=30)})}
    found = []
    for row in session.scalars(sa.select(StoredResource).where(StoredResource.state.not_in(_LIVE_STATES))):
        bill = bills.get(row.resource_id)
        found.append(
            Resource(
                resource_id=row.resource_id, resource_type=row.resource_type or "", provider=row.provider, region=row.region, account=row.account,
                team=row.team, name=row.resource_name, state=row.state, instance_type=row.instance_type, tags=row.tags, attributes=row.attributes,
                monthly_cost=None if bill is None else float(bill.cost), committed_cost=float(bill.committed or 0) if bill else 0.0,
                compute_cost=float(bill.compute) if bill is not None and bill.compute is not None else None, currency=row.currency or "USD",
            )
        )  # fmt: skip
    return found


def _usage(session: Session, today: date) -> Mapping[str, Sequence[UsageDay]]:
    days: dict[str, list[UsageDay]] = defaultdict(list)
    for row in session.scalars(sa.select(Utilization).where(Utilization.usage_date >= today - _WINDOW)):
        days[row.resource_id].append(UsageDay(row.usage_date, row.metric, row.average, row.maximum))
    return days


def _prices(session: Session) -> list[Price]:
    return [
        Price(
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
        for p in session.scalars(sa.select(StoredPrice))
    ]


def _store(session: Session, recommendations: Iterable[Recommendation], now: datetime) -> None:
    """One row a resource and kind; what is no longer found is gone."""
    kept = []
    for one in recommendations:
        fingerprint = f"{one.kind}:{one.resource_id}"
        kept.append(fingerprint)
        values: dict[str, Any] = {
            "account": one.account, "team": one.team, "current_state": one.current_state, "proposed_state": one.proposed_state, "currency": one.currency,
            "monthly_savings": one.monthly_savings, "confidence": one.confidence, "evidence": dict(one.evidence), "last_seen_at": now,
        }  # fmt: skip
        statement = insert(Stored).values(
            fingerprint=fingerprint, kind=one.kind, resource_id=one.resource_id, status="open", created_at=now, **values
        )
        reopened = sa.case((Stored.status == "gone", "open"), else_=Stored.status)
        session.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_={**values, "status": reopened}))
    session.execute(sa.update(Stored).where(Stored.status == "open", Stored.fingerprint.not_in(kept)).values(status="gone"))


def _groups(session: Session, recommendations: Iterable[Recommendation]) -> Iterable[insights.Found]:
    """One insight a kind, account and team, with every resource as evidence."""
    types = {row.resource_id: (row.resource_type or "resource", row.resource_name) for row in session.scalars(sa.select(StoredResource))}
    groups: dict[tuple[str, str, str, str], list[Recommendation]] = defaultdict(list)
    for one in recommendations:
        groups[one.kind, one.account or "", one.team or "", types.get(one.resource_id, ("resource", None))[0]].append(one)
    playbooks = read_playbooks()
    for (kind, account, team, of_type), members in groups.items():
        worth = sum(one.monthly_savings or 0 for one in members)
        if kind not in _TITLES or worth < _LEAST_MONTHLY:
            continue
        candidates = [p.name for p in matching(playbooks, kind) if of_type in p.trigger.filters.get("resource_type", (of_type,))]
        names = [types.get(one.resource_id, ("", None))[1] or one.resource_id for one in members]
        yield insights.Found(
            fingerprint=f"waste:{kind}:{account}:{team}:{of_type}",
            kind="idle" if kind == "stop_idle" else "recommendation",
            title=_title(kind, account, of_type, members, worth),
            scope={key: value for key, value in (("account", account), ("team", team)) if value},
            impact=worth,
            currency=members[0].currency,
            evidence={
                "recommendation": kind,
                "resources": [one.resource_id for one in members],
                "playbook": candidates[0] if candidates else None,
                "confidence": min((one.confidence for one in members), key=("low", "medium", "high").index),
                "cause": {"what": _seen(names, members), "why": members[0].evidence.get("source")},
                "missing": sorted({what for one in members for what in one.missing}),
                "figure": _figure(session, kind, names, members),
            },
            severity="high" if worth >= 1_000 else "medium" if worth >= 200 else "low",
            payload={"playbook": candidates[0] if candidates else None},
        )


def _title(kind: str, account: str, of_type: str, members: Sequence[Recommendation], worth: float) -> str:
    """`Stop 4 idle instances in sandbox: saves $612 a month`; savings that cannot be known are counted beside."""
    name = _PLAIN.get(of_type, of_type[:1].lower() + of_type[1:])
    plural = name + ("" if len(members) == 1 else "es" if name.endswith("s") else "s")
    what = _TITLES[kind].format(count=len(members), type=plural)
    unknown = sum(one.monthly_savings is None for one in members)
    beside = f", and what {unknown} of them save is not known" if unknown else ""
    return f"{what} in {account or 'no account'}: saves {money(worth, members[0].currency)} a month{beside}"


def _seen(names: Sequence[str], members: Sequence[Recommendation]) -> str:
    """What was seen, said once where it is the same for several resources."""
    by_summary: dict[str, list[str]] = defaultdict(list)
    for name, one in zip(names, members, strict=True):
        by_summary[str(one.evidence["summary"])].append(name)
    parts = [f"{_few(named)}: {summary}" for summary, named in list(by_summary.items())[:4]]
    return "; ".join(parts) + (f"; and {len(by_summary) - 4} more" if len(by_summary) > 4 else "")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _figure(session: Session, kind: str, names: Sequence[str], members: Sequence[Recommendation]) -> dict[str, Any] | None:
    """The metric that shows it, a line a resource, where a metric does."""
    if kind not in _SHOWN_BY:
        return None
    metrics, limit = _SHOWN_BY[kind]
    shown = dict(zip((one.resource_id for one in members[:_LINES]), names, strict=False))
    rows = session.execute(
        sa.select(Utilization.usage_date, Utilization.resource_id, Utilization.metric, Utilization.maximum, Utilization.unit)
        .where(Utilization.resource_id.in_(list(shown)), Utilization.metric.in_(metrics))
        .order_by(Utilization.usage_date.desc())
        .limit(_LINES * _DAYS * len(metrics))
    ).all()
    metric = next((name for name in metrics if any(row.metric == name for row in rows)), None)
    points = {(row.resource_id, row.usage_date): row.maximum for row in rows if row.metric == metric}
    days = sorted({day for _, day in points})[-_DAYS:]
    if metric is None or len(days) < 2:
        return None
    unit = next(row.unit for row in rows if row.metric == metric)
    lines = [[name, [points.get((resource_id, day)) for day in days]] for resource_id, name in shown.items()]
    figure: dict[str, Any] = {
        "kind": "line",
        "title": f"Highest {metric} a day",
        "categories": [f"{day.day} {day:%b}" for day in days],
        "series": [line for line in lines if any(value is not None for value in line[1])],
        "y_label": unit or metric,
    }
    return {**figure, "limit": limit, "limit_label": "idle under this"} if limit is not None and metric == metrics[0] else figure


def _gaps(gaps: Iterable[Recommendation]) -> Iterable[insights.Found]:
    """One insight a gap of commitments that is worth telling."""
    for one in gaps:
        worth = worth_of(one)
        if worth < _LEAST_MONTHLY:
            continue
        yield insights.Found(
            fingerprint=f"waste:{one.kind}:{one.resource_id}:{one.currency}",
            kind="recommendation",
            title=title_of(one),
            scope={"account": one.account} if one.account else {},
            impact=worth,
            currency=one.currency,
            evidence={
                "recommendation": one.kind,
                "resources": [],
                "playbook": None,
                "confidence": one.confidence,
                "cause": {"what": one.evidence["summary"], "why": _GAP_SOURCE if one.kind == "commitment_gap" else ""},
                "missing": list(one.missing),
            },
            severity="high" if worth >= 1_000 else "medium" if worth >= 200 else "low",
            payload={"playbook": None},
        )


def _close_gone(session: Session, found: set[str], now: datetime) -> int:
    statement = sa.select(Insight).where(
        Insight.fingerprint.like("waste:%"), Insight.status.in_(insights.LIVE), Insight.fingerprint.not_in(found)
    )
    gone = list(session.scalars(statement.with_for_update()))
    for insight in gone:
        insights.close(session, insight, "nothing of it is left.", now)
    return len(gone)
