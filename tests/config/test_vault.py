"""Secrets from a real OpenBao server: read, rotated, denied, missing, sealed, killed and back again."""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from config.errors import UserError
from config.settings import Settings, read_settings
from config.vault import CachedSecrets, Login, Vault, VaultAwayError
from tests import openbao
from tests.openbao import Server

CANARY = "canary-7d1f"
_SIGNER = rsa.generate_private_key(65537, 2048)
READ = 'path "secret/data/finops-bot" { capabilities = ["read"] }'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that leave it as it was."""
    with openbao.running(tmp_path_factory.mktemp("bao")) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Server:
    """The shared server with the canary at the usual path."""
    shared.write(SLACK_BOT_TOKEN=CANARY, FINOPS_LLM_MODEL="from-vault")
    return shared


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server to seal and to kill."""
    with openbao.running(tmp_path) as server:
        server.write(SLACK_BOT_TOKEN=CANARY)
        yield server


def vault_at(server: Server, login: Login | None = None, path: str = "finops-bot", **more: Any) -> Vault:
    return Vault(
        server.address,
        "secret",
        path,
        login or Login(token=server.root_token),
        attempts=3,
        sleep=lambda _: None,
        **more,
    )


def approle(server: Server, *, ttl: str = "1h", policy: str = READ, **more: Any) -> Login:
    root = server.root()
    root.sys.create_or_update_policy("finops", policy)
    if "approle/" not in root.sys.list_auth_methods()["data"]:
        root.sys.enable_auth_method("approle")
    root.auth.approle.create_or_update_approle("bot", token_policies=["finops"], token_ttl=ttl, **more)
    role_id = root.auth.approle.read_role_id("bot")["data"]["role_id"]
    return Login(role_id=role_id, secret_id=root.auth.approle.generate_secret_id("bot")["data"]["secret_id"])


@dataclass
class Clock:
    """A clock that tests set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def vault_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The environment of a process that is to read from the server."""
    for name, value in {
        "VAULT_ADDR": server.address,
        "VAULT_TOKEN": server.root_token,
        "SLACK_APP_TOKEN": "xapp-env",
    }.items():
        monkeypatch.setenv(name, value)
    return server


# ------------------------------------------------------------------ settings


def test_settings_come_from_vault_over_the_environment(
    vault_environment: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret in Vault wins; what Vault does not hold stays the environment's."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-env")
    settings = read_settings(_env_file=None)
    assert settings.slack_bot_token is not None
    assert settings.slack_app_token is not None
    assert (settings.slack_bot_token.get_secret_value(), settings.llm_model) == (CANARY, "from-vault")
    assert settings.slack_app_token.get_secret_value() == "xapp-env"


def test_credentials_of_clouds_reach_their_libraries(
    vault_environment: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They look for them in the environment; a rotated one is there once the settings are asked."""
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "old")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "old")
    vault_environment.write(AWS_ACCESS_KEY_ID="AKIAFIRST", AWS_SECRET_ACCESS_KEY="first-secret")
    settings = read_settings(_env_file=None)
    assert boto3.Session().get_credentials().access_key == "AKIAFIRST"
    vault_environment.write(AWS_ACCESS_KEY_ID="AKIASECOND", AWS_SECRET_ACCESS_KEY="second-secret")
    assert later(settings).version == 1
    assert boto3.Session().get_credentials().access_key == "AKIASECOND"


def later(settings: Settings) -> Settings:
    """The settings when the time to look again has come."""
    assert settings._live is not None
    settings._live.secrets._read_at -= 1_000
    return settings.latest()


def test_a_rotated_secret_is_seen_without_a_restart(vault_environment: Server) -> None:
    """By whoever asks the settings they hold for the latest, and not before it is time to look."""
    settings = read_settings(_env_file=None)
    vault_environment.write(SLACK_BOT_TOKEN="rotated", FINOPS_LLM_MODEL="from-vault")
    unchanged = settings.latest().slack_bot_token
    assert unchanged is not None
    assert unchanged.get_secret_value() == CANARY
    rotated = later(settings).slack_bot_token
    assert rotated is not None
    assert rotated.get_secret_value() == "rotated"


def test_values_that_cannot_be_used_are_not(vault_environment: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The last good settings stay; the log names the setting and no value."""
    settings = read_settings(_env_file=None)
    vault_environment.write(SLACK_BOT_TOKEN="rotated", FINOPS_API_PORT=f"port-{CANARY}")
    kept = later(settings).slack_bot_token
    assert kept is not None
    assert kept.get_secret_value() == CANARY
    assert "api_port" in caplog.text.lower()
    assert f"port-{CANARY}" not in caplog.text


def test_several_paths_are_one_set_of_secrets(server: Server) -> None:
    """So that each kind can have its own policy; the later path wins."""
    server.write("finops/slack", SLACK_BOT_TOKEN="slack", FINOPS_LLM_MODEL="slack")
    server.write("finops/llm", OPENAI_API_KEY="llm", FINOPS_LLM_MODEL="llm")
    found = vault_at(server, path="finops/slack, finops/llm").read()
    assert found == {"SLACK_BOT_TOKEN": "slack", "OPENAI_API_KEY": "llm", "FINOPS_LLM_MODEL": "llm"}


def test_an_env_file_is_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is allowed explicitly; in development it is read."""
    (tmp_path / ".env").write_text("FINOPS_LLM_MODEL=x\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings().llm_model == "x"
    with pytest.raises(UserError, match="FINOPS_ALLOW_ENV_FILE"):
        read_settings(env="production")
    (tmp_path / ".env").write_text("FINOPS_LLM_MODEL=x\nFINOPS_ENV=production\nFINOPS_ALLOW_ENV_FILE=true\n")
    with pytest.raises(UserError, match="FINOPS_ALLOW_ENV_FILE"):
        read_settings()
    assert read_settings(env="production", allow_env_file=True).llm_model == "x"


# ------------------------------------------------------------------ coming in


def test_an_approle_reads(server: Server) -> None:
    """With its role and secret id."""
    assert vault_at(server, approle(server)).read()["SLACK_BOT_TOKEN"] == CANARY


def test_a_wrapped_secret_id_is_unwrapped_once(server: Server) -> None:
    """And kept for later logins; unwrapped by somebody else it is a leak, and said to be."""
    plain = approle(server)
    wrapped = server.root().auth.approle.generate_secret_id("bot", wrap_ttl="5m")["wrap_info"]["token"]
    vault = vault_at(server, Login(role_id=plain.role_id, wrapped_secret_id=wrapped))
    vault.read()
    server.root().auth.token.revoke(vault._client.token)
    assert vault.read()["SLACK_BOT_TOKEN"] == CANARY
    with pytest.raises(UserError, match="leaked") as caught:
        vault_at(server, Login(role_id=plain.role_id, wrapped_secret_id=wrapped)).read()
    assert wrapped not in str(caught.value)


def test_a_pod_comes_in_with_its_service_account(server: Server, tmp_path: Path) -> None:
    """Kubernetes is asked whose token it is; another account, and an unknown token, are refused."""
    token = tmp_path / "token"
    login = Login(kubernetes_role="bot", service_account=token)
    with openbao.kubernetes() as api:
        api.accounts = {"good": "system:serviceaccount:finops:bot", "other": "system:serviceaccount:finops:other"}
        root = server.root()
        root.sys.create_or_update_policy("finops", READ)
        root.sys.enable_auth_method("kubernetes")
        root.auth.kubernetes.configure(
            kubernetes_host=api.address,
            token_reviewer_jwt="reviewer",
            kubernetes_ca_cert=openbao.certificate(),
            disable_local_ca_jwt=True,
        )
        root.auth.kubernetes.create_role(
            "bot", bound_service_account_names=["bot"], bound_service_account_namespaces=["finops"], policies=["finops"]
        )
        for name in ("good", "other"):
            api.accounts[_jwt(name)] = api.accounts.pop(name)
        token.write_text(_jwt("good"))
        assert vault_at(server, login).read()["SLACK_BOT_TOKEN"] == CANARY
        for name in ("other", "unknown"):
            token.write_text(_jwt(name))
            with pytest.raises(UserError, match="refuses the login"):
                vault_at(server, login).read()
        assert api.asked >= 2
    token.unlink()
    with pytest.raises(UserError, match="no service account's token"):
        vault_at(server, login).read()


@cache
def _jwt(name: str) -> str:
    """A service account's token as Kubernetes makes them, which OpenBao reads before it asks."""
    import jwt

    claims = {
        "sub": f"system:serviceaccount:finops:{'other' if name == 'other' else 'bot'}",
        "iss": "kubernetes",
        "jti": name,
    }
    kubernetes = {
        "namespace": "finops",
        "serviceaccount": {"name": "other" if name == "other" else "bot", "uid": "u-1"},
    }
    return jwt.encode(
        {**claims, "nbf": int(time.time()) - 60, "exp": int(time.time()) + 600, "kubernetes.io": kubernetes},
        _SIGNER,
        "RS256",
    )


def test_a_token_is_renewed_half_way_and_replaced_at_its_end(server: Server) -> None:
    """Renewed while it can be; at its greatest age there is a new login."""
    clock = Clock()
    vault = vault_at(server, approle(server, ttl="2h", token_max_ttl="3h"), clock=clock)
    vault.read()
    first = vault._client.token
    clock.now += 4_000
    vault.read()
    assert vault._client.token == first
    assert vault._renew_at > clock.now
    server.root().auth.token.revoke(first)
    clock.now += 40_000
    vault.read()
    assert vault._client.token != first


def test_a_given_token_is_renewed_too(server: Server) -> None:
    """A periodic one lives as long as somebody renews it."""
    made = server.root().auth.token.create(policies=["root"], period="2h", renewable=True)["auth"]["client_token"]
    clock = Clock()
    vault = vault_at(server, Login(token=made), clock=clock)
    vault.read()
    assert clock.now < vault._renew_at < clock.now + 7_200
    clock.now += 4_000
    vault.read()
    assert vault._renew_at > clock.now


def test_an_expired_token_is_replaced(server: Server) -> None:
    """A token that Vault no longer takes leads to one new login."""
    vault = vault_at(server, approle(server))
    vault.read()
    server.root().auth.token.revoke(vault._client.token)
    assert vault.read()["SLACK_BOT_TOKEN"] == CANARY


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("missing", "nothing at secret/elsewhere"),
        ("denied", "denies reading secret/finops-bot"),
        ("wrong", "refuses the login"),
        ("wrong token", "denies reading|refuses the login"),
        ("none", "no login"),
    ],
)
def test_refusals_name_the_path_and_never_a_value(server: Server, case: str, says: str) -> None:
    """Each refusal says what to do."""
    nothing = 'path "secret/data/other" { capabilities = ["read"] }'
    vault = {
        "missing": lambda: vault_at(server, path="elsewhere"),
        "denied": lambda: vault_at(server, approle(server, policy=nothing)),
        "wrong": lambda: vault_at(server, Login(role_id=approle(server).role_id, secret_id=CANARY)),
        "wrong token": lambda: vault_at(server, Login(token=f"s.{CANARY}")),
        "none": lambda: vault_at(server, Login()),
    }[case]()
    with pytest.raises(UserError, match=says) as caught:
        vault.read()
    assert CANARY not in str(caught.value) + repr(vault)


# ------------------------------------------------------------------ while it is away


def test_a_sealed_server_is_named_and_waited_for(own_server: Server) -> None:
    """Sealed is not gone: a person has to unseal it, and may do so while it is tried again."""
    vault = vault_at(own_server)
    vault.read()
    own_server.seal()
    with pytest.raises(VaultAwayError, match="sealed"):
        vault.read()
    patient = Vault(
        own_server.address,
        "secret",
        "finops-bot",
        Login(token=own_server.root_token),
        sleep=lambda _: own_server.unseal(),
    )
    assert patient.read()["SLACK_BOT_TOKEN"] == CANARY


def test_a_killed_server_is_waited_for_and_then_named(own_server: Server) -> None:
    """Retries with growing pauses, then one sentence; one that comes back in between is read."""
    pauses: list[float] = []
    vault = Vault(
        own_server.address, "secret", "finops-bot", Login(token=own_server.root_token), attempts=4, sleep=pauses.append
    )
    own_server.kill()
    with pytest.raises(VaultAwayError, match="does not answer"):
        vault.read()
    assert pauses == sorted(pauses)
    assert len(pauses) == 3
    vault.sleep = lambda _: own_server.start()
    assert vault.read()["SLACK_BOT_TOKEN"] == CANARY


@pytest.mark.parametrize("fault", ["seal", "kill"])
def test_a_running_process_keeps_the_last_known_secrets(
    own_server: Server, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It warns once, goes on, and takes what was rotated once Vault is back."""
    caplog.set_level(logging.INFO)
    clock = Clock()
    vault = vault_at(own_server, approle(own_server))
    cached = CachedSecrets(vault, 60, vault.read(), clock=clock)
    getattr(own_server, fault)()
    for _ in range(3):
        clock.now += 61
        assert cached.refresh() == 0
    assert cached.values == {"SLACK_BOT_TOKEN": CANARY}
    assert caplog.text.count("the last known ones are used") == 1
    own_server.unseal() if fault == "seal" else own_server.start()
    own_server.write(SLACK_BOT_TOKEN="rotated")
    clock.now += 61
    assert cached.refresh() == 1
    assert cached.values == {"SLACK_BOT_TOKEN": "rotated"}
    assert "can be read again" in caplog.text
    assert "secrets changed in Vault: SLACK_BOT_TOKEN" in caplog.text
    assert CANARY not in caplog.text


def test_a_refused_secret_is_looked_up_at_once_and_not_in_a_storm(server: Server) -> None:
    """Many threads that are refused make one look; whoever holds an old version learns that there is a newer one."""
    clock = Clock()
    vault = vault_at(server)
    cached = CachedSecrets(vault, 3_600, vault.read(), clock=clock)
    reads: list[int] = []
    inner = vault.read

    def counted(attempts: int | None = None) -> dict[str, str]:
        reads.append(1)
        return inner(attempts)

    vault.read = counted  # type: ignore[method-assign]
    server.write(SLACK_BOT_TOKEN="rotated")
    clock.now += 10
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(cached.refresh_after_refusal(0))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8
    assert len(reads) == 1
    assert cached.refresh_after_refusal(1) is False
