"""Slack's own stop button: whoever asked may end an answer that is being made, and so may who may stop everything."""

from typing import Any

from bot.listeners import clicks
from bot.process.runtime import Runtime
from bot.slack import inbox, streams
from bot.slack.errors import Recipient
from config import access
from config.access import Denied, Permission
from db import audit

_NOT_YOURS = "Only who asked, or who may stop everything, may stop that answer. It comes all the same."


def stopped_by(runtime: Runtime, event_id: str) -> str:
    """Who stopped the answer of an event; empty for nobody."""
    with runtime.session() as session:
        return inbox.stopped_by(session, event_id)


def stop(runtime: Runtime, event: dict[str, Any]) -> None:
    """What an `agent_session_stopped` event asks: the answers being made in its thread end before their next step.
    Slack has stopped the streamed message already, whoever pressed.
    """
    user, channel, thread = (str(event.get(name) or "") for name in ("user", "channel", "thread_ts"))
    actor = runtime.people.actor(user)
    any_one = not isinstance(access.check(actor, Permission.STOP_ALL), Denied)
    with runtime.session() as session:
        in_hand = inbox.in_hand(session, channel, thread)
        theirs = [event_id for event_id, asker in in_hand.items() if asker == user or any_one]
        inbox.stop(session, theirs, user)
        for event_id in theirs:
            audit.append(session, user, "question.stopped", event_id, {"asked_by": in_hand[event_id]})
    if in_hand and not theirs:
        clicks.post_ephemeral(runtime, Recipient(user, channel, thread), _NOT_YOURS)
    if not in_hand:
        streams.rest(runtime.client, channel, thread)
