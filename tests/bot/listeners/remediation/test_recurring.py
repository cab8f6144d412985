"""Recurring clean-ups in a workspace: the list, switching, approving the next runs, withdrawing."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from config.organisation import Channel
from db.outgoing import outbox
from db.outgoing.message_keys import recurring_key
from db.outgoing.remediation_messages import RecurringCard
from db.tables import RecurringSwitch, StandingApproval
from playbooks.recurring.overview import overview
from playbooks.schema import read_playbooks
from standins.slack import Handle
from tests.bot.builders import CHANNEL, whispered
from tests.bot.conftest import MAYA, PRIYA, TOMAS

NAME = "ec2-stop-idle"


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of playbooks in which one recurs."""
    said = {**read_playbooks()[NAME].model_dump(mode="json"), "recurring": {"every": "week", "active": False}}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(said))
    monkeypatch.setenv("FINOPS_PLAYBOOKS", str(tmp_path))
    return tmp_path


@pytest.fixture
def card(bot: Runtime, slack: Handle, own: Path) -> dict[str, Any]:
    """The card that a date has left in the admins' channel."""
    playbook, now = read_playbooks()[NAME], bot.clock()
    bot.organisation = bot.organisation.model_copy(update={"channels": (Channel(channel=CHANNEL, admin=True),)})
    with bot.session() as session:
        fields = overview(session, playbook, bot.organisation, now)
        message = RecurringCard(type="recurring", **fields)
        outbox.enqueue(session, CHANNEL, message, recurring_key(NAME, now, CHANNEL))
    return slack.wait_for_message(lambda message: "recurring_on" in str(message.get("blocks")))


def shown(slack: Handle, ts: str, text: str) -> None:
    slack.wait_until(lambda: text in str(slack.thread(ts)[0]["blocks"]))


def test_an_operator_switches_on_and_an_approver_approves_the_next_runs(
    bot: Runtime, slack: Handle, card: dict[str, Any]
) -> None:
    """The card follows; the approver withdraws on the Home tab."""
    slack.click(TOMAS, card["ts"], "recurring_on")
    shown(slack, card["ts"], "Switched on by Tomás")
    slack.click(PRIYA, card["ts"], "recurring_approve")
    slack.wait_for_view(PRIYA)
    assert slack.submit(PRIYA, {"until": f"{bot.clock().date()}"}) == {}
    shown(slack, card["ts"], "The next runs are approved by Priya")
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(StandingApproval.approver)) == PRIYA
    slack.open_home(PRIYA)
    slack.wait_until(lambda: "Recurring clean-ups" in str(slack.home(PRIYA)))
    slack.press(PRIYA, "recurring_withdraw")
    shown(slack, card["ts"], "Each run needs 1 approval.")
    slack.click(TOMAS, card["ts"], "recurring_off")
    shown(slack, card["ts"], "Switched off by Tomás")
    with Session(bot.database.app) as session:
        assert session.get_one(RecurringSwitch, NAME).on is False


def test_who_may_not_is_told_the_role_privately(bot: Runtime, slack: Handle, card: dict[str, Any]) -> None:
    slack.click(MAYA, card["ts"], "recurring_on")
    assert "needs the role operator" in whispered(slack, MAYA)
    with bot.session() as session:
        session.add(
            RecurringSwitch(
                playbook=NAME,
                on=True,
                playbook_digest=read_playbooks()[NAME].digest(),
                set_by=PRIYA,
                set_by_name="Priya",
                set_at=bot.clock(),
            )
        )
    slack.slash(PRIYA, "/finops", "recurring")
    assert "every week: on" in whispered(slack, PRIYA)


def test_what_recurs_is_listed_and_what_does_not_is_said(
    bot: Runtime, slack: Handle, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is shown as its card, several as a list."""
    slack.slash(TOMAS, "/finops", "recurring")
    assert whispered(slack, TOMAS) == "Stop idle EC2 instances, every week: off"
    said = {**read_playbooks()["ebs-gp2-to-gp3"].model_dump(mode="json"), "recurring": {"every": "month"}}
    (own / "second.yaml").write_text(yaml.safe_dump(said))
    slack.slash(PRIYA, "/finops", "recurring")
    assert whispered(slack, PRIYA) == "Recurring clean-ups"
    assert "every month: on" in str(slack.ephemerals(PRIYA)[0]["blocks"])
    monkeypatch.delenv("FINOPS_PLAYBOOKS")
    slack.slash(MAYA, "/finops", "recurring")
    assert "No playbook recurs" in whispered(slack, MAYA)
