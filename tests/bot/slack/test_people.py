"""Who a Slack user is: by id, by e-mail, by user group; Slack's silence gives nobody more."""

import pytest

from bot.process.runtime import web_client
from bot.slack.people import People
from commands.acting import actor_of
from config.access import Role, same_person
from config.organisation import Organisation
from config.sections.people import Group, Person
from config.settings import Settings
from standins.slack import Handle, Setup, UserGroup, running_workspace
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
    organisation = Organisation(
        groups=(Group(handle="finops-approvers", roles=(Role.APPROVER,), approves_teams=("checkout",)),)
    )
    with running_workspace(Setup(groups=(UserGroup("S1", "finops-approvers", "Approvers", (MAYA,)),))) as slack:
        people = People(web_client(connected(settings, slack), retry=True), organisation)
        assert people.actor(MAYA).roles == {Role.VIEWER, Role.APPROVER}
        assert people.actor(MAYA).approves_teams == {"checkout"}
        assert people.actor(TOMAS).roles == {Role.VIEWER}


def test_a_person_is_the_same_actor_by_id_by_email_and_in_slack(settings: Settings) -> None:
    """With the id that Slack knows and what their groups add, whichever way they come; nobody else gains anything."""
    organisation = Organisation(
        people=(
            Person(id="p2", name="M", email="maya@example.com", teams=("checkout",)),
            Person(id="p3", name="X", email="nobody@example.com"),
        ),
        groups=(Group(handle="stoppers", roles=(Role.APPROVER,), approves_playbooks=("ec2-stop-idle",)),),
    )
    with running_workspace(Setup(groups=(UserGroup("S1", "stoppers", "Stoppers", (MAYA,)),))) as slack:
        people = People(web_client(connected(settings, slack), retry=True), organisation)
        assert people.person("p2") == people.person("maya@example.com") == people.actor(MAYA)
        assert people.actor(MAYA).approves_playbooks == {"ec2-stop-idle"}
        assert (people.person("p3").id, people.person("p3").roles) == ("p3", {Role.VIEWER, Role.MEMBER})
        assert actor_of(connected(settings, slack), organisation, "p2").roles == {
            Role.VIEWER,
            Role.MEMBER,
            Role.APPROVER,
        }
        assert actor_of(connected(settings, slack), organisation, "MAYA@example.com").id == MAYA
    assert actor_of(settings, organisation, "p2").roles == {Role.VIEWER, Role.MEMBER}


@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
def test_silence_of_slack_gives_nobody_more(method: str, settings: Settings, slack: Handle) -> None:
    """Without an answer people are what finops.yaml says of their id."""
    organisation = Organisation(groups=(Group(handle="admins", roles=(Role.ADMIN,)),))
    slack.faults.fail(method, 500)
    people = People(web_client(connected(settings, slack), retry=True), organisation)
    assert people.actor(MAYA).roles == {Role.VIEWER}


def test_who_has_no_slack_id_is_one_person_in_slack_and_outside(settings: Settings, slack: Handle) -> None:
    """Where Slack is asked they are the same; where it cannot be, nobody says that they are two."""
    organisation = Organisation(
        people=(Person(id="p2", name="M", email="Maya@Example.com"), Person(id="p3", name="X", email="x@example.com"))
    )
    people = People(web_client(connected(settings, slack), retry=True), organisation)
    alone = organisation.actor("p2")
    assert (people.actor(MAYA).id, alone.id) == (MAYA, "p2")
    assert same_person(people.actor(MAYA), alone.id) is True
    assert same_person(actor_of(connected(settings, slack), organisation, "p2"), MAYA) is True
    assert same_person(alone, MAYA) is None
    assert same_person(people.actor(TOMAS), "p2") is False  # by their e-mail addresses
    slack.faults.fail("users.info", 500)
    deaf = People(web_client(connected(settings, slack), retry=True), organisation)
    assert same_person(deaf.actor(MAYA), "p2") is None
