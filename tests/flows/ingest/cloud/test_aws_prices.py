"""The price list as AWS writes it: recorded products, cut to the fields that say something."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from flows.ingest.cloud.aws_prices import Priced, parse, read


def _product(attributes: dict[str, str], unit: str, price: str, currency: str = "USD") -> str:
    sku = "2223B6PCG6QAUYY6"
    dimension: dict[str, Any] = {
        "unit": unit,
        "endRange": "Inf",
        "description": "$0.192 per On Demand Linux m5.xlarge Instance Hour",
        "appliesTo": [],
        "rateCode": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "beginRange": "0",
        "pricePerUnit": {currency: price},
    }
    term = {
        "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": dimension},
        "sku": sku,
        "effectiveDate": "2026-10-01T00:00:00Z",
        "offerTermCode": "JRTCKXETXF",
    }
    return json.dumps(
        {
            "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": sku},
            "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
        }
    )


LINUX = {
    "instanceType": "m5.xlarge",
    "regionCode": "us-east-1",
    "operatingSystem": "Linux",
    "vcpu": "4",
    "memory": "16 GiB",
    "physicalProcessor": "Intel Xeon Platinum 8175",
    "tenancy": "Shared",
}


def test_an_instance_is_read_with_its_size() -> None:
    """Price as it is written, not as a binary fraction; memory without its unit."""
    assert parse(_product(LINUX, "Hrs", "0.1920000000")) == Priced(
        "us-east-1", "m5.xlarge", "Linux", Decimal("0.1920000000"), "USD", 4.0, 16.0, "x86_64"
    )


def test_graviton_is_arm() -> None:
    """The list names the architecture by the processor only; memory may have thousands."""
    priced = parse(
        _product(LINUX | {"physicalProcessor": "AWS Graviton3 Processor", "memory": "1,024 GiB"}, "Hrs", "1.5")
    )
    assert priced is not None
    assert (priced.architecture, priced.memory_gib) == ("arm64", 1024.0)


def test_a_disk_is_priced_by_the_hour() -> None:
    """A GB-month is 730 hours."""
    priced = parse(_product({"volumeApiName": "gp3", "regionCode": "us-east-1"}, "GB-Mo", "0.0800000000"))
    assert priced is not None
    assert priced.operating_system == "Storage"
    assert priced.hourly_price * 730 == pytest.approx(Decimal("0.08"), abs=Decimal("1e-9"))


@pytest.mark.parametrize(
    "product",
    [
        "not json",
        "[]",
        '{"product": null}',
        _product(LINUX, "Hrs", "0.0"),
        _product(LINUX, "Quantity", "12.5"),
        _product(LINUX, "Hrs", "none"),
        json.dumps({"product": {"attributes": LINUX}, "terms": {}}),
    ],
)
def test_what_has_no_price_is_left_out(product: str) -> None:
    """Never guessed: reserved-only products, free dimensions and nonsense are no prices."""
    assert parse(product) is None


def test_the_catalogue_is_asked_for_by_region_and_keeps_one_price_a_key() -> None:
    """Each region and service is asked with its filters; a second price for one key does not add a row."""
    asked: list[tuple[str, str]] = []

    class Recorded:
        """Answers the Linux question only."""

        def products(self, service_code: str, filters: Mapping[str, str]) -> Iterator[str]:
            asked.append((service_code, filters["regionCode"]))
            if filters.get("operatingSystem") == "Linux":
                yield _product(LINUX | {"regionCode": filters["regionCode"]}, "Hrs", "0.192")
                yield _product(LINUX | {"regionCode": filters["regionCode"]}, "Hrs", "0.100")

    priced = read(Recorded(), ["us-east-1", "eu-west-1"])
    assert [(one.region, one.hourly_price) for one in priced] == [
        ("eu-west-1", Decimal("0.192")),
        ("us-east-1", Decimal("0.192")),
    ]
    assert asked.count(("AmazonRDS", "eu-west-1")) == 1
