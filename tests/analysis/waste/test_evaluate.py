"""Waste rules over inventories: what is found, what it saves, what is spared, what stays unknown."""

from datetime import date, timedelta
from typing import Any

import pytest

from analysis.waste.commitments import CommitmentUse, OnDemand, uncovered, unused
from analysis.waste.evaluate import find_waste
from analysis.waste.facts import Price, Resource, UsageDay
from analysis.waste.rules import parse_rules, read_rules
from config.errors import UserError

TODAY = date(2026, 11, 15)
RULES = read_rules()
PROTECTED = {"finops:protected": ("true", "yes"), "keep": ("*",)}


def price(name, hourly, vcpus=None, memory=None, system="Linux", architecture="x86_64", currency="USD"):
    """A row of the catalogue in us-east-1."""
    return Price("AWS", "us-east-1", name, system, hourly, currency, vcpus, memory, architecture)


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
    return Resource(resource_type=kind, **{**defaults, **fields})


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


IDLE = {"cpu": (1.0, 2.0), "network": (4e5, 4e5)}


def test_an_idle_instance_is_to_be_stopped_and_saves_what_it_really_costs():
    """At the bill's effective cost, not at list; with the thresholds' source and what was measured."""
    found = only(waste(resource(), used(**IDLE)))
    assert (found.kind, found.monthly_savings, found.confidence, found.missing) == ("stop_idle", 100.0, "high", ())
    assert "maximum cpu under 5 % on 14 of 14 days" in found.evidence["summary"]
    assert "Compute Optimizer" in found.evidence["source"]
    assert found.evidence["metrics"]["cpu"]["highest"] == 2.0


@pytest.mark.parametrize(
    "usage",
    [
        used(13, **IDLE),
        used(cpu=(1.0, 5.0), network=(4e5, 4e5)),
        used(cpu=(1.0, 2.0), network=(6e6, 6e6)),
        used(cpu=(1.0, 2.0)),
        [],
    ],
)
def test_at_the_threshold_or_with_too_little_measured_nothing_is_idle(usage):
    """13 days, 5 % exactly, traffic, or no word of traffic."""
    assert all(one.kind != "stop_idle" for one in waste(resource(), usage).recommendations)


def test_a_stopped_instance_is_left_alone():
    """It costs nothing that stopping would save."""
    assert waste(resource(state="stopped"), used(**IDLE)).recommendations == ()


def test_a_commitment_goes_on_paying():
    """Covered in full: nothing is saved now, and the evidence says what would be once it is freed."""
    found = only(waste(resource(committed_cost=100.0), used(**IDLE)))
    assert found.monthly_savings == 0.0
    assert found.evidence["arithmetic"]["saved_once_freed"] == 100.0
    assert any("until the commitment" in caveat for caveat in found.evidence["caveats"])
    assert only(waste(resource(committed_cost=30.0), used(**IDLE))).monthly_savings == 70.0


def test_no_cost_in_the_bill_is_said_and_not_guessed():
    """The saving is unknown, with the reason."""
    found = only(waste(resource(monthly_cost=None), used(**IDLE)))
    assert found.monthly_savings is None
    assert "no cost of r-1" in found.missing[0]


@pytest.mark.parametrize("tags", [{"finops:protected": "TRUE"}, {"keep": "because"}])
def test_a_protected_resource_is_spared_and_named(tags):
    """No rule recommends anything for it."""
    found = waste(resource(tags=tags), used(**IDLE))
    assert found.recommendations == ()
    assert found.spared[0].resource_id == "r-1"
    assert "protected by tag" in found.spared[0].reason
    assert waste(resource(tags={"finops:protected": "no"}), used(**IDLE)).spared == ()


def test_an_oversized_instance_takes_the_smallest_that_fits_with_headroom():
    """20 % of 8 vCPUs with headroom need 1.92; half of the memory stays, so
    m5.xlarge at half the price; never arm64, never burstable.
    """
    found = only(waste(resource(), used(cpu=(8.0, 20.0), network=(1e9, 1e9))))
    assert (found.kind, found.current_state, found.proposed_state) == ("rightsize", "m5.2xlarge", "m5.xlarge")
    assert found.evidence["proposed"] == {"instance_type": "m5.xlarge"}
    assert found.monthly_savings == 50.0
    assert found.confidence == "medium"
    assert any("memory" in doubt for doubt in found.evidence["doubts"])


def test_with_memory_measured_it_may_be_smaller_and_is_surer():
    """15 % of 32 GiB with headroom fit into m5.large."""
    found = only(waste(resource(), used(cpu=(8.0, 20.0), memory=(10.0, 15.0), network=(1e9, 1e9))))
    assert (found.proposed_state, found.confidence, found.monthly_savings) == ("m5.large", "high", 75.0)


@pytest.mark.parametrize(
    ("one", "usage"),
    [
        (resource(), used(cpu=(60.0, 90.0), network=(1e9, 1e9))),
        (resource(), used(1, cpu=(8.0, 20.0))),
        (resource(instance_type="x9.none"), used(cpu=(8.0, 42.0), network=(1e9, 1e9))),
        (resource(instance_type="x9.none"), used(13, cpu=(8.0, 20.0), network=(1e9, 1e9))),
    ],
)
def test_nothing_smaller_is_proposed_on_thin_evidence(one, usage):
    """Busy, a day of metrics only; without a price, where half would not hold
    the peak, or where two weeks are not whole.
    """
    assert waste(one, usage).recommendations == ()


@pytest.mark.parametrize("one", [resource(instance_type="x9.none"), resource(currency="EUR")])
def test_a_missing_price_is_said_and_no_saving_guessed(one):
    """Half of the machine would hold its peak; no type is proposed, no amount named, and the kind has no playbook."""
    found = only(waste(one, used(cpu=(8.0, 20.0), network=(1e9, 1e9))))
    assert (found.kind, found.monthly_savings, found.confidence) == ("oversized", None, "low")
    assert found.missing[0].startswith("no price for")
    assert found.evidence["proposed"] == {}


def test_load_balancers_are_judged_by_the_metric_they_have():
    """Requests or new flows; a young one, and a gateway's, by none."""
    network: dict[str, Any] = {
        "state": "active",
        "attributes": {"kind": "network", "created_at": "2026-01-01T00:00:00Z"},
    }
    idle = used(14, flows=(0.0, 0.0))
    assert only(waste(resource("Load Balancer", **network), idle)).evidence["rule"] == "network_load_balancer_idle"
    assert waste(resource("Load Balancer", **network), used(14, flows=(0.0, 0.0), requests=(0.0, 0.0))).recommendations
    assert waste(resource("Load Balancer", **network), used(14, flows=(5.0, 9.0))).recommendations == ()
    young = {**network, "attributes": {**network["attributes"], "created_at": "2026-11-10T00:00:00Z"}}
    assert waste(resource("Load Balancer", **young), idle).recommendations == ()
    gateway = {**network, "attributes": {**network["attributes"], "kind": "gateway"}}
    assert (
        waste(resource("Load Balancer", **gateway), idle, complete=frozenset({"requests", "flows"})).recommendations
        == ()
    )
    classic = {**network, "attributes": {**network["attributes"], "kind": "classic"}}
    assert (
        only(waste(resource("Load Balancer", **classic), complete=frozenset({"requests"}))).evidence["rule"]
        == "load_balancer_idle"
    )


def test_a_bucket_nobody_reads_moves_where_its_requests_are_counted():
    """At the difference of the catalogue's prices; without a count of requests,
    or with a lifecycle of its own, nothing is said.
    """
    prices = (
        *PRICES,
        price("STANDARD", 0.023 / 730, system="Storage"),
        price("STANDARD_IA", 0.0125 / 730, system="Storage"),
    )
    known = {"storage_class": "STANDARD", "request_metrics": True, "created_at": "2026-01-01T00:00:00Z"}
    found = only(waste(resource("Bucket", attributes=known), prices=prices, complete=frozenset({"requests"})))
    assert (found.kind, found.monthly_savings) == ("storage_class", pytest.approx(100 * (1 - 0.0125 / 0.023), abs=0.01))
    for other in ({"request_metrics": False}, {"storage_class": "managed"}, {"created_at": "2026-11-01T00:00:00Z"}):
        assert (
            waste(
                resource("Bucket", attributes={**known, **other}), prices=prices, complete=frozenset({"requests"})
            ).recommendations
            == ()
        )


def volume(**attributes):
    """A disk of 100 GiB."""
    return resource(
        "Volume",
        state=attributes.pop("state", "in-use"),
        attributes={"volume_type": "gp3", "size_gib": 100, "attached_to": ["i-1"], **attributes},
    )


def test_gp2_becomes_gp3_at_the_difference_of_the_catalogue():
    """A fifth of the effective cost, in a region whose prices say so."""
    found = only(waste(volume(volume_type="gp2")))
    assert (found.kind, found.monthly_savings) == ("gp2_to_gp3", pytest.approx(20.0))


def test_without_a_price_or_with_more_iops_than_gp3_has_the_saving_is_unknown():
    """Missing prices are named."""
    assert only(waste(volume(volume_type="gp2"), prices=())).missing == ("no price for gp2 and gp3 in us-east-1",)
    large = only(waste(volume(volume_type="gp2", size_gib=2000)))
    assert large.monthly_savings is None
    assert "IOPS" in large.missing[0]


def test_an_unattached_volume_is_waste_after_a_week():
    """Since when is taken from the creation where nothing else is known, which is less sure."""
    old, young = "2026-10-01T00:00:00+00:00", "2026-11-10T00:00:00+00:00"
    found = only(waste(volume(state="available", attached_to=[], created_at=old)))
    assert (found.kind, found.monthly_savings, found.confidence) == ("delete_volume", 100.0, "medium")
    assert (
        only(waste(volume(state="available", attached_to=[], unattached_since=old, created_at=old))).confidence
        == "high"
    )
    assert (
        waste(volume(state="available", attached_to=[], unattached_since=young, created_at=old)).recommendations == ()
    )
    assert waste(volume(state="available", attached_to=["i-1"], created_at=old)).recommendations == ()


def test_what_the_inventory_does_not_say_is_not_taken_for_empty():
    """A volume or address from the bill alone is no waste."""
    assert waste(resource("Volume", state="available", attributes={})).recommendations == ()
    assert waste(resource("IP Address")).recommendations == ()


def test_a_free_address_and_an_old_snapshot():
    """Released, and deleted with little confidence."""
    assert only(waste(resource("IP Address", attributes={"associated_with": None}))).kind == "release_address"
    snapshot = only(waste(resource("Snapshot", attributes={"created_at": "2026-01-01T00:00:00+00:00"})))
    assert (snapshot.kind, snapshot.confidence) == ("delete_snapshot", "low")
    assert waste(resource("Snapshot", attributes={"created_at": "2026-10-01"})).recommendations == ()


def test_an_idle_database_saves_its_hours_and_not_its_storage():
    """The bill's own split is taken, else list price of its hours, else nothing is said."""
    idle = used(7, connections=(0.0, 0.0))
    one = {
        "state": "available",
        "instance_type": "db.r6g.large",
        "attributes": {"replica_of": None, "engine": "mysql"},
        "monthly_cost": 200.0,
    }
    assert only(waste(resource("DB Instance", **one, compute_cost=150.0), idle)).monthly_savings == 150.0
    assert only(waste(resource("DB Instance", **one), idle)).monthly_savings == pytest.approx(0.2 * 730)
    assert only(waste(resource("DB Instance", **one), idle, prices=())).monthly_savings is None
    replica = {**one, "attributes": {"replica_of": "db-1", "engine": "mysql"}}
    assert waste(resource("DB Instance", **replica), idle).recommendations == ()


def test_silence_counts_as_none_only_where_the_metric_was_read():
    """CloudWatch has no datum where nothing was invoked; an error has none either."""
    function = resource("Function", attributes={"modified_at": "2026-01-01T00:00:00.000+0000"})
    assert waste(function).recommendations == ()
    found = only(waste(function, complete=frozenset({"invocations"})))
    assert found.kind == "lambda_unused"
    assert waste(function, used(1, invocations=(5.0, 5.0)), complete=frozenset({"invocations"})).recommendations == ()
    balancer = resource("Load Balancer", state="active")
    assert only(waste(balancer, used(7, requests=(99.0, 99.0)))).kind == "delete_load_balancer"


def test_an_over_provisioned_function_has_no_known_saving():
    """Less memory is less CPU: how long it would run is not known."""
    function = resource("Function", attributes={"memory_mib": 1024, "modified_at": "2026-01-01"})
    found = only(waste(function, used(memory_used_mib=(200.0, 300.0), invocations=(50.0, 50.0))))
    assert (found.kind, found.monthly_savings) == ("lambda_memory", None)
    assert found.missing


def test_the_largest_saving_comes_first_and_unknown_ones_last():
    """A stable order to read and to page."""
    fleet = [resource(resource_id=f"r-{cost}", monthly_cost=cost) for cost in (10.0, None, 500.0)]
    found = find_waste(fleet, {one.resource_id: used(**IDLE) for one in fleet}, PRICES, RULES, {}, TODAY)
    assert [one.monthly_savings for one in found.recommendations] == [500.0, 10.0, None]


def test_every_built_in_rule_names_its_source_and_has_a_name_of_its_own():
    """Thresholds without a source are opinions."""
    assert len({rule.name for rule in RULES}) == len(RULES) >= 13
    assert all(rule.source for rule in RULES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {name: x", "not YAML"),
        (
            "- {name: mine, kind: k, resource_types: [I], current: a, proposed: b, saves: all, confidence: high}",
            "rule mine: source",
        ),
        (
            (
                "- {name: mine, kind: k, resource_types: [I], current: a, proposed: b, saves: price_difference, "
                "confidence: high, source: a long source}"
            ),
            "needs `to`",
        ),
        ("- {name: mine, colour: red}", "rule mine"),
        ("just text", "rules.yaml"),
    ],
)
def test_a_wrong_rule_is_named(text, says):
    """With the field that is wrong."""
    with pytest.raises(UserError, match=says):
        parse_rules(text, "rules.yaml")


def test_steady_hourly_use_is_a_commitment_gap():
    """What nine days in ten reach; the saving is known with the provider's discount only."""
    days = {TODAY - timedelta(day): 50.0 if day % 7 else 20.0 for day in range(1, 61)}
    known, unknown = uncovered([OnDemand("EC2", days, "USD", 0.27), OnDemand("EC2", days, "USD")], TODAY)
    steady = known.evidence["arithmetic"]["steady_a_day"]
    assert 20 <= steady <= 50
    assert known.monthly_savings == pytest.approx(steady * 365.25 / 12 * 0.27, abs=0.01)
    assert unknown.monthly_savings is None
    assert unknown.missing
    assert uncovered([OnDemand("new", {TODAY - timedelta(1): 50.0}, "USD", 0.3)], TODAY) == []


def test_an_unused_commitment_is_shown_and_promises_nothing():
    """The money is spent; 2 % of slack is no finding."""
    paid = {TODAY - timedelta(day): 10.0 for day in range(1, 61)}
    idle = dict.fromkeys(paid, 4.0)
    found = unused([CommitmentUse("sp-1", "shared", paid, idle, "USD", date(2027, 3, 1))], TODAY)
    assert (found[0].kind, found[0].monthly_savings) == ("commitment_unused", None)
    assert "40%" in found[0].evidence["summary"]
    assert "2027-03-01" in found[0].evidence["summary"]
    assert unused([CommitmentUse("sp-1", "shared", paid, dict.fromkeys(paid, 0.2), "USD")], TODAY) == []
