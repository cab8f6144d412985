"""Remediations in every state, for the tests of playbooks."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings
from db.database import Database
from db.tables import Remediation as Stored
from db.tables import RemediationStep
from playbooks.approval import lifecycle as life
from playbooks.approval.undo import request_undo
from playbooks.proposals.plan import Plan, PlannedStep, Target
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import RunContext
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER

PLAYBOOKS = read_playbooks()


class Killed(BaseException):
    """The worker dies here."""


def target(resource_id: str, savings: float | None = 153.0) -> Target:
    return Target(
        resource_id,
        f"web-{resource_id[-4:]}",
        "123456789012",
        "sandbox",
        "us-east-1",
        "web",
        "sandbox",
        savings,
        evidence="peak CPU 2.1 % in 14 days",
    )


def propose(database: Database, cloud: Cloud, ids: list[str]) -> int:
    plans = make_plans(PLAYBOOKS["ec2-stop-idle"], [target(one) for one in ids], cloud, RemediationSettings(), NOW)
    assert isinstance(plans, list)
    with Session(database.app) as session, session.begin():
        return life.propose(session, plans[0], PLAYBOOKS["ec2-stop-idle"], REQUESTER.id, NOW, channel="#web").id


def approve(database: Database, number: int) -> None:
    with Session(database.app) as session, session.begin():
        decision = life.approve(session, number, APPROVER, NOW, PLAYBOOKS)
        assert isinstance(decision, life.Approved), decision


def run_of(database: Database, cloud: Cloud, boundary: str | None = None) -> RunContext:
    def die(name: str) -> None:
        if name == boundary:
            raise Killed(name)

    return RunContext(
        database.app, cloud, RemediationSettings(), PLAYBOOKS, now=lambda: NOW, sleep=lambda _: None, at_boundary=die
    )


def stored(database: Database, number: int) -> tuple[str, list[str]]:
    with Session(database.app) as session:
        steps = session.scalars(
            sa.select(RemediationStep.state)
            .where(RemediationStep.remediation_id == number)
            .order_by(RemediationStep.position)
        )
        return session.get_one(Stored, number).state, list(steps)


STOP = read_playbooks()["ec2-stop-idle"]


def undone_by(database: Database, number: int) -> int:
    with Session(database.app) as session, session.begin():
        undo = request_undo(session, number, APPROVER, NOW, {STOP.name: STOP})
        assert isinstance(undo, Stored), undo
        return undo.id


BOOK = PLAYBOOKS["ec2-stop-idle"]


def plan(count: int = 2, book: Playbook = BOOK) -> Plan:
    steps = tuple(
        PlannedStep(
            f"i-{n}", f"web-{n}", "123456789012", "us-east-1", book.steps[0].action, {}, 0, {}, "stop", "idle", 10.0
        )
        for n in range(count)
    )
    return Plan(
        book.name,
        book.digest(),
        "123456789012",
        "sandbox",
        "web",
        "dev",
        "USD",
        steps,
        (),
        "start again",
        NOW.isoformat(),
    )
