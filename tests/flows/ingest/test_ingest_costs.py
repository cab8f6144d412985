"""The flow that loads bills: what it answers to whom, in process and through Prefect's own server."""

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
from config.errors import UserError
from config.settings import Settings
from db import engines, postgres
from db.database import Database
from db.locks import Lock
from db.tables import FlowRequest
from tests.flows.conftest import Bill, all_rows, rows

ORGANISATION = """
sources: [{name: fernhill, paths: ["%s"], schedule: hourly}]
channels: [{channel: "#finops-admin", admin: true}]
"""


@pytest.fixture
def configured(
    monkeypatch: pytest.MonkeyPatch, clean_database: Database, finops_home: Path, tmp_path: Path, bill: Bill
) -> Path:
    """The environment of a served flow, with one source; the path of its bill."""
    path = bill(rows(3))
    (tmp_path / "finops.yaml").write_text(ORGANISATION % path)
    monkeypatch.setenv("FINOPS_HOME", str(finops_home))
    monkeypatch.setenv("FINOPS_CONFIG", str(tmp_path / "finops.yaml"))
    return path


def _ask(database: Database, key: str) -> None:
    with Session(database.app) as session, session.begin():
        session.add(
            FlowRequest(
                key=key,
                deployment="ingest_costs/ingest_costs",
                state="triggered",
                requested_by="U1",
                channel="C1",
                thread_ts="1.2",
                created_at=datetime.now(UTC),
            )
        )


def _messages(database: Database) -> list[tuple[Any, ...]]:
    return all_rows(database, "SELECT channel, kind, thread_ts, payload FROM finops.outbox ORDER BY channel")


def test_a_click_is_answered_in_its_thread(configured: Path, clean_database: Database) -> None:
    """Rows, totals and what changed; the request is finished."""
    from flows.ingest.ingest_costs import ingest_costs

    _ask(clean_database, "click-1")
    ingest_costs.fn(source="fernhill", request_key="click-1")
    [(channel, kind, thread, payload)] = _messages(clean_database)
    assert (channel, kind, thread) == ("C1", "load", "1.2")
    assert (payload["rows"], payload["totals"]["USD"]["billed"], payload["totals"]["USD"]["effective"]) == (
        3,
        "3.75",
        "3.00",
    )
    assert all_rows(clean_database, "SELECT state, result ->> 'rows' FROM finops.flow_requests") == [("finished", "3")]


def test_the_schedule_picks_its_sources(configured: Path, clean_database: Database) -> None:
    """An hourly source is not loaded by the daily run, and nobody is told of a run that nobody asked for."""
    from flows.ingest.ingest_costs import ingest_costs

    assert ingest_costs.fn(schedule="daily") == {}
    assert list(ingest_costs.fn(schedule="hourly")) == ["fernhill"]
    assert _messages(clean_database) == []


def test_a_refused_bill_is_told_to_admins_and_to_the_thread(configured: Path, clean_database: Database) -> None:
    """The run ends as failed, with the sentence."""
    from flows.ingest.ingest_costs import ingest_costs

    configured.write_text("name,age\nbob,3\n")
    _ask(clean_database, "click-2")
    ended = ingest_costs.fn(source="fernhill", request_key="click-2")
    assert not isinstance(ended, dict)
    assert ended.is_failed()
    told = _messages(clean_database)
    assert [(channel, kind) for channel, kind, _, _ in told] == [("#finops-admin", "note"), ("C1", "note")]
    assert all("Not a FOCUS file" in payload["text"] for *_, payload in told)
    assert all_rows(clean_database, "SELECT state FROM finops.flow_requests") == [("failed",)]


def test_an_unknown_source_names_the_known(configured: Path, clean_database: Database) -> None:
    """What can be mended is said as it is."""
    from flows.ingest.ingest_costs import ingest_costs

    with pytest.raises(UserError, match="it has: fernhill"):
        ingest_costs.fn(source="fernhil")
    assert "it has: fernhill" in _messages(clean_database)[0][3]["text"]


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
            "FINOPS_CONFIG": str(home / "none.yaml"),
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
        deadline = time.monotonic() + 240
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
        assert connection.scalar(sa.text("SELECT count(*) FROM finops.charges")) == 5
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

    from domain import flow_requests
    from flows import prefect_server
    from flows.ingest.ingest_costs import ingest_costs

    with monkeypatch.context() as patched, ExitStack() as stopping:
        for name, value in prefect_server.environment(tmp_path).items():
            patched.setenv(name, value)
        patched.setattr(prefect_server, "_LOOK_SECONDS", 0.2)
        stopping.callback(prefect_server.stop, tmp_path)
        with prefect_server.kept(tmp_path) as url, temporary_settings({PREFECT_API_URL: url}):
            ingest_costs.to_deployment(name="ingest_costs").apply()
            start = prefect_client.prefect_starter(lambda: url)
            with Session(clean_database.app) as session, session.begin():
                request = FlowRequest(
                    key="click", deployment="ingest_costs/ingest_costs", state="approved", requested_by="U1"
                )
                session.add(request)
            killed = int((tmp_path / "prefect" / "server.pid").read_text())
            os.kill(killed, signal.SIGKILL)
            assert flow_requests.trigger_due(clean_database, start, datetime.now(UTC)) == (0, False)
            while (
                int((tmp_path / "prefect" / "server.pid").read_text()) == killed
            ):  # it is written once the new server answers
                time.sleep(0.2)
            assert prefect_server.start(tmp_path) == url
            assert flow_requests.trigger_due(clean_database, start, datetime.now(UTC)) == (1, True)
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
    monkeypatch.setattr(deployments, "deployments", list)
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
        deadline = time.monotonic() + 60
        while all_rows(clean_database, waiting) != [(1,)]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert ended == ["other"]
        dying.invalidate()  # as when its process is killed: the server ends the session
    second.join(60)
    assert ended == ["other", "second"]
