"""Addresses of messages that tell of the same thing: a proposal's alert, an alert's proposals."""

from collections.abc import Callable
from typing import cast

import sqlalchemy as sa

from db.outgoing.messages import Drawn
from domain.messages import slack_threads

Permalink = Callable[[str, str], str | None]
"""The address of a message, by its channel and timestamp; None where Slack does not say it now."""


def linked(permalink: Permalink, connection: sa.Connection, message: Drawn) -> Drawn:
    """The message with the addresses of what belongs to it, where that was posted and Slack says them."""
    if message["type"] == "proposal" and (number := message.get("insight_id")):
        address = _address(permalink, slack_threads.of_insight(connection, number))
        return cast(Drawn, {**message, "insight_url": address}) if address else message
    if message["type"] == "alert" and (fixes := (message.get("evidence") or {}).get("fixes")):
        shown = [
            {**fix, "url": _address(permalink, slack_threads.of_remediation(connection, fix["id"]))} for fix in fixes
        ]
        return cast(Drawn, {**message, "evidence": {**message["evidence"], "fixes": shown}})
    return message


def _address(permalink: Permalink, place: tuple[str, str] | None) -> str | None:
    return permalink(*place) if place else None
