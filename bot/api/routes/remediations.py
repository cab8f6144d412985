"""Remediations: one with its plan, and the decision about a proposal, by the same rules as the buttons in Slack."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from bot.api.context import WHOLE, Caller, Context, Decider, InContext, Reader, Text
from bot.api.http import etags, problems
from bot.api.schemas import responds
from config.access import Denied, approves, may_see_change
from db.tables import Remediation
from playbooks.approval import decisions
from playbooks.run.log import RunContext
from playbooks.run.recovery import recheck
from playbooks.schema import read_playbooks

router = APIRouter(tags=["remediations"], responses=problems.declared(*problems.ALWAYS))
Number = Annotated[int, Path(ge=1, lt=2**63, description="Number of the remediation")]
_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_MONEY: dict[str, Any] = {"type": ["number", "null"]}


def _rows(description: str = "", **properties: Any) -> dict[str, Any]:
    item = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "array", "items": item, **({"description": description} if description else {})}


_OPTIONS = {
    "may": {
        "type": "array",
        "items": {"type": "string", "enum": ["approve", "choose", "reject", "snooze", "withdraw", "undo", "recheck"]},
        "description": "Decisions of the caller that would count now, but for what has to be typed",
    },
    "why_not": {**_TEXT, "description": "Why an approval of the caller would not count, while it is still proposed"},
    "for_anybody": {"type": "boolean", "description": "Whether `why_not` holds whoever approves"},
}
_SAID: dict[str, Any] = {
    "what": {"type": "string", "description": "What is done, in a sentence"},
    "resources": {"type": "integer"},
}
_TEXTS = (
    "state",
    "title",
    "headline",
    "playbook",
    "currency",
    "undo",
    "digest",
    "frozen_at",
    "requested_by",
    "expires_at",
)
_TEXTS_OR_NOT = (
    "reason",
    "account",
    "team",
    "environment",
    "requester_name",
    "flow_run_id",
    "flow_run_url",
    "savings",
    "snoozed_until",
    "waits_until",
    "approval_ends",
)
_FIELDS: dict[str, Any] = {
    "id": {"type": "integer"},
    **{name: {"type": "string"} for name in _TEXTS},
    **dict.fromkeys(_TEXTS_OR_NOT, _TEXT),
    **{name: {"type": "boolean"} for name in ("not_requester", "typed_confirmation", "can_undo", "withdrawn")},
    **{name: {"type": "array", "items": {"type": "string"}} for name in ("approver_roles", "approvers")},
    "approvals_needed": {"type": "integer"},
    "undo_of": {"type": ["integer", "null"]},
    "monthly_savings": _MONEY,
    "seconds": _MONEY,
    **_SAID,
    "steps": _rows(
        "One action on one resource each, as frozen, with how far it is",
        name=_TEXT,
        resource_id={"type": "string"},
        says={"type": "string"},
        evidence={"type": "string"},
        arithmetic=_TEXT,
        monthly_savings=_MONEY,
        state={"type": "string"},
        error=_TEXT,
    ),
    "left_out": _rows(
        "What the plan does not touch",
        resource_id={"type": "string"},
        name={"type": "string"},
        reason={"type": "string"},
    ),
    "approvals": _rows(actor={"type": "string"}, name=_TEXT, at={"type": "string"}),
    "plan": {"description": "The frozen plan as it is stored"},
    **_OPTIONS,
}
_SCHEMA = {
    "type": "object",
    "required": list(_FIELDS),
    "description": "The remediation with its frozen plan, steps, approvals, and what the caller may do about it",
    "properties": _FIELDS,
}
_LIST = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": _rows(
            id={"type": "integer"},
            state={"type": "string"},
            reason=_TEXT,
            playbook={"type": "string"},
            account=_TEXT,
            team=_TEXT,
            expected_monthly_savings=_MONEY,
            currency={"type": "string"},
            requested_by={"type": "string"},
            requester_name=_TEXT,
            requested_at={"type": "string"},
            expires_at={"type": "string"},
            finished_at=_TEXT,
            undo_of={"type": ["integer", "null"]},
            may_approve={"type": "boolean"},
            **_SAID,
        )
    },
}
_COUNTED = {
    "type": "object",
    "required": ["remediation_id", "decision", "says"],
    "properties": {"remediation_id": {"type": "integer"}, "decision": {"type": "string"}, "says": {"type": "string"}},
}
_EXAMPLE = {"remediation_id": 7, "decision": "approve", "says": "Remediation 7 is approved."}


class DecisionBody(BaseModel):
    """A decision about a proposal, or about what was carried out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"decision": "approve"}, {"decision": "reject", "text": "needed until Friday"}]
        },
    )
    decision: Literal["approve", "reject", "choose", "snooze", "withdraw", "undo", "recheck"]
    text: Text | None = Field(
        None, max_length=500, description="The reason; or, where something is deleted, the number of resources"
    )
    resources: list[Annotated[Text, Field(max_length=500)]] = Field(
        default=[], max_length=1_000, description="With choose: ids of the resources that a new proposal keeps"
    )
    approve: bool = Field(
        False, strict=True, description="With choose: approve what is chosen too, where nothing has to be typed"
    )
    days: Annotated[int, WHOLE] = Field(7, ge=1, le=365, description="With snooze: for how long")


def visible(session: Session, number: int, caller: Caller) -> Remediation:
    """The remediation; 404 also where the caller neither sees it nor decides about it."""
    row = session.get(Remediation, number)
    if row is None or not may_see_change(caller.actor, row.team, row.playbook):
        raise HTTPException(404, f"There is no remediation {number}.")
    return row


@router.get(
    "/proposals",
    summary="Remediations that the caller may see or decides about, newest first, a row each",
    response_model=None,
    responses={**responds("The newest", _LIST, **etags.HEADER), **etags.UNCHANGED},
)
def proposals(
    request: Request,
    context: InContext,
    caller: Reader,
    state: Annotated[Text | None, Query(max_length=20, description="As proposed, running, succeeded")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """`may_approve`: an approval of the caller would count now. `/remediations` has a row a resource."""
    return etags.respond(request, {"items": decisions.visible(context.database, caller.actor, state, limit)})


@router.get(
    "/remediations/{remediation_id:int}",
    summary="One remediation with its plan",
    response_model=None,
    responses={**responds("The remediation", _SCHEMA, **etags.HEADER), **etags.UNCHANGED, **problems.declared(404)},
)
def remediation(request: Request, remediation_id: Number, context: InContext, caller: Reader) -> Response:
    """404 also where the caller may neither see its team nor decide about it."""
    with Session(context.database.app) as session:
        visible(session, remediation_id, caller)
    return etags.respond(request, decisions.shown(context.database, remediation_id, caller.actor))


@router.post(
    "/remediations/{remediation_id:int}/decision",
    summary="Approve, narrow, reject or snooze a proposal; undo what was done, look at what nobody knows",
    response_model=None,
    responses={**responds("It counted", _COUNTED, _EXAMPLE), **problems.declared(400, 404, 409, 412, 413)},
)
def decide(
    remediation_id: Number, verdict: DecisionBody, context: InContext, caller: Decider, if_match: etags.IfMatch = None
) -> dict[str, Any]:
    """An approved one is started at once by the bot, else by the sweep within a
    minute. 403 without the role for this team or playbook, 409 when its state forbids it.

    The plan that is approved is the stored one, whose digest is checked;
    `If-Match` besides says that it is the one that was read.
    """
    with Session(context.database.app) as session:
        proposal = visible(session, remediation_id, caller)
    if if_match is not None:
        etags.must_match(if_match, decisions.shown(context.database, remediation_id, caller.actor))
    outcome = _outcome(context, remediation_id, caller, verdict)
    if isinstance(outcome, Denied):
        barred = isinstance(approves(caller.actor, proposal.team, proposal.playbook), Denied)
        raise HTTPException(403 if barred else 409, outcome.reason)
    return {"remediation_id": remediation_id, "decision": verdict.decision, "says": outcome}


def _outcome(context: Context, number: int, caller: Caller, verdict: DecisionBody) -> str | Denied:
    if verdict.decision == "recheck":
        limits = context.organisation.remediation
        run = RunContext(context.database.app, cloud_of(context.settings, limits), limits, read_playbooks())
        state = recheck(run, number, caller.actor)
        return state if isinstance(state, Denied) else f"Remediation {number} is {state}."
    return decisions.decide(
        context.database,
        number,
        caller.actor,
        verdict.decision,
        verdict.text or "",
        verdict.resources,
        days=verdict.days,
        approves=verdict.approve,
    )
