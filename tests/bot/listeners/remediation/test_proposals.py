"""A proposal's buttons: the rules decide, one transaction keeps it, Prefect is
asked once, refusals are one private sentence.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.listeners.clicks import Click
from bot.listeners.remediation import proposals
from bot.process.runtime import Runtime
from db.database import Database
from db.tables import FlowRequest, Remediation, RemediationStep
from playbooks.notifications import notify
from playbooks.schema import read_playbooks
from standins.slack import Handle
from tests.bot.builders import CHANNEL, proposed, remediations
from tests.bot.conftest import MAYA, PRIYA, TOMAS, Prefect


@pytest.fixture
def proposal(bot: Runtime, slack: Handle, clean_database: Database) -> dict[str, Any]:
    """Maya's proposal for four instances, delivered."""
    return proposed(bot, slack, 4)


def press_old_button(bot: Runtime, proposal: dict[str, Any]) -> None:
    """Approve on a copy of the card from before it was updated, as a slow client does."""
    number = str(remediations(bot)[0].id)
    proposals.on_approve(
        bot, Click(PRIYA, CHANNEL, proposal["ts"], proposal["ts"], "remediation_approve", number, "Approve", "", "1.0")
    )


def test_an_approval_starts_the_flow_once(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """Pressed twice it is one run under the remediation's key; the second press is told who decided."""
    slack.click(PRIYA, proposal["ts"], "remediation_approve")
    slack.wait_until(lambda: prefect.runs)
    press_old_button(bot, proposal)
    slack.wait_until(lambda: slack.ephemerals(PRIYA))
    [remediation] = remediations(bot)
    assert prefect.runs == {
        f"remediation-{remediation.id}": ("remediate/remediate", {"remediation_id": remediation.id})
    }
    assert "Too late: Priya approved it" in slack.ephemerals(PRIYA)[0]["text"]
    slack.wait_until(lambda: "Approved by" in str(slack.thread(proposal["ts"])[0]["blocks"]))
    slack.wait_until(
        lambda: any("approved by Priya" in message["text"] for message in slack.thread(proposal["ts"])[1:])
    )


@pytest.mark.parametrize(("person", "reason"), [(MAYA, "needs the role approver"), (TOMAS, "needs the role approver")])
def test_the_wrong_person_is_told_the_role(
    person: str, reason: str, bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """Privately, and nothing is started."""
    slack.click(person, proposal["ts"], "remediation_approve")
    slack.wait_until(lambda: slack.ephemerals(person))
    assert reason in slack.ephemerals(person)[0]["text"]
    assert prefect.runs == {}
    assert [row.state for row in remediations(bot)] == ["proposed"]


@pytest.mark.parametrize("act", ["choose", "reject", "snooze"])
def test_no_form_is_filled_in_for_nothing(
    act: str, bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """Who may not do it is told at once."""
    slack.click(TOMAS, proposal["ts"], f"remediation_{act}")
    slack.wait_until(lambda: slack.ephemerals(TOMAS))
    assert slack.ephemerals(TOMAS)[0]["text"].startswith("Deciding needs the role approver; you have")
    assert slack.view(TOMAS) is None


def test_a_wrong_count_keeps_the_form_open(
    bot: Runtime, slack: Handle, clean_database: Database, prefect: Prefect
) -> None:
    """What deletes is typed by who may approve: the requester is told so before, and a slip can be put right."""
    ts = proposed(bot, slack, 2, playbook="ebs-delete-unattached", button="remediation_confirm")["ts"]
    slack.click(MAYA, ts, "remediation_confirm")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert slack.view(MAYA) is None
    slack.click(PRIYA, ts, "remediation_confirm")
    slack.wait_for_view(PRIYA)
    assert "type 2" in slack.submit(PRIYA, {"confirmation": "3"})["confirmation"]
    assert slack.submit(PRIYA, {"confirmation": " 2 "}) == {}
    slack.wait_until(lambda: prefect.runs)


def test_a_part_is_chosen_by_ticking(bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect) -> None:
    """The ticked resources become a frozen plan of their own, approved by who may approve; the rest is not touched."""
    slack.click(PRIYA, proposal["ts"], "remediation_choose")
    assert slack.wait_for_view(PRIYA)["submit"]["text"] == "Approve these"
    assert slack.submit(PRIYA, {"resources": ["i-0000", "i-0002"]}) == {}
    slack.wait_until(lambda: prefect.runs)
    old, new = remediations(bot)
    assert (old.state, new.state) == ("void", "approved")
    assert [step["resource_id"] for step in new.plan["steps"]] == ["i-0000", "i-0002"]
    assert prefect.runs == {f"remediation-{new.id}": ("remediate/remediate", {"remediation_id": new.id})}


def test_a_part_chosen_by_its_requester_is_a_proposal(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """Who asked may make it smaller, not approve it."""
    slack.click(MAYA, proposal["ts"], "remediation_choose")
    assert slack.wait_for_view(MAYA)["submit"]["text"] == "Propose these"
    assert slack.submit(MAYA, {"resources": ["i-0001"]}) == {}
    slack.wait_until(lambda: len(remediations(bot)) == 2)
    assert [row.state for row in remediations(bot)] == ["void", "proposed"]
    assert prefect.runs == {}


def test_ticking_everything_approves_the_whole(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """No second plan is made for the same resources."""
    slack.click(PRIYA, proposal["ts"], "remediation_choose")
    slack.wait_for_view(PRIYA)
    assert slack.submit(PRIYA, {"resources": [f"i-000{n}" for n in range(4)]}) == {}
    slack.wait_until(lambda: prefect.runs)
    assert [row.state for row in remediations(bot)] == ["approved"]


def test_rejecting_and_snoozing_keep_the_reason(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """A rejected proposal can no longer be approved."""
    slack.click(PRIYA, proposal["ts"], "remediation_reject")
    slack.wait_for_view(PRIYA)
    slack.submit(PRIYA, {"reason": "needed on Monday"})
    slack.wait_until(lambda: remediations(bot)[0].state == "rejected")
    assert "needed on Monday" in str(remediations(bot)[0].reason)
    press_old_button(bot, proposal)
    slack.wait_until(lambda: slack.ephemerals(PRIYA))
    assert prefect.runs == {}


def test_a_plan_of_500_resources_is_shown_and_approved(
    bot: Runtime, slack: Handle, clean_database: Database, prefect: Prefect
) -> None:
    """Card, plan and choice keep Slack's limits."""
    card = proposed(bot, slack, 500)
    slack.click(PRIYA, card["ts"], "remediation_plan")
    assert "500. web-499" in str(slack.wait_for_view(PRIYA)["blocks"])
    slack.close_view(PRIYA)
    slack.click(PRIYA, card["ts"], "remediation_choose")
    slack.wait_for_view(PRIYA)
    slack.close_view(PRIYA)
    slack.click(PRIYA, card["ts"], "remediation_approve")
    slack.wait_until(lambda: prefect.runs)
    assert not [call for call in slack.calls() if call.error]


def test_undo_is_started_by_an_approver(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """A remediation of its own, approved by who pressed, under its own key."""

    with bot.session() as session:
        row = session.scalars(sa.select(Remediation)).one()
        row.state, row.finished_at = "succeeded", datetime.now(UTC)
        session.execute(sa.update(RemediationStep).values(state="verified"))
        notify(session, row, read_playbooks()["ec2-stop-idle"])
    slack.wait_until(lambda: "remediation_undo" in str(slack.thread(proposal["ts"])[0]["blocks"]))
    slack.click(PRIYA, proposal["ts"], "remediation_undo")
    slack.wait_until(lambda: prefect.runs)
    _, undo = remediations(bot)
    assert undo.undo_of == remediations(bot)[0].id
    assert list(prefect.runs) == [f"remediation-{undo.id}"]


def test_an_approval_while_prefect_is_down_is_kept(
    bot: Runtime, slack: Handle, proposal: dict[str, Any], prefect: Prefect
) -> None:
    """The decision and the wish to start are one transaction."""
    prefect.down = True
    slack.click(PRIYA, proposal["ts"], "remediation_approve")
    slack.wait_until(lambda: [row.state for row in remediations(bot)] == ["approved"])
    with Session(bot.database.app) as session:
        assert session.scalars(sa.select(FlowRequest.state)).all() == ["approved"]
