"""Resources and what was measured of them."""

from datetime import date, timedelta

from analysis.waste.evaluate import find_waste
from analysis.waste.facts import BilledResource, CataloguePrice, UsageDay
from analysis.waste.rules import read_rules

TODAY = date(2026, 11, 15)


RULES = read_rules()


PROTECTED = {"finops:protected": ("true", "yes"), "keep": ("*",)}


def price(name, hourly, vcpus=None, memory=None, system="Linux", architecture="x86_64", currency="USD"):
    """A row of the catalogue in us-east-1."""
    return CataloguePrice("AWS", "us-east-1", name, system, hourly, currency, vcpus, memory, architecture)


PRICES = [
    price("m5.2xlarge", 0.384, 8, 32),
    price("m5.xlarge", 0.192, 4, 16),
    price("m5.large", 0.096, 2, 8),
    price("m6g.large", 0.077, 2, 8, architecture="arm64"),
    price("t3.large", 0.083, 2, 8),
    price("gp2", 0.10 / 730, system="Storage"),
    price("gp3", 0.08 / 730, system="Storage"),
    price("db.r6g.large", 0.2, 2, 16, system="MySQL", architecture="arm64"),
]


def resource(kind="Instance", **fields):
    """A resource that costs 100 a month."""
    defaults = {
        "resource_id": "r-1",
        "provider": "AWS",
        "region": "us-east-1",
        "account": "dev",
        "team": "web",
        "monthly_cost": 100.0,
    }
    if kind == "Instance":
        defaults |= {"state": "running", "instance_type": "m5.2xlarge"}
    return BilledResource(resource_type=kind, **{**defaults, **fields})


def used(days=14, **metrics):
    """The same (average, maximum) of each metric on each of the last days."""
    return [
        UsageDay(TODAY - timedelta(day), name, *pair) for day in range(1, days + 1) for name, pair in metrics.items()
    ]


def waste(one, usage=(), prices=tuple(PRICES), complete=frozenset(), rules=RULES):
    """Findings for one resource."""
    return find_waste([one], {one.resource_id: list(usage)}, prices, rules, PROTECTED, TODAY, complete)


def only(findings):
    """The one recommendation."""
    assert len(findings.recommendations) == 1
    return findings.recommendations[0]
