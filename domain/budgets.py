"""Budgets: one model and one set of rules for `finops.yaml`, Slack and the API.

A budget of the file that somebody changes elsewhere is an override. It says so wherever the budget is shown, stands
until it is taken back, and goes when the file drops the budget.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from config.access import Actor, Denied, may_see_scope
from config.organisation import Budget, Organisation, Scope
from db import audit, locks
from db.locks import Lock
from db.tables import BudgetRow
from domain.flows.flow_requests import run_soon

FILE = "file"
_CHECK = "check_budgets/check_budgets"  # the deployment that evaluates all budgets and tells what follows
_EACH = {"monthly": "a month", "quarterly": "a quarter", "yearly": "a year"}


def budget_of(row: BudgetRow) -> Budget:
    """The model of a stored budget."""
    return Budget(
        name=row.name,
        scope=Scope(**row.scope),
        amount=row.amount,
        currency=row.currency,
        period=row.period,
        start=row.starts_on,
        end=row.ends_on,
        thresholds=tuple(row.thresholds),
        rollover=row.rollover,
        owner=row.owner,
    )


def checked(values: Mapping[str, Any]) -> Budget | dict[str, str]:
    """The budget of these values by the rules of `finops.yaml`, or a sentence for each field that breaks one."""
    try:
        return Budget.model_validate(values)
    except ValidationError as error:
        return {str(problem["loc"][0]): problem["msg"].removeprefix("Value error, ") for problem in error.errors()}


def locked(session: Session, name: str) -> BudgetRow | None:
    """The budget of a name, which nobody else changes or makes until the transaction ends."""
    locks.take(session, Lock.BUDGET, name)
    return session.get(BudgetRow, name, populate_existing=True)


def save(session: Session, budget: Budget, actor: Actor, origin: str, now: datetime) -> BudgetRow | Denied:
    """Make or change a budget; one of the file becomes an override. Denied where the actor may not see what it is of,
    or shall be of. The caller holds the lock and commits.
    """
    row = session.get(BudgetRow, budget.name)
    scopes = [dict(budget.scope.pairs()), *([] if row is None else [row.scope])]
    if not all(may_see_scope(actor, scope) for scope in scopes):
        return Denied("A budget is about what you may see: one of your teams.")
    before = None if row is None else row.amount
    if row is None:
        row = BudgetRow(name=budget.name, origin=origin)
        session.add(row)
    elif row.origin == FILE:
        row.in_file = _stored(budget_of(row))
    for name, value in _columns(budget).items():
        setattr(row, name, value)
    row.origin, row.changed_by, row.changed_at = origin, actor.name or actor.id, now
    details = {"from": before, "to": budget.amount, "scope": row.scope, "overrides_file": is_override(row)}
    audit.append(session, actor.id, "budget.changed", row.name, details)
    run_soon(session, _CHECK, actor.id, now)
    session.flush()
    return row


def version_of(row: BudgetRow) -> str:
    """Changes with every change of the budget's values or of what the file says of it."""
    stored = json.dumps([_stored(budget_of(row)), row.in_file], sort_keys=True)
    return hashlib.sha256(stored.encode()).hexdigest()[:16]


def take_back(session: Session, row: BudgetRow, actor: Actor, now: datetime) -> None:
    """Let an override go: the file's budget holds again. The caller holds the lock and commits."""
    assert row.in_file is not None
    details = {"from": row.amount, "to": row.in_file["amount"]}
    _as_in_file(row, Budget.model_validate(row.in_file))
    audit.append(session, actor.id, "budget.taken_back", row.name, details)
    run_soon(session, _CHECK, actor.id, now)
    session.flush()


def remove(session: Session, row: BudgetRow, actor: Actor, now: datetime) -> None:
    """Delete a budget that the file does not have. The caller holds the lock and commits."""
    session.delete(row)
    audit.append(session, actor.id, "budget.deleted", row.name, {})
    run_soon(session, _CHECK, actor.id, now)


def take_over(session: Session, organisation: Organisation) -> None:
    """The file's budgets as rows. An override keeps its values and learns what the file says now; what left the
    file goes, its override too.
    """
    given = {budget.name: budget for budget in organisation.budgets}
    rows = {row.name: row for row in session.scalars(sa.select(BudgetRow).with_for_update())}
    for name, row in rows.items():
        if name not in given and (row.origin == FILE or is_override(row)):
            if is_override(row):
                audit.append(session, "system", "budget.deleted", name, {"reason": "it left finops.yaml"})
            session.delete(row)
    for name, budget in given.items():
        stored = rows.get(name)
        if stored is None:
            stored = BudgetRow(name=name)
            session.add(stored)
        if stored.origin in (None, FILE) or _columns(budget) == _columns(budget_of(stored)):
            _as_in_file(stored, budget)
        else:
            stored.in_file = _stored(budget)
    session.flush()


def is_override(row: BudgetRow) -> bool:
    """Whether `finops.yaml` says something else about this budget."""
    return row.in_file is not None


def in_file(row: BudgetRow) -> Budget | None:
    """What `finops.yaml` says where the row overrides it."""
    return None if row.in_file is None else Budget.model_validate(row.in_file)


def note_of(row: BudgetRow) -> str:
    """`Changed by Maya on 12 Nov; finops.yaml says $120k a month.`; empty where nothing is overridden."""
    if (given := in_file(row)) is None:
        return ""
    when = f" on {row.changed_at.day} {row.changed_at:%b}" if row.changed_at else ""
    return f"Changed by {row.changed_by or 'somebody'}{when}; finops.yaml says {described(given)}."


def described(budget: Budget) -> str:
    """`$95k a month`, `$95k from 2026-11-01 to 2027-02-01`."""
    each = _EACH.get(budget.period, f"from {budget.start} to {budget.end}")
    return f"{money(budget.amount, budget.currency)} {each}"


def _as_in_file(row: BudgetRow, budget: Budget) -> None:
    for name, value in _columns(budget).items():
        setattr(row, name, value)
    row.origin, row.in_file, row.changed_by, row.changed_at = FILE, None, None, None


def _columns(budget: Budget) -> dict[str, Any]:
    return {
        "scope": dict(budget.scope.pairs()),
        "amount": Decimal(budget.amount),
        "currency": budget.currency,
        "period": budget.period,
        "starts_on": budget.start,
        "ends_on": budget.end,
        "thresholds": list(budget.thresholds),
        "rollover": budget.rollover,
        "owner": budget.owner,
    }


def _stored(budget: Budget) -> dict[str, Any]:
    return budget.model_dump(mode="json")
