"""Every role at every entrance: what the matrix in docs/roles.md says is what
Slack, the API and the command line do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from bot import assistant
from bot.api.app import create_app
from bot.api.context import Context
from bot.process.run import serving
from config.access import ENTRANCES, PERMISSIONS, Actor, Permission, Role, matrix
from config.organisation import Organisation
from config.sections.people import Person
from config.settings import Settings
from db.database import Database
from domain.messages.insight_cards import card_of
from nl2sql.deps import Deps
from standins.slack import Limits, Setup, running_workspace
from standins.slack.model import Person as Member
from tests.bot.conftest import Prefect, connected
from tests.role_house import IDS, ROLES, House, header, insight_of
from tests.role_probes import PROBES


@pytest.fixture(scope="module")
def people() -> Organisation:
    """Somebody of each role, all of one team."""
    return Organisation(
        people=tuple(
            Person(id=IDS[role], name=role.value.title(), roles=(role,), teams=("checkout",), approves_teams=("*",))
            for role in ROLES
        )
    )


@pytest.fixture
def house(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Where everybody sees everything."""
    with opened(settings, people, clean_database, tmp_path) as house:
        yield house


@pytest.fixture
def narrow_house(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Where people see their own teams."""
    with opened(settings, people.model_copy(update={"visibility": "own_teams"}), clean_database, tmp_path) as house:
        yield house


@contextmanager
def opened(settings: Settings, people: Organisation, clean_database: Database, tmp_path: Path) -> Iterator[House]:
    """Everything real but Prefect, which only notes what it is asked to start."""
    config = tmp_path / "finops.yaml"
    known = [person.model_dump(mode="json") for person in people.people]
    config.write_text(yaml.safe_dump({"visibility": people.visibility, "people": known}))
    members = tuple(Member(IDS[role], role.value, role.value.title()) for role in ROLES)
    pace = Limits(messages_per_second=200, burst=200, tiers=False, trigger_seconds=30)
    context = Context(settings, people, clean_database, Deps(clean_database, settings, people))
    headers = {role: header(clean_database, IDS[role]) for role in ROLES}
    side = assistant.connect(settings, people, clean_database)
    environment = {"FINOPS_HOME": str(settings.home), "FINOPS_CONFIG": str(config)}
    with (
        running_workspace(Setup(people=members, limits=pace)) as slack,
        serving(connected(settings, slack), people, clean_database, side, Prefect().start) as bot,
        TestClient(create_app(context)) as api,
    ):
        slack.wait_for_socket()
        yield House(slack, bot, api, headers, environment)


@pytest.mark.parametrize("entrance", ["slack", "api", "cli"])
def test_every_cell_of_the_matrix_holds(house: House, entrance: str) -> None:
    """Each action as each role, really done at the entrance; somebody without the permission is refused."""
    probes = {action: probe for (action, where), probe in PROBES.items() if where == entrance}
    found = {(action, role): probe(house, role) for action, probe in probes.items() for role in ROLES}
    assert found == {(action, role): action in PERMISSIONS[role] for action in probes for role in ROLES}


def test_other_teams_are_hidden_at_every_entrance(narrow_house: House) -> None:
    """From everybody but an admin: what they may see is theirs, wherever they look."""
    insight_of(narrow_house, title="mine is up")
    other = insight_of(narrow_house, "search", "canary is up")
    ts = narrow_house.card(card_of(other, None), "canary is up")
    for role in (Role.OPERATOR, Role.ADMIN):
        person = IDS[role]
        api = narrow_house.api.get("/api/v1/insights", headers=narrow_house.headers[role]).text
        one = narrow_house.api.get(f"/api/v1/insights/{other.id}", headers=narrow_house.headers[role])
        shown = {
            "slack": narrow_house.told(
                person,
                lambda person=person: narrow_house.slack.slash(person, "/finops", "insights"),  # type: ignore[misc]  # mypy infers no type of a lambda with a default
            ),
            "api": api,
            "command line": narrow_house.command(role, "insights", "--format", "json"),
        }
        assert {where: "mine is up" in text for where, text in shown.items()} == dict.fromkeys(shown, True)
        assert {where: "canary" in text for where, text in shown.items()} == dict.fromkeys(shown, role is Role.ADMIN)
        assert one.status_code == (200 if role is Role.ADMIN else 404)
    pressed = narrow_house.told(
        IDS[Role.MEMBER], lambda: narrow_house.slack.click(IDS[Role.MEMBER], ts, "insight_investigate")
    )
    assert "a team whose costs you may not see" in pressed


def test_every_entrance_of_the_page_is_called() -> None:
    """What the page says can be done somewhere is tried there, and nothing else."""
    named = {
        (action, name)
        for action, where in ENTRANCES.items()
        for name in ("slack", "api", "cli")
        if getattr(where, name)
    }
    assert named == set(PROBES)
    assert set(ENTRANCES) == set(Permission)


def test_the_page_is_made_from_the_code() -> None:
    """`finops config roles > docs/roles.md` makes it anew."""
    page = Path(__file__).resolve().parent.parent / "docs" / "roles.md"
    assert page.read_text(encoding="utf-8").strip() == matrix().strip()


def test_nobody_is_less_than_a_viewer_and_an_unknown_person_is_one() -> None:
    """In Slack; the API does not know them."""
    assert Organisation().actor("U0STRANGER").roles == {Role.VIEWER}
    assert replace(Organisation().actor("U0STRANGER"), roles=frozenset()).roles == frozenset()
    assert not Organisation().knows("U0STRANGER")


def test_an_approver_is_one_for_teams_and_playbooks(clean_database: Database) -> None:
    """By team, by playbook, by both, or for any; nobody else."""
    from config.access import Allowed, approves

    def may(**named: Any) -> bool:
        given: dict[str, Any] = {key: frozenset(value) for key, value in named.items()}
        actor = Actor(id="U", roles=frozenset({Role.APPROVER}), **given)
        return isinstance(approves(actor, "checkout", "ec2-stop-idle"), Allowed)

    assert may(approves_teams=["checkout"])
    assert may(approves_playbooks=["ec2-stop-idle"])
    assert may(approves_teams=["*"])
    assert may(teams=["checkout"])
    assert not may(approves_teams=["search"], teams=["checkout"])
    assert not may(approves_playbooks=["rds-stop-idle"])
    assert not may()
