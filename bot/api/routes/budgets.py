"""Budgets: read one, make, change, delete. Those of finops.yaml are changed there."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from bot.api import etags, problems
from bot.api.context import PLAIN_DAY, STORABLE, BudgetEditor, InContext, Reader, Text
from bot.api.schemas import responds, table_schema
from config.access import Actor
from db import audit, locks
from db.locks import Lock
from db.tables import BudgetRow

router = APIRouter(tags=["budgets"], responses=problems.declared(*problems.ALWAYS))
Name = Annotated[str, Path(min_length=1, max_length=100, pattern=STORABLE, description="The budget's name")]
_EXAMPLE: dict[str, Any] = {
    "scope": {"team": "payments"},
    "amount": 90000,
    "currency": "USD",
    "period": "monthly",
    "thresholds": [0.8, 1.0],
}
_CUSTOM: dict[str, Any] = {**_EXAMPLE, "period": "custom", "start": "2026-11-01", "end": "2027-02-01"}
_DATED: dict[str, Any] = {
    "if": {"properties": {"period": {"const": "custom"}}, "required": ["period"]},
    "then": {"properties": {"start": {"type": "string"}, "end": {"type": "string"}}, "required": ["start", "end"]},
    "else": {"properties": {"start": {"type": "null"}, "end": {"type": "null"}}},
}
_CHANGED = problems.declared(400, 404, 409, 412, 413)


class BudgetIn(BaseModel):
    """A budget as the API takes it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE, _CUSTOM], **_DATED})
    scope: dict[
        Literal["team", "account", "service", "environment", "application", "provider", "region"],
        Annotated[Text, Field(min_length=1, max_length=200)],
    ] = Field(default_factory=dict, description="What it is about; empty means everything")
    amount: float = Field(
        ge=0.01, le=1e12, strict=True, allow_inf_nan=False, description="Not to be passed in a period; kept to 4 places"
    )
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    period: Literal["monthly", "quarterly", "yearly", "custom"] = "monthly"
    start: Annotated[date | None, PLAIN_DAY] = Field(
        None, description="First day of a custom period, and of nothing else; kept as starts_on"
    )
    end: Annotated[date | None, PLAIN_DAY] = Field(
        None, description="Day after the last of a custom period; kept as ends_on"
    )
    thresholds: list[Annotated[float, Field(gt=0, le=10, strict=True, allow_inf_nan=False)]] = Field(
        default=[0.8, 1.0], min_length=1, max_length=10, description="Shares of the amount at which it is told"
    )
    rollover: bool = Field(False, strict=True, description="Whether what is left of a period is added to the next")
    owner: Text | None = Field(None, max_length=100, description="Slack user id that is mentioned")

    @model_validator(mode="after")
    def _rising(self) -> "BudgetIn":
        self.thresholds.sort()
        return self

    @model_validator(mode="after")
    def _dated(self) -> "BudgetIn":
        if self.period == "custom" and (self.start is None or self.end is None or self.end <= self.start):
            raise ValueError("a custom budget needs start and end, end after start")
        if self.period != "custom" and (self.start or self.end):
            raise ValueError("only a custom budget has start and end; say `period: custom`")
        return self


class NewBudget(BudgetIn):
    """A budget with its name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "payments", **_EXAMPLE}, {"name": "launch", **_CUSTOM}], **_DATED},
    )
    name: Text = Field(min_length=1, max_length=100)


def _body(row: BudgetRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in BudgetRow.__table__.columns}


def _may_see(actor: Actor, row: BudgetRow) -> bool:
    return actor.sees_all or row.scope.get("team") in actor.teams


def _own(row: BudgetRow | None, actor: Actor, name: str) -> BudgetRow:
    """The budget if it can be changed here; 404 also where the caller may not see it."""
    if row is None or not _may_see(actor, row):
        raise HTTPException(404, f"There is no budget {name}.")
    if row.origin == "file":
        raise HTTPException(409, f"The budget {name} comes from finops.yaml; change it there.")
    return row


@router.get(
    "/budgets/{name}",
    summary="One budget as it was set; how it stands is in the list",
    response_model=None,
    responses={
        **responds("The budget", table_schema(BudgetRow), **etags.HEADER),
        **etags.UNCHANGED,
        **problems.declared(404),
    },
)
def get_budget(request: Request, name: Name, context: InContext, caller: Reader) -> Response:
    """404 also where the caller may not see its team."""
    with Session(context.database.app) as session:
        row = session.get(BudgetRow, name)
        if row is None or not _may_see(caller.actor, row):
            raise HTTPException(404, f"There is no budget {name}.")
        return etags.respond(request, _body(row))


_MADE = responds("The budget as it is now", table_schema(BudgetRow), **etags.HEADER)


@router.post(
    "/budgets",
    status_code=201,
    summary="Make a budget",
    response_model=None,
    responses={201: _MADE[200], **problems.declared(400, 409, 413)},
)
def make_budget(request: Request, budget: NewBudget, context: InContext, caller: BudgetEditor) -> Response:
    """409 where there is one of that name."""
    with Session(context.database.app) as session, session.begin():
        locks.take(session, Lock.BUDGET, budget.name)
        if session.get(BudgetRow, budget.name) is not None:
            raise HTTPException(409, f"There is a budget {budget.name}; change it with PUT.")
        body = _saved(session, BudgetRow(name=budget.name, origin="api"), budget, caller.actor)
    return etags.respond(request, body, status=201)


@router.put(
    "/budgets/{name}",
    summary="Make or change a budget",
    response_model=None,
    responses={**_MADE, 201: {**_MADE[200], "description": "It was made"}, **_CHANGED},
)
def put_budget(
    request: Request,
    name: Name,
    budget: BudgetIn,
    context: InContext,
    caller: BudgetEditor,
    if_match: etags.IfMatch = None,
) -> Response:
    """Replaces the whole budget: what is left out gets its default, so a custom
    budget is sent with its dates. There is no PATCH.
    """
    with Session(context.database.app) as session, session.begin():
        locks.take(session, Lock.BUDGET, name)
        row = session.get(BudgetRow, name)
        etags.must_match(if_match, None if row is None else _body(row))
        known = _own(row, caller.actor, name) if row is not None else BudgetRow(name=name, origin="api")
        body = _saved(session, known, budget, caller.actor)
    return etags.respond(request, body, status=201 if row is None else 200)


@router.delete(
    "/budgets/{name}",
    status_code=204,
    summary="Delete a budget",
    response_model=None,
    responses={204: {"description": "It is gone"}, **_CHANGED},
)
def delete_budget(name: Name, context: InContext, caller: BudgetEditor, if_match: etags.IfMatch = None) -> Response:
    """404 when there is none, 409 when finops.yaml has it."""
    with Session(context.database.app) as session, session.begin():
        locks.take(session, Lock.BUDGET, name)
        row = _own(session.get(BudgetRow, name), caller.actor, name)
        etags.must_match(if_match, _body(row))
        session.delete(row)
        audit.append(session, caller.actor.id, "budget.deleted", name, {})
    return Response(status_code=204)


def _saved(session: Session, row: BudgetRow, budget: BudgetIn, actor: Actor) -> dict[str, Any]:
    before = row.amount
    for field in BudgetIn.model_fields.keys() - {"start", "end"}:
        setattr(row, field, getattr(budget, field))
    row.amount = Decimal(str(round(budget.amount, 4)))
    row.starts_on, row.ends_on = budget.start, budget.end
    session.add(row)
    audit.append(
        session, actor.id, "budget.changed", row.name, {"from": before, "to": row.amount, "scope": budget.scope}
    )
    session.flush()
    session.refresh(row)
    return _body(row)
