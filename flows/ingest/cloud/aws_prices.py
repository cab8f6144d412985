"""On-demand prices from AWS's price list as rows for `prices`. The list is a port: tests bring recorded replies."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

PERMISSION = "pricing:GetProducts"
ENDPOINT_REGION = "us-east-1"  # the price list is served from a few regions only, and describes all
_HOURS_A_MONTH = 730


class PriceList(Protocol):
    """Answers GetProducts: each item is one product as JSON text."""

    def products(self, service_code: str, filters: Mapping[str, str]) -> Iterable[str]:
        """All products that match every filter, over all pages."""
        ...


@dataclass(frozen=True)
class AwsPriceList:
    """The price list over boto3's `pricing` client."""

    client: Any

    def products(self, service_code: str, filters: Mapping[str, str]) -> Iterator[str]:
        """Pages are fetched as they are read."""
        term_filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()]
        for page in self.client.get_paginator("get_products").paginate(
            ServiceCode=service_code, Filters=term_filters, FormatVersion="aws_v1"
        ):
            yield from page["PriceList"]


@dataclass(frozen=True)
class Priced:
    """The on-demand price of an hour. Disks and buckets: `instance_type` is the volume type or storage class,
    the price is of one GB for an hour (a month is 730); of S3's tiers by amount the dearest, which is the first.

    `operating_system` is the system of an instance, the engine of a database, `Storage` for disks.
    """

    region: str
    instance_type: str
    operating_system: str
    hourly_price: Decimal
    currency: str
    vcpus: float | None = None
    memory_gib: float | None = None
    architecture: str | None = None


# Service, filters beside the region: shared tenancy without licences and reservations; single-zone databases.
_WANTED: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "AmazonEC2",
        {
            "productFamily": "Compute Instance",
            "operatingSystem": "Linux",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        },
    ),
    (
        "AmazonEC2",
        {
            "productFamily": "Compute Instance",
            "operatingSystem": "Windows",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        },
    ),
    ("AmazonEC2", {"productFamily": "Storage"}),
    ("AmazonRDS", {"productFamily": "Database Instance", "deploymentOption": "Single-AZ"}),
    ("AmazonS3", {"productFamily": "Storage", "volumeType": "Standard"}),
    ("AmazonS3", {"productFamily": "Storage", "volumeType": "Standard - Infrequent Access"}),
)


_CLASSES = {
    "Standard": "STANDARD",
    "Standard - Infrequent Access": "STANDARD_IA",
}  # S3's storage classes as its API names them


def parse(product: str) -> Priced | None:
    """A product's on-demand price; None when it has none, or is nothing the catalogue holds."""
    try:
        content = json.loads(product)
        attributes = content["product"]["attributes"]
        terms = content.get("terms", {}).get("OnDemand", {})
        dimension = next(iter(next(iter(terms.values()))["priceDimensions"].values()))
        currency, amount = next(iter(dimension["pricePerUnit"].items()))
        price, region = Decimal(amount), attributes["regionCode"]
    except (ValueError, KeyError, StopIteration, TypeError, AttributeError, InvalidOperation):
        return None
    stored = attributes.get("volumeApiName") or _CLASSES.get(attributes.get("volumeType", ""))
    if dimension["unit"] == "GB-Mo" and stored:
        return Priced(region, stored, "Storage", round(price / _HOURS_A_MONTH, 12), currency)
    if dimension["unit"] != "Hrs" or "instanceType" not in attributes or price <= 0:
        return None
    return Priced(
        region=region,
        instance_type=attributes["instanceType"],
        operating_system=attributes.get("operatingSystem") or attributes.get("databaseEngine") or "NA",
        hourly_price=price,
        currency=currency,
        vcpus=_number(attributes.get("vcpu")),
        memory_gib=_number(attributes.get("memory")),
        architecture=_architecture(attributes),
    )


def read(price_list: PriceList, regions: Iterable[str]) -> list[Priced]:
    """The catalogue of these regions, sorted; of several prices for one key the
    highest, as the plain one is never the dearest by mistake.
    """
    catalogue: dict[tuple[str, str, str], Priced] = {}
    for region in regions:
        for service, filters in _WANTED:
            for product in price_list.products(service, {**filters, "regionCode": region}):
                priced = parse(product)
                if priced is not None:
                    key = (priced.region, priced.instance_type, priced.operating_system)
                    if key not in catalogue or catalogue[key].hourly_price < priced.hourly_price:
                        catalogue[key] = priced
    return [catalogue[key] for key in sorted(catalogue)]


def _number(text: str | None) -> float | None:
    match = re.match(r"[\d,]+(\.\d+)?", text or "")
    return float(match[0].replace(",", "")) if match else None


def _architecture(attributes: Mapping[str, str]) -> str:
    """arm64 for AWS's own processors, which the list names only by the processor."""
    return "arm64" if "Graviton" in attributes.get("physicalProcessor", "") else "x86_64"
