"""Who a Slack user is: by id, by e-mail, by user group; Slack's silence gives nobody more."""

import pytest

from access import Role
from bot.people import People
from bot.runtime import web_client
from demo.slack import Handle, Setup, UserGroup, running_workspace
from settings import Group, Organisation, Person, Settings
from tests.bot.conftest import MAYA, TOMAS, connected


def test_people_are_found_by_id_and_by_email(settings: Settings, slack: Handle) -> None:
    """Somebody unknown is a viewer with their Slack name."""
    organisation = Organisation(
        people=(
            Person(id=TOMAS, name="T", roles=(Role.OPERATOR,)),
            Person(id="p2", name="M", email="maya@example.com", teams=("checkout",)),
        )
    )
    people = People(web_client(connected(settings, slack), retry=True), organisation)
    assert Role.OPERATOR in people.actor(TOMAS).roles
    maya = people.actor(MAYA)
    assert (maya.id, set(maya.teams)) == (MAYA, {"checkout"})
    jonas = people.actor("U0JONAS001")
    assert (jonas.name, set(jonas.roles)) == ("Jonas Weber", {Role.VIEWER})
    assert people.profile(MAYA).timezone == "Europe/Berlin"
    assert people.with_role(Role.OPERATOR) == (TOMAS,)


def test_user_groups_add_roles(settings: Settings) -> None:
    """To their members, and to nobody else."""
    organisation = Organisation(groups=(Group(handle="finops-approvers", roles=(Role.APPROVER,), approves_teams=("checkout",)),))
    with running_workspace(Setup(groups=(UserGroup("S1", "finops-approvers", "Approvers", (MAYA,)),))) as slack:
        people = People(web_client(connected(settings, slack), retry=True), organisation)
        assert people.actor(MAYA).roles == {Role.VIEWER, Role.APPROVER}
        assert people.actor(MAYA).approves_teams == {"checkout"}
        assert people.actor(TOMAS).roles == {Role.VIEWER}


@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
def test_silence_of_slack_gives_nobody_more(method: str, settings: Settings, slack: Handle) -> None:
    """Without an answer people are what finops.yaml says of their id."""
    organisation = Organisation(groups=(Group(handle="admins", roles=(Role.ADMIN,)),))
    slack.faults.fail(method, 500)
    people = People(web_client(connected(settings, slack), retry=True), organisation)
    assert people.actor(MAYA).roles == {Role.VIEWER}
