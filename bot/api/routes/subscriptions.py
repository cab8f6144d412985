"""Subscriptions: what a channel receives, and when; and one answer, sent to a channel now."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.api.context import WHOLE, Caller, Context, InContext, Reader, Subscriber, Text
from bot.api.http import problems
from bot.api.schemas import responds
from bot.listeners.questions import IncomingQuestion, as_body
from bot.slack import inbox
from config import logs
from config.access import may_see_team
from config.files.yaml_file import time_zone
from db import audit
from db.tables import Subscription
from domain.subscriptions import describe, end, may_end, subscribe

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"], responses=problems.declared(*problems.ALWAYS))
Number = Annotated[int, Path(ge=1, lt=2**63)]
MYSELF = "me"
_EXAMPLE: dict[str, Any] = {"question": "top 5 services last month", "channel": "#payments"}
_ITEM = {
    "type": "object",
    "required": ["id", "says", "channel", "kind", "created_by"],
    "properties": {
        "id": {"type": "integer"},
        "says": {"type": "string", "description": "What arrives and when, in words"},
        "channel": {"type": "string"},
        "kind": {"type": "string", "enum": ["digest", "question"]},
        "created_by": {"type": "string"},
    },
}
_PLACE = {
    "type": "object",
    "required": ["channel", "team"],
    "properties": {"channel": {"type": "string"}, "team": {"type": ["string", "null"]}},
}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": item}}}


class Sent(BaseModel):
    """A question whose answer goes to a channel."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    question: Text = Field(min_length=1, max_length=500, description="It is asked as its sender")
    channel: Text = Field(
        MYSELF, min_length=1, max_length=80, description="One of `GET /subscriptions/channels`, or `me`"
    )


class NewSubscription(Sent):
    """A question that is asked again and again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{**_EXAMPLE, "weekdays": [0], "at": "09:00", "timezone": "Europe/Berlin"}]},
    )
    weekdays: list[Annotated[int, Field(ge=0, le=6), WHOLE]] = Field(
        default=[0, 1, 2, 3, 4], min_length=1, max_length=7, description="Days on which it comes, 0 is Monday"
    )
    at: str = Field("09:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Time of day in `timezone`")
    timezone: Text = Field("UTC", max_length=60, description="IANA name")


@router.get("", summary="Subscriptions that one may end", response_model=None, responses=responds("They", _list(_ITEM)))
def list_subscriptions(context: InContext, caller: Reader) -> dict[str, Any]:
    """One's own; all of them for an operator."""
    with Session(context.database.app) as session:
        rows = session.scalars(sa.select(Subscription).where(Subscription.active).order_by(Subscription.id))
        return {"items": [_item(row) for row in rows if may_end(row, caller.actor)]}


@router.get(
    "/channels",
    summary="Channels of finops.yaml that one may send to",
    response_model=None,
    responses=responds("They", _list(_PLACE)),
)
def list_channels(context: InContext, caller: Reader) -> dict[str, Any]:
    """Everybody's, and those of the caller's teams."""
    return {"items": [{"channel": name, "team": team} for name, team in _channels(context, caller).items()]}


@router.post(
    "",
    status_code=201,
    summary="Subscribe a channel to a question",
    response_model=None,
    responses={201: responds("The subscription", _ITEM)[200], **problems.declared(400, 404, 409, 413)},
)
def make_subscription(body: NewSubscription, context: InContext, caller: Subscriber) -> dict[str, Any]:
    """The channel is told. 409 where Slack is not connected or the bot is not in the channel, 404 for a time zone that
    there is not.
    """
    try:
        time_zone(body.timezone)
    except ValueError as error:
        raise HTTPException(404, f"timezone: {error}") from None
    hour, _, minute = body.at.partition(":")
    days = sorted(set(body.weekdays))
    row = Subscription(
        channel=_conversation(context, caller, body.channel),
        kind="question",
        scope={},
        question=_question(body),
        frequency="daily",
        weekdays=days if len(days) < 7 else None,
        at_hour=int(hour),
        at_minute=int(minute),
        timezone=body.timezone,
        active=True,
    )
    with Session(context.database.app) as session, session.begin():
        subscribe(session, row, caller.actor, datetime.now(UTC))
        return _item(row)


@router.delete(
    "/{number:int}",
    status_code=204,
    summary="End a subscription",
    response_model=None,
    responses={204: {"description": "It has ended"}, **problems.declared(404)},
)
def end_subscription(number: Number, context: InContext, caller: Subscriber) -> Response:
    """404 also where the caller may not end it."""
    with Session(context.database.app) as session, session.begin():
        row = session.get(Subscription, number, with_for_update=True)
        if row is None or not row.active or not may_end(row, caller.actor):
            raise HTTPException(404, f"There is no subscription {number}.")
        end(session, row, caller.actor)
    return Response(status_code=204)


@router.post(
    "/send",
    status_code=202,
    summary="Ask a question and have the answer posted to a channel",
    response_model=None,
    responses={
        202: {"description": "It is asked; the answer comes to the channel"},
        **problems.declared(400, 409, 413),
    },
)
def send(body: Sent, context: InContext, caller: Subscriber) -> Response:
    """Asked as the caller, so that it shows what the caller may see. 409 as for a subscription."""
    channel, question = _conversation(context, caller, body.channel), _question(body)
    asked = f"Sent from the web page by {caller.actor.name or 'somebody'}: {question}"
    heard = IncomingQuestion(caller.actor.id, channel, question, None, addressed=True, asked=asked)
    with Session(context.database.app) as session, session.begin():
        inbox.store(session, event_id := f"page:{uuid4()}", as_body(heard))
        audit.append(session, caller.actor.id, "answer.sent", event_id, {"channel": channel})
    return Response(status_code=202)


def _question(body: Sent) -> str:
    question = logs.without_secrets(body.question).strip()
    if not question:
        raise HTTPException(422, "question: write what is to be asked")
    return question


def _item(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.id,
        "says": describe(row),
        "channel": row.channel,
        "kind": row.kind,
        "created_by": row.created_by,
    }


def _channels(context: Context, caller: Caller) -> dict[str, str | None]:
    """Team by channel; admin channels belong to the bot's own news."""
    return {
        one.channel: one.team
        for one in context.organisation.channels
        if not one.admin and (one.team is None or may_see_team(caller.actor, one.team))
    }


def _conversation(context: Context, caller: Caller, channel: str) -> str:
    """The id in Slack of where it goes; 403 where one may not send there, 409 where it cannot be reached."""
    if channel != MYSELF and channel not in _channels(context, caller):
        raise HTTPException(
            403, "Send it to yourself, or to a channel of finops.yaml that is everybody's or your team's."
        )
    if context.conversation is None:
        raise HTTPException(409, "Slack is not connected to this process, so nothing can be sent there.")
    place = context.conversation(caller.actor.id if channel == MYSELF else channel)
    if place is None or place == caller.actor.id:
        where, why = (
            ("you", "it does not know you by the id that finops.yaml has")
            if channel == MYSELF
            else (channel, "the bot is not in it")
        )
        raise HTTPException(409, f"Slack does not reach {where}: {why}, or it is away.")
    return place
