"""Addresses of messages in Slack, as Slack itself says them."""

import logging
import threading
from dataclasses import dataclass, field

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack import calls

log = logging.getLogger(__name__)

_KEPT = 1_000


@dataclass
class Permalinks:
    """Asks once a message; what Slack does not say now is asked for again the next time."""

    client: WebClient
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def conversation(self, channel: str) -> str | None:
        """The id of `#name` or of a person's direct message; None where the bot is not in it, or Slack is away."""
        try:
            place = calls.channel_id(self.client, channel, self._ids)
        except (SlackApiError, SlackClientError, OSError) as error:
            log.info("no id of a conversation: %s", error)
            return None
        return None if place.startswith("#") else place

    def of(self, channel: str, message_ts: str) -> str | None:
        """The address of a message; None where Slack does not know it or cannot be reached."""
        with self._lock:
            if (cached := self._known.get((channel, message_ts))) is not None:
                return cached
        try:
            place = calls.channel_id(self.client, channel, self._ids)
            link = str(self.client.chat_getPermalink(channel=place, message_ts=message_ts)["permalink"])
        except (SlackApiError, SlackClientError, OSError) as error:
            log.info("no permalink of a message: %s", error)
            return None
        if not link.startswith(("https://", "http://")):
            return None
        with self._lock:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[channel, message_ts] = link
        return link
