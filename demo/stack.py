"""The whole product on one machine: stand-ins for Slack and the cloud; everything else is the real thing."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

import sqlalchemy as sa

from config.errors import UserError
from config.processes import private_folder
from config.settings import read_settings
from db import engines
from db.database import Database
from db.embedded import postgres
from db.tables import Load
from demo import processes
from flows import prefect_server
from standins.bills.world import World
from standins.bills.write import write
from standins.cloud import server as cloud_server
from standins.cloud.account import CloudAccount
from standins.cloud.bills import deliver
from standins.slack import Handle, Limits, Setup, running_workspace

ORGANISATION = Path(__file__).parent / "organisation.yaml"
TODAY = Path("demo") / "today"
"""In the home: the day to which months have passed; not there while none has."""
FIRST_LOOK = ("ingest_usage", "refresh_prices", "forecast_costs", "check_budgets", "find_savings")
_REASON = sa.text("SELECT error FROM finops.loads WHERE status = 'failed' ORDER BY id DESC LIMIT 1")
_FLOW_SECONDS = 180
_START_SECONDS = 90
_ROOM = 100  # MB; with less, Postgres and Prefect cannot go on
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stack:
    """What runs: the workspace, the cloud account, the database, and how to start a flow."""

    slack: Handle
    cloud: CloudAccount
    database: Database
    bills: Path
    today: date
    page: str
    """Address of the web page."""
    logs: Path
    home: Path

    def run_flow(self, name: str, **parameters: Any) -> str:
        """Start a flow by its deployment and wait for its end; the name of its final state."""
        from prefect.deployments import run_deployment

        run: Any = run_deployment(
            f"{name}/{name}", parameters=parameters, timeout=_FLOW_SECONDS, poll_interval=0.3, as_subflow=False
        )
        return str(run.state.name if run.state else "Unknown")


@contextmanager
def running(home: Path, port: int, say: Say, page_port: int = 0) -> Iterator[Stack]:
    """Start everything, the web page at its port (0 for any), and stop everything when the block ends. Raises
    `UserError`.
    """
    home, page_port = home.absolute(), page_port or processes.free_port()
    private_folder(home)
    today = datetime.now(UTC).date()
    with ExitStack() as stack:
        setup = Setup(
            team_name="Fernhill Outfitters",
            state=home / "demo" / "slack.jsonl",
            limits=Limits(burst=20),
            unfurl_domains=(f"127.0.0.1:{page_port}",),
        )
        slack = stack.enter_context(running_workspace(setup, port))
        say(f"Slack's stand-in is at {slack.url}")
        stack.callback(postgres.stop, home)
        stack.callback(prefect_server.stop, home)
        os.environ.update(
            {"FINOPS_HOME": str(home), "FINOPS_CONFIG": str(ORGANISATION), **prefect_server.environment(home)}
        )
        with ThreadPoolExecutor(2) as together:
            prefect_url = together.submit(prefect_server.start, home)
            database = together.submit(lambda: engines.connect(read_settings(home=home, _env_file=None)))
            cloud = stack.enter_context(cloud_server.start(today, remembered=home / "demo" / "cloud.json"))
            bills = _deliver_bills(home / "demo" / "bills", today, cloud)
            environment = _environment(home, slack, cloud, prefect_url.result(), page_port)
            stack.enter_context(prefect_server.supervised(home))
            connected = database.result()
        stack.callback(connected.dispose)
        os.environ.update(environment)
        bot = stack.enter_context(processes.running("bot", ["run"], environment, home / "logs"))
        flows = stack.enter_context(processes.running("flows", ["flows", "serve"], environment, home / "logs"))
        say("Postgres, Prefect and the cloud's stand-in are up; waiting for the bot")
        _wait(lambda: slack.sockets > 0, bot, f"the bot did not connect; its log is {home / 'logs' / 'bot.log'}")
        _wait(_served, flows, f"the flows are not served; their log is {home / 'logs' / 'flows.log'}")
        with lost_database_reported(home):
            yield Stack(slack, cloud, connected, bills, today, f"http://127.0.0.1:{page_port}", home / "logs", home)


@contextmanager
def lost_database_reported(home: Path) -> Iterator[None]:
    """What the database refuses, or its end, as a `UserError` that says how much room the disk has left."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        free = shutil.disk_usage(home).free / 1e6
        room = f"the disk of {home} is full ({free:.0f} MB are free); make room" if free < _ROOM else "start again"
        said = str(error.orig).strip().splitlines()
        raise UserError(
            f"The database does not answer ({said[0] if said else type(error).__name__}): {room}, or see "
            f"{home / 'logs'}."
        ) from error


def has_bills(stack: Stack) -> bool:
    """Whether an earlier demo of this home has loaded any."""
    with stack.database.app.connect() as connection:
        return bool(connection.scalar(sa.select(sa.exists().where(Load.status == "loaded"))))


def load_bills(stack: Stack, say: Say) -> None:
    """The first load, through the flow and S3, as every later one."""
    say("Loading thirteen months of bills from S3 through the Prefect flow ingest_costs")
    state = stack.run_flow("ingest_costs")
    if state != "Completed":
        with stack.database.app.connect() as connection:
            reason = connection.scalar(_REASON)
        why = f": {reason}" if reason else ""
        raise UserError(f"The flow ingest_costs ended as {state}{why}; its log is {stack.logs / 'flows.log'}.")


def look_around(stack: Stack, say: Say) -> None:
    """The flows that find things; each tells its own channel what it found."""
    for name in FIRST_LOOK:
        say(f"{name}: {stack.run_flow(name).lower()}")


def _environment(home: Path, slack: Handle, cloud: CloudAccount, prefect_url: str, page_port: int) -> dict[str, str]:
    return {
        **cloud.environment(),
        **prefect_server.environment(home, prefect_url),
        "FINOPS_HOME": str(home),
        "FINOPS_CONFIG": str(ORGANISATION),
        "FINOPS_TODAY_FILE": str(home / TODAY),
        "FINOPS_API_PORT": str(page_port),
        "FINOPS_PUBLIC_URL": f"http://127.0.0.1:{page_port}",
        "FINOPS_OIDC_ISSUER": slack.url,
        "FINOPS_OIDC_AUDIENCE": slack.client_id,
        "FINOPS_OIDC_CLIENT_SECRET": slack.client_secret,
        "FINOPS_OIDC_CLAIM": "sub",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",  # seconds; somebody is watching
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }


def _deliver_bills(folder: Path, today: date, cloud: CloudAccount) -> Path:
    """The bills of a world as of today, written once per day, put where the provider would put them."""
    stamp = folder / "made.json"
    made = {"today": today.isoformat(), "ids": cloud.ids}
    if not stamp.exists() or json.loads(stamp.read_text()) != made:
        folder.mkdir(parents=True, exist_ok=True)
        processes.apart(write, folder, World(anchor=today, ids=cloud.ids))
        stamp.write_text(json.dumps(made))
    deliver(cloud, folder, [path for path in sorted(folder.rglob("*")) if path.name.endswith((".parquet", ".csv.gz"))])
    return folder


def _served() -> bool:
    """Whether Prefect knows the last of the flows."""
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            client.read_deployment_by_name("sweep_remediations/sweep_remediations")
        except ObjectNotFound:
            return False
    return True


def _wait(condition: Callable[[], object], process: "Popen[bytes]", failure: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError(f"{failure[0].upper()}{failure[1:]}.")
        time.sleep(0.2)
