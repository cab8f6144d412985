"""Who may approve a proposal, and which playbooks fit an insight."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import Organisation
from db.database import Database
from db.tables import Recommendation, Remediation, Resource
from playbooks.proposals import proposing
from playbooks.proposals.planning import NothingToDo, make_plans
from playbooks.proposals.proposing import approvers, matching, propose_all
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import NOW, REQUESTER, run_instances

PLAYBOOKS = read_playbooks()
IDLE = PLAYBOOKS["ec2-stop-idle"]


def people(*given: dict[str, Any]) -> Organisation:
    return Organisation.model_validate({"people": [{"name": one["id"], **one} for one in given]})


APPROVES = {"roles": ["approver"], "approves_teams": ["web"]}
HOUSE = people(
    {"id": "U0WEB00001", **APPROVES},
    {"id": "U0IDLE0001", "roles": ["approver"], "approves_playbooks": ["ec2-stop-idle"]},
    {"id": "U0RDS00001", "roles": ["approver"], "approves_playbooks": ["rds-stop-idle"]},
    {"id": "U0PAY00001", "roles": ["approver"], "approves_teams": ["payments"]},
    {"id": "U0ALL00001", "roles": ["approver"], "approves_teams": ["*"]},
    {"id": "U0MEMBER01", "roles": ["member"], "approves_teams": ["*"]},
)


def named(requester: str, team: str | None = "web", playbook: Playbook = IDLE) -> set[str]:
    return {one["id"] for one in approvers(HOUSE, playbook, team, requester)}


def test_approvers_are_those_of_the_team_or_of_the_playbook() -> None:
    """Neither another team's, nor one who decides on other playbooks, nor a member."""
    assert named("U0MEMBER01") == {"U0WEB00001", "U0ALL00001", "U0IDLE0001"}


def test_who_asked_is_not_offered_where_that_is_not_enough() -> None:
    assert named("U0WEB00001") == {"U0ALL00001", "U0IDLE0001"}


def test_what_belongs_to_no_team_is_for_those_of_all_teams_or_of_the_playbook() -> None:
    assert named("U0MEMBER01", team=None) == {"U0ALL00001", "U0IDLE0001"}


def test_a_playbook_that_only_notifies_fits_nothing() -> None:
    """The others of its kind do, in the order of their names."""
    quiet = IDLE.model_copy(update={"mode": "notify"})
    other = IDLE.model_copy(update={"name": "a-first"})
    fitting = matching({"z": IDLE, "b": quiet, "a": other}, IDLE.trigger.kind)
    assert [playbook.name for playbook in fitting] == ["a-first", "ec2-stop-idle"]
    assert matching(PLAYBOOKS, "no such kind") == []


@pytest.mark.parametrize("name", sorted(PLAYBOOKS))
def test_every_built_in_playbook_is_found_by_its_kind(name: str) -> None:
    playbook = PLAYBOOKS[name]
    assert (playbook in matching(PLAYBOOKS, playbook.trigger.kind)) == (playbook.mode != "notify")


def test_of_two_who_propose_at_the_same_moment_one_has_the_resource(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked at it before either has left a proposal; the other one is told so."""
    [instance] = run_instances(1, {"team": "web"})
    with Session(clean_database.app) as session, session.begin():
        session.add(
            Resource(
                resource_id=instance,
                resource_type="ec2",
                account_id="123456789012",
                region="us-east-1",
                team="web",
                environment="dev",
            )
        )
        session.add(
            Recommendation(
                fingerprint=f"stop_idle:{instance}",
                kind="stop_idle",
                resource_id=instance,
                team="web",
                current_state="running",
                proposed_state="stopped",
                currency="USD",
                confidence="high",
                created_at=NOW,
                last_seen_at=NOW,
            )
        )
    both = Barrier(2, timeout=60)

    def planned(*given: Any) -> Any:
        plans = make_plans(*given)
        both.wait()
        return plans

    def propose(_: int) -> list[int] | NothingToDo:
        with Session(clean_database.app) as session, session.begin():
            return propose_all(session, IDLE, cloud, Organisation(), REQUESTER.id, NOW)

    monkeypatch.setattr(proposing, "make_plans", planned)
    with ThreadPoolExecutor(2) as pool:
        left = list(pool.map(propose, range(2)))
    with Session(clean_database.app) as session:
        stored = session.scalars(sa.select(Remediation.id)).all()
    assert sorted(left, key=lambda one: isinstance(one, NothingToDo)) == [
        list(stored),
        NothingToDo("another proposal has its resources in hand, or nothing may be changed there", ()),
    ]
