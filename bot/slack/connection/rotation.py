"""Slack's tokens in a running bot: swapped where they are used once Vault holds newer ones."""

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slack_sdk import WebClient

from config.settings import Settings

if TYPE_CHECKING:
    from slack_sdk.socket_mode import SocketModeClient

log = logging.getLogger(__name__)


@dataclass
class SlackSecrets:
    """The clients that hold a token; the signing secret is read at each request and held by nobody."""

    settings: Settings
    clients: tuple[WebClient, ...]
    socket: "SocketModeClient | None" = field(default=None)

    def renew(self) -> None:
        """Put the newest tokens into the clients; a socket that is open stays,
        and opens with the new token the next time.
        """
        latest = self.settings.latest()
        if latest.slack_bot_token is not None:
            token = latest.slack_bot_token.get_secret_value()
            if any(client.token != token for client in self.clients):
                for client in self.clients:
                    client.token = token
                log.info("Slack's bot token was changed")
        if self.socket is not None and latest.slack_app_token is not None:
            self.socket.app_token = latest.slack_app_token.get_secret_value()

    def refused(self) -> None:
        """Slack refused the token: look at once whether there is another."""
        if self.settings.latest().refresh_after_refusal():
            self.renew()
