"""Metrics by the day: gauges keep average and maximum, counts their total."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from aws.permissions import MissingPermission
from flows.ingest.cloud.aws_inventory import Client
from flows.ingest.cloud.aws_resources import AwsResource
from flows.ingest.cloud.aws_utilization import parse, queries, read, read_hours
from tests.flows.ingest.cloud.conftest import PLACE, Refuse

START, END = date(2026, 11, 20), date(2026, 11, 22)


def _found(kind: str, resource_id: str, name: str | None = None) -> AwsResource:
    return AwsResource(resource_id, name, kind, "", PLACE.account_id, PLACE.region, "running")


def _put(aws: Client, namespace: str, metric: str, dimension: tuple[str, str], day: date, values: list[float]) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    named = [{"Name": dimension[0], "Value": dimension[1]}]
    data = [
        {"MetricName": metric, "Dimensions": named, "Timestamp": start + timedelta(hours=hour), "Value": value}
        for hour, value in enumerate(values)
    ]
    aws("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def test_an_instance_has_cpu_and_the_traffic_of_both_ways(aws: Client) -> None:
    """CPU as average and maximum; bytes in and out added up to a day's total; the day after the window is left out."""
    _put(aws, "AWS/EC2", "CPUUtilization", ("InstanceId", "i-1"), START, [1.0, 2.0, 9.0])
    _put(aws, "AWS/EC2", "CPUUtilization", ("InstanceId", "i-1"), END, [99.0])
    _put(aws, "AWS/EC2", "NetworkIn", ("InstanceId", "i-1"), START, [100.0, 50.0])
    _put(aws, "AWS/EC2", "NetworkOut", ("InstanceId", "i-1"), START, [7.0])
    rows = read(aws, [_found("Instance", "i-1")], PLACE, START, END)
    assert not isinstance(rows, MissingPermission)
    assert [(row.usage_date, row.metric, row.average, row.maximum, row.unit) for row in rows] == [
        (START, "cpu", 4.0, 9.0, "percent"),
        (START, "network", 157.0, 157.0, "bytes a day"),
    ]


def test_more_than_five_hundred_metrics_take_several_calls(aws: Client) -> None:
    """GetMetricData takes 500 metrics a call: 200 databases are 1,600."""
    calls: list[int] = []
    aws("cloudwatch").meta.events.register(
        "before-parameter-build.*.GetMetricData", lambda params, **_: calls.append(len(params["MetricDataQueries"]))
    )
    assert (
        read(
            aws,
            [_found("DB Instance", f"arn:aws:rds:us-east-1:1:db:d{n}", f"d{n}") for n in range(200)],
            PLACE,
            START,
            END,
        )
        == []
    )
    assert calls == [500, 500, 500, 100]


def test_each_resource_is_named_as_cloudwatch_names_it() -> None:
    """Databases and functions by name, load balancers by the end of their ARN;
    each kind of balancer has its own metric, a gateway's has none.
    """
    balancer = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/{}/front/50dc"
    kinds = [
        _found("DB Instance", "arn:aws:rds:us-east-1:1:db:orders"),
        _found("Function", "arn:aws:lambda:us-east-1:1:function:export", "export"),
        _found("Load Balancer", balancer.format("app")),
        _found("Load Balancer", balancer.format("net")),
        _found("Load Balancer", balancer.format("gwy")),
        _found("Load Balancer", "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/old", "old"),
        replace(_found("Bucket", "arn:aws:s3:::logs", "logs"), attributes={"request_metrics": True}),
        _found("Bucket", "arn:aws:s3:::uncounted", "uncounted"),
        _found("Snapshot", "snap-1"),
    ]
    asked = queries(kinds)
    assert {query.dimension for query in asked} == {
        ("DBInstanceIdentifier", "orders"),
        ("FunctionName", "export"),
        ("function_name", "export"),
        ("LoadBalancer", "app/front/50dc"),
        ("LoadBalancer", "net/front/50dc"),
        ("LoadBalancerName", "old"),
        ("BucketName", "logs"),
    }
    bucket = next(query for query in asked if query.resource_id.endswith("logs")).request()["MetricStat"]["Metric"]
    assert bucket["Dimensions"] == [
        {"Name": "BucketName", "Value": "logs"},
        {"Name": "FilterId", "Value": "EntireBucket"},
    ]


def test_hours_are_read_with_their_own_average_and_maximum(aws: Client) -> None:
    """The same metrics by the hour; a count is the hour's total, and its unit says so."""
    _put(aws, "AWS/EC2", "CPUUtilization", ("InstanceId", "i-1"), START, [1.0, 2.0, 9.0])
    _put(aws, "AWS/EC2", "NetworkIn", ("InstanceId", "i-1"), START, [100.0])
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    hours = read_hours(aws, [_found("Instance", "i-1")], PLACE, midnight, midnight + timedelta(hours=2))
    assert not isinstance(hours, MissingPermission)
    assert [(one.usage_hour.hour, one.metric, one.average, one.maximum, one.unit) for one in hours] == [
        (0, "cpu", 1.0, 1.0, "percent"),
        (0, "network", 100.0, 100.0, "bytes an hour"),
        (1, "cpu", 2.0, 2.0, "percent"),
    ]


def test_disk_operations_become_a_rate() -> None:
    """Reads and writes of a day are divided by its seconds."""
    asked = queries([_found("Volume", "vol-1")])
    day = datetime(2026, 11, 20, tzinfo=UTC)
    results: list[dict[str, Any]] = [{"Id": query.id, "Timestamps": [day], "Values": [86_400.0]} for query in asked]
    (row,) = parse(asked, results)
    assert (row.metric, row.average, row.maximum) == ("iops", 2.0, 2.0)


def test_days_are_utc_and_pages_are_put_together() -> None:
    """A datum late in the evening west of Greenwich is the next day's; one metric may come in parts."""
    asked = queries([_found("Function", "arn", "export")])
    invocations = next(query for query in asked if query.source == "Invocations")
    evening = datetime.fromisoformat("2026-11-20T20:00:00-05:00")
    pages = [
        {"Id": invocations.id, "Timestamps": [evening], "Values": [3.0]},
        {"Id": invocations.id, "Timestamps": [evening - timedelta(1)], "Values": [4.0]},
    ]
    assert [(row.usage_date, row.average) for row in parse(asked, pages)] == [
        (date(2026, 11, 20), 4.0),
        (date(2026, 11, 21), 3.0),
    ]


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_refused_metrics_name_the_permission(aws: Client, refuse: Refuse, code: str) -> None:
    """Whatever the code of the refusal is called."""
    refuse("cloudwatch", "GetMetricData", code)
    refused = read(aws, [_found("Instance", "i-1")], PLACE, START, END)
    assert refused == MissingPermission("cloudwatch:GetMetricData", PLACE.account_id, PLACE.region, code)
