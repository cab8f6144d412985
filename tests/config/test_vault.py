"""Secrets from a real OpenBao server: read, rotated, denied, missing, sealed, killed and back again."""

import time
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from config.errors import UserError
from config.settings import read_settings
from config.vault import Login
from tests import openbao
from tests.config.builders import CANARY, READ, Clock, approle, later, vault_at
from tests.openbao import Server

_SIGNER = rsa.generate_private_key(65537, 2048)


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
