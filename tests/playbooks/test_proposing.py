"""Who may approve a proposal, and which playbooks fit an insight."""

from typing import Any

import pytest

from config.organisation import Organisation
from playbooks.proposing import approvers, matching
from playbooks.schema import Playbook, read_playbooks

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
