"""From the arrival of a load to the posted alert: python -m benchmarks.alert [CHARGES], one million when none is given.

Everything is the real thing: the flow `ingest_costs` is started through a Prefect server, it starts
`detect_anomalies`, whose alert the bot posts to the stand-in for Slack. Sixty days of about 2,000 series are
there; the load is the running month of the same ones, and its last day has a planted spike. Bar: 60 seconds
from the start of the flow, which a schedule or a click starts, until the alert can be read in its channel.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from config.settings import read_settings
from db import engines
from db.database import Database
from db.embedded import postgres
from db.tables import DetectorState
from demo import processes
from flows import prefect_server
from standins.slack import Handle, Limits, Setup, running_workspace

SECONDS = 60.0
_ACCOUNTS, _SERVICES, _TEAMS, _REGIONS = 30, 40, 18, 6
_HISTORY_DAYS = 60
_SPIKE = ("account-07", "Service 11")
_TIMEOUT = 600


def write_bill(path: Path, first: date, last: date, resources: int, spike: date | None = None) -> int:
    """Daily charges of every account and service, `resources` each, as FOCUS in Parquet; the number of charges."""
    random = np.random.default_rng(5)
    days = (last - first).days + 1
    pair = np.repeat(np.arange(_ACCOUNTS * _SERVICES), days * resources)
    day = np.tile(np.repeat(np.arange(days), resources), _ACCOUNTS * _SERVICES)
    number = np.tile(np.arange(resources), _ACCOUNTS * _SERVICES * days)
    account, service = np.divmod(pair, _SERVICES)
    size = 60 * np.exp(0.5 * np.random.default_rng(3).normal(size=_ACCOUNTS * _SERVICES))[pair] / resources
    cost = size * np.exp(0.02 * random.normal(size=len(pair))) * np.where((day + first.weekday()) % 7 >= 5, 0.9, 1.0)
    if spike is not None:
        planted = (account == int(_SPIKE[0][-2:])) & (service == int(_SPIKE[1][-2:])) & (day == (spike - first).days)
        cost[planted] *= 40
    frame = pl.DataFrame({"a": account, "s": service, "d": day, "n": number, "cost": np.round(cost, 8)})
    start = pl.lit(datetime(first.year, first.month, first.day, tzinfo=UTC)) + pl.duration(days="d")
    month = first.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    two = pl.col("a").cast(pl.String).str.zfill(2)
    frame.select(
        pl.col("cost").alias("BilledCost"),
        pl.lit("402911876530").alias("BillingAccountId"),
        pl.lit("Northwind").alias("BillingAccountName"),
        pl.lit("USD").alias("BillingCurrency"),
        pl.lit(f"{following}T00:00:00Z").alias("BillingPeriodEnd"),
        pl.lit(f"{month}T00:00:00Z").alias("BillingPeriodStart"),
        pl.lit("Usage").alias("ChargeCategory"),
        start.dt.offset_by("1d").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("ChargePeriodEnd"),
        start.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("ChargePeriodStart"),
        (pl.col("cost") * 11).alias("ConsumedQuantity"),
        pl.lit("Hours").alias("ConsumedUnit"),
        pl.col("cost").alias("ContractedCost"),
        pl.col("cost").alias("EffectiveCost"),
        pl.col("cost").alias("ListCost"),
        pl.lit("Standard").alias("PricingCategory"),
        pl.lit("AWS").alias("ProviderName"),
        pl.format("region-{}", (pl.col("a") + pl.col("s")) % _REGIONS).alias("RegionId"),
        pl.format("i-{}-{}-{}", "a", "s", "n").alias("ResourceId"),
        pl.lit("Compute").alias("ServiceCategory"),
        pl.format("Service {}", pl.col("s").cast(pl.String).str.zfill(2)).alias("ServiceName"),
        pl.format("2100456788{}", two).alias("SubAccountId"),
        pl.format("account-{}", two).alias("SubAccountName"),
        pl.format('{{"team": "team-{}"}}', (pl.col("a") * 7 + pl.col("s")) % _TEAMS).alias("Tags"),
    ).write_parquet(path)
    return len(frame)


@contextmanager
def everything(home: Path) -> Iterator[tuple[Handle, Database]]:
    """The workspace, the database, Prefect with the flows, and the bot."""
    config = home / "finops.yaml"
    config.write_text(yaml.safe_dump({"channels": [{"channel": "#finops", "admin": True}]}))
    with ExitStack() as stack:
        slack = stack.enter_context(running_workspace(Setup(limits=Limits()), 0))
        stack.callback(postgres.stop, home)
        stack.callback(prefect_server.stop, home)
        environment = {
            **prefect_server.environment(home, prefect_server.start(home)),
            "FINOPS_HOME": str(home),
            "FINOPS_CONFIG": str(config),
            "FINOPS_API_PORT": "0",
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
        }
        os.environ.update(environment)
        database = engines.connect(read_settings(home=home, _env_file=None))
        stack.callback(database.dispose)
        stack.enter_context(processes.running("bot", ["run"], environment, home / "logs"))
        stack.enter_context(processes.running("flows", ["flows", "serve"], environment, home / "logs"))
        slack.wait_until(lambda: slack.sockets > 0, _TIMEOUT)
        _wait_for_flows()
        yield slack, database


def _wait_for_flows() -> None:
    from demo.stack import _served

    deadline = time.monotonic() + _TIMEOUT
    while not _served():
        if time.monotonic() > deadline:
            raise TimeoutError("the flows are not served")
        time.sleep(0.5)


def _flow(name: str, **parameters: Any) -> str:
    from prefect.deployments import run_deployment

    run: Any = run_deployment(
        f"{name}/{name}", parameters=parameters, timeout=_TIMEOUT, poll_interval=0.2, as_subflow=False
    )
    return str(run.state.name)


def measure(charges: int, folder: Path) -> bool:
    """One run; whether the alert came within the bar."""
    today = datetime.now(UTC).date()
    month, last = (today - timedelta(days=1)).replace(day=1), today - timedelta(days=1)
    home = folder / "home"
    home.mkdir()
    for path in (folder, home):
        path.chmod(0o755)
    with everything(home) as (slack, database):
        history, first = [], month - timedelta(days=_HISTORY_DAYS)
        while first < month:
            end = min((first.replace(day=1) + timedelta(days=32)).replace(day=1), month) - timedelta(days=1)
            history.append(folder / f"{first:%Y-%m}.parquet")
            write_bill(history[-1], first, end, 1)
            first = end + timedelta(days=1)
        assert _flow("ingest_costs", paths=[str(path) for path in history]) == "Completed"
        assert _flow("detect_anomalies") == "Completed"
        bill = folder / "bill.parquet"
        rows = write_bill(
            bill, month, last, max(1, charges // (_ACCOUNTS * _SERVICES * ((last - month).days + 1))), last
        )
        with Session(database.app) as session:
            series = session.scalar(sa.select(sa.func.count()).select_from(DetectorState))
        began = time.monotonic()
        state = _flow("ingest_costs", paths=[str(bill)])
        loaded = time.monotonic() - began
        card = slack.wait_for_message(lambda message: _SPIKE[1] in str(message.get("text")), _TIMEOUT)
        seconds = time.monotonic() - began
    within = seconds < SECONDS and state == "Completed"
    print(
        f"{rows:,} charges, {series:,} series: flow ended after {loaded:.1f} s, alert posted after {seconds:.1f} s "
        f"(under {SECONDS:.0f}): {'ok' if within else 'NOT within the bar'}\n{card['text']}"
    )
    return within


def main() -> int:
    """Exit 0 when the alert came in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("charges", nargs="?", type=int, default=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(parser.parse_args().charges, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
