"""What each team bears of a month: its own cost, and its parts of the shared
costs of finops.yaml; stored anew after each load.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.showback import split
from analysis.wording.formatting import money
from config.organisation import Organisation
from config.sections.bills import SharedCost
from db.outgoing.messages import DigestTable
from db.tables import Showback
from flows.ingest import wildcards

_MONTHS_BACK = timedelta(days=400)
_SQL = """
    SELECT date_trunc('month', usage_date)::date AS month, team, account, account_id, service, currency,
    sum(effective_cost) AS cost
    FROM finops.daily_costs WHERE charge_category <> 'Tax' AND usage_date >= :since GROUP BY 1, 2, 3, 4, 5, 6"""
Month = tuple[date, str]  # and the currency


def refresh(session: Session, organisation: Organisation) -> int:
    """Compute the last thirteen months again; how many rows there are. The caller commits."""
    newest = session.scalar(sa.text("SELECT max(usage_date) FROM finops.daily_costs"))
    if newest is None:
        return 0
    since = (newest - _MONTHS_BACK).replace(day=1)
    own: dict[Month, dict[str | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    shared: dict[tuple[Month, str], Decimal] = defaultdict(Decimal)
    for row in session.execute(sa.text(_SQL), {"since": since}):
        rule = next((one for one in organisation.shared_costs if _matches(one, row)), None)
        if rule is None:
            own[row.month, row.currency][row.team] += row.cost
        else:
            shared[(row.month, row.currency), rule.name] += row.cost
    rows = [_row(month, team, None, cost) for month, teams in own.items() for team, cost in teams.items()]
    rules = {rule.name: rule for rule in organisation.shared_costs}
    for (month, name), cost in shared.items():
        named = {team: spent for team, spent in own[month].items() if team is not None}
        parts = split(cost, rules[name].split, named, rules[name].shares)
        rows += [_row(month, team, name, part) for team, part in parts.items()]
    session.execute(sa.delete(Showback).where(Showback.month >= since))
    if rows:
        session.execute(sa.insert(Showback), rows)
    return len(rows)


def _matches(rule: SharedCost, row: Any) -> bool:
    """Whether a charge is part of a shared cost: of its account (name or id)
    and of its service, where it names them; * is any text.
    """
    accounts, services = (row.account or "", row.account_id or ""), (row.service or "",)
    patterns = ((rule.account, accounts), (rule.service, services))
    return any(pattern for pattern, _ in patterns) and all(
        pattern is None or any(wildcards.fits(pattern, value) for value in values) for pattern, values in patterns
    )


def _row(month: Month, team: str | None, name: str | None, cost: Decimal) -> dict[str, Any]:
    return {"month": month[0], "currency": month[1], "team": team, "shared_cost": name, "cost": cost}


def section(session: Session, scope: Mapping[str, str], through: date) -> DigestTable:
    """The part of a digest's details that says what the month's shared costs
    add; without rows where the scope bears none.
    """
    statement = sa.select(Showback).where(Showback.month == through.replace(day=1), Showback.shared_cost.is_not(None))
    team = scope.get("team")
    if scope:
        statement = statement.where(Showback.team == team)
    rows = session.scalars(statement.order_by(Showback.cost.desc()).limit(15)).all()
    listed = [[str(row.shared_cost), row.team or "nobody", money(row.cost, row.currency)] for row in rows]
    columns = ["Shared cost", "Borne by", "Cost"]
    return DigestTable(title="Shared costs of this month", columns=columns, rows=listed, right=[2])
