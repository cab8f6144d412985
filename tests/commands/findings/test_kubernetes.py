"""`finops kubernetes requests`: what an export says, in every form, and patches for a repository."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import cli

_POD = {
    "properties": {
        "cluster": "prod",
        "namespace": "shop",
        "controllerKind": "deployment",
        "controller": "web",
        "container": "app",
    },
    "minutes": 1440.0,
    "cpuCoreRequestAverage": 2.0,
    "cpuCoreUsageAverage": 0.2,
    "cpuCost": 2.0,
    "ramByteRequestAverage": 4 * 2**30,
    "ramByteUsageAverage": 2**30,
    "ramCost": 1.0,
    "rawAllocationOnly": {"cpuCoreUsageMax": 0.7, "ramByteUsageMax": 2 * 2**30},
}


def _run(tmp_path: Path, *arguments: str) -> Result:
    environment = {"FINOPS_HOME": str(tmp_path / "home"), "FINOPS_CONFIG": str(tmp_path / "none.yaml")}
    (tmp_path / "none.yaml").write_text("{}")
    return CliRunner().invoke(cli.app, ["kubernetes", "requests", *arguments], env=environment)


@pytest.fixture
def export(tmp_path: Path) -> str:
    """Three days, a window a day."""
    file = tmp_path / "allocation.json"
    file.write_text(json.dumps({"code": 200, "data": [{"prod/shop/web": _POD}] * 3}))
    return str(file)


def test_requests_that_could_be_lower_are_listed(tmp_path: Path, export: str) -> None:
    """As a table and as JSON."""
    shown = _run(tmp_path, export)
    assert shown.exit_code == 0, shown.output
    assert "shop/web" in shown.stdout
    assert "2000m → 1000m" in shown.stdout
    (change,) = json.loads(_run(tmp_path, export, "--format", "json").stdout)
    assert (change["cpu_after"], change["memory_after"]) == (1000, 2926)
    assert json.loads(_run(tmp_path, export, "--format", "json", "--least", "100000").stdout) == []


def test_patches_are_written_for_a_pull_request(tmp_path: Path, export: str) -> None:
    """A file a controller."""
    done = _run(tmp_path, export, "--patches", str(tmp_path / "patches"))
    assert done.exit_code == 0, done.output
    (patch,) = (tmp_path / "patches").iterdir()
    assert patch.name == "prod.shop.deployment.web.yaml"
    assert "cpu: 1000m" in patch.read_text()


@pytest.mark.parametrize("content", ["", "<html>", "[" * 100_000, '{"data": [{}]}', "\xff"])
def test_what_is_no_export_is_a_sentence(tmp_path: Path, content: str) -> None:
    """With the file's name, and exit 1."""
    file = tmp_path / "x.json"
    file.write_text(content, encoding="latin-1")
    done = _run(tmp_path, str(file))
    assert done.exit_code == 1
    assert "x.json" in _said(done)
    assert "Traceback" not in done.output


def test_a_ticket_needs_a_rule(tmp_path: Path, export: str) -> None:
    """Nothing is sent anywhere without one."""
    done = _run(tmp_path, export, "--ticket")
    assert done.exit_code == 1
    assert "remediation.tickets" in _said(done)


def test_who_may_only_look_opens_no_ticket(tmp_path: Path, export: str) -> None:
    """The list is shown to whoever may read; a ticket is asked for as a fix is."""
    (tmp_path / "people.yaml").write_text("people: [{id: U0VIEWER001, name: Vic, roles: [viewer]}]")
    environment = {"FINOPS_HOME": str(tmp_path / "home"), "FINOPS_CONFIG": str(tmp_path / "people.yaml")}
    asked = ["kubernetes", "requests", export, "--as", "U0VIEWER001"]
    assert CliRunner().invoke(cli.app, asked, env=environment).exit_code == 0
    done = CliRunner().invoke(cli.app, [*asked, "--ticket"], env=environment)
    assert done.exit_code == 1
    assert "remediation.tickets" not in _said(done)


def _said(done: Result) -> Any:
    return f"{done.output}{done.exception}"
