"""Every flow as a deployment, named as its flow, with its schedules; `finops flows serve` runs them all."""

import logging
import tempfile
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config import logs
from config.errors import UserError
from config.settings import Settings
from flows import prefect_server

_log = logging.getLogger(__name__)

_AGAIN_SECONDS = 5
_POOLED = "ingest_costs"  # what a pool of workers can do in place of this process


@dataclass(frozen=True)
class Scheduled:
    """When a flow starts by itself: a cron line (UTC) and the parameters of that run."""

    cron: str
    parameters: tuple[tuple[str, Any], ...] = ()


# Module, flow, schedules. A flow is started by hand as `flow/flow`, its deployment's name.
FLOWS: tuple[tuple[str, str, tuple[Scheduled, ...]], ...] = (
    (
        "flows.ingest.ingest_costs",
        "ingest_costs",
        (Scheduled("15 * * * *", (("schedule", "hourly"),)), Scheduled("40 5 * * *", (("schedule", "daily"),))),
    ),
    ("flows.ingest.ingest_usage", "ingest_usage", (Scheduled("10 4 * * *"),)),
    ("flows.ingest.refresh_prices", "refresh_prices", (Scheduled("20 3 * * 1"),)),
    ("flows.anomalies.detect_anomalies", "detect_anomalies", (Scheduled("5 * * * *"),)),  # and after each load
    ("flows.forecasts.check_budgets", "check_budgets", (Scheduled("20 7 * * *"),)),
    ("flows.forecasts.forecast_costs", "forecast_costs", (Scheduled("30 6 * * *"),)),
    ("flows.savings.find_savings", "find_savings", (Scheduled("40 6 * * *"),)),
    ("flows.digests.send_digests", "send_digests", (Scheduled("*/15 * * * *"),)),
    ("flows.digests.post_digest", "post_digest", ()),
    ("flows.remediation.remediate", "remediate", ()),
    ("flows.remediation.apply_schedules", "apply_schedules", (Scheduled("*/15 * * * *"),)),
    ("flows.remediation.propose_recurring", "propose_recurring", (Scheduled("*/15 * * * *"),)),
    ("flows.remediation.keep_tickets", "keep_tickets", (Scheduled("*/5 * * * *"),)),
    ("flows.remediation.escalate_insights", "escalate_insights", (Scheduled("25 * * * *"),)),
    ("flows.savings.verify_savings", "verify_savings", (Scheduled("50 7 * * *"),)),
    ("flows.retention.apply_retention", "apply_retention", (Scheduled("30 2 * * *"),)),
    ("flows.remediation.sweep_remediations", "sweep_remediations", (Scheduled("* * * * *"),)),
)


def deployments(ingest_pool: str | None = None) -> list[Any]:
    """A Prefect deployment for each flow; loads of bills go to `ingest_pool`, where there is one."""
    from prefect.schedules import Cron  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415 - slow to load, and only flows need it

    made = []
    for module, name, schedules in FLOWS:
        if find_spec(module) is None:
            continue
        flow = getattr(import_module(module), name)
        crons = [
            Cron(line.cron, parameters=dict(line.parameters), slug=f"{name}-{number}")
            for number, line in enumerate(schedules)
        ]
        pool = ingest_pool if name == _POOLED else None
        made.append(
            flow.to_deployment(
                name=name, schedules=crons or None, entrypoint_type=EntrypointType.MODULE_PATH, work_pool_name=pool
            )
        )
    return made


def serve(settings: Settings) -> None:
    """Run flows as Prefect asks for them, until Ctrl-C; without PREFECT_API_URL
    a server of this home's own is started and left running.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415 - slow to load, and only flows need it

    tempfile.tempdir = str(_own_folder(settings.home))
    logs.configure(settings.log_level)
    server = (
        nullcontext(settings.prefect_api_url) if settings.prefect_api_url else prefect_server.supervised(settings.home)
    )
    with server as url, temporary_settings({PREFECT_API_URL: url}):
        while not _served(settings.ingest_work_pool):
            time.sleep(_AGAIN_SECONDS)


def _served(ingest_pool: str | None = None) -> bool:
    """Serve until told to stop; False when Prefect's runner gave up, as it does
    when its server stays away for half a minute. Raises `UserError` where there is no such pool.
    """
    import httpx  # noqa: PLC0415 - loaded with Prefect's client
    from prefect import serve as serve_deployments  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.exceptions import PrefectException  # noqa: PLC0415 - slow to load, and only flows need it

    try:
        served = [one for one in deployments(ingest_pool) if not _is_pooled(one)]
        serve_deployments(*served, pause_on_shutdown=False, print_starting_message=False)
    except* (httpx.HTTPError, PrefectException, RuntimeError) as away:
        _log.warning("Prefect is away, the flows are served again in %d s: %s", _AGAIN_SECONDS, away.exceptions[0])
    else:
        return True
    return False


def _is_pooled(deployment: Any) -> bool:
    """Whether a pool's workers run a flow, of which Prefect then knows; where they no longer do, it forgets the pool,
    to which it would go on sending runs. Raises `UserError` where there is no such pool.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.deployments.runner import DeploymentApplyError  # noqa: PLC0415 - as its client
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415 - as its client

    pool = deployment.work_pool_name
    if deployment.name != _POOLED:
        return False
    if not pool:
        with get_client(sync_client=True) as client, suppress(ObjectNotFound):
            known = client.read_deployment_by_name(f"{deployment.flow_name}/{deployment.name}")
            if known.work_pool_name:
                client.delete_deployment(known.id)
        return False
    try:
        deployment.apply()
    except DeploymentApplyError as error:
        raise UserError(
            f"FINOPS_INGEST_WORK_POOL names {pool}, which Prefect does not take ({error}). Make it with `prefect "
            f"work-pool create {pool} --type process`, or unset it."
        ) from error
    return True


def _own_folder(home: Path) -> Path:
    """A folder for temporary files that no other user's Prefect has made
    before: its runner's lies directly under /tmp.
    """
    folder = home.absolute() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
