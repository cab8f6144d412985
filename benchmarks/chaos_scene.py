"""What runs while `benchmarks.chaos` breaks it: two bots, the flows, Postgres, Prefect, OpenBao, and the stand-ins."""

import io
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

from config.settings import read_settings
from db import engines
from db.database import Database
from db.embedded import postgres
from demo import processes
from demo.stack import ORGANISATION
from flows import prefect_server
from standins.bills.world import World
from standins.bills.write import write
from standins.cloud import server as cloud_server
from standins.slack import Handle, Limits, Setup, running_workspace
from tests import openbao

_DISK = "3g"


@dataclass
class Member:
    """A command that is started again whenever it ends."""

    name: str
    arguments: list[str]
    logs: Path
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Until it is over."""
        while not self.over.is_set():
            with processes.running(self.name, self.arguments, {}, self.logs) as self.process:
                self.starts += 1
                while self.process.poll() is None and not self.over.wait(0.2):
                    pass

    def signal(self, number: int) -> None:
        """To the process alone; what it started is left as it is."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Scene:
    """What runs."""

    home: Path
    slack: Handle
    database: Database
    bots: list[Member]
    flows: Member
    bills: Path
    random: random.Random
    vault: openbao.Server
    has_own_disk: bool
    done: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    cards: dict[str, set[str]] = field(default_factory=dict)
    loader: "subprocess.Popen[bytes] | None" = None


def started(home: Path, seed: int, stack: ExitStack, stops: Counter[str]) -> Scene:
    """Everything, started; stopped when the stack ends. `stops` counts by machine how often the cloud was told to stop
    it.
    """
    home.chmod(0o755)
    has_own_disk = _own_disk(home, stack)
    today, logs = datetime.now(UTC).date(), home / "logs"
    logs.mkdir()
    slack = stack.enter_context(running_workspace(Setup(limits=Limits(burst=20))))
    stack.callback(postgres.stop, home)
    stack.callback(prefect_server.stop, home)
    os.environ.update(
        {"FINOPS_HOME": str(home), "FINOPS_CONFIG": str(ORGANISATION), **prefect_server.environment(home)}
    )
    url = stack.enter_context(prefect_server.supervised(home))
    _count_stops(stack, stops)
    cloud = stack.enter_context(cloud_server.start(today))
    os.environ.update(cloud.environment() | prefect_server.environment(home, url) | _slack_of(slack))
    vault = _vault_of(slack, stack)
    (home / "today").write_text("")
    os.environ["FINOPS_TODAY_FILE"] = str(home / "today")
    bills = home / "bills"
    bills.mkdir()
    processes.apart(write, bills, World(anchor=today, ids=cloud.ids))
    database = engines.connect(read_settings(home=home, _env_file=None))
    stack.callback(database.dispose)
    subprocess.run([sys.executable, "-m", "cli", "ingest", str(bills)], check=True, stdout=subprocess.DEVNULL)
    bots = [Member(f"bot-{number}", ["run"], logs) for number in range(2)]
    flows = Member("flows", ["flows", "serve"], logs)
    for member in (*bots, flows):
        keeper = threading.Thread(target=member.keep)
        keeper.start()
        stack.callback(keeper.join)
        stack.callback(member.over.set)
    slack.wait_until(lambda: slack.sockets >= len(bots), 120)
    return Scene(home, slack, database, bots, flows, bills, random.Random(seed), vault, has_own_disk)


def _own_disk(home: Path, stack: ExitStack) -> bool:
    """Whether the home got a disk of its own that can be filled, which only root may give it."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "finops-chaos", str(home)], capture_output=True, check=False
    )
    if mounted.returncode == 0:
        stack.callback(subprocess.run, ["umount", "-l", str(home)], check=False)
        home.chmod(0o755)
    return mounted.returncode == 0


def _vault_of(slack: Handle, stack: ExitStack) -> openbao.Server:
    """An OpenBao server that alone has Slack's tokens."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finops-bao-")))
    server = stack.enter_context(openbao.running(folder))
    secrets = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    server.write(**secrets, SLACK_SIGNING_SECRET=slack.signing_secret)
    os.environ.update({"VAULT_ADDR": server.address, "VAULT_TOKEN": server.root_token})
    return server


def _slack_of(slack: Handle) -> dict[str, str]:
    return {
        "FINOPS_API_PORT": "0",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        "SLACK_API_URL": slack.api_url,
    }


def _count_stops(stack: ExitStack, stops: Counter[str]) -> None:
    """Count by machine how often the cloud is told to stop it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    inner = DomainDispatcherApplication.__call__

    def counting(self: Any, environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if b"Action=StopInstances" in body and b"DryRun=true" not in body:
            asked = parse_qs(body.decode())
            stops.update(value for key, values in asked.items() if key.startswith("InstanceId") for value in values)
        return inner(self, environ, start)

    stack.enter_context(patch.object(DomainDispatcherApplication, "__call__", counting))
