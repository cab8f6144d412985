"""`make flows`: every deployment can be imported and started as its schedule would, and none is forgotten."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from prefect.exceptions import ObjectNotFound

from config.errors import UserError
from flows import deployments as served
from flows import prefect_server

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


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Prefect's client
def test_loads_go_to_a_pool_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool that is not there is named; one that is gets the loads and their schedules, the rest is served; without
    the setting nothing goes there any more.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.settings import PREFECT_API_URL, temporary_settings

    here: list[list[str]] = []
    monkeypatch.setattr("prefect.serve", lambda *made, **_: here.append([one.name for one in made]))
    everything = [name for _, name, _ in served.FLOWS]
    rest = [name for name in everything if name != "ingest_costs"]
    with prefect_server.server(tmp_path) as url, temporary_settings({PREFECT_API_URL: url}):
        with pytest.raises(UserError, match="prefect work-pool create bills"):
            served._served("bills")
        with get_client(sync_client=True) as client:
            client.create_work_pool(WorkPoolCreate(name="bills", type="process"))
            assert served._served("bills")
            deployment = client.read_deployment_by_name("ingest_costs/ingest_costs")
            assert (deployment.work_pool_name, len(deployment.schedules)) == ("bills", 2)
            assert deployment.entrypoint == "flows.ingest.ingest_costs.ingest_costs"
            assert served._served()
            with pytest.raises(ObjectNotFound):
                client.read_deployment_by_name("ingest_costs/ingest_costs")
    assert here == [rest, everything]
