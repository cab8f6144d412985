"""Steps of workflows: what they post, for whom, once; and how the workflow learns of their end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from bot.slack import inbox
from config.access import Role
from config.organisation import Channel, Organisation
from config.sections.people import Person
from db.database import Database
from db.tables import AuditEntry, SlackEvent
from standins.slack import Handle, Limits, running_workspace
from standins.slack.manifest import setup_from
from tests.bot.builders import settled
from tests.bot.conftest import MAYA, TOMAS, Prefect, Rules, StartBot

MANIFEST = Path(__file__).parents[3] / "deploy" / "slack" / "manifest.yaml"
PAYMENTS, FINOPS, RANDOM = "C0PAYMENTS", "C0FINOPS01", "C0RANDOM01"


@pytest.fixture
def slack() -> Iterator[Handle]:
    """A workspace with the app of the manifest."""
    limits = Limits(messages_per_second=200, burst=200, tiers=False, retry_after=(0.2, 0.5), trigger_seconds=30)
    with running_workspace(setup_from(MANIFEST, limits=limits)) as handle:
        yield handle


@pytest.fixture
def staff() -> Organisation:
    """A channel for everything and one for a team."""
    people = (Person(id=MAYA, name="Maya", roles=(Role.MEMBER,), teams=("checkout",)), Person(id=TOMAS, name="Tomás"))
    channels = (Channel(channel="#finops"), Channel(channel=PAYMENTS, team="payments"))
    return Organisation(people=people, channels=channels, visibility="own_teams")


def ended(slack: Handle, execution: str) -> tuple[str, str]:
    """The status of a step once it ended, with its error."""
    slack.wait_until(lambda: slack.step(execution)["status"] != "running", 20)
    step = slack.step(execution)
    return step["status"], step.get("error", "")


def test_a_question_is_answered_in_its_channel_for_what_the_channel_may_see(
    bot: Runtime, slack: Handle, rules: Rules
) -> None:
    """The asker is the channel, by its id or its name in finops.yaml; the workflow gets the outcome and no figure."""
    execution = slack.run_step("ask_finops", question="cost by service", channel=PAYMENTS)
    assert ended(slack, execution) == ("completed", "")
    assert slack.step(execution)["outputs"] == {"outcome": "answer"}
    (answer,) = settled(slack, PAYMENTS, 1)
    assert "A workflow asked: cost by service" in str(answer["blocks"])
    assert rules.asked == [("cost by service", f"channel:{PAYMENTS}", None)]
    team, everybody = bot.people.asker(f"channel:{PAYMENTS}"), bot.people.asker(f"channel:{FINOPS}")
    assert (team.teams, team.sees_all, everybody.sees_all) == ({"payments"}, False, True)
    assert team.roles == {Role.VIEWER}


def test_the_answer_of_a_channel_opens_to_who_may_see_as_much(bot: Runtime, slack: Handle) -> None:
    """Maya is of another team; of a channel that is named no longer, only who sees all is shown anything."""
    slack.run_step("ask_finops", question="cost by service", channel=PAYMENTS)
    (answer,) = settled(slack, PAYMENTS, 1)
    slack.click(MAYA, answer["ts"], "answer_sql")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "narrowed" in slack.ephemerals(MAYA)[0]["text"]
    gone = bot.people.asker("channel:C0GONE")
    assert (gone.sees_all, gone.roles) == (True, frozenset())


@pytest.mark.parametrize(
    ("question", "channel", "reason"),
    [
        ("cost", RANDOM, "finops.yaml does not name"),
        ("x" * 2_001, FINOPS, "A question has 1 to 2,000"),
        ("explode", FINOPS, "Something went wrong"),
    ],
)
def test_what_cannot_be_done_says_why_to_the_workflow_and_posts_nothing(
    bot: Runtime, slack: Handle, question: str, channel: str, reason: str
) -> None:
    """No detail of a fault leaves the log."""
    status, error = ended(slack, slack.run_step("ask_finops", question=question, channel=channel))
    assert status == "failed"
    assert error.startswith(reason)
    assert "hunter2" not in error
    assert [message for message in slack.messages(channel) if message.get("bot_id")] == []


def test_a_redelivered_step_and_one_of_a_dead_bot_are_done_once(
    start_bot: StartBot, slack: Handle, rules: Rules, clean_database: Database
) -> None:
    """What was acknowledged and never done is done by the next bot; a second end is no failure."""
    slack.faults.duplicate_events = 2
    with start_bot(slack):
        execution = slack.run_step("ask_finops", question="cost by service", channel=FINOPS)
        assert ended(slack, execution)[0] == "completed"
        assert len(settled(slack, FINOPS, 1)) == 1
    left = {"step": "ask_finops", "execution": execution, "channel": FINOPS, "text": "cost by team"}
    with Session(clean_database.app) as session, session.begin():
        inbox.store(session, "EvDEAD", left)
    with start_bot(slack):
        assert len(settled(slack, FINOPS, 2)) == 2
    assert [question for question, _, _ in rules.asked] == ["cost by service", "cost by team"]
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(SlackEvent.event_id).where(SlackEvent.done_at.is_(None))).all() == []


def test_a_digest_is_asked_of_its_flow_once_and_audited(
    bot: Runtime, slack: Handle, prefect: Prefect, clean_database: Database
) -> None:
    """The flow is given the channel's name in finops.yaml, nothing of the workflow's."""
    execution = slack.run_step("post_digest", channel=FINOPS)
    assert ended(slack, execution) == ("completed", "")
    parameters = {"channel": "#finops", "key": execution}
    assert prefect.runs == {f"step:{execution}": ("post_digest/post_digest", parameters)}
    slack.wait_until(lambda: not bot.in_hand)
    with Session(clean_database.app) as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "workflow.post_digest")).one()
    assert (entry.actor, entry.subject) == (f"channel:{FINOPS}", execution)


def test_a_digest_that_cannot_be_made_fails_the_step(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """The workflow's owner reads why."""
    prefect.down = True
    status, error = ended(slack, slack.run_step("post_digest", channel=PAYMENTS))
    assert (status, error.split(":")[0]) == ("failed", "The digest cannot be made now")
