"""Reads all configuration: the environment, `.env`, `finops.yaml` (see `organisation`) and Vault."""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from config import logs
from config.access import SYSTEM, Actor, Role
from config.errors import UserError
from config.lake import LakeSettings
from config.vault import CachedSecrets, Login, Vault

_PASSWORD = re.compile(r"\w[\w+.-]{0,40}://[^:/@]{0,200}:([^@/]+)@")


class Settings(LakeSettings):
    """What the environment and `.env` say; every field has a working default."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="FINOPS_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    home: Path = Field(Path(".finops"), description="Folder of all local state: embedded Postgres, Prefect, downloads")
    config: Path = Field(Path("finops.yaml"), description="The organisation file; optional")
    playbooks: Path | None = Field(
        None, description="Folder of your own playbooks, besides the built-in ones; one of the same name replaces it"
    )
    env: Literal["development", "production"] = Field(
        "development", description="production refuses .env files and the command line's implicit admin"
    )
    allow_env_file: bool = Field(False, description="Allow a .env file in production; it cannot allow itself")
    database_url: SecretStr | None = Field(
        None, description="Outside Postgres, as the owner role; unset: a private embedded server"
    )
    app_database_url: SecretStr | None = Field(
        None, description="Outside Postgres, as the application role; unset: the owner's login with SET ROLE"
    )
    reader_database_url: SecretStr | None = Field(
        None, description="Outside Postgres, as the reader role; unset: the owner's login with SET ROLE"
    )
    llm_model: str = Field("gpt-5-mini", description="Model name for the LLM translator")
    llm_use: Literal["when_needed", "first", "never"] = Field(
        "when_needed",
        description="when_needed: what the built-in grammar cannot read; first: every question; never: rules only",
    )
    llm_timeout_seconds: float = Field(20, gt=0, description="Time budget of one question's LLM calls")
    llm_daily_tokens_per_person: int = Field(200_000, ge=0, description="Token budget a person and a day")
    llm_daily_seconds_per_person: float = Field(900, ge=0, description="Budget of the model's time a person and a day")
    llm_daily_cost_per_person: float = Field(
        2, ge=0, description="Money budget a person and a day, in the currency of the prices below"
    )
    llm_input_price: float = Field(0, ge=0, description="Price of a million prompt tokens; 0: not counted")
    llm_output_price: float = Field(0, ge=0, description="Price of a million completion tokens; 0: not counted")
    llm_remember: bool = Field(True, description="Remember translations by question, asker's scope, catalogue and data")
    llm_prompt_tokens: int = Field(8_000, ge=500, description="Token budget of one prompt")
    llm_reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = Field(
        "low", description="How long a reasoning model thinks; not sent where it is empty or the endpoint refuses it"
    )
    answer_row_cap: int = Field(1_000, ge=1, description="Most rows an answer may carry")
    answer_timeout_seconds: float = Field(10, gt=0, description="Time limit of one query")
    answer_cost_cap: float = Field(5_000_000, gt=0, description="Highest planner cost (EXPLAIN) that is run")
    questions_running_per_person: int = Field(2, ge=1, description="Questions of a person at once in a process")
    questions_megabytes_per_person: int = Field(100, ge=1, description="Most that is kept of a person's questions")
    questions_waiting_per_person: int = Field(20, ge=1, description="Questions of a person that wait in a process")
    today_file: Path | None = Field(None, description="File with the day that counts as today; unset: the clock")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Log level of the JSON log on stderr"
    )
    api_host: str = Field("127.0.0.1", description="Address of the HTTP API")
    api_port: int = Field(8080, ge=0, le=65535, description="Port of the HTTP API")

    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias="OPENAI_API_KEY",
        description="Key of the LLM; with it or a base URL the LLM translator is used",
    )
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="Any OpenAI-compatible endpoint"
    )
    slack_bot_token: SecretStr | None = Field(
        None, validation_alias="SLACK_BOT_TOKEN", description="xoxb- token of the Slack app"
    )
    slack_app_token: SecretStr | None = Field(
        None, validation_alias="SLACK_APP_TOKEN", description="xapp- token: Socket Mode is used when it is set"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, validation_alias="SLACK_SIGNING_SECRET", description="Signing secret for the HTTP endpoint"
    )
    slack_api_url: str | None = Field(
        None, validation_alias="SLACK_API_URL", description="Another Web API address, as the demo's"
    )
    prefect_api_url: str | None = Field(
        None, validation_alias="PREFECT_API_URL", description="Prefect server that runs the flows"
    )
    vault_addr: str | None = Field(
        None, validation_alias="VAULT_ADDR", description="Vault or OpenBao server; secrets are read from it when set"
    )
    vault_token: SecretStr | None = Field(
        None, validation_alias="VAULT_TOKEN", description="Vault token, for development"
    )
    vault_role_id: str | None = Field(None, validation_alias="VAULT_ROLE_ID", description="AppRole role id")
    vault_secret_id: SecretStr | None = Field(None, validation_alias="VAULT_SECRET_ID", description="AppRole secret id")
    vault_wrapped_secret_id: SecretStr | None = Field(
        None,
        validation_alias="VAULT_WRAPPED_SECRET_ID",
        description="AppRole secret id in a response-wrapping token, which one process can unwrap once",
    )
    vault_kubernetes_role: str | None = Field(
        None, validation_alias="VAULT_KUBERNETES_ROLE", description="Role for Kubernetes auth"
    )
    vault_kubernetes_mount: str = Field(
        "kubernetes", validation_alias="VAULT_KUBERNETES_MOUNT", description="Where Kubernetes auth is mounted"
    )
    vault_service_account_file: Path | None = Field(
        None,
        validation_alias="VAULT_SERVICE_ACCOUNT_FILE",
        description="The pod's token for Kubernetes auth; unset: where Kubernetes mounts it",
    )
    vault_namespace: str | None = Field(None, validation_alias="VAULT_NAMESPACE", description="Namespace of Vault")
    vault_cacert: Path | None = Field(
        None, validation_alias="VAULT_CACERT", description="Certificates that Vault's is checked against"
    )
    vault_mount: str = Field("secret", validation_alias="VAULT_MOUNT", description="KV v2 mount")
    vault_path: str = Field(
        "finops-bot",
        validation_alias="VAULT_PATH",
        description="Path of the secrets under the mount, or several separated by commas",
    )
    vault_refresh_seconds: float = Field(60, ge=1, description="How often secrets are read anew while the process runs")
    oidc_issuer: str | None = Field(
        None,
        description="Sign-in provider whose JWTs the API takes besides its own tokens; its discovery document is read",
    )
    oidc_audience: str | None = Field(None, description="The audience that a JWT must name: this API's client id there")
    oidc_client_id: str | None = Field(None, description="The page's client id, where it is no FINOPS_OIDC_AUDIENCE")
    github_token: SecretStr | None = Field(None, description="Opens issues at GitHub (`remediation.tickets`)")
    jira_email: str | None = Field(None, description="Whose token opens issues at Jira (`remediation.tickets`)")
    jira_token: SecretStr | None = Field(None, description="API token of that person")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret of the page, if it has one")
    public_url: str | None = Field(None, description="The page's address: of sign-in (/auth/callback) and cards' links")
    oidc_claim: str = Field("email", description="Claim that names a person of finops.yaml by id or e-mail")
    aws_endpoint_url: str | None = Field(None, validation_alias="AWS_ENDPOINT_URL", description="Another AWS endpoint")

    _live: "_LiveSettings | None" = PrivateAttr(None)
    _version: int = PrivateAttr(0)

    @property
    def version(self) -> int:
        """Grows with each change of the secrets in Vault."""
        return self._version

    def latest(self) -> "Settings":
        """These settings with the newest secrets: asked for where a secret is
        used, so that a rotated one needs no restart.
        """
        return self._live.latest() if self._live else self

    def refresh_after_refusal(self) -> bool:
        """A secret of these settings was refused: whether Vault has others by now, which `latest` then gives."""
        return self._live is not None and self._live.secrets.refresh_after_refusal(self._version)

    def secrets(self) -> list[str]:
        """The values that nobody may see, and the passwords in them."""
        values = [
            value.get_secret_value()
            for name in type(self).model_fields
            if isinstance(value := getattr(self, name), SecretStr)
        ]
        passwords = (unquote(match.group(1)) for value in values if (match := _PASSWORD.match(value)))
        return [*values, *passwords, *self.lake_engine_token()]


def operator(settings: Settings) -> Actor:
    """Who acts on the command line without `--as`: outside production somebody
    with every role, in production an operator and no more.
    """
    if settings.env == "production":
        return SYSTEM
    return Actor(id="cli", name="command line", roles=frozenset(Role), sees_all=True)


_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD|CREDENTIALS")
_CLOUD = ("AWS_", "AZURE_", "GOOGLE_")  # what the clouds' own libraries look for in the environment


@dataclass
class _LiveSettings:
    """The settings of a process whose secrets come from Vault, made anew when those change."""

    secrets: CachedSecrets
    overrides: dict[str, Any]
    made: Settings

    def latest(self) -> Settings:
        version = self.secrets.refresh()
        if version != self.made.version:
            try:
                self.made = _from_vault(self.secrets.values, self.overrides)
            except UserError as error:
                logging.getLogger(__name__).error("Vault's new values cannot be used, the last ones stay: %s", error)
                self.made = self.made.model_copy()
            self.made._live, self.made._version = self, version
        return self.made


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process, with Vault's secrets over the environment's
    where Vault is configured; raises `UserError`.
    """
    settings = _settings(**overrides)
    if (
        settings.env == "production"
        and Path(".env").exists()
        and not _settings(**{**overrides, "_env_file": None}).allow_env_file
    ):
        raise UserError(
            "There is a .env file in production. Put its secrets into Vault or the environment, or set "
            "FINOPS_ALLOW_ENV_FILE=true."
        )
    if "config" in settings.model_fields_set and not settings.config.exists():
        raise UserError(f"FINOPS_CONFIG names {settings.config}, which is not there. Mend the path, or unset it.")
    vault = vault_of(settings)
    if vault is not None:
        secrets = CachedSecrets(vault, settings.vault_refresh_seconds, vault.read())
        settings = _from_vault(secrets.values, overrides)
        settings._live = _LiveSettings(secrets, overrides, settings)
    logs.hide(settings.secrets())
    return settings


def _from_vault(values: Mapping[str, str], overrides: dict[str, Any]) -> Settings:
    """Settings with Vault's values; those for the clouds go into the
    environment, where the clouds' libraries look for them.
    """
    cloud = {name: value for name, value in values.items() if name.startswith(_CLOUD)}
    os.environ.update(cloud)
    made = _settings(**{**_secrets_by_field(values), **overrides})
    logs.hide([*made.secrets(), *(value for name, value in cloud.items() if _SECRET.search(name))])
    return made


def own_playbooks() -> Path | None:
    """The folder of FINOPS_PLAYBOOKS; Vault is not asked."""
    return _settings().playbooks


def vault_of(settings: Settings) -> Vault | None:
    """The Vault that is configured, None when there is none."""
    if settings.vault_addr is None:
        return None

    def plain(secret: SecretStr | None) -> str | None:
        return secret.get_secret_value() if secret else None

    login = Login(
        token=plain(settings.vault_token),
        role_id=settings.vault_role_id,
        secret_id=plain(settings.vault_secret_id),
        wrapped_secret_id=plain(settings.vault_wrapped_secret_id),
        kubernetes_role=settings.vault_kubernetes_role,
        kubernetes_mount=settings.vault_kubernetes_mount,
        **({"service_account": settings.vault_service_account_file} if settings.vault_service_account_file else {}),
    )
    return Vault(
        settings.vault_addr,
        settings.vault_mount,
        settings.vault_path,
        login,
        namespace=settings.vault_namespace,
        ca_file=settings.vault_cacert,
    )


def _settings(**values: Any) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise UserError("\n".join(_setting_problem(problem) for problem in error.errors())) from error


def _secrets_by_field(secrets: Mapping[str, str]) -> dict[str, str]:
    """Vault's secrets by field: they are named there as in the environment."""
    fields = {(item.validation_alias or f"FINOPS_{name}".upper()): name for name, item in Settings.model_fields.items()}
    return {fields[key]: value for key, value in secrets.items() if key in fields}


def _setting_problem(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    return (
        f"{name if name.isupper() else 'FINOPS_' + name.upper()}: {problem['msg']}. Set it in the environment or "
        "in .env."
    )
