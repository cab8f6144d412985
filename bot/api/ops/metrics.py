"""`/metrics` for Prometheus: what the database knows is read when it is asked,
so that any number of bots says the same; take `max` of it, not `sum`.

Counters count from the first of the month (UTC), where they start anew as after
a restart: old rows are deleted some day, and a counter may not shrink.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot.api.context import InContext
from domain.quarantine import ATTEMPTS

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])

_THIS_MONTH: Final = "date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
_WAITING: Final = (
    "finops.outbox WHERE delivered_at IS NULL AND failed_at IS NULL AND (attempts > 0 OR not_before <= now())"
)
_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True)
class DatabaseMetric:
    """A metric read from the database: SQL of its labels and then its value; no row, or NULL, is no sample."""

    name: str
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    says: str
    sql: str


MEASURES: Final = (
    DatabaseMetric(
        "finops_questions_total",
        "counter",
        ("outcome", "translator"),
        "Questions this month, from Slack, the API and the command line",
        "SELECT outcome, coalesce(translator, 'none'), count(*) FROM finops.questions "  # noqa: S608 - its names are constants, its values are bound
        f"WHERE asked_at >= {_THIS_MONTH} GROUP BY 1, 2",
    ),
    DatabaseMetric(
        "finops_loads_total",
        "counter",
        ("status",),
        "Files of bills this month by what became of them",
        f"SELECT status, count(*) FROM finops.loads WHERE started_at >= {_THIS_MONTH} GROUP BY 1",  # noqa: S608 - its names are constants, its values are bound
    ),
    DatabaseMetric(
        "finops_llm_tokens_total",
        "counter",
        (),
        "Tokens used by the language model this month",
        f"SELECT coalesce(sum(tokens), 0) FROM finops.model_use WHERE day >= ({_THIS_MONTH})::date",  # noqa: S608 - its names are constants, its values are bound
    ),
    DatabaseMetric(
        "finops_outbox_depth",
        "gauge",
        (),
        "Messages that are due and not delivered to Slack",
        f"SELECT count(*) FROM {_WAITING}",  # noqa: S608 - its names are constants, its values are bound
    ),
    DatabaseMetric(
        "finops_outbox_oldest_seconds",
        "gauge",
        (),
        "How long the oldest of them has been due",
        "SELECT coalesce(max(extract(epoch FROM now() - CASE WHEN attempts > 0 THEN created_at ELSE "  # noqa: S608 - its names are constants, its values are bound
        f"greatest(created_at, not_before) END)), 0) FROM {_WAITING}",
    ),
    DatabaseMetric(
        "finops_quarantined",
        "gauge",
        ("kind",),
        "What was set aside because each attempt at it failed: events, messages, requests, schedules",
        f"SELECT 'event', count(*) FROM finops.slack_events WHERE done_at IS NULL AND attempts >= {ATTEMPTS} "  # noqa: S608 - its names are constants, its values are bound
        "UNION ALL SELECT 'message', count(*) FROM finops.outbox WHERE quarantined_at IS NOT NULL "
        "UNION ALL SELECT 'request', count(*) FROM finops.flow_requests WHERE quarantined_at IS NOT NULL "
        "UNION ALL SELECT 'schedule', count(*) FROM finops.subscriptions WHERE quarantined_at IS NOT NULL",
    ),
    DatabaseMetric(
        "finops_detection_delay_seconds",
        "gauge",
        (),
        "From the bill's arrival to the detection of the last day's newest anomaly",
        "SELECT extract(epoch FROM detected_at - data_arrived_at) FROM finops.insights WHERE kind = 'anomaly' "
        "AND data_arrived_at IS NOT NULL AND detected_at > now() - interval '1 day' ORDER BY detected_at DESC LIMIT 1",
    ),
    DatabaseMetric(
        "finops_data_age_seconds",
        "gauge",
        (),
        "Age of the newest day of usage, of the provider that is furthest behind (one that stopped two weeks before "
        "the others does not count)",
        "SELECT extract(epoch FROM now() - min(data_through)::timestamptz) FROM reporting.data_freshness WHERE active",
    ),
    DatabaseMetric(
        "finops_insights_open",
        "gauge",
        ("kind", "severity"),
        "Insights that nobody has taken up",
        "SELECT kind, severity, count(*) FROM finops.insights WHERE status = 'open' GROUP BY 1, 2",
    ),
    DatabaseMetric(
        "finops_remediations",
        "gauge",
        ("state",),
        "Remediations by state",
        "SELECT state, count(*) FROM finops.remediations GROUP BY 1",
    ),
    DatabaseMetric(
        "finops_flow_request_oldest_seconds",
        "gauge",
        (),
        "How long the oldest flow that somebody asked for today has not ended",
        "SELECT coalesce(max(extract(epoch FROM now() - coalesce(triggered_at, created_at))), 0) "
        "FROM finops.flow_requests WHERE state IN ('approved', 'triggered') AND created_at > now() - interval '1 day'",
    ),
    DatabaseMetric(
        "finops_forecast_age_seconds",
        "gauge",
        (),
        "Since the start of the day of the newest forecast, which is made daily; 0 without any",
        "SELECT coalesce(extract(epoch FROM now() - max(made_on)::timestamptz), 0) FROM finops.forecasts",
    ),
)

_DURATIONS: Final = (
    "SELECT "  # noqa: S608 - its names are constants, its values are bound
    + ", ".join(f"count(*) FILTER (WHERE elapsed_ms <= {edge * 1000:g})" for edge in _BUCKETS)
    + f", count(*), coalesce(sum(elapsed_ms), 0) / 1000.0 FROM finops.questions WHERE asked_at >= {_THIS_MONTH} "
    "AND elapsed_ms IS NOT NULL"
)

# What else there is, for the documentation: (name, kind, labels, what it says).
OTHERS: Final = (
    ("finops_question_seconds", "histogram", (), "Time to answer a question, this month"),
    (
        "finops_slack_ack_seconds",
        "histogram",
        (),
        "Time until Slack's events, commands and clicks are acknowledged, in this process: `sum` over bots",
    ),
    (
        "finops_api_request_seconds",
        "histogram",
        ("method", "route", "status"),
        "Time to serve a request of the API, in this process: `sum` over bots",
    ),
    (
        "finops_duty_failures_total",
        "counter",
        ("duty",),
        "Failures of a background duty, in this process: `sum` over bots",
    ),
    ("finops_database_up", "gauge", (), "1 when the figures above could be read"),
)


def documented() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Every metric of this bot: name, kind, labels, what it says."""
    yield from ((measure.name, measure.kind, measure.labels, measure.says) for measure in MEASURES)
    yield from OTHERS


@dataclass(frozen=True)
class DatabaseCollector(Collector):
    """The database's metrics; when it cannot be read there are none, and `finops_database_up` is 0."""

    engine: sa.Engine

    def collect(self) -> Iterable[Metric]:
        """One transaction, so that the figures belong together."""
        families: list[Metric] = []
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("SET LOCAL statement_timeout = '5s'")
                families = [_family(measure, connection.exec_driver_sql(measure.sql).all()) for measure in MEASURES]
                families.append(_durations(connection.exec_driver_sql(_DURATIONS).one()))
        except SQLAlchemyError as error:
            log.warning("the metrics cannot be read: %s", type(error).__name__)
            families = []
        return [*families, GaugeMetricFamily("finops_database_up", OTHERS[-1][-1], value=1 if families else 0)]


def _family(measure: DatabaseMetric, rows: Iterable[sa.Row[tuple[object, ...]]]) -> Metric:
    family = (CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily)(
        measure.name, measure.says, labels=measure.labels
    )
    for *labels, value in rows:
        if value is not None:
            family.add_metric([str(label) for label in labels], float(str(value)))
    return family


def _durations(row: sa.Row[tuple[object, ...]]) -> Metric:
    *below, count, seconds = (float(str(value)) for value in row)
    buckets = [(f"{edge:g}", observations) for edge, observations in zip(_BUCKETS, below, strict=True)]
    family = HistogramMetricFamily("finops_question_seconds", OTHERS[0][-1])
    family.add_metric([], [*buckets, ("+Inf", count)], seconds)
    return family


@router.get(
    "/metrics", summary="Prometheus metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}}
)
def metrics(context: InContext) -> Response:
    """What happened in this process, and what the database knows, read as it is asked."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DatabaseCollector(context.database.app))
    return Response(generate_latest() + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
