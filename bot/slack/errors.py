"""Explains failures to people: known errors get a sentence, unknown ones a reference id and one log entry."""

import logging
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cards.messages import notices
from bot.slack import calls
from config.errors import UserError

log = logging.getLogger(__name__)

DATABASE_AWAY = (
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
)  # TimeoutError: all connections wait for it
_SLACK_SAYS = {
    "not_in_channel": "I am not in that channel. Invite me with /invite and try again.",
    "channel_not_found": "I cannot see that channel. Invite me with /invite and try again.",
    "is_archived": "That channel is archived, so nothing can be posted there.",
    "expired_trigger_id": "Slack waited too long for me to open the window. Please press the button again.",
    "trigger_expired": "Slack waited too long for me to open the window. Please press the button again.",
    "ratelimited": "Slack is slowing me down just now. Please try again in a minute.",
    "missing_scope": "The Slack app lacks a permission. Install it again with the manifest in deploy/slack.",
}


@dataclass(frozen=True)
class Recipient:
    """Who is told, and where; without a channel nobody can be. `fresh` is a
    thread that nobody has begun: Slack shows private messages in it to no one.
    """

    user: str | None = None
    channel: str | None = None
    thread: str | None = None
    fresh: bool = False

    @property
    def private_thread(self) -> str | None:
        """Where a private message is seen: in a thread that was begun, else in the channel."""
        return None if self.fresh else self.thread


def explain(error: BaseException) -> str | None:
    """A sentence for an error that is known, None for one that is not."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, DATABASE_AWAY):
        return (
            "I cannot reach my database right now. A question is kept and answered once it is back; "
            "anything else please try again in a minute. An admin can see why in the bot's log."
        )
    if isinstance(error, SlackApiError):
        return _SLACK_SAYS.get(calls.error_code(error))
    return None


def report(error: BaseException, client: WebClient, where: Recipient) -> str:
    """Tell the person privately and log what nobody foresaw; returns what was said."""
    explanation = explain(error)
    if explanation is None:
        reference = secrets.token_hex(3).upper()
        log.error("unexpected error, reference %s", reference, exc_info=error)
        explanation = (
            "Something went wrong on my side. Nothing was changed. An admin finds it in the log under reference "
            f"{reference}."
        )
    else:
        log.warning("told a person: %s (%s)", explanation, type(error).__name__)
    if where.channel and where.user:
        try:
            calls.post_ephemeral(client, where.channel, where.user, notices.note(explanation), where.thread)
        except (SlackClientError, OSError) as failure:
            log.warning("the person could not be told: %s", failure)
    return explanation
