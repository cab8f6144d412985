"""Addresses of messages that tell of the same thing: a proposal's alert, an alert's proposals."""

import logging
from typing import Any, cast

import sqlalchemy as sa
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack import calls
from db.message_keys import insight_key, remediation_key
from db.messages import Drawn
from db.tables import OutboxMessage

log = logging.getLogger(__name__)
_CARDS = ("alert", "budget")


def linked(client: WebClient, connection: sa.Connection, message: Drawn, ids: dict[str, str]) -> Drawn:
    """The message with the addresses of what belongs to it, where that was posted and Slack says them."""
    if message["type"] == "proposal" and (number := message.get("insight_id")):
        cards = sa.and_(OutboxMessage.key.startswith(insight_key(number, "")), OutboxMessage.kind.in_(_CARDS))
        address = _address(client, connection, cards, ids)
        return cast(Drawn, {**message, "insight_url": address}) if address else message
    if message["type"] == "alert" and (fixes := (message.get("evidence") or {}).get("fixes")):
        shown = [
            {**fix, "url": _address(client, connection, OutboxMessage.key == remediation_key(fix["id"]), ids)}
            for fix in fixes
        ]
        return cast(Drawn, {**message, "evidence": {**message["evidence"], "fixes": shown}})
    return message


def _address(
    client: WebClient, connection: sa.Connection, which: sa.ColumnElement[bool], ids: dict[str, str]
) -> str | None:
    posted: Any = connection.execute(
        sa.select(OutboxMessage.channel, OutboxMessage.message_ts)
        .where(which, OutboxMessage.update_key.is_(None), OutboxMessage.message_ts.is_not(None))
        .order_by(OutboxMessage.id)
        .limit(1)
    ).first()
    if posted is None:
        return None
    try:
        channel = calls.channel_id(client, posted.channel, ids)
        return str(client.chat_getPermalink(channel=channel, message_ts=posted.message_ts)["permalink"])
    except SlackApiError as error:
        log.info("no address of a message: %s", calls.error_code(error))
        return None
