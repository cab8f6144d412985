"""Subscriptions over HTTP: one's own are listed and ended; nothing is sent without Slack."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.context import Context
from config.organisation import Channel
from db.database import Database
from db.tables import AuditEntry, SlackEvent, Subscription
from tests.bot.api.conftest import bearer

CHANNELS = (Channel(channel="#all"), Channel(channel="#pay", team="payments"), Channel(channel="#find", team="search"))
PATH = "/api/v1/subscriptions"
QUESTION = {"question": "top 5 services last month"}


@pytest.fixture
def beside_slack(client: TestClient, context: Context) -> TestClient:
    """The API of a process that is connected to Slack, where the bot is in every channel but #find."""
    client.app.state.context = replace(
        context,
        organisation=context.organisation.model_copy(update={"channels": CHANNELS}),
        conversation={"#all": "C-all", "#pay": "C-pay", "U-ANN": "C-U-ANN"}.get,
    )
    return client


def test_without_slack_nothing_is_kept(client: TestClient, clean_database: Database) -> None:
    """409, said as it is."""
    ann = bearer(clean_database, "U-ANN", "read", "write")
    for path in (PATH, f"{PATH}/send"):
        refused = client.post(path, json=QUESTION, headers=ann)
        assert (refused.status_code, "Slack is not connected" in refused.json()["detail"]) == (409, True)
    assert client.get(PATH, headers=ann).json() == {"items": []}


def test_channels_are_everybodys_and_ones_own(beside_slack: TestClient, clean_database: Database) -> None:
    """Ann is of payments, the admin sees all; a token without `write` makes none."""
    ann, root = (bearer(clean_database, person, "read", "write") for person in ("U-ANN", "U-ROOT"))
    told = [
        [one["channel"] for one in beside_slack.get(f"{PATH}/channels", headers=who).json()["items"]]
        for who in (ann, root)
    ]
    assert told == [["#all", "#pay"], ["#all", "#pay", "#find"]]
    sent = {"channel": "#find", **QUESTION}
    assert beside_slack.post(PATH, json=sent, headers=ann).status_code == 403
    assert (
        "does not reach #find: the bot is not in it"
        in beside_slack.post(PATH, json=sent, headers=root).json()["detail"]
    )
    assert "does not know you" in beside_slack.post(PATH, json=QUESTION, headers=root).json()["detail"]
    assert beside_slack.post(PATH, json=QUESTION, headers=bearer(clean_database, "U-ANN", "read")).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"question": "  "},
        {"weekdays": []},
        {"weekdays": [7]},
        {"at": "24:00"},
        {"timezone": "Mars/Olympus"},
        {"question": "x" * 501},
    ],
)
def test_what_cannot_be_is_refused(
    beside_slack: TestClient, clean_database: Database, wrong: dict[str, object]
) -> None:
    """Nothing is stored."""
    ann = bearer(clean_database, "U-ANN", "read", "write")
    refused = beside_slack.post(PATH, json={**QUESTION, **wrong}, headers=ann)
    assert refused.status_code == (404 if "timezone" in wrong else 422)
    assert beside_slack.get(PATH, headers=ann).json() == {"items": []}


def test_ones_own_are_listed_and_ended(beside_slack: TestClient, clean_database: Database) -> None:
    """Another member sees and ends none of them; an operator does; each step is in the audit log."""
    ann, app, ops = (bearer(clean_database, person, "read", "write") for person in ("U-ANN", "U-APP", "U-OPS"))
    weekly = {**QUESTION, "channel": "#pay", "weekdays": [0], "at": "08:30", "timezone": "Europe/Berlin"}
    made = beside_slack.post(PATH, json=weekly, headers=ann)
    assert (made.status_code, made.json()["says"]) == (
        201,
        "“top 5 services last month”, every Monday at 08:30 (Europe/Berlin)",
    )
    number = made.json()["id"]
    assert beside_slack.get(PATH, headers=ann).json()["items"] == [made.json()]
    assert beside_slack.get(PATH, headers=app).json()["items"] == []
    assert beside_slack.delete(f"{PATH}/{number}", headers=app).status_code == 404
    assert beside_slack.delete(f"{PATH}/{number}", headers=ops).status_code == 204
    assert beside_slack.delete(f"{PATH}/{number}", headers=ann).status_code == 404
    with Session(clean_database.app) as session:
        row = session.get_one(Subscription, number)
        assert (row.channel, row.weekdays, row.active) == ("C-pay", [0], False)
        steps = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == str(number))).all()
    assert steps == ["subscription.made", "subscription.ended"]


def test_a_secret_in_a_question_is_masked(beside_slack: TestClient, clean_database: Database) -> None:
    """Before it is stored, sent or subscribed."""
    ann = bearer(clean_database, "U-ANN", "read", "write")
    body = {"question": "top services for xoxb-1234567890-abcdefghij"}
    assert beside_slack.post(f"{PATH}/send", json=body, headers=ann).status_code == 202
    assert "abcdefghij" not in beside_slack.post(PATH, json=body, headers=ann).json()["says"]
    with Session(clean_database.app) as session:
        [event] = session.scalars(sa.select(SlackEvent)).all()
    assert (event.body["user"], event.body["channel"], "abcdefghij" in str(event.body)) == ("U-ANN", "C-U-ANN", False)
