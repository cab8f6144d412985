"""Settings and the organisation file: defaults, and mistakes named with file, line and fix."""

from pathlib import Path

import pytest

from config.access import Role
from config.errors import UserError
from config.organisation import Organisation, read_organisation
from config.settings import Settings, operator, read_settings


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


def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's names are said as they are set."""
    monkeypatch.setenv("FINOPS_ANSWER_ROW_CAP", "many")
    with pytest.raises(UserError, match="FINOPS_ANSWER_ROW_CAP"):
        read_settings(_env_file=None)


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


def test_secrets_are_not_printed() -> None:
    """Tokens stay out of reprs, and so out of logs."""
    settings = Settings(
        _env_file=None,
        slack_bot_token="xoxb-canary",
        openai_api_key="sk-canary",
        database_url="postgresql://u:pw-canary@h/d",
    )
    assert "canary" not in repr(settings) + str(settings.model_dump())


def test_the_command_line_is_no_admin_in_production() -> None:
    """Outside production the person at the keyboard may do all; in production only what the system may."""
    assert Role.ADMIN in operator(Settings(_env_file=None)).roles
    assert Role.ADMIN not in operator(Settings(_env_file=None, env="production")).roles


def test_where_a_team_is_told() -> None:
    """Its own channel, else a shared one, else the admins'."""
    organisation = Organisation.model_validate(
        {"channels": [{"channel": "#ops", "admin": True}, {"channel": "#all"}, {"channel": "#pay", "team": "payments"}]}
    )
    assert organisation.channel_for("payments") == "#pay"
    assert organisation.channel_for("search") == "#all"
    assert Organisation.model_validate({"channels": [{"channel": "#ops", "admin": True}]}).channel_for(None) == "#ops"
    assert Organisation().channel_for("x") is None


def test_a_named_organisation_file_has_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a slip would else mean no people, no channels and no limits, without a word."""
    monkeypatch.setenv("FINOPS_CONFIG", str(tmp_path / "finops.yml"))
    with pytest.raises(UserError, match=r"names .*finops\.yml, which is not there"):
        read_settings()
    monkeypatch.delenv("FINOPS_CONFIG")
    monkeypatch.chdir(tmp_path)
    assert read_settings().config == Path("finops.yaml")
