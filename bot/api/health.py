"""Alive, ready, and measured."""

import time
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from bot.api.context import InContext
from db import upgrade

router = APIRouter(tags=["health"])

_FIGURES = {
    "finops_outbox_depth": (
        "Messages waiting for Slack",
        "SELECT count(*) FROM finops.outbox WHERE delivered_at IS NULL AND failed_at IS NULL",
    ),
    "finops_outbox_oldest_seconds": (
        "Age of the oldest waiting message",
        "SELECT coalesce(extract(epoch FROM now() - min(greatest(created_at, not_before))), 0) FROM finops.outbox WHERE delivered_at IS NULL AND failed_at IS NULL AND not_before <= now()",
    ),
    "finops_data_age_seconds": (
        "Age of the newest day of usage",
        "SELECT coalesce(extract(epoch FROM now() - max(usage_date)::timestamptz), 0) FROM finops.daily_costs WHERE charge_category = 'Usage'",
    ),
    "finops_detection_delay_seconds": (
        "From the bill's arrival to the newest anomaly's detection",
        "SELECT coalesce(extract(epoch FROM detected_at - data_arrived_at), 0) FROM finops.insights WHERE kind = 'anomaly' AND data_arrived_at IS NOT NULL ORDER BY id DESC LIMIT 1",
    ),
    "finops_llm_tokens": ("Tokens used by the language model in all", "SELECT coalesce(sum(tokens), 0) FROM finops.questions"),
}
_COUNTS = {
    "finops_questions": ("Questions by outcome", "outcome", "SELECT outcome, count(*) FROM finops.questions GROUP BY outcome"),
    "finops_loads": ("Loads by status", "status", "SELECT status, count(*) FROM finops.loads GROUP BY status"),
    "finops_remediations": ("Remediations by state", "state", "SELECT state, count(*) FROM finops.remediations GROUP BY state"),
    "finops_insights_open": (
        "Open insights by severity",
        "severity",
        "SELECT severity, count(*) FROM finops.insights WHERE status = 'open' GROUP BY severity",
    ),
}


@router.get("/healthz", summary="The process is alive")
def healthz() -> dict[str, str]:
    """Looks at nothing outside of the process."""
    return {"status": "alive"}


@router.get("/readyz", summary="The process can serve; says what is not ready", responses={503: {"description": "Not ready"}})
def readyz(context: InContext, response: Response) -> dict[str, Any]:
    """503 with the reason a part."""
    parts = {"database": "ready"}
    try:
        if not upgrade.is_current(context.database):
            parts["database"] = "not at this release's schema: run `finops db upgrade`"
    except SQLAlchemyError:
        parts["database"] = "cannot be reached"
    ready = all(state == "ready" for state in parts.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready", "parts": parts}


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
def metrics(context: InContext) -> Response:
    """What happened in this process, and what the database knows, read as it is asked."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    started = time.monotonic()
    with context.database.app.connect() as connection:
        for name, (says, sql) in _FIGURES.items():
            Gauge(name, says, registry=registry).set(float(connection.scalar(sa.text(sql)) or 0))
        for name, (says, label, sql) in _COUNTS.items():
            gauge = Gauge(name, says, [label], registry=registry)
            for value, count in connection.execute(sa.text(sql)):
                gauge.labels(value).set(count)
    Gauge("finops_metrics_seconds", "Time that reading these took", registry=registry).set(time.monotonic() - started)
    return Response(generate_latest() + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
