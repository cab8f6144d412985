"""Budgets: read one, make, change, delete. Those of finops.yaml are changed there."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from bot.api.context import PLAIN_DAY, STORABLE, BudgetEditor, InContext, Reader, Text
from bot.api.http import etags, problems
from bot.api.schemas import responds, table_schema
from config.access import Actor, Denied, may_see_scope
from config.organisation import Budget
from db.tables import BudgetRow
from domain.budgets import FILE, checked, is_override, locked, remove, save, take_back

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
        None, description="First day; a custom period needs it, another begins with it; kept as starts_on"
    )
    end: Annotated[date | None, PLAIN_DAY] = Field(
        None, description="Day after the last; a custom period needs it; kept as ends_on"
    )
    thresholds: list[Annotated[float, Field(gt=0, le=10, strict=True, allow_inf_nan=False)]] = Field(
        default=[0.8, 1.0], min_length=1, max_length=10, description="Shares of the amount at which it is told"
    )
    rollover: bool = Field(False, strict=True, description="Whether what is left of a period is added to the next")
    owner: Text | None = Field(None, max_length=100, description="Slack user id that is mentioned")

    @model_validator(mode="after")
    def _by_the_rules(self) -> "BudgetIn":
        if isinstance(wrong := checked(self.values("budget")), dict):
            raise ValueError("; ".join(f"{field}: {what}" for field, what in wrong.items()))
        return self

    def values(self, name: str) -> dict[str, Any]:
        """The budget of a name, as `finops.yaml` would say it."""
        given = {field: getattr(self, field) for field in BudgetIn.model_fields}
        return {**given, "name": name, "amount": Decimal(str(round(self.amount, 4)))}


class NewBudget(BudgetIn):
    """A budget with its name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "payments", **_EXAMPLE}, {"name": "launch", **_CUSTOM}], **_DATED},
    )
    name: Text = Field(min_length=1, max_length=100)


def _body(row: BudgetRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in BudgetRow.__table__.columns}


def _visible(row: BudgetRow | None, actor: Actor, name: str) -> BudgetRow:
    """The budget; 404 also where the caller may not see it."""
    if row is None or not may_see_scope(actor, row.scope):
        raise HTTPException(404, f"There is no budget {name}.")
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
        row = _visible(session.get(BudgetRow, name), caller.actor, name)
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
        if locked(session, budget.name) is not None:
            raise HTTPException(409, f"There is a budget {budget.name}; change it with PUT.")
        body = _saved(session, budget, budget.name, caller.actor)
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
    budget is sent with its dates. There is no PATCH. A budget of finops.yaml is
    overridden until `DELETE /budgets/{name}/override`; `in_file` is what the file says.
    """
    with Session(context.database.app) as session, session.begin():
        row = locked(session, name)
        hidden = row is not None and not may_see_scope(caller.actor, row.scope)
        etags.must_match(if_match, None if row is None or hidden else _body(row))  # a guess tells nothing of it
        if row is not None:
            _visible(row, caller.actor, name)
        body = _saved(session, budget, name, caller.actor)
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
        row = _visible(locked(session, name), caller.actor, name)
        etags.must_match(if_match, _body(row))
        if row.origin == FILE or is_override(row):
            raise HTTPException(409, f"finops.yaml has the budget {name}; take it out there.")
        remove(session, row, caller.actor, datetime.now(UTC))
    return Response(status_code=204)


@router.delete(
    "/budgets/{name}/override",
    summary="Let finops.yaml hold again for a budget that was changed",
    response_model=None,
    responses={**_MADE, **_CHANGED},
)
def take_override_back(
    request: Request, name: Name, context: InContext, caller: BudgetEditor, if_match: etags.IfMatch = None
) -> Response:
    """409 where the file says nothing else."""
    with Session(context.database.app) as session, session.begin():
        row = _visible(locked(session, name), caller.actor, name)
        etags.must_match(if_match, _body(row))
        if not is_override(row):
            raise HTTPException(409, f"The budget {name} overrides nothing of finops.yaml.")
        take_back(session, row, caller.actor, datetime.now(UTC))
        session.refresh(row)
        body = _body(row)
    return etags.respond(request, body)


def _saved(session: Session, budget: BudgetIn, name: str, actor: Actor) -> dict[str, Any]:
    row = save(session, Budget.model_validate(budget.values(name)), actor, "api", datetime.now(UTC))
    if isinstance(row, Denied):
        raise HTTPException(403, row.reason)
    session.refresh(row)
    return _body(row)
