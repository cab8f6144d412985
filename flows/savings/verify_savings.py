"""Holds every saving whose window has ended against the bill, names what else could explain the change, and reports the
verdict in the remediation's thread.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.forecasts.batch import forecast_many
from analysis.forecasts.series import series_of
from analysis.savings.verdict import BASELINE_DAYS, NearbyEvent, Verdict, peers_among, verify
from analysis.wording.formatting import percent
from db import audit
from db.outgoing import outbox
from db.outgoing.message_keys import remediation_key
from db.outgoing.messages import note
from db.tables import Insight, Remediation, RemediationStep, Saving, resource_costs
from flows import failure
from playbooks.notifications import update_card
from playbooks.run import ledger
from playbooks.schema import Playbook, read_playbooks

_NEIGHBOURS = 500  # most resources looked at for where usage may have moved
_PRICE_MOVED = 0.05  # change of the price of a unit that is worth a word
_COVERED = 0.05  # share of a resource's cost that commitments covered before, worth a word
_SPAN = timedelta(days=BASELINE_DAYS)
_HISTORY = timedelta(days=180)  # of a series that is forecast
_LEAST_HISTORY = 56  # days; a shorter one is compared with its own weekdays
_IDLE = "the unused part of commitments"


@flow(name="verify_savings", flow_run_name="savings")
def verify_savings(today: date | None = None) -> dict[str, int]:
    """Once per day; returns how many savings got each status. `today` is another
    day to judge as of, for a rehearsal on bills of days to come.
    """
    with (
        failure.running("verify_savings") as (_, _, database),
        Session(database.app) as session,
        session.begin(),
    ):
        now = datetime.now(UTC) if today is None else datetime.combine(today, datetime.min.time(), UTC)
        return verify_pending(session, now)


def verify_pending(session: Session, now: datetime, playbooks: Mapping[str, Playbook] | None = None) -> dict[str, int]:
    """Judge what is due and leave a line in each thread where the last verdict
    of a remediation fell. The caller commits.
    """
    playbooks = read_playbooks() if playbooks is None else playbooks
    due = session.scalars(
        sa.select(Saving).where(Saving.status == "pending").order_by(Saving.id).with_for_update()
    ).all()
    verdicts = [judged for saving in due if (judged := _judged(session, saving, now.date())) is not None]
    counts: Counter[str] = Counter(verdict.status for _, verdict in verdicts)
    for saving, verdict in verdicts:  # all judged before: the first audit entry holds the log until the commit
        if verdict.status != "pending":
            _store(session, saving, verdict, now)
    session.flush()
    for number in dict.fromkeys(saving.remediation_id for saving in due if saving.verified_at is not None):
        _say(session, session.get_one(Remediation, number), now, playbooks)
    return dict(counts)


def _judged(session: Session, saving: Saving, today: date) -> tuple[Saving, Verdict] | None:
    """The verdict on a saving whose window is over on its bill, else None."""
    through = _complete_through(session, saving, today)
    if through <= saving.applied_on + timedelta(days=saving.window_days):
        return None
    return saving, _judge(session, saving, through)


def _complete_through(session: Session, saving: Saving, today: date) -> date:
    """The first day that may still be incomplete on the account's bill: its newest."""
    of_resource = sa.select(resource_costs.c.account_id).where(resource_costs.c.resource_id == saving.resource_id)
    account_id = session.scalar(of_resource.order_by(resource_costs.c.usage_date.desc()).limit(1))
    if account_id is None:  # asked for the newest day of none, the whole table would be read
        return date.min
    newest: date | None = session.scalar(
        sa.select(sa.func.max(resource_costs.c.usage_date)).where(resource_costs.c.account_id == account_id)
    )
    return min(newest, today) if newest else date.min


def _judge(session: Session, saving: Saving, through: date) -> Verdict:
    start, end = saving.applied_on - _SPAN, min(through, saving.applied_on + timedelta(days=saving.window_days + 1))
    span = {
        "resource": saving.resource_id,
        "start": start,
        "end": end,
        "applied": saving.applied_on,
        "currency": saving.currency,
    }
    rows = session.execute(sa.text(_COSTS), {**span, "start": saving.applied_on - _HISTORY})  # its own placebos, too
    costs = {row.usage_date: float(row.cost) for row in rows}
    expected = None if saving.expected_monthly_savings is None else float(saving.expected_monthly_savings)
    neighbours = _neighbours(session, saving, span)
    days = [saving.applied_on + timedelta(days=offset) for offset in range(1, (end - saving.applied_on).days)]
    resources = {name: series for name, series in neighbours.items() if name != _IDLE}
    return verify(
        saving.applied_on,
        saving.window_days,
        expected,
        costs,
        through,
        forecast=_forecast(session, saving, days),
        peers=peers_among(saving.applied_on, days, resources) if days else None,
        neighbours=neighbours,
        events=_events(session, saving, span),
    )


def _forecast(session: Session, saving: Saving, days: Sequence[date]) -> dict[date, float] | None:
    """What the resource's own series, as it was before the change, was heading
    for; None where it is too short for that.
    """
    span = {
        "resource": saving.resource_id,
        "start": saving.applied_on - _HISTORY,
        "end": saving.applied_on,
        "currency": saving.currency,
    }
    points = {row.usage_date: float(row.cost) for row in session.execute(sa.text(_COSTS), span)}
    if not days or not points or (saving.applied_on - min(points)).days < _LEAST_HISTORY:
        return None

    series = {
        saving.resource_id: series_of(
            {**points, saving.applied_on - timedelta(days=1): points.get(saving.applied_on - timedelta(days=1), 0.0)},
            0.0,
        )
    }
    forecast = forecast_many(series, len(days) + 1, saving.applied_on, "cheap")[saving.resource_id]
    return {day: float(mean) for day, mean in zip(forecast.days(), forecast.mean, strict=True)}


_COSTS = """SELECT usage_date, sum(effective_cost) AS cost FROM finops.resource_costs
            WHERE resource_id = :resource AND charge_category = 'Usage' AND currency = :currency
            AND usage_date >= :start AND usage_date < :end GROUP BY 1"""
_NEIGHBOUR_COSTS = """
    WITH mine AS (SELECT DISTINCT account_id, service, team FROM finops.resource_costs
                  WHERE resource_id = :resource AND usage_date >= :start AND usage_date < :applied),
         others AS (SELECT c.resource_id, max(c.resource_name) AS name, c.usage_date, sum(c.effective_cost) AS cost
         FROM finops.resource_costs c
                    JOIN mine ON mine.service IS NOT DISTINCT FROM c.service AND (mine.team = c.team
                    OR mine.team IS NULL AND mine.account_id = c.account_id)
                    WHERE c.charge_category = 'Usage' AND c.currency = :currency AND c.usage_date >= :start
                    AND c.usage_date < :end
                      AND c.resource_id <> ALL (:changed) GROUP BY 1, 3),
         risen AS (SELECT resource_id FROM others GROUP BY 1
                   ORDER BY sum(cost) FILTER (WHERE usage_date > :applied) DESC NULLS LAST LIMIT :most)
    SELECT resource_id, name, usage_date, cost FROM others JOIN risen USING (resource_id)"""
_UNUSED = """SELECT usage_date, sum(effective_cost) AS cost FROM finops.daily_costs
             WHERE commitment_status = 'Unused' AND currency = :currency AND usage_date >= :start AND usage_date < :end
               AND provider = (SELECT provider FROM finops.resource_costs
               WHERE resource_id = :resource LIMIT 1) GROUP BY 1"""


def _neighbours(session: Session, saving: Saving, span: Mapping[str, Any]) -> dict[str, dict[date, float]]:
    """Where usage could have gone: resources of the same service and team that
    this remediation did not change; and commitments that lie idle.
    """
    changed = session.scalars(
        sa.select(RemediationStep.resource_id).where(RemediationStep.remediation_id == saving.remediation_id)
    ).all()
    costs: dict[str, dict[date, float]] = defaultdict(dict)
    for row in session.execute(
        sa.text(_NEIGHBOUR_COSTS), {**span, "changed": [*changed, saving.resource_id], "most": _NEIGHBOURS}
    ):
        name = f"{row.name} ({row.resource_id})" if row.name and row.name != row.resource_id else row.resource_id
        costs[name][row.usage_date] = float(row.cost)
    idle = {row.usage_date: float(row.cost) for row in session.execute(sa.text(_UNUSED), span)}
    return {**costs, **({_IDLE: idle} if idle else {})}


_COVER = """SELECT coalesce(sum(effective_cost) FILTER (WHERE commitment_status = 'Used') / nullif(sum(effective_cost),
    0), 0)
            FROM finops.resource_costs WHERE resource_id = :resource AND charge_category = 'Usage'
            AND usage_date >= :start AND usage_date < :applied"""
_PRICES = """
    WITH meters AS (SELECT DISTINCT usage_type, region FROM finops.resource_costs
                    WHERE resource_id = :resource AND usage_date >= :start AND usage_date < :applied
                    AND usage_type IS NOT NULL)
    SELECT usage_type, sum(list_cost) FILTER (WHERE usage_date < :applied) / nullif(sum(usage_quantity) FILTER (WHERE
    usage_date < :applied), 0) AS before,
           sum(list_cost) FILTER (WHERE usage_date > :applied) / nullif(sum(usage_quantity) FILTER (WHERE usage_date >
           :applied), 0) AS after
    FROM finops.resource_costs c JOIN meters USING (usage_type)
    WHERE c.region IS NOT DISTINCT FROM meters.region AND c.currency = :currency AND c.charge_category = 'Usage'
    AND usage_date >= :start AND usage_date < :end
    GROUP BY 1 ORDER BY 1"""


def _events(session: Session, saving: Saving, span: Mapping[str, Any]) -> list[NearbyEvent]:
    """What else happened: commitments that covered the resource, prices that moved, an undo of another step of it."""
    events = []
    covered = float(session.scalar(sa.text(_COVER), span) or 0)
    if covered >= _COVERED:
        says = f"commitments covered {percent(covered)} of it before; they cover something else now, or nothing"
        events.append(NearbyEvent(saving.applied_on, "commitment", says))
    events += [
        NearbyEvent(
            saving.applied_on,
            "price_change",
            f"the list price of {row.usage_type} changed by {row.after / row.before - 1:+.0%}",
        )
        for row in session.execute(sa.text(_PRICES), span)
        if row.before and row.after and abs(float(row.after / row.before) - 1) >= _PRICE_MOVED
    ]
    undone = sa.select(RemediationStep.finished_at).where(
        RemediationStep.remediation_id == saving.remediation_id,
        RemediationStep.resource_id == saving.resource_id,
        RemediationStep.state == "undone",
    )
    return [
        *events,
        *(
            NearbyEvent(at.date(), "rollback", "a step of it was undone")
            for at in session.scalars(undone)
            if at is not None
        ),
    ]


def _store(session: Session, saving: Saving, verdict: Verdict, now: datetime) -> None:
    realized = verdict.realized_monthly_savings
    saving.status, saving.verified_at = verdict.status, now
    saving.realized_monthly_savings = None if realized is None else Decimal(str(round(realized, 4)))
    saving.arithmetic = {"expected": saving.arithmetic.get("expected", {}), **verdict.arithmetic, "says": verdict.says}
    saving.confounders = [asdict(confounder) for confounder in verdict.confounders]
    details = {
        "resource_id": saving.resource_id,
        "status": saving.status,
        "realized": realized,
        "expected": saving.expected_monthly_savings,
    }
    audit.append(session, "system", "saving.verified", str(saving.remediation_id), details)


def _say(session: Session, remediation: Remediation, now: datetime, playbooks: Mapping[str, Playbook]) -> None:
    """When every saving of a remediation has its verdict: an insight, and a
    line in the thread with the card brought up to date.
    """
    savings = session.scalars(
        sa.select(Saving).where(Saving.remediation_id == remediation.id).order_by(Saving.id)
    ).all()
    if any(saving.status == "pending" for saving in savings):
        return
    text = ledger.verdict(savings)
    playbook = playbooks.get(remediation.playbook)
    where = remediation.account or remediation.account_id or "no account"
    what = f"{playbook.title if playbook else remediation.playbook} in {where}"
    _keep_insight(session, remediation, savings, f"{what}: {text}", now)
    if remediation.channel is not None:
        key = remediation_key(remediation.id)
        line = note(f"{text[:1].upper()}{text[1:]}.")
        if outbox.enqueue(session, remediation.channel, line, f"{key}:verified", thread_key=key):
            update_card(session, remediation, playbook)


def _keep_insight(
    session: Session, remediation: Remediation, savings: Sequence[Saving], title: str, now: datetime
) -> None:
    """A verified saving is an insight as well, closed from the start, for nobody has to do anything about it."""
    realized = sum(saving.realized_monthly_savings or Decimal(0) for saving in savings if saving.status != "reversed")
    values = {
        "kind": "saving",
        "severity": "low",
        "status": "resolved",
        "status_reason": ", ".join(sorted({saving.status for saving in savings})),
        "title": title,
        "scope": {"account": remediation.account} if remediation.account else {},
        "account": remediation.account,
        "team": remediation.team,
        "provider": "AWS",
        "resource_id": savings[0].resource_id if len(savings) == 1 else None,
        "impact_amount": realized,
        "currency": remediation.currency,
        "evidence": {"remediation": remediation.id, "savings": [_figures(saving) for saving in savings]},
        "starts_on": min(saving.applied_on for saving in savings),
        "last_seen_at": now,
        "closed_at": now,
    }
    statement = insert(Insight).values(fingerprint=f"saving:{remediation.id}", detected_at=now, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=values))


def _figures(saving: Saving) -> dict[str, Any]:
    amounts = {name: getattr(saving, name) for name in ("expected_monthly_savings", "realized_monthly_savings")}
    figures = {name: None if value is None else float(value) for name, value in amounts.items()}
    return {"resource_id": saving.resource_id, "status": saving.status, **figures}
