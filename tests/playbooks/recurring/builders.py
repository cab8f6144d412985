"""Idle instances, a playbook that recurs, and what a date of it leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Role
from config.organisation import Channel, Organisation
from config.sections.people import Person
from db.database import Database
from db.tables import Recommendation, Resource
from playbooks.recurring.runs import propose_due
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import run_instances

DUE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday
PEOPLE = (
    Person(id="U0ARI00001", name="Ari", roles=(Role.APPROVER,), approves_teams=("*",)),
    Person(id="U0ODA00001", name="Oda", roles=(Role.APPROVER,), approves_teams=("*",)),
    Person(id="U0WEB00001", name="Wim", roles=(Role.APPROVER,), approves_teams=("web",)),
    Person(id="U0OMAR0001", name="Omar", roles=(Role.OPERATOR, Role.APPROVER), approves_teams=("*",)),
    Person(id="U0VIC00001", name="Vic", roles=(Role.MEMBER,)),
)
HOUSE = Organisation(channels=(Channel(channel="#web"), Channel(channel="#admins", admin=True)), people=PEOPLE)
ARI, ODA, WIM, OPERATOR, VIC = (HOUSE.actor(person.id) for person in PEOPLE)
IDLE = read_playbooks()["ec2-stop-idle"]


def weekly(mode: str = "approve", **more: Any) -> Playbook:
    said = {**IDLE.model_dump(), "mode": mode, "recurring": {"every": "week", **more}}
    return Playbook.model_validate(said)


def idle(database: Database, count: int, team: str = "web") -> list[str]:
    """Running instances with a recommendation to stop each, the first one worth most."""
    ids = run_instances(count, {"team": team})
    with Session(database.app) as session, session.begin():
        for place, number in enumerate(ids):
            session.add(
                Resource(
                    resource_id=number,
                    resource_name=f"{team}-{place}",
                    resource_type="ec2",
                    account_id="123456789012",
                    account="sandbox",
                    region="us-east-1",
                    team=team,
                    environment="dev",
                    tags={"team": team},
                )
            )
            session.add(
                Recommendation(
                    fingerprint=f"stop_idle:{number}",
                    kind="stop_idle",
                    resource_id=number,
                    account="sandbox",
                    team=team,
                    current_state="running",
                    proposed_state="stopped",
                    monthly_savings=100 - place,
                    currency="USD",
                    confidence="high",
                    created_at=DUE - timedelta(days=15),
                    last_seen_at=DUE,
                )
            )
    return ids


def proposed(database: Database, cloud: Cloud, book: Playbook, now: datetime = DUE) -> list[int]:
    with Session(database.app) as session:
        return propose_due(session, {book.name: book}, lambda: cloud, HOUSE, now)
