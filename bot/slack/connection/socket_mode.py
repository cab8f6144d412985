"""Slack's Socket Mode, opened for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.errors import UserError
from config.settings import Settings

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk.socket_mode import SocketModeClient

_PING_SECONDS = 3  # a socket that died is noticed within some of these
_RECEIVE_BYTES = 65_536  # the client recurses once a piece: large payloads in small pieces would exhaust the stack


@contextmanager
def opened(app: "App", settings: Settings) -> "Iterator[SocketModeClient | None]":
    """Socket Mode where there is an app token; else Slack comes over HTTP and nothing is opened. Raises `UserError`
    where neither is configured.
    """
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            raise UserError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for requests over HTTP.")
        yield None
        return
    from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - slow to load, and only a running bot needs it

    handler = SocketModeHandler(
        app,
        settings.slack_app_token.get_secret_value(),
        ping_interval=_PING_SECONDS,
        receive_buffer_size=_RECEIVE_BYTES,
        concurrency=20,
    )
    handler.client.connect()
    try:
        yield handler.client
    finally:
        close(handler.client)


def close(client: "SocketModeClient") -> None:
    """Close a connection for good. The client's own `close` waits for ever where its reader begins a session in the
    same moment and takes back the mark that ends it; so the reader is ended first, marked until it has seen it.
    """
    reader = client.current_session_runner
    reader.event.set()
    client.auto_reconnect_enabled = False
    while reader.is_alive():
        client.current_session_state.terminated = True
        client.disconnect()
        reader.thread.join(0.1)
    client.close()
