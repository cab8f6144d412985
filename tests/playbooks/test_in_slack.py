"""From the proposal in the channel to the bill's verdict in its thread, through
the stand-ins for Slack and AWS and the flow's own function.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from bot.process.runtime import Runtime
from config.access import Role
from config.organisation import Channel, Organisation
from config.sections.people import Person
from config.settings import Settings
from db import audit
from db.database import Database
from db.tables import Recommendation, Remediation, Resource
from flows.remediation.remediate import remediate
from flows.savings.verify_savings import verify_pending
from playbooks.proposals.proposing import propose_all
from playbooks.schema import read_playbooks
from standins.slack import Handle
from tests.bot.conftest import MAYA, PRIYA, TOMAS, Prefect, bot, prefect, rules, slack, start_bot
from tests.flows.savings.builders import plant
from tests.playbooks.conftest import run_instances, states

__all__ = ["bot", "prefect", "rules", "slack", "start_bot"]

CHANNEL = "C0FINOPS01"
BOOK = read_playbooks()["ec2-stop-idle"]


@pytest.fixture
def staff() -> Organisation:
    """Maya could approve, but it is she who asks; Priya approves for everybody, Tomás only for payments."""
    people = (
        Person(id=MAYA, name="Maya", roles=(Role.APPROVER,), approves_teams=("*",)),
        Person(id=TOMAS, name="Tomás", roles=(Role.APPROVER,), approves_teams=("payments",)),
        Person(id=PRIYA, name="Priya", roles=(Role.APPROVER,), approves_teams=("*",)),
    )
    return Organisation(people=people, channels=(Channel(channel=CHANNEL),))


def known_as_idle(session: Session, ids: list[str]) -> None:
    """The inventory and the recommendations, as the flows write them."""
    for number, resource in enumerate(ids):
        session.add(
            Resource(
                resource_id=resource,
                resource_name=f"web-{number}",
                resource_type="Instance",
                account_id="123456789012",
                account="sandbox",
                region="us-east-1",
                team="web",
                environment="dev",
            )
        )
        session.add(
            Recommendation(
                fingerprint=f"idle:{resource}",
                kind="stop_idle",
                resource_id=resource,
                account="sandbox",
                team="web",
                current_state="running",
                proposed_state="stopped",
                monthly_savings=300,
                currency="USD",
                confidence="high",
                evidence={"summary": "peak CPU 2.1 % in 14 days"},
            )
        )


def run_what_was_started(prefect: Prefect, slack: Handle, count: int) -> str:
    """Do what Prefect's worker does with the newest run it was given."""
    slack.wait_until(lambda: len(prefect.runs) == count)
    deployment, parameters = list(prefect.runs.values())[-1]
    assert deployment == "remediate/remediate"
    return remediate.fn(**parameters)


def card(slack: Handle, ts: str) -> str:
    return str(slack.thread(ts)[0]["blocks"])


def test_a_remediation_from_proposal_to_verdict(
    cloud: Cloud,
    bot: Runtime,
    slack: Handle,
    prefect: Prefect,
    staff: Organisation,
    settings: Settings,
    clean_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Requester refused, wrong team refused, approver approves, instances stop,
    the protected one stays, Undo starts them, and a month later the verdict.
    """
    monkeypatch.setenv("FINOPS_HOME", str(settings.home))
    idle, protected = run_instances(3, {"team": "web"}), run_instances(1, {"team": "web", "do-not-stop": "true"})
    with bot.session() as session:
        known_as_idle(session, [*idle, *protected])
        session.flush()
        left = propose_all(session, BOOK, cloud, staff, MAYA, datetime.now(UTC))
        assert isinstance(left, list)
        [number] = left
    message: dict[str, Any] = slack.wait_for_message(lambda one: "remediation_approve" in str(one.get("blocks")))
    ts = message["ts"]
    assert "peak CPU 2.1 %" in card(slack, ts)
    assert "protected by tag do-not-stop=true" in card(slack, ts)

    for person, says in (
        (MAYA, "somebody else has to approve"),
        (TOMAS, "You approve for payments; this belongs to web."),
    ):
        slack.click(person, ts, "remediation_approve")
        slack.wait_until(lambda person=person: slack.ephemerals(person))  # type: ignore[misc]  # mypy infers no type of a lambda with a default
        assert says in slack.ephemerals(person)[0]["text"]
    assert prefect.runs == {}
    assert states(idle) == ["running"] * 3

    slack.click(PRIYA, ts, "remediation_approve")
    assert run_what_was_started(prefect, slack, 1) == "succeeded"
    assert states([*idle, *protected]) == ["stopped"] * 3 + ["running"]
    slack.wait_until(lambda: "remediation_undo" in card(slack, ts))
    assert "Approved by Priya" in card(slack, ts)
    assert "remediation_approve" not in card(slack, ts)

    today = datetime.now(UTC).date()
    with bot.session() as session:
        for resource in idle:
            plant(session, resource, 10, 0.1, applied=today, until=today + timedelta(days=30))
        verify_pending(session, datetime.now(UTC) + timedelta(days=31))
    slack.wait_until(lambda: any("nothing moved elsewhere" in one["text"] for one in slack.thread(ts)[1:]))
    assert any("Verified: $904 of $900 a month" in one["text"] for one in slack.thread(ts)[1:])

    slack.click(PRIYA, ts, "remediation_undo")
    assert run_what_was_started(prefect, slack, 2) == "succeeded"
    assert states(idle) == ["running"] * 3
    slack.wait_until(lambda: "remediation_undo" not in card(slack, ts))
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, number).state == "undone"
        assert isinstance(audit.verify(session), audit.Intact)
        assert session.scalar(sa.select(sa.func.count()).select_from(Remediation)) == 2
    assert not [call for call in slack.calls() if call.error]
