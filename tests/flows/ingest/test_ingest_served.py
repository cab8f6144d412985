"""The flow as Prefect runs it: bills from S3, a server that was killed or away, one run at a time."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import prefect_client
from config import logs
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from db.locks import Lock
from db.tables import FlowRequest
from tests.flows.conftest import Bill, all_rows, rows


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bill: Bill) -> Iterator[tuple[Database, str]]:
    """Prefect's own server, all flows served beside it, and the bills in moto's
    S3: the database and the API address.
    """
    import boto3
    from moto.server import ThreadedMotoServer

    from flows import prefect_server

    tmp_path.chmod(0o755)
    home = tmp_path / "home"
    cloud = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    cloud.start()
    host, port = cloud.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="bills")
    client.upload_file(str(bill(rows(5))), "bills", "focus/2026-09.csv")
    database = engines.connect(Settings(home=home, _env_file=None, database_url=None))
    with prefect_server.server(home) as url:
        environment = {
            **os.environ,
            **variables,
            **prefect_server.environment(home, url),
            "FINOPS_HOME": str(home),
            "FINOPS_CONFIG": os.devnull,
        }
        with (tmp_path / "flows.log").open("wb") as log:
            serve = [sys.executable, "-m", "cli", "flows", "serve"]
            process = subprocess.Popen(serve, cwd=Path(__file__).parents[3], env=environment, stdout=log, stderr=log)
        try:
            yield database, url
        finally:
            process.terminate()
            process.wait()
            database.dispose()
            cloud.stop()
            postgres.stop(home)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Prefect's client
def test_bills_arrive_from_s3_through_prefect_once(served: tuple[Database, str], tmp_path: Path) -> None:
    """A deployment started twice with one idempotency key is one run, and one
    load; its log bears the request that it was started for.
    """
    from prefect.client.orchestration import get_client
    from prefect.deployments import run_deployment
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_URL, temporary_settings

    database, url = served
    parameters = {"paths": ["s3://bills/focus/"]}

    def trigger() -> Any:
        with logs.request("r-slack-7"):
            return run_deployment(
                "ingest_costs/ingest_costs",
                parameters=parameters,
                timeout=0,
                idempotency_key="click",
                as_subflow=False,
                tags=logs.tags(),
            )

    with temporary_settings({PREFECT_API_URL: url}):
        deadline = time.monotonic() + 900
        while True:
            try:
                run = trigger()
                break
            except ObjectNotFound:
                assert time.monotonic() < deadline, "the flows were not served"
                time.sleep(0.5)
        assert trigger().id == run.id
        with get_client(sync_client=True) as client:
            while not ((run := client.read_flow_run(run.id)).state and run.state.is_final()):
                assert time.monotonic() < deadline, run.state
                time.sleep(0.5)
    assert run.state.is_completed(), run.state
    told = [json.loads(line) for line in (tmp_path / "flows.log").read_text().splitlines() if line.startswith("{")]
    mine = [line for line in told if line["request_id"] == "r-slack-7" and line.get("flow") == "ingest_costs"]
    assert [line["event"] for line in mine] == ["the flow starts", "the flow has ended"]
    assert {line["flow_run"] for line in mine} == {str(run.id)}
    assert run.name == "bills of 1 paths"
    with database.owner.connect() as connection:
        assert connection.scalar(sa.text("SELECT sum(rows) FROM finops.lake_files")) == 5
        assert connection.scalars(sa.text("SELECT path FROM finops.loads")).all() == ["s3://bills/focus/2026-09.csv"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Prefect's client
def test_a_killed_prefect_loses_no_click(
    tmp_path: Path, clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL to Prefect's server: a click is kept; the server comes back by
    itself at its address, and the click runs once.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.states import Pending

    from domain.flows import flow_starts
    from flows import prefect_server
    from flows.ingest.ingest_costs import ingest_costs

    with monkeypatch.context() as patched, ExitStack() as stopping:
        for name, value in prefect_server.environment(tmp_path).items():
            patched.setenv(name, value)
        patched.setattr(prefect_server, "_LOOK_SECONDS", 0.2)
        stopping.callback(prefect_server.stop, tmp_path)
        with prefect_server.supervised(tmp_path) as url, temporary_settings({PREFECT_API_URL: url}):
            ingest_costs.to_deployment(name="ingest_costs").apply()
            start = prefect_client.prefect_starter(lambda: url)
            with Session(clean_database.app) as session, session.begin():
                request = FlowRequest(
                    key="click", deployment="ingest_costs/ingest_costs", state="approved", requested_by="U1"
                )
                session.add(request)
            killed = int((tmp_path / "prefect" / "server.pid").read_text())
            os.kill(killed, signal.SIGKILL)
            assert flow_starts.trigger_due(clean_database, start, datetime.now(UTC)) == (0, False)
            while (
                int((tmp_path / "prefect" / "server.pid").read_text()) == killed
            ):  # it is written once the new server answers
                time.sleep(0.2)
            assert prefect_server.start(tmp_path) == url
            assert flow_starts.trigger_due(clean_database, start, datetime.now(UTC)) == (1, True)
            again = start(
                "ingest_costs/ingest_costs", {"request_key": "click"}, "click"
            )  # as after a crash before the note
            assert all_rows(clean_database, "SELECT flow_run_id FROM finops.flow_requests") == [(again,)]
            with get_client(sync_client=True) as client:  # two `finops flows serve` that both see the run: one gets it
                taken = [client.set_flow_run_state(UUID(again), Pending()).status.value for _ in range(2)]
            assert taken == ["ACCEPT", "ABORT"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of Prefect's client
def test_flows_are_served_again_when_prefect_was_away(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """Prefect's runner gives up after half a minute without its server; the process does not."""
    import prefect

    from flows import deployments

    ends: list[Exception | None] = [
        ExceptionGroup("tasks", [RuntimeError("Service exceeded error threshold.")]),
        httpx.ConnectError("refused"),
        None,
    ]

    def serve(*_: object, **__: object) -> None:
        end = ends.pop(0)
        if end is not None:
            raise end

    monkeypatch.setattr(prefect, "serve", serve)
    monkeypatch.setattr(deployments, "deployments", lambda _: [])
    monkeypatch.setattr(deployments, "_AGAIN_SECONDS", 0)
    monkeypatch.setattr(tempfile, "tempdir", None)
    deployments.serve(settings.model_copy(update={"prefect_api_url": "http://127.0.0.1:9/api", "home": tmp_path}))
    assert ends == []


def test_one_run_of_a_source_at_a_time(clean_database: Database) -> None:
    """Another run of the source waits, one of another source does not, and a
    run whose process dies frees its source.
    """
    from flows.ingest.ingest_costs import _alone

    ended: list[str] = []

    def run(name: str, source: str) -> None:
        with _alone(clean_database, source):
            ended.append(name)

    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with clean_database.owner.connect() as dying:
        dying.execute(sa.select(sa.func.pg_advisory_lock(int(Lock.INGEST), sa.func.hashtext("fernhill"))))
        second = threading.Thread(target=run, args=("second", "fernhill"))
        second.start()
        run("other", "elsewhere")
        deadline = time.monotonic() + 300
        while all_rows(clean_database, waiting) != [(1,)]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert ended == ["other"]
        dying.invalidate()  # as when its process is killed: the server ends the session
    second.join(60)
    assert ended == ["other", "second"]
