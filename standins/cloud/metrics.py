"""CloudWatch metrics of the fleet, a datum per day: busy machines, and those that nobody uses."""

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from standins.bills.lines import Line

DAYS = 15
_SAMPLES = 288  # one in five minutes
_BATCH = 900  # AWS takes 1,000 data a call
_Shape = tuple[str, str, str, float, float]  # namespace, metric, unit, average, maximum
_IDLE = ("web-batch", "load-test")


def put_metrics(client: Any, lines: list[Line], ids: dict[str, str], today: date) -> None:
    """Put the metrics of the days before `today` for what runs."""
    data: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        if line.name in ids:
            for namespace, datum in _data(line, ids[line.name], today):
                data.setdefault(namespace, []).append(datum)
    for namespace, points in data.items():
        for first in range(0, len(points), _BATCH):
            client.put_metric_data(Namespace=namespace, MetricData=points[first : first + _BATCH])


def _data(line: Line, resource_id: str, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    noise = np.random.default_rng(zlib.crc32(line.name.encode()))
    dimension = _dimension(line, resource_id)
    started = -DAYS if line.first is None else max(line.first, -DAYS)
    for offset in range(started, 0) if line.last is None and dimension else ():
        noon = datetime.combine(today + timedelta(offset), datetime.min.time(), UTC) + timedelta(hours=12)
        for namespace, metric, unit, average, maximum in _shapes(line):
            mean = max(0.0, average * noise.normal(1, 0.08))
            peak = max(mean, maximum * noise.normal(1, 0.06))
            values = {"Sum": mean * _SAMPLES, "Minimum": mean * 0.4, "Maximum": peak, "SampleCount": _SAMPLES}
            yield (
                namespace,
                {
                    "MetricName": metric,
                    "Dimensions": [dimension],
                    "Timestamp": noon,
                    "Unit": unit,
                    "StatisticValues": values,
                },
            )


def _dimension(line: Line, resource_id: str) -> dict[str, str] | None:
    match line.meter.service:
        case "ec2":
            return {"Name": "InstanceId", "Value": resource_id}
        case "rds":
            return {"Name": "DBInstanceIdentifier", "Value": line.name}
        case "elb":
            return {"Name": "LoadBalancer", "Value": resource_id.partition("loadbalancer/")[2]}
        case "lambda":
            return {"Name": "FunctionName", "Value": line.name}
    return None


def _shapes(line: Line) -> tuple[_Shape, ...]:
    """Average and maximum of each metric; counts are of five minutes."""
    idle = line.application in _IDLE
    match line.meter.service:
        case "ec2":
            oversized = line.application == "pipelines" and line.environment == "dev"
            average, peak = (1.1, 2.1) if idle else (4.0, 14.0) if oversized else (46.0, 78.0)
            traffic = 4_000.0 if idle else 60_000_000.0  # bytes in five minutes: 1.1 MB a day against 17 GB
            network = (("AWS/EC2", name, "Bytes", traffic, traffic * 2.5) for name in ("NetworkIn", "NetworkOut"))
            return (("AWS/EC2", "CPUUtilization", "Percent", average, peak), *network)
        case "rds":
            load = (0.0, 0.0) if idle else (85.0, 160.0)
            return (
                ("AWS/RDS", "CPUUtilization", "Percent", *((1.5, 3.0) if idle else (38.0, 71.0))),
                ("AWS/RDS", "DatabaseConnections", "Count", *load),
                ("AWS/RDS", "ReadIOPS", "Count/Second", *((0.1, 1.0) if idle else (420.0, 1_900.0))),
            )
        case "elb":
            return (("AWS/ApplicationELB", "RequestCount", "Count", *((0.0, 0.0) if idle else (21_000.0, 44_000.0))),)
        case "lambda":
            unused = line.name == "media-lambda-dev-1"
            return (("AWS/Lambda", "Invocations", "Count", *((0.0, 0.0) if unused else (1_800.0, 5_200.0))),)
    return ()
