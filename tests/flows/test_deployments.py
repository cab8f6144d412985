"""`make flows`: every deployment can be imported and started as its schedule would, and none is forgotten."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow

from flows import deployments as served

ROOT = Path(__file__).resolve().parents[2]
SCHEDULED = [(module, name, schedule) for module, name, schedules in served.FLOWS for schedule in schedules]


def test_every_flow_is_served() -> None:
    """A file that holds a flow is in the list, under the flow's name, and the list names no file that is not there."""
    files = [path for path in (ROOT / "flows").rglob("*.py") if re.search(r"^@flow\(", path.read_text(), re.M)]
    written = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert {module for module, *_ in served.FLOWS} == written
    assert len({name for _, name, _ in served.FLOWS}) == len(served.FLOWS)


def test_deployments_are_made() -> None:
    """Prefect takes each: name, entry point and schedules."""
    made = served.deployments()
    assert [deployment.name for deployment in made] == [name for _, name, _ in served.FLOWS]
    assert all(deployment.flow_name == deployment.name for deployment in made)
    assert sum(len(deployment.schedules or []) for deployment in made) == len(SCHEDULED)


@pytest.mark.parametrize(("module", "name", "schedule"), SCHEDULED)
def test_schedules_fit(module: str, name: str, schedule: Any) -> None:
    """The cron line parses and the parameters are the flow's."""
    from prefect.server.schemas.schedules import CronSchedule

    CronSchedule(cron=schedule.cron, timezone="UTC")
    flow = getattr(import_module(module), name)
    assert isinstance(flow, Flow)
    flow.validate_parameters(dict(schedule.parameters))


def test_what_the_bot_starts_is_served() -> None:
    """What asks for a flow knows its deployment's name only: each name that is used is one."""
    names = {f"{name}/{name}" for _, name, _ in served.FLOWS}
    files = [path for room in ("bot", "domain", "playbooks") for path in (ROOT / room).rglob("*.py")]
    used = {name for path in files for name, _ in re.findall(r'"((\w+)/\2)"', path.read_text())}
    assert {"remediate/remediate", "ingest_costs/ingest_costs", "check_budgets/check_budgets"} <= used <= names
