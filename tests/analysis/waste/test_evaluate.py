"""Waste rules over inventories: what is found, what it saves, what is spared, what stays unknown."""

import pytest

from analysis.waste.evaluate import find_waste
from analysis.waste.rules import parse_rules
from config.errors import UserError
from tests.analysis.waste.builders import PRICES, RULES, TODAY, only, resource, used, waste

IDLE = {"cpu": (1.0, 2.0), "network": (4e5, 4e5)}


def test_an_idle_instance_is_to_be_stopped_and_saves_what_it_really_costs():
    """At the bill's effective cost, not at list; with the thresholds' source and what was measured."""
    found = only(waste(resource(), used(**IDLE)))
    assert (found.kind, found.monthly_savings, found.confidence, found.missing) == ("stop_idle", 100.0, "high", ())
    assert "maximum CPU under 5 % on 14 of 14 days" in found.evidence["summary"]
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
            (
                "- {name: mine, kind: k, resource_types: [I], current: a, proposed: b, saves: everything, "
                "confidence: high}"
            ),
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
