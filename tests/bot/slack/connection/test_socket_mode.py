"""A connection to Slack ends, whatever its threads are at."""

import threading

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient

from bot.slack.connection import socket_mode
from standins.slack import Handle


def test_a_connection_is_closed_while_its_reader_begins(slack: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader marks a session as running when it begins, which may be right after it was told to end."""
    client = SocketModeClient(slack.app_token, web_client=WebClient(slack.bot_token, base_url=slack.api_url))
    client.connect()
    begun, disconnect = threading.Event(), client.disconnect

    def begin_once_more() -> None:
        disconnect()
        if not begun.is_set():
            client.current_session_state.terminated = False
            begun.set()

    monkeypatch.setattr(client, "disconnect", begin_once_more)
    closing = threading.Thread(target=socket_mode.close, args=(client,), daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()
    assert not client.is_connected()
    assert not client.current_session_runner.is_alive()
