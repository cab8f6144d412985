"""Prices and protections are found exactly, or not at all."""

import pytest

from analysis.waste.facts import Catalogue, lowered, protection
from tests.analysis.waste.builders import PRICES, price, resource


def test_a_price_of_another_currency_region_or_system_is_none() -> None:
    catalogue = Catalogue([*PRICES, price("m5.large", 0.1, currency="EUR", system="Windows")])
    found = catalogue.find(resource(), "m5.large", "Linux")
    assert found is not None
    assert found.hourly_price == 0.096
    assert catalogue.find(resource(currency="EUR"), "m5.large", "Linux") is None
    assert catalogue.find(resource(region="eu-west-1"), "m5.large", "Linux") is None
    assert catalogue.find(resource(region=None), "m5.large", "Linux") is None
    assert catalogue.find(resource(), "m5.large", "Windows") is None
    assert catalogue.find(resource(), None, "Linux") is None


def test_what_is_sold_beside_comes_cheapest_first() -> None:
    """Of the same system: neither storage nor a database is beside a machine."""
    machine = Catalogue(PRICES).find(resource(), "m5.large", "Linux")
    assert machine is not None
    names = [one.instance_type for one in Catalogue(PRICES).beside(machine)]
    assert names == ["m6g.large", "t3.large", "m5.large", "m5.xlarge", "m5.2xlarge"]


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"keep": ""}, "keep="),
        ({"keep": "anything"}, "keep=anything"),
        ({"finops:protected": "TRUE"}, "finops:protected=TRUE"),
        ({"finops:protected": "no"}, None),
        ({"Keep": "x"}, None),
        ({}, None),
    ],
)
def test_a_tag_protects_by_its_key_and_value(tags: dict[str, str], reason: str | None) -> None:
    """Values without regard to case; a star is any value, an empty one too."""
    assert protection(tags, {"finops:protected": ("true", "yes"), "keep": ("*",)}) == reason


def test_confidence_has_a_lowest_step() -> None:
    assert lowered("high") == "medium"
    assert lowered("high", 2) == lowered("low", 5) == "low"
