"""CloudWatch metrics of resources as rows for `utilization`: one GetMetricData call for up to 500 metrics, a value a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from flows.sources.aws_access import Denied, attempt
from flows.sources.aws_inventory import Client, Found, Place

PERMISSION = "cloudwatch:GetMetricData"
_BATCH = 500  # metrics a GetMetricData call
_DAY = 86_400


@dataclass(frozen=True)
class Metric:
    """A metric as it is stored, and the CloudWatch metrics that add up to it.

    A `gauge` is stored with its average and its maximum over the day. A `count` is stored as the day's total, in both columns, its unit ends in
    `a day`; `per_second` divides that total by the seconds of a day.
    """

    name: str
    unit: str
    kind: Literal["gauge", "count", "per_second"]
    namespace: str
    sources: tuple[str, ...]

    @property
    def statistics(self) -> tuple[str, ...]:
        """What is asked of CloudWatch."""
        return ("Average", "Maximum") if self.kind == "gauge" else ("Sum",)


METRICS: Mapping[str, tuple[Metric, ...]] = {
    "Instance": (
        Metric("cpu", "percent", "gauge", "AWS/EC2", ("CPUUtilization",)),
        Metric("network", "bytes a day", "count", "AWS/EC2", ("NetworkIn", "NetworkOut")),
    ),
    "Volume": (Metric("iops", "operations a second", "per_second", "AWS/EBS", ("VolumeReadOps", "VolumeWriteOps")),),
    "DB Instance": (
        Metric("cpu", "percent", "gauge", "AWS/RDS", ("CPUUtilization",)),
        Metric("connections", "connections", "gauge", "AWS/RDS", ("DatabaseConnections",)),
        Metric("iops", "operations a second", "gauge", "AWS/RDS", ("ReadIOPS", "WriteIOPS")),
    ),
    "Load Balancer": (Metric("requests", "requests a day", "count", "AWS/ApplicationELB", ("RequestCount",)),),
    "Function": (
        Metric("invocations", "invocations a day", "count", "AWS/Lambda", ("Invocations",)),
        Metric("duration", "milliseconds", "gauge", "AWS/Lambda", ("Duration",)),
    ),
}


@dataclass(frozen=True)
class Used:
    """One metric of one resource on one day, UTC."""

    usage_date: date
    resource_id: str
    metric: str
    average: float
    maximum: float
    unit: str


@dataclass(frozen=True)
class Query:
    """One metric, statistic and resource of a GetMetricData call; `id` is unique in the call."""

    id: str
    resource_id: str
    metric: Metric
    source: str
    statistic: str
    dimension: tuple[str, str]

    def request(self) -> dict[str, Any]:
        """As boto3 takes it."""
        name, value = self.dimension
        metric = {"Namespace": self.metric.namespace, "MetricName": self.source, "Dimensions": [{"Name": name, "Value": value}]}
        return {"Id": self.id, "MetricStat": {"Metric": metric, "Period": _DAY, "Stat": self.statistic}, "ReturnData": True}


def dimension(found: Found) -> tuple[str, str] | None:
    """How CloudWatch names a resource; None where it has no metric of ours."""
    match found.resource_type:
        case "Instance":
            return ("InstanceId", found.resource_id)
        case "Volume":
            return ("VolumeId", found.resource_id)
        case "DB Instance":
            return ("DBInstanceIdentifier", found.resource_name or found.resource_id.rpartition(":")[2])
        case "Function":
            return ("FunctionName", found.resource_name or found.resource_id.rpartition(":")[2])
        case "Load Balancer" if ":loadbalancer/app/" in found.resource_id:
            return ("LoadBalancer", found.resource_id.partition("loadbalancer/")[2])
    return None


def queries(resources: Iterable[Found]) -> list[Query]:
    """Everything to ask for, in a fixed order."""
    made: list[Query] = []
    for found in resources:
        where = dimension(found)
        if where is not None:
            asked = (
                (metric, source, statistic)
                for metric in METRICS[found.resource_type]
                for source in metric.sources
                for statistic in metric.statistics
            )
            for metric, source, statistic in asked:
                made.append(Query(f"q{len(made)}", found.resource_id, metric, source, statistic, where))
    return made


def parse(asked: Sequence[Query], results: Iterable[Mapping[str, Any]]) -> Iterator[Used]:
    """Rows from MetricDataResults, of one call or several pages; a day without a datum for each source of a metric has what there is."""
    by_id = {query.id: query for query in asked}
    sums: dict[tuple[date, str, str], dict[str, float]] = {}
    for result in results:
        query = by_id[result["Id"]]
        for time, value in zip(result["Timestamps"], result["Values"], strict=True):
            held = sums.setdefault((time.astimezone(UTC).date(), query.resource_id, query.metric.name), {})
            held[query.statistic] = held.get(query.statistic, 0.0) + float(value)
    metrics = {(query.resource_id, query.metric.name): query.metric for query in asked}
    for (day, resource_id, name), held in sorted(sums.items()):
        metric = metrics[resource_id, name]
        total = held.get("Sum", 0.0) / (_DAY if metric.kind == "per_second" else 1)
        average = held.get("Average", 0.0) if metric.kind == "gauge" else total
        yield Used(day, resource_id, name, average, held.get("Maximum", average) if metric.kind == "gauge" else total, metric.unit)


def read(client: Client, resources: Iterable[Found], place: Place, start: date, end: date) -> list[Used] | Denied:
    """The days [start, end) of every metric of the resources of one place. Throttling is waited out by the client's adaptive retries."""
    asked = queries(resources)
    window = {"StartTime": _midnight(start), "EndTime": _midnight(end), "ScanBy": "TimestampAscending"}

    def call() -> list[Used]:
        results: list[Mapping[str, Any]] = []
        pages = client("cloudwatch").get_paginator("get_metric_data")
        for first in range(0, len(asked), _BATCH):
            wanted = [query.request() for query in asked[first : first + _BATCH]]
            for page in pages.paginate(MetricDataQueries=wanted, **window):
                results += page["MetricDataResults"]
        return [used for used in parse(asked, results) if start <= used.usage_date < end]

    return attempt(PERMISSION, place.account_id, place.region, call) if asked else []


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
