"""A worker that dies at every single call to AWS, before it is sent and after
it was answered, in every playbook: the books agree with the account.
"""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings
from db import audit
from db.database import Database
from db.tables import RemediationStep, Saving
from playbooks.actions import ACTIONS, lambda_functions
from playbooks.actions.action import ResourceRef
from playbooks.approval import lifecycle as life
from playbooks.proposals.plan import Target
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import RunContext, execute
from tests.playbooks.builders import Killed
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER
from tests.playbooks.resources import ACCOUNT, ONE_OF_EACH, opened, package

LIMITS = RemediationSettings(maximum_resources_a_day=10_000)


class Calls:
    """Counts the calls to AWS while it is armed, and kills the worker at one of them."""

    def __init__(self) -> None:
        self.armed = False
        self.deadly: tuple[str, int] | None = None
        self.sent, self.changes = 0, 0

    def before(self, model: Any, **_: Any) -> None:
        if self.armed:
            self.sent += 1
            self.changes += not model.name.startswith(("Describe", "Get", "List", "Head"))
            self._die("before")

    def after(self, **_: Any) -> None:
        if self.armed:
            self._die("after")

    def _die(self, moment: str) -> None:
        if self.deadly == (moment, self.sent):
            raise Killed(f"{moment} call {self.sent}")

    def arm(self, deadly: tuple[str, int] | None) -> None:
        """From now on."""
        self.armed, self.deadly, self.sent, self.changes = True, deadly, 0, 0


@pytest.fixture
def calls(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every client reports to it."""
    found, known, make = Calls(), set[int](), Cloud.client

    def watched(self: Cloud, service: str, account_id: str, region: str, purpose: Any) -> Any:
        made = make(self, service, account_id, region, purpose)
        if id(made) not in known:
            known.add(id(made))
            made.meta.events.register("before-call", found.before)
            made.meta.events.register("after-call", found.after)
        return made

    monkeypatch.setattr(Cloud, "client", watched)
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package())
    return found


def approved(database: Database, cloud: Cloud, playbook: str) -> tuple[int, str]:
    """A remediation of one fresh resource, approved; its number and the resource."""
    book, resource = opened(playbook), ONE_OF_EACH[playbook]()
    target = Target(
        resource, "it", ACCOUNT, "sandbox", "us-east-1", "web", "dev", 10.0, proposed={"instance_type": "m5.large"}
    )
    plans = make_plans(book, [target], cloud, LIMITS, NOW)
    assert isinstance(plans, list), plans
    book = book.model_copy(update={"approval": book.approval.model_copy(update={"count": 1})})
    with Session(database.app) as session, session.begin():
        plan = replace(plans[0], playbook_digest=book.digest())
        number = life.propose(session, plan, book, REQUESTER.id, NOW, channel=None).id
        decided = life.approve(session, number, APPROVER, NOW, {book.name: book}, "1")
        assert isinstance(decided, life.Approved), decided
    return number, resource


def worker(database: Database, cloud: Cloud, playbook: str) -> RunContext:
    book = opened(playbook)
    book = book.model_copy(update={"approval": book.approval.model_copy(update={"count": 1})})
    return RunContext(database.app, cloud, LIMITS, {playbook: book}, now=lambda: NOW, sleep=lambda _: None)


def step_of(database: Database, number: int) -> RemediationStep:
    with Session(database.app) as session:
        return session.scalars(sa.select(RemediationStep).where(RemediationStep.remediation_id == number)).one()


@pytest.mark.parametrize("playbook", sorted(ONE_OF_EACH))
def test_killed_at_any_call_the_books_agree_and_nothing_is_lost(
    clean_database: Database, cloud: Cloud, calls: Calls, playbook: str
) -> None:
    """The next worker changes nothing; what it calls done is done, what it
    cannot know is unknown, and the undo that was recorded beforehand works.
    """
    number, _ = approved(clean_database, cloud, playbook)
    calls.arm(None)
    assert execute(worker(clean_database, cloud, playbook), number) == "succeeded"
    count = calls.sent
    assert calls.changes > 0
    outcomes = set()
    for deadly in [(moment, call) for call in range(1, count + 1) for moment in ("before", "after")]:
        calls.armed = False
        number, resource = approved(clean_database, cloud, playbook)
        calls.arm(deadly)
        with pytest.raises(Killed):
            execute(worker(clean_database, cloud, playbook), number)
        calls.arm(None)
        state = execute(worker(clean_database, cloud, playbook), number)
        assert calls.changes == 0, f"the next worker repeated something after {deadly}"
        calls.armed = False
        outcomes.add(state)
        _agrees(clean_database, cloud, number, resource, state, deadly)
    assert {"succeeded", "failed"} <= outcomes
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)


def _agrees(database: Database, cloud: Cloud, number: int, resource: str, state: str, deadly: tuple[str, int]) -> None:
    step = step_of(database, number)
    action, place = ACTIONS[step.action], ResourceRef(resource, ACCOUNT, "us-east-1")
    seen = action.observe(cloud, place)
    done = bool(step.undo) and action.verify(seen, {**step.undo, **step.parameters})
    assert (step.state, state) in {("planned", "failed"), ("verified", "succeeded"), ("unknown", "unknown")}, deadly
    assert done == (step.state == "verified"), deadly
    with Session(database.app) as session:
        assert bool(session.scalars(sa.select(Saving.id).where(Saving.remediation_id == number)).all()) == (
            step.state == "verified" and not step.action.startswith("ec2.start") and _tracked(number, session)
        )
    if step.state == "planned":
        assert not done
    elif action.reversible:
        action.undo(cloud, place, step.undo)
        assert action.undone(action.observe(cloud, place), step.undo), deadly


def _tracked(number: int, session: Session) -> bool:
    from db.tables import Remediation as Stored

    return opened(session.get_one(Stored, number).playbook).savings.tracked
