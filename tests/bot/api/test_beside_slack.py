"""The API in a bot's process: it knows Slack's user groups, says when Slack is away, and takes nothing unsigned."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from bot.api.app import create_app
from bot.api.context import Context
from bot.process.run import serving
from config.access import Role
from config.organisation import Channel, Organisation
from config.sections.people import Group, Person
from config.settings import Settings
from db.database import Database
from nl2sql.deps import Deps
from standins.slack import Handle, Limits, Setup, UserGroup, running_workspace
from tests.bot.api.conftest import bearer, fill
from tests.bot.conftest import MAYA, TOMAS, Prefect, Rules, connected
from tests.openbao import free_port

ORGANISATION = Organisation(
    visibility="own_teams",
    channels=(
        Channel(channel="#finops"),
        Channel(channel="#team-payments", team="payments"),
        Channel(channel="#random"),
        Channel(channel="#team-checkout", team="checkout"),
        Channel(channel="#ops", admin=True),
    ),
    people=(Person(id=TOMAS, name="Tomás"), Person(id="maya", name="Maya", email="maya@example.com")),
    groups=(
        Group(handle="finops-admins", roles=(Role.ADMIN,)),
        Group(handle="payers", roles=(Role.MEMBER,), teams=("payments",)),
    ),
)


@dataclass
class Beside:
    """A bot with its API."""

    slack: Handle
    client: httpx.Client
    app: FastAPI


@pytest.fixture
def beside(settings: Settings, clean_database: Database, rules: Rules, prefect: Prefect) -> Iterator[Beside]:
    """A bot with a socket and no signing secret; Maya is in both groups, and known here by her e-mail."""
    fill(clean_database)
    groups = (UserGroup("S1", "finops-admins", "Admins", (MAYA,)), UserGroup("S2", "payers", "Payers", (MAYA,)))
    with running_workspace(Setup(groups=groups, limits=Limits(burst=50, tiers=False))) as slack:
        own = connected(settings, slack).model_copy(update={"slack_signing_secret": None, "api_port": free_port()})
        app = create_app(Context(own, ORGANISATION, clean_database, Deps(clean_database, own, ORGANISATION)))
        with serving(own, ORGANISATION, clean_database, rules.side(), prefect.start, app):
            slack.wait_for_socket()
            with httpx.Client(base_url=f"http://127.0.0.1:{own.api_port}", trust_env=False, timeout=30) as client:
                yield Beside(slack, client, app)


def test_a_user_group_counts_for_the_api_too(beside: Beside, clean_database: Database) -> None:
    """Maya is an admin by her group, under the id that she has in Slack; Tomás is not."""
    maya, tomas = (bearer(clean_database, person, "read", "write") for person in ("maya", TOMAS))
    assert beside.client.get("/api/v1/audit", headers=maya).status_code == 200
    assert beside.client.get("/api/v1/audit", headers=tomas).status_code == 403
    beside.client.patch("/api/v1/insights/1", json={"status": "acknowledged"}, headers=maya)
    [entry] = beside.client.get("/api/v1/audit?action=insight.acknowledged", headers=maya).json()["items"]
    assert entry["actor"] == MAYA


def test_an_answer_is_sent_from_the_page_to_a_channel(beside: Beside, clean_database: Database, rules: Rules) -> None:
    """As its sender; a subscription is told where it will arrive, and nothing goes where one may not send."""
    maya = bearer(clean_database, "maya", "read", "write")
    channels = beside.client.get("/api/v1/subscriptions/channels", headers=maya).json()["items"]
    assert [one["channel"] for one in channels] == ["#finops", "#team-payments", "#random", "#team-checkout"]
    body = {"question": "top 5 services", "channel": "#team-payments"}
    assert beside.client.post("/api/v1/subscriptions/send", json=body, headers=maya).status_code == 202
    card = beside.slack.wait_for_message(lambda message: message["text"].startswith("$7.2k: top 5 services"), 30)
    assert (card["channel"], "Sent from the web page by" in str(card)) == ("C0PAYMENTS", True)
    assert [asker for _, asker, _ in rules.asked] == [MAYA]
    made = beside.client.post("/api/v1/subscriptions", json={**body, "weekdays": [0], "at": "08:30"}, headers=maya)
    assert made.json()["says"] == "“top 5 services”, every Monday at 08:30 (UTC)"
    told = beside.slack.wait_for_message(lambda message: "subscribed this conversation" in message["text"])
    assert told["channel"] == "C0PAYMENTS"
    mine = beside.client.post("/api/v1/subscriptions", json={"question": "top 5 services"}, headers=maya).json()
    assert mine["channel"].startswith("D")
    for channel, status in (("#random", 409), ("#ops", 403), ("C0CHECKOUT", 403)):
        sent = beside.client.post("/api/v1/subscriptions/send", json={**body, "channel": channel}, headers=maya)
        assert sent.status_code == status, channel


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)  # slack_sdk leaves a refused socket open
def test_readiness_follows_the_socket(beside: Beside) -> None:
    """A closed socket is said, and the API goes on without it."""

    def slack() -> str:
        answer = beside.client.get("/readyz")
        assert answer.status_code == 200
        return str(answer.json()["parts"]["slack"])

    assert slack() == "ready"
    beside.slack.faults.refuse_connections = True
    beside.slack.drop_sockets()
    beside.slack.wait_until(lambda: "closed" in slack(), 60)
    beside.slack.faults.refuse_connections = False
    beside.slack.wait_until(lambda: slack() == "ready", 90)


def test_without_a_signing_secret_nothing_is_taken_over_http(beside: Beside, rules: Rules) -> None:
    """Not even what is signed with the empty one."""
    event = {"type": "app_mention", "user": MAYA, "channel": "C0FINOPS01", "ts": "1.1", "text": "<@U0FINOPS01> forged"}
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": event}).encode()
    stamp = str(int(time.time()))
    signature = "v0=" + hmac.new(b"", f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": stamp, "Content-Type": "application/json"}
    answer = beside.client.post("/slack/events", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert beside.client.post("/slack/events", content=b" " * 1_000_001, headers=headers).status_code == 413
    assert rules.asked == []
