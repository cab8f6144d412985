"""Settings: read from the environment, mistakes named by their variable, secrets not shown."""

from pathlib import Path

import pytest

from config.access import Role
from config.errors import UserError
from config.settings import Settings, operator, read_settings


def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's names are said as they are set."""
    monkeypatch.setenv("FINOPS_ANSWER_ROW_CAP", "many")
    with pytest.raises(UserError, match="FINOPS_ANSWER_ROW_CAP"):
        read_settings(_env_file=None)


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


def test_a_named_organisation_file_has_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path with a slip would else mean no people, no channels and no limits, without a word."""
    monkeypatch.setenv("FINOPS_CONFIG", str(tmp_path / "finops.yml"))
    with pytest.raises(UserError, match=r"names .*finops\.yml, which is not there"):
        read_settings()
    monkeypatch.delenv("FINOPS_CONFIG")
    monkeypatch.chdir(tmp_path)
    assert read_settings().config == Path("finops.yaml")
