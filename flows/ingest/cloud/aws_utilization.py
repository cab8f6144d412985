"""CloudWatch metrics of resources as rows for `utilization` and
`hourly_utilization`: one GetMetricData call for up to 500 metrics.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from aws.permissions import MissingPermission, attempt
from flows.ingest.cloud.aws_buckets import WHOLE_BUCKET
from flows.ingest.cloud.aws_inventory import Client
from flows.ingest.cloud.aws_resources import AccountRegion, AwsResource

PERMISSION = "cloudwatch:GetMetricData"
_BATCH = 500  # metrics a GetMetricData call
_DAY, _HOUR = 86_400, 3_600


@dataclass(frozen=True)
class Metric:
    """A metric as it is stored, and the CloudWatch metrics that add up to it.

    A `gauge` is stored with its average and its maximum over the day. A `count` is stored as the
    day's total, in both columns, its unit ends in `a day`; `per_second` divides that total by the
    seconds of a day. Of an hour the same holds for the hour. `dimension` names the resource where
    the metric calls it otherwise than its kind does, `beside` is a second dimension with its value.
    """

    name: str
    unit: str
    kind: Literal["gauge", "count", "per_second"]
    namespace: str
    sources: tuple[str, ...]
    dimension: str | None = None
    beside: tuple[str, str] | None = None

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
    "Network Load Balancer": (Metric("flows", "flows a day", "count", "AWS/NetworkELB", ("NewFlowCount",)),),
    "Classic Load Balancer": (Metric("requests", "requests a day", "count", "AWS/ELB", ("RequestCount",)),),
    "Function": (
        Metric("invocations", "invocations a day", "count", "AWS/Lambda", ("Invocations",)),
        Metric("duration", "milliseconds", "gauge", "AWS/Lambda", ("Duration",)),
        # Lambda Insights, where the function has it; without it nobody knows how much memory it takes
        Metric("memory_used_mib", "MiB", "gauge", "LambdaInsights", ("used_memory_max",), dimension="function_name"),
    ),
    # Counted where the bucket has a metrics configuration of this name, as the console makes it
    "Bucket": (
        Metric("requests", "requests a day", "count", "AWS/S3", ("AllRequests",), beside=("FilterId", WHOLE_BUCKET)),
    ),
}


@dataclass(frozen=True)
class UsedHour:
    """One metric of one resource in one hour that starts then, UTC."""

    usage_hour: datetime
    resource_id: str
    metric: str
    average: float
    maximum: float
    unit: str


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

    def request(self, period: int = _DAY) -> dict[str, Any]:
        """As boto3 takes it, for values of `period` seconds."""
        given = [self.dimension, *([self.metric.beside] if self.metric.beside else [])]
        named = [{"Name": name, "Value": value} for name, value in given]
        metric = {"Namespace": self.metric.namespace, "MetricName": self.source, "Dimensions": named}
        return {
            "Id": self.id,
            "MetricStat": {"Metric": metric, "Period": period, "Stat": self.statistic},
            "ReturnData": True,
        }


def dimension(resource: AwsResource) -> tuple[str, str] | None:
    """How CloudWatch names a resource; None where it has no metric of ours."""
    match resource.resource_type:
        case "Instance":
            return ("InstanceId", resource.resource_id)
        case "Volume":
            return ("VolumeId", resource.resource_id)
        case "DB Instance":
            return ("DBInstanceIdentifier", resource.resource_name or resource.resource_id.rpartition(":")[2])
        case "Function":
            return ("FunctionName", resource.resource_name or resource.resource_id.rpartition(":")[2])
        case "Load Balancer" if _kind(resource) == "Classic Load Balancer":
            return ("LoadBalancerName", resource.resource_name or resource.resource_id.rpartition("/")[2])
        case "Load Balancer" if _kind(resource) is not None:
            return ("LoadBalancer", resource.resource_id.partition("loadbalancer/")[2])
        case "Bucket" if resource.attributes.get("request_metrics"):
            return ("BucketName", resource.resource_name or resource.resource_id.rpartition(":")[2])
    return None


def _kind(resource: AwsResource) -> str | None:
    """The row of METRICS that a resource has; None for a load balancer of another kind, as a gateway's."""
    if resource.resource_type != "Load Balancer":
        return resource.resource_type
    kind = resource.resource_id.partition("loadbalancer/")[2].partition("/")
    return {"app": "Load Balancer", "net": "Network Load Balancer"}.get(kind[0]) if kind[1] else "Classic Load Balancer"


def queries(resources: Iterable[AwsResource]) -> list[Query]:
    """Everything to ask for, in a fixed order."""
    made: list[Query] = []
    for resource in resources:
        where, kind = dimension(resource), _kind(resource)
        if where is not None and kind is not None:
            asked = (
                (metric, source, statistic)
                for metric in METRICS[kind]
                for source in metric.sources
                for statistic in metric.statistics
            )
            for metric, source, statistic in asked:
                named = (metric.dimension or where[0], where[1])
                made.append(Query(f"q{len(made)}", resource.resource_id, metric, source, statistic, named))
    return made


def parse(asked: Sequence[Query], results: Iterable[Mapping[str, Any]]) -> Iterator[Used]:
    """Days from MetricDataResults, of one call or several pages; a day without
    a datum for each source of a metric has what there is.
    """
    for at, resource_id, metric, average, maximum in _values(asked, results, _DAY):
        yield Used(at.date(), resource_id, metric.name, average, maximum, metric.unit)


def parse_hours(asked: Sequence[Query], results: Iterable[Mapping[str, Any]]) -> Iterator[UsedHour]:
    """The same by the hour."""
    for at, resource_id, metric, average, maximum in _values(asked, results, _HOUR):
        yield UsedHour(at, resource_id, metric.name, average, maximum, metric.unit.replace("a day", "an hour"))


def _values(
    asked: Sequence[Query], results: Iterable[Mapping[str, Any]], seconds: int
) -> Iterator[tuple[datetime, str, Metric, float, float]]:
    """When a step starts (UTC), resource, metric, average and maximum; sources of one metric are added up."""
    by_id = {query.id: query for query in asked}
    sums: dict[tuple[datetime, str, str], dict[str, float]] = {}
    for result in results:
        query = by_id[result["Id"]]
        for time, value in zip(result["Timestamps"], result["Values"], strict=True):
            at = time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            at = at.replace(hour=0) if seconds == _DAY else at
            held = sums.setdefault((at, query.resource_id, query.metric.name), {})
            held[query.statistic] = held.get(query.statistic, 0.0) + float(value)
    metrics = {(query.resource_id, query.metric.name): query.metric for query in asked}
    for (at, resource_id, name), held in sorted(sums.items()):
        metric = metrics[resource_id, name]
        total = held.get("Sum", 0.0) / (seconds if metric.kind == "per_second" else 1)
        average = held.get("Average", 0.0) if metric.kind == "gauge" else total
        yield at, resource_id, metric, average, held.get("Maximum", average) if metric.kind == "gauge" else total


def read(
    client: Client, resources: Iterable[AwsResource], place: AccountRegion, start: date, end: date
) -> list[Used] | MissingPermission:
    """The days [start, end) of every metric of the resources of one place.
    Throttling is waited out by the client's adaptive retries.
    """
    asked = queries(resources)
    samples = _read(client, asked, place, _midnight(start), _midnight(end), _DAY)
    return (
        samples
        if isinstance(samples, MissingPermission)
        else [used for used in parse(asked, samples) if start <= used.usage_date < end]
    )


def read_hours(
    client: Client, resources: Iterable[AwsResource], place: AccountRegion, start: datetime, end: datetime
) -> list[UsedHour] | MissingPermission:
    """The hours [start, end), the same way."""
    asked = queries(resources)
    samples = _read(client, asked, place, start, end, _HOUR)
    return (
        samples
        if isinstance(samples, MissingPermission)
        else [used for used in parse_hours(asked, samples) if start <= used.usage_hour < end]
    )


def _read(
    client: Client, asked: Sequence[Query], place: AccountRegion, start: datetime, end: datetime, period: int
) -> list[Mapping[str, Any]] | MissingPermission:
    window = {"StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending"}

    def call() -> list[Mapping[str, Any]]:
        results: list[Mapping[str, Any]] = []
        pages = client("cloudwatch").get_paginator("get_metric_data")
        for first in range(0, len(asked), _BATCH):
            requests = [query.request(period) for query in asked[first : first + _BATCH]]
            for page in pages.paginate(MetricDataQueries=requests, **window):
                results += page["MetricDataResults"]
        return results

    return attempt(PERMISSION, place.account_id, place.region, call) if asked else []


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
