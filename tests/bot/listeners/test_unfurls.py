"""Links to the page: what a conversation is shown, what opens for whom, and a workspace without Work Objects."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from config.access import Role
from config.organisation import Channel, Organisation
from config.sections.people import Person
from db.database import Database
from db.tables import Insight
from standins.slack import Handle, Limits, Setup, running_workspace
from tests.bot.builders import proposed
from tests.bot.conftest import MAYA, TOMAS, StartBot

PAGE = "https://finops.example/costs"
PAYMENTS, FINOPS, CHECKOUT = "C0PAYMENTS", "C0FINOPS01", "C0CHECKOUT"


@pytest.fixture
def bot(start_bot: StartBot, slack: Handle) -> Iterator[Runtime]:
    """A bot with a page below a path."""
    with start_bot(slack) as runtime:
        runtime.settings = runtime.settings.model_copy(update={"public_url": f"{PAGE}/"})
        yield runtime


@pytest.fixture
def slack() -> Iterator[Handle]:
    """A workspace that tells the app of links to the page."""
    limits = Limits(messages_per_second=200, burst=200, tiers=False, trigger_seconds=30)
    with running_workspace(Setup(limits=limits, unfurl_domains=("finops.example",))) as handle:
        yield handle


@pytest.fixture
def staff() -> Organisation:
    """Maya is of checkout, Tomás sees all; one channel is everybody's, one of payments."""
    people = (
        Person(id=MAYA, name="Maya", roles=(Role.MEMBER,), teams=("checkout",)),
        Person(id=TOMAS, name="Tomás", roles=(Role.ADMIN,)),
    )
    channels = (Channel(channel="#finops"), Channel(channel=PAYMENTS, team="payments"))
    return Organisation(people=people, channels=channels, visibility="own_teams")


@pytest.fixture
def link(clean_database: Database) -> str:
    """The address of an anomaly of payments."""
    with Session(clean_database.app) as session, session.begin():
        insight = Insight(
            kind="anomaly",
            severity="high",
            status="open",
            title="RDS of payments up $1,200 a day & <b>",
            team="payments",
            service="Amazon RDS",
            account="payments-prod",
            currency="USD",
            impact_amount=1_200,
            fingerprint="f1",
            detected_at=datetime.now(UTC),
            evidence={"cause": {"what": "db-1 runs twice as long"}},
        )
        session.add(insight)
        session.flush()
        return f"{PAGE}/anomalies/{insight.id}"


def shown(slack: Handle, user: str, channel: str, link: str) -> dict[str, Any]:
    """What a posted link unfurls to."""
    posted = slack.post_as(user, channel, f"look at <{link}>")
    message = slack.wait_for_message(lambda m: m["ts"] == posted["ts"] and m.get("unfurls"), 10)
    (entity,) = message["unfurls"]["entities"]
    return {**entity, "ts": posted["ts"]}


def values(entity: dict[str, Any]) -> dict[str, str]:
    payload = entity["entity_payload"]
    return {
        **{name: field["value"] for name, field in payload.get("fields", {}).items()},
        **{field["label"]: field["value"] for field in payload.get("custom_fields", [])},
    }


@pytest.mark.parametrize("channel", [FINOPS, PAYMENTS])
def test_a_channel_that_is_told_of_it_sees_it_whole(bot: Runtime, slack: Handle, link: str, channel: str) -> None:
    """Everybody's channel and the team's own; texts are plain."""
    entity = shown(slack, TOMAS, channel, link)
    assert entity["entity_type"] == "slack#/entities/incident"
    assert entity["entity_payload"]["attributes"]["title"]["text"] == "RDS of payments up $1,200 a day & <b>"
    said = values(entity)
    assert (said["status"], said["priority"], said["service"]) == ("Open", "High", "Amazon RDS")
    assert (said["A day"], said["Team"], said["Account"]) == ("$1,200", "payments", "payments-prod")


def test_another_channel_sees_its_number_and_who_may_opens_it(bot: Runtime, slack: Handle, link: str) -> None:
    """Tomás posts it in checkout's channel, where not everybody may see it: the details are each person's own."""
    entity = shown(slack, TOMAS, CHECKOUT, link)
    number = link.rsplit("/", 1)[1]
    assert entity["entity_payload"]["attributes"]["title"]["text"] == f"Anomaly {number}"
    assert values(entity) == {}
    slack.open_details(TOMAS, entity["ts"], link)
    opened = slack.wait_until(lambda: slack.details(TOMAS), 10) or {}
    assert values(opened["entity"])["description"] == "db-1 runs twice as long"
    slack.open_details(MAYA, entity["ts"], link)
    assert slack.wait_until(lambda: slack.details(MAYA), 10) == {"entity": None, "error": {"status": "not_found"}}


def test_who_may_not_see_it_unfurls_nothing(bot: Runtime, slack: Handle, link: str) -> None:
    """As for one that there is not, for another page, and for a path of ours that is neither."""
    others = (link, f"{PAGE}/anomalies/99999", "https://finops.example/anomalies/1", f"{PAGE}/savings")
    for address in others:
        slack.post_as(MAYA, FINOPS, f"<{address}>")
    last = shown(slack, TOMAS, FINOPS, link)
    assert [m["ts"] for m in slack.messages(FINOPS) if m.get("unfurls")] == [last["ts"]]


def test_in_a_direct_message_with_the_bot_it_is_whole(bot: Runtime, slack: Handle, link: str) -> None:
    """Nobody else is there."""
    assert values(shown(slack, TOMAS, "D0TOMAS001", link))["Team"] == "payments"


def test_a_remediation_unfurls_as_a_task(bot: Runtime, slack: Handle) -> None:
    """With what it saves and who asked for it."""
    proposed(bot, slack, 2)
    entity = shown(slack, TOMAS, FINOPS, f"{PAGE}/approvals/1")
    assert entity["entity_type"] == "slack#/entities/task"
    assert "2" in entity["entity_payload"]["attributes"]["title"]["text"]
    said = values(entity)
    assert (said["status"], said["Saves a month"], said["Resources"]) == ("Proposed", "$306", "2")


@pytest.mark.parametrize("code", ["invalid_metadata", "feature_not_enabled", "invalid_arguments"])
def test_a_workspace_without_work_objects_gets_blocks(bot: Runtime, slack: Handle, link: str, code: str) -> None:
    """The same words; where links may not be unfurled at all, the message stays as it is."""
    slack.faults.fail("chat.unfurl", code)
    posted = slack.post_as(TOMAS, FINOPS, f"<{link}>")
    message = slack.wait_for_message(lambda m: m["ts"] == posted["ts"] and m.get("unfurls"), 10)
    (drawn,) = message["unfurls"]["blocks"]
    assert "RDS of payments up $1,200 a day &amp; &lt;b&gt;" in drawn[0]["text"]["text"]
    slack.faults.fail("chat.unfurl", "missing_scope", 2)
    slack.post_as(TOMAS, FINOPS, f"<{link}> again")
    slack.wait_until(lambda: len(slack.calls("chat.unfurl")) == 4)
    assert slack.ephemerals(TOMAS) == []
