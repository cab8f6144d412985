"""Questions in plain words: the same `ask`, the same guard and the same narrowing as in Slack."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.api.context import PLAIN_DAY, Asker, Caller, Context, InContext, Text
from bot.api.http import problems
from bot.api.schemas import responds
from config import logs
from nl2sql.ask import ask, run_query
from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.semantic.forms import QueryForm, problems_of
from nl2sql.grammar.semantic.schema import inlined, nullable, query_schema

router = APIRouter(tags=["ai"], responses=problems.declared(400, 413, *problems.ALWAYS))

_SOON = {"Retry-After": "1"}
_OUTCOMES = ["answer", "clarify", "cannot_answer", "blocked", "timeout", "unavailable"]
_EXAMPLE = {
    "outcome": "answer",
    "text": "$12.4k: checkout in prod, last week.",
    "sql": "SELECT service, sum(effective_cost) …",
    "columns": ["service", "cost"],
    "rows": [["Amazon Elastic Compute Cloud", 7204.11]],
    "choices": [],
    "period": {"start": "2026-11-16", "end": "2026-11-23"},
    "metric": "effective",
    "currency": "USD",
    "as_of": "2026-11-22",
    "translator": "offline",
    "elapsed_ms": 38,
}
_SCHEMA = {
    "type": "object",
    "required": list(_EXAMPLE),
    "properties": {
        "outcome": {"type": "string", "enum": _OUTCOMES},
        "text": {"type": "string", "description": "A sentence for people"},
        "sql": {"type": ["string", "null"], "description": "What was run"},
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "array"}},
        "choices": {"type": "array", "description": "What may have been meant, or can be asked instead"},
        "period": {"type": ["object", "null"], "description": "Days, the end not in it"},
        "metric": {"type": ["string", "null"]},
        "currency": {"type": ["string", "null"]},
        "as_of": {"type": ["string", "null"], "description": "The bills reach through this day"},
        "translator": {"type": "string"},
        "elapsed_ms": {"type": "integer"},
        "certified": {
            "type": "object",
            "description": "Where an admin approved this answer (`holds`), or the one that it was built on; `changed` "
            "says which parameters are others",
            "required": ["reference", "question", "by", "on", "changed", "holds", "parameters", "says"],
            "properties": {
                "reference": {"type": "string"},
                "question": {"type": "string"},
                "by": {"type": ["string", "null"]},
                "on": {"type": ["string", "null"], "format": "date"},
                "changed": {"type": "array", "items": {"type": "string"}},
                "holds": {"type": "boolean"},
                "parameters": {"type": "array", "items": {"type": "string"}},
                "says": {"type": "string", "description": "For people"},
            },
        },
        "sections": {
            "type": "array",
            "description": "The steps of a question that needs several; `columns` and `rows` above are of the one that "
            "is drawn",
            "items": {
                "type": "object",
                "required": ["title", "text", "sql", "columns", "rows"],
                "properties": {
                    "title": {"type": "string"},
                    "text": {"type": "string"},
                    "sql": {"type": ["string", "null"]},
                    "columns": {"type": "array", "items": {"type": "string"}},
                    "rows": {"type": "array", "items": {"type": "array"}},
                },
            },
        },
    },
}


class Asked(BaseModel):
    """A question in plain words."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "what did we spend on EC2 last month by team?"},
                {"question": "and by region?", "thread": "t1"},
            ]
        },
    )
    question: Text = Field(min_length=1, max_length=2000)
    thread: Text | None = Field(None, max_length=100, description="A follow-up amends the thread's last question")
    today: Annotated[date | None, PLAIN_DAY] = Field(None, description="Answer as if it were this day")


@router.post(
    "/ai/query",
    summary="Ask a cost question",
    response_model=None,
    responses=responds("What became of the question", _SCHEMA, _EXAMPLE),
)
def ai_query(asked: Asked, context: InContext, caller: Asker) -> dict[str, Any]:
    """A question that cannot be answered, or is refused, is an outcome too."""

    deps = replace(context.answers, today=asked.today) if asked.today else context.answers
    thread = f"api:{caller.actor.id}:{asked.thread}" if asked.thread else None
    with logs.hiding(asked.question), _share(context, caller):
        answer: dict[str, Any] = ask(asked.question, caller.actor, thread, deps).to_json()
    return answer


@contextmanager
def _share(context: Context, caller: Caller) -> Iterator[None]:
    """A thread for one question; 429 where the caller has as many under way as one may."""
    with context.shares.take(caller.actor.id) as granted:
        if not granted:
            most = context.shares.most
            raise HTTPException(429, f"{most} of your questions are under way. Ask again when one is answered.", _SOON)
        yield


def _body() -> dict[str, Any]:
    schema = inlined(nullable(query_schema(semantics())))
    example = {"period": {"start": "2026-10-01", "end": "2026-11-01"}, "dimensions": ["service"], "limit": 5}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


@router.post(
    "/costs/query",
    summary="Query cost exactly, without words that could be misread",
    response_model=None,
    responses=responds("What became of the query", _SCHEMA, _EXAMPLE),
    openapi_extra=_body(),
)
def costs_query(query: Annotated[dict[str, Any], Body()], context: InContext, caller: Asker) -> dict[str, Any]:
    """A query whose names, days or parts do not fit is an outcome too, which says what is wrong by its field."""
    try:
        QueryForm.model_validate(query)
    except ValidationError as error:
        raise HTTPException(422, problems_of(error).text) from error
    with _share(context, caller):
        answer: dict[str, Any] = run_query(query, caller.actor, None, context.answers).to_json()
    return answer
