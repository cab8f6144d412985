"""Delivery: exactly once, in order per channel, whatever Slack, the network or the process does."""

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards import message_types
from bot.cards.elements.blocks import Card
from bot.slack.delivery import OutboxDelivery
from db.database import Database
from db.tables import OutboxMessage
from domain import quarantine
from standins.slack import Handle
from tests.bot.cards.builders import remediation_of
from tests.bot.slack.builders import CHANNEL, Clock, Leave, deliver, row, texts


def test_messages_come_in_order_with_threads_and_updates(delivery: OutboxDelivery, slack: Handle, leave: Leave) -> None:
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


def test_a_name_and_a_person_are_channels_too(delivery: OutboxDelivery, slack: Handle, leave: Leave) -> None:
    """`#finops` and a user id are resolved to conversations."""
    leave("named", channel="#finops")
    leave("personal", channel="U0MAYA0001")
    deliver(delivery)
    assert texts(slack) == ["named"]
    assert texts(slack, slack.workspace.store.im_of("U0MAYA0001")) == ["personal"]


def test_a_channel_that_was_made_anew_under_its_name_is_found(
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clean_database: Database
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
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
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
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
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


def test_errors_of_slack_are_waited_out(delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock) -> None:
    """An internal error is tried again later, after a look whether it was posted after all."""
    slack.faults.fail("chat.postMessage", 500)
    leave("a")
    deliver(delivery)
    assert texts(slack) == []
    clock.ahead += timedelta(minutes=2)
    deliver(delivery)
    assert texts(slack) == ["a"]


def test_a_rate_limit_during_the_search_forgets_no_uncertainty(
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
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
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clean_database: Database
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
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clean_database: Database
) -> None:
    """A card that Slack refuses reaches people as its fallback, and the refusal is kept."""
    slack.faults.fail("chat.postMessage", "invalid_blocks")
    leave("a", "the sentence")
    deliver(delivery)
    assert texts(slack) == ["the sentence"]
    assert "blocks refused" in str(row(clean_database, "a").error)


def test_a_message_for_later_does_not_hold_up_the_channel(
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
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


@pytest.mark.parametrize("death", [RecursionError("planted"), KeyboardInterrupt()])
def test_a_message_that_ends_the_bot_is_set_aside_after_two_attempts(
    death: BaseException,
    delivery: OutboxDelivery,
    slack: Handle,
    leave: Leave,
    clock: Clock,
    clean_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What waits behind it in its channel goes on, admins are told, and tried again it is sent after all."""
    drawn, draw = [], message_types.draw

    def planted(message: Any, today: date) -> Card:
        drawn.append(message["text"])
        if message["text"] == "poison":
            raise death
        return draw(message, today)

    monkeypatch.setattr(message_types, "draw", planted)
    leave("poison")
    leave("fine")
    for _ in range(5):
        with contextlib.suppress(KeyboardInterrupt, RecursionError):
            deliver(delivery)
        clock.ahead += timedelta(minutes=1)
    assert drawn.count("poison") == 2
    assert texts(slack) == ["fine"]
    assert [text for text in texts(slack, "#team-payments") if "waits in quarantine" in text]
    monkeypatch.undo()
    with Session(clean_database.app) as session, session.begin():
        [item] = quarantine.waiting(session)
        assert quarantine.retry(session, item.id, clock())
    clock.ahead += timedelta(minutes=1)
    deliver(delivery)
    assert texts(slack) == ["fine", "poison"]


def test_slacks_absence_costs_no_attempt(
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clock: Clock, clean_database: Database
) -> None:
    """Errors of Slack that pass are waited out, however many there are."""
    leave("a")
    for _ in range(4):
        slack.faults.fail("chat.postMessage", 500)
        deliver(delivery)
        clock.ahead += timedelta(minutes=2)
    assert row(clean_database, "a").interrupted == 0
    deliver(delivery)
    assert texts(slack) == ["a"]


def test_a_card_leads_to_the_page_where_there_is_one(delivery: OutboxDelivery, slack: Handle, leave: Leave) -> None:
    """Slack takes the button, and its press is heard by a listener that does nothing."""
    delivery.page = "https://finops.example.com"
    leave("plan", kind="proposal", payload=remediation_of("web"))
    deliver(delivery)
    (posted,) = slack.messages(CHANNEL)
    links = [element["url"] for block in posted["blocks"] for element in block.get("elements", ()) if "url" in element]
    assert links == ["https://finops.example.com/approvals/3"]


def test_a_proposal_is_put_where_its_alert_could_not_be(
    delivery: OutboxDelivery, slack: Handle, leave: Leave, clean_database: Database
) -> None:
    """Who decides is asked all the same, in the channel instead of the alert's thread."""
    leave("insight:7:#finops", kind="alert", payload={"title": "no id"})
    leave("plan", kind="proposal", payload=remediation_of("web"), thread_key="insight:7:#finops")
    for _ in range(2):
        deliver(delivery)
    (posted,) = slack.messages(CHANNEL)
    assert "thread_ts" not in posted
    assert row(clean_database, "plan").failed_at is None
