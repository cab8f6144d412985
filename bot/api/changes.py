"""What changes things: questions, budgets, decisions about remediations; and the audit log and KPIs beside them."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from access import Denied, may_see_team
from bot.api.context import Approver, Asker, Auditor, BudgetEditor, InContext, Reader
from db import audit
from db.tables import AuditEntry, BudgetRow, Remediation
from playbooks import decisions

router = APIRouter()


class Asked(BaseModel):
    """A question in plain words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "what did we spend on EC2 last month by team?"}]})
    question: str = Field(min_length=1, max_length=2000)
    thread: str | None = Field(None, max_length=100, description="A follow-up amends the thread's last question")
    today: date | None = Field(None, description="Answer as if it were this day")


@router.post("/ai/query", summary="Ask a cost question", tags=["ai"])
def ai_query(asked: Asked, context: InContext, caller: Asker) -> dict[str, Any]:
    """The same `ask`, the same guard and the same narrowing as in Slack."""
    from dataclasses import replace

    from nl2sql.answer import ask

    deps = replace(context.answers, today=asked.today) if asked.today else context.answers
    thread = f"api:{caller.actor.id}:{asked.thread}" if asked.thread else None
    answer: dict[str, Any] = ask(asked.question.replace("\x00", ""), caller.actor, thread, deps).to_json()
    return answer


class BudgetIn(BaseModel):
    """A budget as the API takes it."""

    model_config = ConfigDict(extra="forbid")
    scope: dict[Literal["team", "account", "service", "environment", "application", "provider", "region"], str] = Field(
        default_factory=dict
    )
    amount: Decimal = Field(gt=0, le=Decimal("1e12"), allow_inf_nan=False)
    currency: str = Field("USD", pattern="^[A-Z]{3}$")
    period: Literal["monthly", "quarterly", "yearly"] = "monthly"
    thresholds: list[float] = Field(default=[0.8, 1.0], min_length=1, max_length=10)
    owner: str | None = Field(None, max_length=100)

    @model_validator(mode="after")
    def _short(self) -> "BudgetIn":
        if any(not value or len(value) > 200 or "\x00" in value for value in self.scope.values()):
            raise ValueError("scope: a value has 1 to 200 characters")
        if any(not 0 < share <= 10 for share in self.thresholds):
            raise ValueError("thresholds: shares of the amount, above 0")
        return self


@router.put("/budgets/{name}", summary="Make or change a budget", tags=["budgets"])
def put_budget(name: str, budget: BudgetIn, context: InContext, caller: BudgetEditor, response: Response) -> dict[str, Any]:
    """Budgets of finops.yaml are changed there, not here."""
    if not 0 < len(name) <= 100 or "\x00" in name:
        raise HTTPException(422, "A budget's name has 1 to 100 characters.")
    with Session(context.database.app) as session, session.begin():
        row = session.get(BudgetRow, name)
        if row is not None and row.origin == "file":
            raise HTTPException(409, f"The budget {name} comes from finops.yaml; change it there.")
        if row is None:
            row = BudgetRow(name=name, origin="api")
            session.add(row)
            response.status_code = 201
        for field, value in budget.model_dump().items():
            setattr(row, field, value)
        audit.append(session, caller.actor.id, "budget.saved", name, budget.model_dump(mode="json"))
    return {"name": name, **budget.model_dump(mode="json")}


@router.delete("/budgets/{name}", status_code=204, summary="Delete a budget", tags=["budgets"])
def delete_budget(name: str, context: InContext, caller: BudgetEditor) -> None:
    """404 when there is none, 409 when finops.yaml has it."""
    with Session(context.database.app) as session, session.begin():
        row = session.get(BudgetRow, name.replace("\x00", ""))
        if row is None:
            raise HTTPException(404, f"There is no budget {name}.")
        if row.origin == "file":
            raise HTTPException(409, f"The budget {name} comes from finops.yaml; change it there.")
        session.delete(row)
        audit.append(session, caller.actor.id, "budget.deleted", name, {})


class Verdict(BaseModel):
    """A decision about a proposal."""

    decision: Literal["approve", "reject"]
    text: str | None = Field(None, max_length=500, description="The reason; or, where something is deleted, the number of resources")


@router.get("/remediations/{remediation_id}", summary="One remediation with its plan", tags=["remediations"])
def remediation(remediation_id: int, context: InContext, caller: Reader) -> dict[str, Any]:
    """404 also where the caller may not see its team."""
    with Session(context.database.app) as session:
        found = session.get(Remediation, remediation_id) if 0 < remediation_id < 2**63 else None
        if found is None or not may_see_team(caller.actor, found.team):
            raise HTTPException(404, f"There is no remediation {remediation_id}.")
    return decisions.shown(context.database, remediation_id)


@router.post("/remediations/{remediation_id}/decision", summary="Approve or reject a proposal", tags=["remediations"])
def decide(remediation_id: int, verdict: Verdict, context: InContext, caller: Approver) -> dict[str, Any]:
    """The same rules as the button in Slack; an approved one is started by the sweep within a minute."""
    if not 0 < remediation_id < 2**63:
        raise HTTPException(404, f"There is no remediation {remediation_id}.")
    said = decisions.decide(context.database, remediation_id, caller.actor, verdict.decision, (verdict.text or "").replace("\x00", ""))
    if isinstance(said, Denied):
        raise HTTPException(409, said.reason)
    return {"remediation_id": remediation_id, "says": said}


@router.get("/audit", summary="The audit log, newest first", tags=["audit"])
def audit_log(
    context: InContext, caller: Auditor, before: int | None = Query(None, ge=1, lt=2**62), limit: int = Query(100, ge=1, le=500)
) -> dict[str, Any]:
    """`next_before` continues."""
    statement = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    with Session(context.database.app) as session:
        items = [{column.name: getattr(row, column.name) for column in AuditEntry.__table__.columns} for row in session.scalars(statement)]
    return {"items": items, "next_before": items[-1]["id"] if len(items) == limit else None}
