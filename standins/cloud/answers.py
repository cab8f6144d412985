"""The two APIs that moto does not have, answered in AWS's own JSON: GetProducts
of the price list, LookupEvents of CloudTrail.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from standins.bills.meters import EC2_SIZES, METERS, RDS_SIZES, Size
from standins.bills.providers import REGIONS

_PRICES, _TRAIL = (
    "AWSPriceListService.GetProducts",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
)
_CAP = 100
_SOLD_IN = ("us-east-1", "eu-west-1")

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class RecordedAnswers:
    """Holds the recorded events and puts itself before another application."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def record(
        self, at: datetime, name: str, source: str, who: str, region: str, account_id: str, resource: tuple[str, str]
    ) -> None:
        """Remember that `who` (a role) called an API on a resource (its type and name)."""
        arn = f"arn:aws:sts::{account_id}:assumed-role/{who}/session"
        detail = {
            "eventVersion": "1.08",
            "userIdentity": {
                "type": "AssumedRole",
                "arn": arn,
                "accountId": account_id,
                "sessionContext": {"sessionIssuer": {"userName": who}},
            },
            "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": name,
            "awsRegion": region,
            "recipientAccountId": account_id,
            "readOnly": False,
        }
        self.events.append(
            {
                "EventId": f"{len(self.events):08d}-0000-4000-8000-000000000000",
                "EventName": name,
                "ReadOnly": "false",
                "EventTime": at.timestamp(),
                "EventSource": source,
                "Username": who,
                "Resources": [{"ResourceType": resource[0], "ResourceName": resource[1]}],
                "CloudTrailEvent": json.dumps(detail),
            }
        )

    def before(self, app: App) -> App:
        """A WSGI application that answers the two calls itself and passes on the rest."""

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            target = environ.get("HTTP_X_AMZ_TARGET", "")
            if target not in (_PRICES, _TRAIL):
                return app(environ, start_response)
            request = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
            reply = (
                _products(request)
                if target == _PRICES
                else self._lookup(request, environ.get("HTTP_AUTHORIZATION", ""))
            )
            body = json.dumps(reply).encode()
            start_response(
                "200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
            )
            return [body]

        return answer

    def _lookup(self, request: dict[str, Any], authorization: str) -> dict[str, Any]:
        from moto.iam.models import get_account_id_from

        account_id = get_account_id_from(authorization.partition("Credential=")[2].partition("/")[0])
        region = authorization.partition("Credential=")[2].split("/")[2]
        start, end = float(request.get("StartTime", 0)), float(request.get("EndTime", 9e12))
        matches = [
            event
            for event in self.events
            if start <= event["EventTime"] <= end and _matches(event, request, account_id, region)
        ]
        matches.sort(key=lambda event: -event["EventTime"])
        return {"Events": matches[: int(request.get("MaxResults", 50))]}


def _matches(event: dict[str, Any], request: dict[str, Any], account_id: str, region: str) -> bool:
    detail = json.loads(event["CloudTrailEvent"])
    if detail["recipientAccountId"] != account_id or detail["awsRegion"] != region:
        return False
    for lookup in request.get("LookupAttributes", []):
        key, value = lookup["AttributeKey"], lookup["AttributeValue"]
        held = (
            [resource["ResourceName"] for resource in event["Resources"]]
            if key == "ResourceName"
            else [str(event.get(key, ""))]
        )
        if value not in held:
            return False
    return True


def _products(request: dict[str, Any]) -> dict[str, Any]:
    filters = {item["Field"]: item["Value"] for item in request.get("Filters", [])}
    products = [
        item
        for item in _catalogue(request["ServiceCode"])
        if all(item["product"]["attributes"].get(key) == value for key, value in filters.items())
    ]
    first = int(request.get("NextToken", 0))
    page = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(item) for item in products[first : first + _CAP]]}
    return page | ({"NextToken": str(first + _CAP)} if len(products) > first + _CAP else {})


def _catalogue(service: str) -> Iterator[dict[str, Any]]:
    for region in _SOLD_IN:
        place = {"regionCode": region, "location": REGIONS[region]}
        for name, size in (EC2_SIZES if service == "AmazonEC2" else {}).items():
            kind = {
                "productFamily": "Compute Instance",
                "operatingSystem": "Linux",
                "tenancy": "Shared",
                "preInstalledSw": "NA",
                "capacitystatus": "Used",
            }
            yield _product(service, place | kind | _sized(name, size), "Hrs", size.price)
        for name, size in (RDS_SIZES if service == "AmazonRDS" else {}).items():
            kind = {
                "productFamily": "Database Instance",
                "databaseEngine": "PostgreSQL",
                "deploymentOption": "Multi-AZ" if size.zones > 1 else "Single-AZ",
            }
            yield _product(service, place | kind | _sized(name, size), "Hrs", size.price)
        for name, price in (
            (("Standard", 0.023), ("Standard - Infrequent Access", 0.0125)) if service == "AmazonS3" else ()
        ):
            yield _product(service, place | {"productFamily": "Storage", "volumeType": name}, "GB-Mo", price)
        for name in ("gp2", "gp3") if service == "AmazonEC2" else ():
            yield _product(
                service,
                place | {"productFamily": "Storage", "volumeApiName": name},
                "GB-Mo",
                METERS[f"ebs:{name}"].price,
            )


def _sized(name: str, size: Size) -> dict[str, str]:
    processor = "AWS Graviton2 Processor" if size.architecture == "arm64" else "Intel Xeon Platinum 8175"
    return {
        "instanceType": name,
        "vcpu": str(size.vcpus),
        "memory": f"{size.memory_gib:g} GiB",
        "physicalProcessor": processor,
    }


def _product(service: str, attributes: dict[str, str], unit: str, price: float) -> dict[str, Any]:
    sku = f"DEMO{zlib.crc32(repr(sorted(attributes.items())).encode()):08X}"
    term = {
        "offerTermCode": "JRTCKXETXF",
        "sku": sku,
        "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": {"unit": unit, "pricePerUnit": {"USD": f"{price:.10f}"}}},
    }
    return {
        "product": {"productFamily": attributes["productFamily"], "attributes": attributes, "sku": sku},
        "serviceCode": service,
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
    }
