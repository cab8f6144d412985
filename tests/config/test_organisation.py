"""The organisation file: defaults, mistakes named with file, line and fix, who somebody is, where things are told."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from config.access import Role
from config.errors import UserError
from config.organisation import Budget, Organisation, Scope, read_organisation


def write(folder: Path, text: str) -> Path:
    path = folder / "finops.yaml"
    path.write_text(text)
    return path


def test_runs_with_no_configuration_at_all(tmp_path: Path) -> None:
    """No file is the defaults."""
    assert read_organisation(tmp_path / "none.yaml") == Organisation()


@pytest.mark.parametrize(
    ("text", "line", "fix"),
    [
        ("name: x\nbudgets:\n  - name: a\n    amount: -3\n", 4, "greater than 0"),
        ("name: x\npeopel: []\n", 2, "did you mean `people`?"),
        ("people:\n  - {id: U1, name: A, roles: [king]}\n", 2, "'admin'"),
        ("budgets:\n  - name: a\n    amount: 5\n    period: custom\n", 2, "needs its first day"),
        ("allocation:\n  team:\n    - account: x\n", 3, "give either"),
        ("name: [1\n", 2, "not valid YAML"),
        ("fiscal_year_start: 13\n", 1, "less than or equal to 12"),
        (
            "name: x\npeople:\n  - {id: U1, name: A}\n  - {id: U1, name: B}\n",
            2,
            "entry 2 (U1, B) has `U1`, and so has U1, A",
        ),
        (
            "people:\n  - {id: U1, name: A, email: a@x.org}\n  - {id: b, name: B, email: A@X.org}\n",
            1,
            "has `a@x.org`, and so has U1",
        ),
        ("people:\n  - {id: a@x.org, name: A}\n  - {id: b, name: B, email: A@X.org}\n", 1, "list each person once"),
        ("people:\n  - {id: U1, name: Jo}\n  - {id: jo, name: jo}\n", 1, "entry 2 (jo, jo) has the name of U1"),
        ("people:\n  - {id: system, name: S}\n", 1, "an id of the bot's own"),
        ("people: []\nname: x\npeople: []\n", 3, "people is given twice"),
        ("channels:\n  - {channel: a}\n  - {channel: b, timezone: Europe/Berln}\n", 3, "no time zone 'Europe/Berln'"),
        ("channels:\n  - {channel: a, quiet_hours: [22, 24]}\n", 2, "less than or equal to 23"),
        ("exchange_rates:\n  EUR: 0\n", 2, "greater than 0"),
        ("budgets:\n  - {name: a, amount: 5, thresholds: [80, 100]}\n", 2, "write 0.8 for 80 %"),
        ("allocation:\n  team:\n    - {resource: '(', value: x}\n", 3, "no regular expression"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, fix: str) -> None:
    """The message leads to the place and says what would be right."""
    path = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read_organisation(path)
    assert f"{path}:{line}:" in str(caught.value)
    assert fix in str(caught.value)


def test_two_people_of_one_name_have_slack_ids(tmp_path: Path) -> None:
    """Slack tells them apart."""
    found = read_organisation(write(tmp_path, "people:\n  - {id: U1, name: Jo}\n  - {id: U2, name: Jo}\n"))
    assert [person.id for person in found.people] == ["U1", "U2"]


def test_who_somebody_is() -> None:
    """Roles and teams come from the file; a stranger is a viewer, of nothing when visibility narrows."""
    organisation = Organisation.model_validate(
        {
            "visibility": "own_teams",
            "people": [
                {"id": "U1", "name": "Ann", "roles": ["operator"], "teams": ["payments"]},
                {"id": "U2", "name": "Root", "roles": ["admin"]},
            ],
        }
    )
    ann, root, stranger = (organisation.actor(one) for one in ("U1", "U2", "U9"))
    assert (ann.roles, ann.teams, ann.sees_all) == ({Role.VIEWER, Role.OPERATOR}, {"payments"}, False)
    assert root.sees_all
    assert (stranger.roles, stranger.teams, stranger.sees_all) == ({Role.VIEWER}, frozenset(), False)


def test_where_a_team_is_told() -> None:
    """Its own channel, else a shared one, else the admins'."""
    organisation = Organisation.model_validate(
        {"channels": [{"channel": "#ops", "admin": True}, {"channel": "#all"}, {"channel": "#pay", "team": "payments"}]}
    )
    assert organisation.channel_for("payments") == "#pay"
    assert organisation.channel_for("search") == "#all"
    assert Organisation.model_validate({"channels": [{"channel": "#ops", "admin": True}]}).channel_for(None) == "#ops"
    assert Organisation().channel_for("x") is None


def test_a_person_is_known_by_id_and_by_e_mail_whatever_its_case() -> None:
    """Slack's id, the API's address: one person, the same roles."""
    organisation = Organisation.model_validate(
        {"people": [{"id": "U1", "name": "Ann", "email": "Ann@Example.org", "roles": ["operator"]}]}
    )
    for identity in ("U1", "ann@example.org", " ANN@EXAMPLE.ORG "):
        assert (organisation.actor(identity).id, organisation.knows(identity)) == ("U1", True)
    assert not organisation.knows("u1")
    assert organisation.actor("u1").roles == {Role.VIEWER}


def test_nobody_in_particular_is_a_viewer() -> None:
    assert organisation_of("all").actor(None).sees_all
    assert not organisation_of("own_teams").actor(None).sees_all
    assert organisation_of("own_teams").actor(None, "Guest").name == "Guest"


def organisation_of(visibility: str) -> Organisation:
    return Organisation.model_validate({"visibility": visibility})


def test_a_channel_is_found_with_and_without_its_sign() -> None:
    organisation = Organisation.model_validate({"channels": [{"channel": "#pay"}, {"channel": "C0SEARCH"}]})
    for name, found in (("pay", "#pay"), ("#pay", "#pay"), ("C0SEARCH", "C0SEARCH")):
        channel = organisation.channel_named(name)
        assert channel is not None
        assert channel.channel == found
    assert organisation.channel_named("paying") is None


def test_a_rate_that_is_given_goes_before_a_rough_one() -> None:
    """Units per unit of the organisation's own currency, which is one."""
    organisation = Organisation(currency="EUR", exchange_rates={"USD": Decimal("1.08")})
    assert organisation.rate_of("EUR") == 1.0
    assert organisation.rate_of("USD") == 1.08
    assert organisation.rate_of("JPY") == 100.0


@pytest.mark.parametrize(
    ("scope", "label", "kind"),
    [
        (Scope(), "everything", "total"),
        (Scope(team="payments"), "payments", "team"),
        (Scope(service="EC2", team="payments"), "payments, EC2", "team x service"),
        (Scope(region="eu-west-1", account="prod"), "prod, eu-west-1", "account x region"),
    ],
)
def test_a_scope_has_one_name_however_it_is_written(scope: Scope, label: str, kind: str) -> None:
    """The order of the dimensions is fixed: forecasts are found by it."""
    assert (scope.label(), scope.kind()) == (label, kind)


def test_thresholds_are_in_order_and_a_share_may_pass_one() -> None:
    assert Budget(name="x", amount=Decimal(1), thresholds=(1.2, 0.5)).thresholds == (0.5, 1.2)


def test_a_budget_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="it must end after it starts"):
        Budget(name="x", amount=Decimal(1), period="custom", start=date(2026, 2, 1), end=date(2026, 2, 1))


def test_a_file_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    """What was read before is not kept under the file's name."""
    assert read_organisation(write(tmp_path, "name: before\n")).name == "before"
    assert read_organisation(write(tmp_path, "name: after\n")).name == "after"


def test_the_example_file_is_valid() -> None:
    """What is copied to begin with has no mistake in it."""
    example = Path(__file__).resolve().parents[2] / "finops.example.yaml"
    assert read_organisation(example).channels
