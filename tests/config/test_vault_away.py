"""What becomes of secrets while Vault is away, sealed or refuses."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import UserError
from config.settings import read_settings
from config.vault import CachedSecrets, Login, Vault, VaultAwayError
from tests import openbao
from tests.config.builders import CANARY, Clock, approle, later, vault_at
from tests.openbao import Server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server to seal and to kill."""
    with openbao.running(tmp_path) as server:
        server.write(SLACK_BOT_TOKEN=CANARY)
        yield server


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

    vault.read = counted  # type: ignore[method-assign]  # counts the reads
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
