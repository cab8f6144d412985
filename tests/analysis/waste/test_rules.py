"""Waste by kind: load balancers, buckets, disks, addresses, snapshots, databases, functions."""

from typing import Any

import pytest

from tests.analysis.waste.builders import PRICES, only, price, resource, used, waste


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
