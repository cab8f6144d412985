"""Subscriptions to digests and questions, in the person's time zone."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.listeners import subscriptions
from bot.process.runtime import Runtime
from db.tables import Subscription
from standins.slack import Handle
from tests.bot.builders import whispered
from tests.bot.conftest import MAYA, Rules

JONAS = "U0JONAS001"


def test_a_subscription_is_kept_in_the_persons_time_zone(bot: Runtime, slack: Handle) -> None:
    """The channel is told what it will receive; who made it may end it from the Home tab."""
    slack.slash(MAYA, "/finops", "subscribe")
    slack.wait_for_view(MAYA)
    given = {"what": "question", "days": ["0"], "time": "08:00"}
    assert list(slack.submit(MAYA, {**given, "question": " "})) == ["question"]
    assert list(slack.submit(MAYA, {**given, "days": [], "question": "top 5 services"})) == ["days"]
    assert slack.submit(MAYA, {**given, "question": "top 5 services"}) == {}
    note = slack.wait_for_message(lambda message: "subscribed this conversation" in message["text"])
    assert "every Monday at 08:00 (Europe/Berlin)" in note["text"]
    slack.open_home(MAYA)
    slack.wait_until(lambda: slack.home(MAYA) and "top 5 services" in str(slack.home(MAYA)))
    slack.press(MAYA, "subscription_stop")
    slack.wait_until(lambda: not _subscription(bot).active)


def _subscription(bot: Runtime) -> Subscription:
    with Session(bot.database.app) as session:
        return session.scalars(sa.select(Subscription)).one()


def test_a_viewer_cannot_subscribe(bot: Runtime, slack: Handle) -> None:
    """And is told which role can."""
    slack.slash(JONAS, "/finops", "subscribe")
    assert "needs the role" in whispered(slack, JONAS)


def test_a_subscribed_question_is_asked_once_a_day(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """As the person who subscribed it, into its channel, also with two bots looking."""
    with bot.session() as session:
        values = {
            "channel": "C0PAYMENTS",
            "created_by": MAYA,
            "kind": "question",
            "question": "top 5 services",
            "frequency": "daily",
        }
        session.add(Subscription(**values, at_hour=0, timezone="UTC"))
    card = slack.wait_for_message(lambda message: message["text"].startswith("$7.2k: top 5 services"), 15)
    assert card["channel"] == "C0PAYMENTS"
    assert subscriptions.ask_due(bot) == 0
    assert [asker for _, asker, _ in rules.asked] == [MAYA]
