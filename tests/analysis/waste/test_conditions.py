"""Conditions of a rule are judged by what is known; what is not known never counts as met."""

from datetime import timedelta
from typing import Any

import pytest

from analysis.waste.conditions import Met, Unmet, meets
from analysis.waste.facts import UsageDay
from analysis.waste.rules import AttributeCondition, MetricCondition, WasteRule
from tests.analysis.waste.builders import RULES, TODAY, resource

LOW = MetricCondition(metric="cpu", statistic="maximum", below=5, window=14, days=10, least=12, unit="%")


def rule(metrics: tuple[MetricCondition, ...] = (), attributes: tuple[AttributeCondition, ...] = ()) -> WasteRule:
    return RULES[0].model_copy(
        update={"resource_types": ("Instance",), "states": (), "metrics": metrics, "attributes": attributes}
    )


def usage(*values: float | None) -> dict[str, list[UsageDay]]:
    """The maxima of the last days, yesterday first."""
    return {"cpu": [UsageDay(TODAY - timedelta(back), "cpu", None, value) for back, value in enumerate(values, 1)]}


def judged(
    condition: MetricCondition, measured: dict[str, list[UsageDay]], complete: bool = False, **fields: Any
) -> Met | Unmet:
    return meets(rule((condition,)), resource(**fields), measured, {"cpu"} if complete else set(), TODAY)


def test_days_under_the_limit_are_counted() -> None:
    """Two busy days of twelve are allowed, three are not."""
    assert isinstance(judged(LOW, usage(*[1.0] * 10, 90.0, 90.0)), Met)
    assert judged(LOW, usage(*[1.0] * 9, 90.0, 90.0, 90.0)) == Unmet("cpu was under 5 on 9 days only")


def test_what_is_counted_reads_as_a_count() -> None:
    """`no connections`, not `under 1 connections (highest 0 connections)`; a share of nothing stays a figure."""
    counted = {"metric": "connections", "below": 1, "window": 7, "days": 7, "least": 7, "unit": "connections"}
    connections = LOW.model_copy(update=counted)
    for values, says in (
        ([0.0] * 7, "no connections on 7 of 7 days"),
        ([0.0] * 6 + [0.5], "maximum connections under 1 on 7 of 7 days (highest 0.5)"),
    ):
        met = judged(connections, {"connections": usage(*values)["cpu"]})
        assert isinstance(met, Met)
        assert met.reasons == (says,)
    met = judged(LOW, usage(*[0.0] * 14))
    assert isinstance(met, Met)
    assert met.reasons == ("maximum CPU under 5 % on 14 of 14 days (highest 0 %)",)


def test_too_few_measured_days_are_said() -> None:
    """A day without a value is not measured, and today and days before the window do not count."""
    assert judged(LOW, usage(*[1.0] * 11, None)) == Unmet("cpu is known of 11 days; 12 are needed")
    outside = {"cpu": [UsageDay(TODAY - timedelta(back), "cpu", 1, 1) for back in (0, 15, 16)]}
    assert judged(LOW, outside) == Unmet("cpu is known of 0 days; 12 are needed")


@pytest.mark.parametrize(("complete", "met"), [(True, True), (False, False)])
def test_silence_is_zero_only_where_the_metric_was_read_without_an_error(complete: bool, met: bool) -> None:
    silent = LOW.model_copy(update={"absent_is_zero": True})
    assert isinstance(judged(silent, {}, complete), Met) == met


def test_a_share_of_an_attribute_needs_the_attribute() -> None:
    share = LOW.model_copy(update={"of_attribute": "provisioned", "below": 0.1})
    assert judged(share, usage(*[1.0] * 14)) == Unmet("its provisioned is not known")
    assert isinstance(judged(share, usage(*[1.0] * 14), attributes={"provisioned": 20}), Met)
    assert isinstance(judged(share, usage(*[1.0] * 14), attributes={"provisioned": 9}), Unmet)


@pytest.mark.parametrize(
    ("condition", "attributes", "outcome"),
    [
        ({"equals": "gp2"}, {"a": "gp2"}, Met),
        ({"equals": "gp2"}, {"a": "gp3"}, Unmet),
        ({"equals": "gp2"}, {}, Unmet),
        ({"equals": "gp2", "optional": True}, {}, Met),
        ({"one_of": ("x", "y")}, {"a": "y"}, Met),
        ({"empty": True}, {"a": []}, Met),
        ({"empty": True}, {"a": ["i-1"]}, Unmet),
        ({"empty": True}, {}, Unmet),
        ({"empty": False}, {"a": ["i-1"]}, Met),
        ({"above": 1}, {"a": [1, 2]}, Met),
        ({"above": 2}, {"a": [1, 2]}, Unmet),
        ({"above": 2}, {"a": "many"}, Unmet),
        ({"older_than_days": 7}, {"a": "2026-11-08"}, Met),
        ({"older_than_days": 8}, {"a": "2026-11-08"}, Unmet),
        ({"older_than_days": 7}, {"a": "2026-11-08T23:59:00+00:00"}, Met),
        ({"older_than_days": 7}, {"a": "soon"}, Unmet),
    ],
)
def test_an_attribute_is_what_the_inventory_says(
    condition: dict[str, Any], attributes: dict[str, Any], outcome: type
) -> None:
    """What it does not hold at all is unknown, not empty."""
    asked = rule(attributes=(AttributeCondition(attribute="a", **condition),))
    assert isinstance(meets(asked, resource(attributes=attributes), {}, set(), TODAY), outcome)


def test_a_date_that_stands_in_for_another_is_a_doubt() -> None:
    asked = rule(
        attributes=(AttributeCondition(attribute="detached_at", or_attribute="created_at", older_than_days=7),)
    )
    met = meets(asked, resource(attributes={"created_at": "2026-11-01"}), {}, set(), TODAY)
    assert isinstance(met, Met)
    assert met.doubts == ("detached_at is not known, created_at is taken",)
    assert met.reasons == ("created 14 days ago",)
