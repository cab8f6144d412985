"""Every flow as a deployment, named as its flow, with its schedules; `finops flows serve` runs them all."""

import logging
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config import logs
from config.settings import Settings
from flows import prefect_server

_log = logging.getLogger(__name__)

_AGAIN_SECONDS = 5


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


def deployments() -> list[Any]:
    """A Prefect deployment for each flow."""
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
        made.append(flow.to_deployment(name=name, schedules=crons or None, entrypoint_type=EntrypointType.MODULE_PATH))
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
        while not _served():
            time.sleep(_AGAIN_SECONDS)


def _served() -> bool:
    """Serve until told to stop; False when Prefect's runner gave up, as it does
    when its server stays away for half a minute.
    """
    import httpx  # noqa: PLC0415 - loaded with Prefect's client
    from prefect import serve as serve_deployments  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.exceptions import PrefectException  # noqa: PLC0415 - slow to load, and only flows need it

    try:
        serve_deployments(*deployments(), pause_on_shutdown=False, print_starting_message=False)
    except* (httpx.HTTPError, PrefectException, RuntimeError) as away:
        _log.warning("Prefect is away, the flows are served again in %d s: %s", _AGAIN_SECONDS, away.exceptions[0])
    else:
        return True
    return False


def _own_folder(home: Path) -> Path:
    """A folder for temporary files that no other user's Prefect has made
    before: its runner's lies directly under /tmp.
    """
    folder = home.absolute() / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
