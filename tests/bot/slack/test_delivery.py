"""Delivery: exactly once, in order per channel, whatever Slack, the network or the process does."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.runtime import web_client
from bot.slack.delivery import Delivery
from config.organisation import Organisation
from config.settings import Settings
from db import outbox
from db.database import Database
from db.tables import Insight, OutboxMessage
from domain import kpis
from domain.insight_cards import payload_of
from standins.slack import Handle, Limits, Setup, running_workspace
from tests.bot.conftest import connected

CHANNEL = "C0FINOPS01"
Leave = Callable[..., None]


@pytest.fixture
def leave(clean_database: Database) -> Leave:
    """Leaves notes and commits."""

    def leave_note(key: str, text: str = "", channel: str = CHANNEL, kind: str = "note", **more: Any) -> None:
        payload = more.pop("payload", None) or {"text": text or key}
        with Session(clean_database.app) as session, session.begin():
            message: Any = {"type": kind, **payload}
            assert outbox.enqueue(session, channel, message, key, **more)

    return leave_note


class Clock:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(seconds=1)  # messages are due from the database's now on

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    """Now, until it is put forward."""
    return Clock()


@pytest.fixture
def delivery(clean_database: Database, settings: Settings, slack: Handle, clock: Clock) -> Delivery:
    """A delivery that runs when it is told."""
    return Delivery(clean_database, web_client(connected(settings, slack), retry=False), ("#team-payments",), clock)


def deliver(delivery: Delivery) -> None:
    for channel in delivery.due():
        delivery.deliver_channel(channel)


def texts(slack: Handle, channel: str = CHANNEL) -> list[str]:
    return [str(message["text"]) for message in slack.messages(channel)]


def row(database: Database, key: str) -> OutboxMessage:
    with Session(database.app) as session:
        return session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key == key)).one()


def test_messages_come_in_order_with_threads_and_updates(delivery: Delivery, slack: Handle, leave: Leave) -> None:
    """A thread hangs on the message its key names, and of several updates the last is shown."""
    leave("parent", "first")
    leave("child", "in the thread", thread_key="parent")
    leave("one", "changed once", update_key="parent")
    leave("two", "changed twice", update_key="parent")
    leave("other", "second")
    deliver(delivery)
    assert texts(slack) == ["changed twice", "in the thread", "second"]
    parent, child, _ = slack.messages(CHANNEL)
    assert child["thread_ts"] == parent["ts"]
    assert len(slack.calls("chat.update")) == 1


def test_a_name_and_a_person_are_channels_too(delivery: Delivery, slack: Handle, leave: Leave) -> None:
    """`#finops` and a user id are resolved to conversations."""
    leave("named", channel="#finops")
    leave("personal", channel="U0MAYA0001")
    deliver(delivery)
    assert texts(slack) == ["named"]
    assert texts(slack, slack.workspace.store.im_of("U0MAYA0001")) == ["personal"]


def test_a_channel_that_was_made_anew_under_its_name_is_found(
    delivery: Delivery, slack: Handle, leave: Leave, clean_database: Database
) -> None:
    """The id that was known is asked for once more; a channel that is gone for good fails with Slack's word."""
    leave("before", channel="#finops")
    deliver(delivery)
    conversations = slack.workspace.store.conversations
    anew = conversations.pop(CHANNEL)
    anew.id = "C0FINOPS02"
    conversations[anew.id] = anew
    leave("after", channel="#finops")
    deliver(delivery)
    assert texts(slack, "C0FINOPS02") == ["before", "after"]
    del conversations[anew.id]
    leave("nowhere", channel="#finops")
    deliver(delivery)
    assert "channel_not_found" in str(row(clean_database, "nowhere").error)


def test_a_rate_limit_is_respected_and_the_order_kept(
    delivery: Delivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
) -> None:
    """After a 429 the whole channel waits for as long as Slack says, and nothing is searched or doubled."""
    slack.faults.fail("chat.postMessage", 429)
    leave("a")
    leave("b")
    deliver(delivery)
    assert texts(slack) == []
    assert row(clean_database, "a").not_before > clock()
    assert delivery.due() == []
    clock.ahead += timedelta(seconds=2)
    deliver(delivery)
    assert texts(slack) == ["a", "b"]
    assert slack.calls("conversations.history") == []


def test_an_answer_that_never_came_is_looked_for_before_posting_again(
    delivery: Delivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
) -> None:
    """Slack posted the message and the response was lost: the next attempt finds it by its key."""
    leave("a")
    deliver(delivery)
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(OutboxMessage).values(delivered_at=None, message_ts=None))
    clock.ahead += timedelta(minutes=1)
    deliver(delivery)
    assert texts(slack) == ["a"]
    assert row(clean_database, "a").message_ts == slack.messages(CHANNEL)[0]["ts"]


def test_errors_of_slack_are_waited_out(delivery: Delivery, slack: Handle, leave: Leave, clock: Clock) -> None:
    """An internal error is tried again later, after a look whether it was posted after all."""
    slack.faults.fail("chat.postMessage", 500)
    leave("a")
    deliver(delivery)
    assert texts(slack) == []
    clock.ahead += timedelta(minutes=2)
    deliver(delivery)
    assert texts(slack) == ["a"]


def test_a_rate_limit_during_the_search_forgets_no_uncertainty(
    delivery: Delivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
) -> None:
    """When the search itself is slowed down, the next attempt still searches."""
    leave("a")
    deliver(delivery)
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(OutboxMessage).values(delivered_at=None, message_ts=None))
    slack.faults.fail("conversations.history", 429)
    for _ in range(2):
        clock.ahead += timedelta(minutes=1)
        deliver(delivery)
    assert texts(slack) == ["a"]


def test_what_cannot_be_delivered_is_told_to_the_admins_and_blocks_nothing(
    delivery: Delivery, slack: Handle, leave: Leave, clean_database: Database
) -> None:
    """A channel without the bot, an unknown kind, a payload without what the
    card needs: failed with a reason, the next one goes on.
    """
    leave("closed", channel="#random")
    leave("strange", kind="nobody")
    leave("broken", kind="alert", payload={"title": "no id"})
    leave("orphan", thread_key="closed")
    leave("fine")
    for _ in range(2):
        deliver(delivery)
    assert texts(slack) == ["fine"]
    told = texts(slack, "#team-payments")
    assert len(told) == 4
    assert "not_in_channel" in str(row(clean_database, "closed").error)


def test_refused_blocks_still_leave_the_text(
    delivery: Delivery, slack: Handle, leave: Leave, clean_database: Database
) -> None:
    """A card that Slack refuses reaches people as its fallback, and the refusal is kept."""
    slack.faults.fail("chat.postMessage", "invalid_blocks")
    leave("a", "the sentence")
    deliver(delivery)
    assert texts(slack) == ["the sentence"]
    assert "blocks refused" in str(row(clean_database, "a").error)


def test_a_message_for_later_does_not_hold_up_the_channel(
    delivery: Delivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
) -> None:
    """What waits for the end of quiet hours is overtaken; what belongs to it waits with it."""
    leave("quiet")
    leave("its thread", thread_key="quiet")
    leave("now")
    with Session(clean_database.app) as session, session.begin():
        session.execute(
            sa.update(OutboxMessage).where(OutboxMessage.key == "quiet").values(not_before=clock() + timedelta(hours=1))
        )
    deliver(delivery)
    assert texts(slack) == ["now"]
    clock.ahead += timedelta(hours=2)
    deliver(delivery)
    assert texts(slack) == ["now", "quiet", "its thread"]


def test_a_picture_is_uploaded_and_shown_in_its_card(delivery: Delivery, slack: Handle, leave: Leave) -> None:
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


def test_a_picture_that_cannot_be_uploaded_is_left_out(delivery: Delivery, slack: Handle, leave: Leave) -> None:
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
        deliveries = [Delivery(clean_database, client) for client in clients]
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
from bot.slack.delivery import Delivery
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
Delivery(Database(url, url, url, False), client, (), in_a_second).deliver_channel(sys.argv[1])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_bot_killed_around_the_post_loses_and_doubles_nothing(
    moment: str, clean_database: Database, delivery: Delivery, slack: Handle, leave: Leave, clock: Clock
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
    delivery: Delivery, leave: Leave, clean_database: Database, clock: Clock
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
