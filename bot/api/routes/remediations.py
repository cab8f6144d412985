"""Remediations: one with its plan, and the decision about a proposal, by the same rules as the buttons in Slack."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.api import etags, problems
from bot.api.context import Caller, Context, Decider, InContext, Reader, Text
from bot.api.schemas import responds
from config.access import Denied, approves, may_see_team
from db.tables import Remediation
from playbooks.approval import decisions

router = APIRouter(tags=["remediations"], responses=problems.declared(*problems.ALWAYS))
Number = Annotated[int, Path(ge=1, lt=2**63, description="Number of the remediation")]
_SCHEMA = {
    "type": "object",
    "required": ["id", "state", "plan"],
    "description": "The remediation with its frozen plan, steps and approvals",
}
_SAID = {
    "type": "object",
    "required": ["remediation_id", "decision", "says"],
    "properties": {"remediation_id": {"type": "integer"}, "decision": {"type": "string"}, "says": {"type": "string"}},
}
_EXAMPLE = {"remediation_id": 7, "decision": "approve", "says": "Remediation 7 is approved."}


class DecisionBody(BaseModel):
    """A decision about a proposal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"decision": "approve"}, {"decision": "reject", "text": "needed until Friday"}]
        },
    )
    decision: Literal["approve", "reject"]
    text: Text | None = Field(
        None, max_length=500, description="The reason; or, where something is deleted, the number of resources"
    )


def _visible(context: Context, number: int, caller: Caller) -> Remediation:
    with Session(context.database.app) as session:
        row = session.get(Remediation, number)
    if row is None or not may_see_team(caller.actor, row.team):
        raise HTTPException(404, f"There is no remediation {number}.")
    return row


@router.get(
    "/remediations/{remediation_id:int}",
    summary="One remediation with its plan",
    response_model=None,
    responses={**responds("The remediation", _SCHEMA, **etags.HEADER), **etags.UNCHANGED, **problems.declared(404)},
)
def remediation(request: Request, remediation_id: Number, context: InContext, caller: Reader) -> Response:
    """404 also where the caller may not see its team."""
    _visible(context, remediation_id, caller)
    return etags.respond(request, decisions.shown(context.database, remediation_id))


@router.post(
    "/remediations/{remediation_id:int}/decision",
    summary="Approve or reject a proposal",
    response_model=None,
    responses={**responds("It counted", _SAID, _EXAMPLE), **problems.declared(400, 404, 409, 412, 413)},
)
def decide(
    remediation_id: Number, verdict: DecisionBody, context: InContext, caller: Decider, if_match: etags.IfMatch = None
) -> dict[str, Any]:
    """An approved one is started by the sweep within a minute. 403 without the
    role for this team or playbook, 409 when its state forbids it.

    The plan that is approved is the stored one, whose digest is checked;
    `If-Match` besides says that it is the one that was read.
    """
    proposal = _visible(context, remediation_id, caller)
    if if_match is not None:
        etags.must_match(if_match, decisions.shown(context.database, remediation_id))
    outcome = decisions.decide(context.database, remediation_id, caller.actor, verdict.decision, verdict.text or "")
    if isinstance(outcome, Denied):
        barred = isinstance(approves(caller.actor, proposal.team, proposal.playbook), Denied)
        raise HTTPException(403 if barred else 409, outcome.reason)
    return {"remediation_id": remediation_id, "decision": verdict.decision, "says": outcome}
