"""With two bots and a crash anywhere a message is posted once; pictures, and when an insight was posted."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.process.runtime import web_client
from bot.slack.delivery import OutboxDelivery
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import Insight
from domain import kpis
from domain.messages.insight_cards import payload_of
from standins.slack import Handle, Limits, Setup, running_workspace
from tests.bot.conftest import connected
from tests.bot.slack.builders import CHANNEL, Clock, Leave, deliver, row, texts


def test_a_picture_is_uploaded_and_shown_in_its_card(delivery: OutboxDelivery, slack: Handle, leave: Leave) -> None:
    """A chart that Slack's own block cannot show is a PNG inside the message."""
    days = [f"d{n}" for n in range(40)]
    figure = {
        "kind": "line",
        "title": "Cost",
        "categories": days,
        "series": [["cost", [1.0 * n for n in range(40)]]],
        "y_label": "USD",
        "limit": 20,
    }
    leave("digest", kind="digest", payload={"title": "Payments", "lines": ["Yesterday $1"], "figure": figure})
    deliver(delivery)
    image = next(block for block in slack.messages(CHANNEL)[0]["blocks"] if block["type"] == "image")
    content = slack.workspace.store.files[image["slack_file"]["id"]].content
    assert content is not None
    assert content.startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_uploaded_is_left_out(delivery: OutboxDelivery, slack: Handle, leave: Leave) -> None:
    """The card comes without it."""
    slack.faults.fail("files.getUploadURLExternal", "fatal_error")
    figure = {
        "kind": "line",
        "title": "Cost",
        "categories": ["a", "b"],
        "series": [["cost", [1.0, 2.0]]],
        "y_label": "USD",
        "limit": 20,
    }
    leave("digest", kind="digest", payload={"title": "Payments", "lines": ["Yesterday $1"], "figure": figure})
    deliver(delivery)
    assert [block["type"] for block in slack.messages(CHANNEL)[0]["blocks"]] == ["section"]


def test_two_bots_deliver_each_message_once(clean_database: Database, settings: Settings, leave: Leave) -> None:
    """Both run at full speed over channels with many messages, at Slack's real pace of bursts and 429s."""
    with running_workspace(Setup(limits=Limits(messages_per_second=50, burst=5))) as slack:
        channels = [CHANNEL, "C0PAYMENTS", "C0CHECKOUT"]
        for number in range(60):
            leave(f"m{number:02d}", channel=channels[number % 3])
        clients = [web_client(connected(settings, slack), retry=False) for _ in range(2)]
        deliveries = [OutboxDelivery(clean_database, client) for client in clients]
        threads = [threading.Thread(target=one.run) for one in deliveries]
        for thread in threads:
            thread.start()
        slack.wait_until(lambda: sum(len(slack.messages(channel)) for channel in channels) >= 60, 60)
        for one in deliveries:
            one.stop()
        for thread in threads:
            thread.join()
        for place, channel in enumerate(channels):
            assert texts(slack, channel) == [f"m{number:02d}" for number in range(place, 60, 3)]


DYING = """
import os, sys
from datetime import UTC, datetime, timedelta
from slack_sdk import WebClient
from bot.slack.delivery import OutboxDelivery
from db.database import Database

class Dying(WebClient):
    def chat_postMessage(self, **message):
        if os.environ["DIES"] == "before":
            os.kill(os.getpid(), 9)
        super().chat_postMessage(**message)
        os.kill(os.getpid(), 9)

url = os.environ["DATABASE"]
client = Dying(token=os.environ["TOKEN"], base_url=os.environ["SLACK"], retry_handlers=[])
in_a_second = lambda: datetime.now(UTC) + timedelta(seconds=1)
OutboxDelivery(Database(url, url, url, False), client, (), in_a_second).deliver_channel(sys.argv[1])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_bot_killed_around_the_post_loses_and_doubles_nothing(
    moment: str, clean_database: Database, delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock
) -> None:
    """kill -9 just before the post, and between the post and its mark: the next bot posts, or finds what was posted."""
    leave("a")
    environment = {
        **os.environ,
        "DIES": moment,
        "DATABASE": clean_database.app_url,
        "TOKEN": slack.bot_token,
        "SLACK": slack.api_url,
    }
    root = Path(__file__).resolve().parent.parent.parent.parent
    died = subprocess.run(
        [sys.executable, "-c", DYING, CHANNEL], env=environment, cwd=root, capture_output=True, text=True, check=False
    )
    assert died.returncode == -9, died.stderr
    assert texts(slack) == ([] if moment == "before" else ["a"])
    assert delivery.due() == []  # a post that is under way may still arrive
    clock.ahead += timedelta(minutes=1)
    for _ in range(50):  # until the database has noticed the death
        deliver(delivery)
        if row(clean_database, "a").delivered_at:
            break
        time.sleep(0.1)
    assert texts(slack) == ["a"]


def test_an_insight_knows_when_its_first_card_was_posted(
    delivery: OutboxDelivery, leave: Leave, clean_database: Database, clock: Clock
) -> None:
    """Neither a line in its thread nor a second card changes it, and the measure of detection reads it."""
    arrived = datetime.now(UTC) - timedelta(minutes=7)
    with Session(clean_database.app) as session, session.begin():
        insight = Insight(
            fingerprint="f", kind="anomaly", severity="high", title="RDS is up", currency="USD", data_arrived_at=arrived
        )
        session.add(insight)
        session.flush()
        number, card = insight.id, payload_of(insight)

    def posted() -> datetime | None:
        with Session(clean_database.app) as session:
            return session.get_one(Insight, number).posted_at

    leave(f"insight:{number}:line:1")
    deliver(delivery)
    assert posted() is None
    leave(f"insight:{number}:{CHANNEL}", kind="alert", payload=card)
    deliver(delivery)
    first = posted()
    assert first is not None
    clock.ahead += timedelta(minutes=5)
    leave(f"insight:{number}:C0CHECKOUT", kind="alert", payload=card, channel="C0CHECKOUT")
    deliver(delivery)
    assert posted() == first
    with clean_database.app.connect() as connection:
        measured = {kpi.name: kpi.value for kpi in kpis.read(connection, 0, Organisation())}
    assert measured["time_to_detect"] == pytest.approx((first - arrived).total_seconds() / 60, abs=0.01)
