"""What an operator looks after: loads and what stands, tags, people, health, what was set aside."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from bot.api.context import STORABLE, Auditor, Caller, ChangingKeeper, Context, InContext, Keeper
from bot.api.http import etags, problems
from bot.api.ops.health import parts_of
from bot.api.schemas import responds
from db import audit
from db.tables import Switch
from domain import quarantine
from domain.flows import deliveries
from lake.place import place_of

router = APIRouter(prefix="/admin", tags=["records"], responses=problems.declared(*problems.ALWAYS))
_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_WORDS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
Rows = Annotated[int, Query(ge=1, le=500, description="At most so many rows")]


def _items(**properties: Any) -> dict[str, Any]:
    item = {"type": "object", "required": list(properties), "properties": properties}
    items = {"type": "array", "items": item}
    return {"type": "object", "required": ["items"], "properties": {"items": items}}


_LOADS = _items(
    id={"type": "integer"},
    finished_at=_TEXT,
    source=_TEXT,
    path={"type": "string"},
    format=_TEXT,
    billing_periods=_WORDS,
    rows={"type": "integer"},
    rejected={"type": "integer"},
    status={"type": "string"},
    error=_TEXT,
)
_STANDING = _items(
    source={"type": "string"},
    billing_account_id=_TEXT,
    period=_TEXT,
    currency=_TEXT,
    rows={"type": "integer"},
    billed_cost=_NUMBER,
    effective_cost=_NUMBER,
    list_cost=_NUMBER,
    contracted_cost=_NUMBER,
    tax=_NUMBER,
)
_TAGS = _items(key={"type": "string"}, currency={"type": "string"}, values={"type": "integer"}, share=_NUMBER)
_PEOPLE = _items(
    id={"type": "string"},
    name={"type": "string"},
    roles=_WORDS,
    teams=_WORDS,
    approves_teams=_WORDS,
    approves_playbooks=_WORDS,
)
_ASIDE = _items(
    id={"type": "string"},
    since={"type": "string"},
    attempts={"type": "integer"},
    text={"type": "string"},
    reason={"type": "string"},
)["properties"]["items"]
_HEALTH = {
    "type": "object",
    "required": ["parts", "stopped_by", "quarantine"],
    "properties": {
        "parts": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "`ready`, or what is not",
        },
        "stopped_by": {**_TEXT, "description": "Who stopped all remediations; null while they may run"},
        "quarantine": _ASIDE,
    },
}
_DONE = {"type": "object", "required": ["says"], "properties": {"says": {"type": "string"}}}


def whole(caller: Keeper) -> Caller:
    """Who sees the costs of all teams; 403 for who sees those of some."""
    if not caller.actor.sees_all:
        raise HTTPException(403, "These are sums over all teams, and you see the costs of some.")
    return caller


Whole = Annotated[Caller, Depends(whole)]


def _answers(description: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {**responds(description, schema, **etags.HEADER), **etags.UNCHANGED}


@router.get("/loads", summary="The newest files of bills", response_model=None, responses=_answers("Files", _LOADS))
def loads(request: Request, context: InContext, caller: Keeper, limit: Rows = 100) -> Response:
    """Whatever became of them, with the reason; that of a held one has the sums of whole bills and is null for who
    sees the costs of some teams alone.
    """
    with context.database.app.connect() as connection:
        rows = deliveries.deliveries(connection, limit)
    names = _LOADS["properties"]["items"]["items"]["required"]
    items = [{name: row[name] for name in names} for row in rows]
    if not caller.actor.sees_all:
        items = [{**item, "error": None} if item["status"] == "held" else item for item in items]
    return etags.respond(request, {"items": items})


@router.get(
    "/standing",
    summary="What stands of each billing account and month, to hold against an invoice",
    response_model=None,
    responses=_answers("Sums", _STANDING),
)
def standing(request: Request, context: InContext, caller: Whole, limit: Rows = 100) -> Response:
    """403 for who sees the costs of some teams alone."""
    with context.database.app.connect() as connection:
        return etags.respond(request, {"items": deliveries.standing(connection, limit)})


@router.get(
    "/tags",
    summary="Tag keys of the newest month by the share of cost that bears them",
    response_model=None,
    responses=_answers("Tag keys", _TAGS),
)
def tags(request: Request, context: InContext, caller: Whole, limit: Rows = 100) -> Response:
    """`share` in per cent of the cost in the currency. 403 for who sees the costs of some teams alone."""
    with context.database.app.connect() as connection:
        rows = deliveries.tag_keys(connection, place_of(context.database), limit)
    names = ("key", "currency", "values", "share")
    return etags.respond(request, {"items": [{name: row[name] for name in names} for row in rows]})


@router.get(
    "/people", summary="People and roles of finops.yaml", response_model=None, responses=_answers("People", _PEOPLE)
)
def people(request: Request, context: InContext, caller: Auditor) -> Response:
    """What Slack's user groups add is not in it."""
    names = _PEOPLE["properties"]["items"]["items"]["required"]
    return etags.respond(
        request, {"items": [{name: getattr(one, name) for name in names} for one in context.organisation.people]}
    )


@router.get(
    "/health",
    summary="Parts, duties, the switch that stops remediations, and what was set aside",
    response_model=None,
    responses=_answers("Health", _HEALTH),
)
def health(request: Request, context: InContext, caller: Keeper) -> Response:
    """What `/readyz` says, with what waits for somebody. Its `text` is other people's words, and empty for who sees
    some teams alone.
    """
    blank: dict[str, str] = {} if caller.actor.sees_all else {"text": ""}
    with Session(context.database.app) as session:
        waiting = [asdict(one) | blank for one in quarantine.waiting(session)]
        switch = session.scalar(sa.select(Switch).where(Switch.name == "stop_all", Switch.on))
    return etags.respond(
        request,
        {"parts": _parts(context), "stopped_by": switch.set_by if switch else None, "quarantine": waiting},
    )


def _parts(context: Context) -> dict[str, str]:
    ready, watched = parts_of(context)
    return {**ready, **watched}


class ReconcileVerdict(BaseModel):
    """What becomes of a thing in quarantine."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"decision": "retry"}]})
    decision: Literal["retry", "drop"]


@router.post(
    "/quarantine/{item}",
    summary="Try a thing in quarantine again, or give it up",
    response_model=None,
    responses={**responds("It is done", _DONE), **problems.declared(400, 404, 413)},
)
def decide(
    item: Annotated[str, Path(max_length=200, pattern=STORABLE, description="As `message:7`")],
    verdict: ReconcileVerdict,
    context: InContext,
    caller: ChangingKeeper,
) -> dict[str, str]:
    """Audited, as `finops quarantine retry` and `drop`."""
    act = quarantine.retry if verdict.decision == "retry" else quarantine.drop
    with Session(context.database.app) as session, session.begin():
        if not act(session, item, datetime.now(UTC)):
            raise HTTPException(404, f"{item} is not in quarantine.")
        audit.append(session, caller.actor.id, f"quarantine.{verdict.decision}", item, {})
    return {"says": "It is tried again." if verdict.decision == "retry" else "It is dropped."}
