"""The Home tab: gathered from the reporting views for who opens it, drawn by its card."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.months import add_months
from analysis.wording import formatting
from bot.cards.messages import alert, home, notices
from bot.process.runtime import Runtime
from config import access
from config.access import Actor, Allowed, Permission
from config.organisation import Organisation
from db.tables import Insight, Remediation, Subscription
from domain import kpis
from domain.insights import by_worth
from domain.messages.insight_cards import payload_of
from domain.subscriptions import describe
from playbooks.proposals.plan import shown_steps
from playbooks.recurring.overview import timetables
from playbooks.recurring.standing import unexpired
from playbooks.schema import read_playbooks

_DAYS = 30
_RECURRING_FOR = (Permission.RUN_FLOW, Permission.APPROVE_REMEDIATION)
_SHOWN = 50  # proposals on the page
_TEAMS = 12

_BY_DAY = sa.text(
    """
    SELECT team, currency, usage_date, sum(effective_cost) AS cost FROM reporting.daily_costs
    WHERE usage_date > :since AND usage_date <= :day AND charge_category IS DISTINCT FROM 'Tax'
    AND (:all OR team = ANY(:teams)) AND team IS NOT NULL
    GROUP BY team, currency, usage_date ORDER BY team, usage_date
    """
)
_BUDGETS = sa.text(
    """
    SELECT DISTINCT ON (scope) scope AS team, amount, spent, forecast, currency FROM reporting.budgets
    WHERE scope_kind = 'team' AND period_start = :month AND period_end = :month_end ORDER BY scope, amount DESC
    """
)
_FORECASTS = sa.text(
    """
    SELECT f.scope AS team, f.currency, sum(f.expected_cost) AS rest FROM reporting.forecasts f
    JOIN (SELECT scope, currency, max(made_on) AS made_on FROM reporting.forecasts WHERE scope_kind = 'team'
    GROUP BY scope, currency) newest
      ON newest.scope = f.scope AND newest.currency = f.currency AND newest.made_on = f.made_on
    WHERE f.scope_kind = 'team' AND f.forecast_date > :day AND f.forecast_date < :month_end GROUP BY f.scope, f.currency
    HAVING min(f.forecast_date) = CAST(:day AS date) + 1
    """
)
_AS_OF = "SELECT min(data_through) FROM reporting.data_freshness WHERE active"


def publish(runtime: Runtime, user: str) -> None:
    """Draw somebody's Home tab as the data stand now."""
    actor = runtime.people.actor(user)
    with runtime.session() as session:
        gathered = gather(session, actor, runtime.clock().date(), runtime.organisation, runtime.people.developers())
    if not isinstance(access.check(actor, Permission.RUN_FLOW), Allowed):
        gathered["kpis"] = []  # how well the product does its job is for who runs it
    runtime.client.views_publish(user_id=user, view=home.view(gathered))


def gather(
    session: Session, actor: Actor, today: date, organisation: Organisation, developers: int = 0
) -> dict[str, Any]:
    """What the card draws, narrowed to what the person may see; `developers` is how many people could ask."""
    as_of = session.scalar(sa.text(_AS_OF))
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "teams": _teams(session, actor, as_of or today),
        "insights": _insights(session, actor, organisation),
        "approvals": _approvals(session, actor),
        "recurring": _recurring(session, actor, organisation),
        "subscriptions": _subscriptions(session, actor),
        "examples": [*notices.EXAMPLES, *notices.RECIPES[:2]],
        "may_budget": isinstance(access.check(actor, Permission.EDIT_BUDGET), Allowed),
        "kpis": [
            asdict(kpi) | {"good": kpi.good}
            for kpi in kpis.read(session.connection(), developers, organisation)
            if kpi.value is not None
        ],
    }


def _teams(session: Session, actor: Actor, as_of: date) -> list[dict[str, Any]]:
    month = as_of.replace(day=1)
    since = min(month, as_of - timedelta(days=_DAYS)) - timedelta(days=1)
    own = sorted(actor.teams)
    month_end = add_months(month, 1)
    asked = {"since": since, "day": as_of, "all": actor.sees_all and not own, "teams": own}
    rows = session.execute(_BY_DAY, asked).all()
    budgets = {row.team: row for row in session.execute(_BUDGETS, {"month": month, "month_end": month_end})}
    rest = {
        (row.team, row.currency): float(row.rest)
        for row in session.execute(_FORECASTS, {"day": as_of, "month_end": month_end})
    }
    by_team: dict[tuple[str, str], dict[date, float]] = {}
    for row in rows:
        by_team.setdefault((row.team, row.currency), {})[row.usage_date] = float(row.cost)
    shown = [_team(key, costs, as_of, budgets.get(key[0]), rest.get(key)) for key, costs in by_team.items()]
    return sorted(shown, key=lambda team: -float(team["month"]))[:_TEAMS]


def _team(
    key: tuple[str, str], costs: dict[date, float], as_of: date, budget: Any, rest: float | None
) -> dict[str, Any]:
    team, currency = key
    days = [costs.get(as_of - timedelta(days=back), 0.0) for back in range(_DAYS - 1, -1, -1)]
    month = sum(cost for day, cost in costs.items() if day >= as_of.replace(day=1))
    week, before = sum(days[-7:]), sum(days[-14:-7])
    comparable = budget if budget is not None and budget.currency == currency else None
    return {
        "team": team,
        "month": month,
        "currency": currency,
        "change": f"last 7 days {formatting.change(week, before, currency)}" if before else "",
        "budget": comparable.amount if comparable else None,
        "forecast": month + rest if rest is not None else comparable.forecast if comparable else None,
        "days": days,
    }


def _insights(session: Session, actor: Actor, organisation: Organisation) -> list[dict[str, Any]]:
    rows = session.scalars(
        sa.select(Insight)
        .where(Insight.status.in_(("open", "acknowledged")), Insight.closed_at.is_(None))
        .where(sa.true() if actor.sees_all else Insight.team.in_(actor.teams))
        .where(sa.true() if not actor.teams else sa.or_(Insight.team.in_(actor.teams), Insight.team.is_(None)))
        .order_by(by_worth(organisation))
        .limit(100)
    )
    visible = list(rows)
    visible.sort(key=lambda row: row.team not in actor.teams)  # one's own teams first, each by what is at stake
    names = [
        {
            "id": row.id,
            "title": f"{alert.state_of(payload_of(row))}{row.title}",
            "impact": row.impact_amount,
            "currency": row.currency,
            "severity": row.severity,
        }
        for row in visible
    ]
    return names[:10]


def _approvals(session: Session, actor: Actor) -> list[dict[str, Any]]:
    if not isinstance(access.check(actor, Permission.APPROVE_REMEDIATION), Allowed):
        return []
    teams = actor.approves_teams or actor.teams
    decides = sa.or_(Remediation.team.in_(teams), Remediation.playbook.in_(actor.approves_playbooks))
    rows = session.scalars(
        sa.select(Remediation)
        .where(Remediation.state == "proposed", sa.true() if "*" in teams else decides)
        .order_by(Remediation.expires_at)
    )
    mine = [row for row in rows if not access.same_person(actor, row.requested_by)]
    return [{"id": row.id, "title": _proposal(row)} for row in mine[:_SHOWN]]


def _recurring(session: Session, actor: Actor, organisation: Organisation) -> list[dict[str, Any]]:
    """Recurring clean-ups, for who switches them or approves their runs; `mine` where the person approved the next."""
    if not any(isinstance(access.check(actor, one), Allowed) for one in _RECURRING_FOR):
        return []
    now, playbooks = datetime.now(UTC), read_playbooks()
    return [
        {
            "playbook": row.playbook,
            "title": playbooks[row.playbook].title,
            "on": row.on,
            "every": row.every,
            "next": row.next_due.isoformat(timespec="minutes"),
            "standing": list(row.standing),
            "mine": any(access.same_person(actor, one.approver) for one in unexpired(session, row.playbook, now)),
        }
        for row in timetables(session, playbooks, organisation, now)
    ]


def _proposal(row: Remediation) -> str:
    count = len({step["resource_id"] for step in shown_steps(row.plan, row.plan_digest)})
    saves = (
        f", saves {formatting.money(row.expected_monthly_savings, row.currency)} a month"
        if row.expected_monthly_savings
        else ""
    )
    book, where = read_playbooks().get(row.playbook), row.account or row.team or "an account"
    if book is not None and book.headline:
        return f"{book.headline.format(count=count, s='' if count == 1 else 's')} in {where}{saves}"
    return f"{book.title if book else row.playbook}: {count} in {where}{saves}"


def _subscriptions(session: Session, actor: Actor) -> Sequence[dict[str, Any]]:
    rows = session.scalars(
        sa.select(Subscription)
        .where(Subscription.created_by == actor.id, Subscription.active.is_(True))
        .order_by(Subscription.id)
        .limit(10)
    )
    return [{"id": row.id, "title": describe(row)} for row in rows]
