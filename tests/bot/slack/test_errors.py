"""Failures in a person's words, told to that person only."""

import logging
from typing import Any

import pytest
import sqlalchemy as sa
from slack_sdk.errors import SlackApiError

from bot.slack.errors import Recipient, explain, report
from config.errors import UserError


class Client:
    """Keeps what it is asked to post; refuses where it is told to."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.refuses = refuses
        self.posted: list[dict[str, Any]] = []

    def _post(self, **call: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.posted.append(call)

    def __getattr__(self, method: str) -> Any:
        assert method in ("chat_postEphemeral", "chat_postMessage")
        return self._post


def slack_says(code: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": code})


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("Load a bill first."), "Load a bill first."),
        (sa.exc.OperationalError("SELECT secret", {}, Exception("gone")), "I cannot reach my database right now."),
        (sa.exc.TimeoutError("QueuePool limit"), "I cannot reach my database right now."),
        (slack_says("expired_trigger_id"), "press the button again"),
        (slack_says("missing_scope"), "lacks a permission"),
    ],
)
def test_what_is_known_has_a_sentence_with_what_to_do(error: Exception, says: str) -> None:
    said = explain(error)
    assert said is not None
    assert says in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "error", [ValueError("canary"), slack_says("fatal_error"), sa.exc.ProgrammingError("x", {}, Exception())]
)
def test_what_is_not_known_is_left_to_a_reference(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Shown without its text, logged with it once."""
    client: Any = Client()
    with caplog.at_level(logging.ERROR):
        said = report(error, client, Recipient("U1", "C1", "1.2"))
    reference = said.rsplit(" ", 1)[1].rstrip(".")
    assert "canary" not in said
    assert [reference in record.getMessage() for record in caplog.records] == [True]
    assert [(call["channel"], call["user"], call["thread_ts"], call["text"]) for call in client.posted] == [
        ("C1", "U1", "1.2", said)
    ]


def test_in_a_thread_that_nobody_has_begun_it_would_be_seen_by_no_one() -> None:
    """So it stands in the channel."""
    assert Recipient("U1", "C1", "1.2", fresh=True).private_thread is None
    assert Recipient("U1", "C1", "1.2").private_thread == "1.2"


@pytest.mark.parametrize("failure", [slack_says("channel_not_found"), OSError("no route")])
def test_a_slack_that_is_away_hides_nothing(failure: Exception) -> None:
    client: Any = Client(failure)
    assert report(UserError("x"), client, Recipient("U1", "C1")) == "x"


def test_without_a_channel_nobody_is_told() -> None:
    client: Any = Client()
    report(UserError("x"), client, Recipient("U1"))
    assert client.posted == []
