"""The files of a delivery, each a task of Prefect's: two workers give the totals that one process gives."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from config.errors import UserError
from config.organisation import read_organisation
from config.settings import Settings
from db.database import Database
from flows import prefect_server
from flows.ingest import spread
from flows.ingest.loading.delivery import ingest
from tests.flows.conftest import Bill, all_rows, rows, state

RUN = (
    "import json; from flows.ingest import ingest_costs as flow; flow._detect = lambda results: None; "
    "print(json.dumps(flow.ingest_costs(source='cloud'), default=str))"
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Prefect's client
@pytest.mark.parametrize(
    "runner",
    [
        "process",
        pytest.param(
            "dask",
            marks=pytest.mark.skipif(find_spec("prefect_dask") is None, reason="prefect-dask is not installed"),
        ),
    ],
)
def test_two_workers_give_the_same_totals(
    clean_database: Database, finops_home: Path, bill: Bill, tmp_path: Path, runner: str
) -> None:
    """Each file is a task with its name; one process then finds the delivery as it knows it."""
    for number, name in enumerate(("a.csv", "b.csv", "c.csv")):
        bill(rows(40, BillingAccountId=f"40{number}", EffectiveCost=f"{number}.25"), name)
    config = tmp_path / "finops.yaml"
    config.write_text(json.dumps({"sources": [{"name": "cloud", "paths": [f"{tmp_path}/*.csv"]}]}), encoding="utf-8")
    with prefect_server.server(tmp_path / "prefect") as url:
        environment = {
            **os.environ,
            **prefect_server.environment(tmp_path / "prefect", url),
            "FINOPS_HOME": str(finops_home),
            "FINOPS_CONFIG": str(config),
            "FINOPS_INGEST_TASK_RUNNER": runner,
            "FINOPS_INGEST_WORKERS": "2",
        }
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", RUN],
            cwd=Path(__file__).parents[3],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-3_000:]
        names = _task_names(url)
    first = json.loads(ran.stdout.splitlines()[-1])["cloud"]
    second = ingest([f"{tmp_path}/*.csv"], clean_database, read_organisation(config)).to_json()
    assert [load["status"] for load in first["loads"]] == ["loaded"] * 3
    assert [load["status"] for load in second["loads"]] == ["unchanged"] * 3
    assert first["rows"] == 120
    assert names == {f"stage {tmp_path}/{name}.csv" for name in "abc"}
    assert {name: (count, float(cost)) for name, (count, cost) in state(clean_database).items()}["charges"] == (
        120,
        150.0,
    )
    assert (
        all_rows(clean_database, "SELECT count(*), sum(effective_cost)::float FROM finops.daily_costs")[0][1] == 150.0
    )


def _task_names(url: str) -> set[str]:
    import httpx

    return {one["name"] for one in httpx.post(f"{url}/task_runs/filter", json={}).json()}


def test_without_dasks_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is not part of the bot."""
    monkeypatch.setitem(sys.modules, "prefect_dask", None)
    settings = Settings(_env_file=None, ingest_task_runner="dask")
    with pytest.raises(UserError, match="install prefect-dask"):
        spread._runner(settings)
    assert spread.stager(Settings(_env_file=None)) is None
