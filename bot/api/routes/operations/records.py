"""What the product keeps about itself: the audit log, and how well it does its job."""

from dataclasses import asdict
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from bot.api.context import Auditor, InContext, Reader, Text
from bot.api.http import etags, problems
from bot.api.schemas import responds, table_schema
from db import audit
from db.tables import AuditEntry
from domain import kpis

router = APIRouter(tags=["records"], responses=problems.declared(*problems.ALWAYS))
_Filter = Annotated[Text | None, Query(max_length=200)]
_KPI = {
    "type": "object",
    "required": ["name", "says", "value", "target", "unit", "higher_is_better", "good"],
    "properties": {
        "name": {"type": "string"},
        "says": {"type": "string"},
        "value": {"type": ["number", "null"], "description": "null while there is nothing to measure"},
        "target": {"type": "number"},
        "unit": {"type": "string"},
        "higher_is_better": {"type": "boolean"},
        "good": {"type": ["boolean", "null"]},
    },
}
_LOG = {
    "type": "object",
    "required": ["items", "next_before"],
    "properties": {
        "items": {"type": "array", "items": table_schema(AuditEntry)},
        "next_before": {"type": ["integer", "null"], "description": "`before` of the next page"},
    },
}


@router.get(
    "/kpis",
    summary="How well the product does its job: each measure with its target",
    response_model=None,
    responses={**responds("The measures", {"type": "array", "items": _KPI}, **etags.HEADER), **etags.UNCHANGED},
)
def measures(request: Request, context: InContext, caller: Reader) -> Response:
    """A value of null is not yet known, and neither good nor bad."""
    with context.database.app.connect() as connection:
        measured = kpis.read(connection, len(context.organisation.people), context.organisation)
    return etags.respond(request, [{**asdict(kpi), "good": kpi.good} for kpi in measured])


@router.get(
    "/audit",
    summary="The audit log, newest first",
    response_model=None,
    responses={**responds("A page", _LOG, **etags.HEADER), **etags.UNCHANGED},
)
def audit_log(
    request: Request,
    context: InContext,
    caller: Auditor,
    actor: _Filter = None,
    action: _Filter = None,
    subject: _Filter = None,
    before: Annotated[int | None, Query(ge=1, lt=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """`next_before` continues."""
    statement = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    for column, value in ((AuditEntry.actor, actor), (AuditEntry.action, action), (AuditEntry.subject, subject)):
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    with Session(context.database.app) as session:
        items: list[dict[str, Any]] = [
            {column.name: getattr(row, column.name) for column in AuditEntry.__table__.columns}
            for row in session.scalars(statement)
        ]
    return etags.respond(request, {"items": items, "next_before": items[-1]["id"] if len(items) == limit else None})


@router.get(
    "/audit/verification",
    summary="Walk the audit log's hash chain",
    response_model=None,
    responses=responds(
        "What was found",
        {"type": "object", "required": ["intact"], "properties": {"intact": {"type": "boolean"}}},
        {"intact": True, "entries": 812, "head": "9f2c…"},
    ),
)
def verification(context: InContext, caller: Auditor) -> dict[str, Any]:
    """`head` is worth keeping elsewhere: with it a log that was cut short shows."""
    with Session(context.database.app) as session:
        result = audit.verify(session)
    return {"intact": isinstance(result, audit.Intact), **asdict(result)}
