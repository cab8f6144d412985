"""Why a cost changed."""

import math

from hypothesis import given
from hypothesis import strategies as st

from analysis.root_cause import DIMENSIONS, Row, changed_resources, contributions, effects, explain, trail

NAMES = st.sampled_from([None, "a", "b", "c"])
ROWS = st.lists(
    st.builds(
        Row,
        cost=st.floats(0, 1e6),
        quantity=st.one_of(st.none(), st.floats(0.001, 1e6)),
        unit=st.sampled_from([None, "Hours", "GB"]),
        account=NAMES,
        service=NAMES,
        region=NAMES,
        team=NAMES,
        resource=NAMES,
        usage_type=NAMES,
    ),
    max_size=12,
)


@given(ROWS, ROWS)
def test_effects_and_contributions_add_up_to_the_change(before: list[Row], after: list[Row]) -> None:
    """Whatever the rows, nothing is lost and nothing counted twice."""
    cause = explain(before, after, top=2)
    found = cause.effects
    scale = 1e-9 * (cause.before + cause.after + 1) + 1e-6 * max(map(abs, (found.usage, found.price, found.mix)))
    assert math.isclose(found.usage + found.price + found.mix + found.unmetered, cause.delta, abs_tol=scale)
    for dimension in DIMENSIONS:
        assert math.isclose(
            math.fsum(item.delta for item in cause.contributions[dimension]), cause.delta, abs_tol=scale
        )


def test_more_hours_at_the_same_price_are_usage() -> None:
    """Twice the hours at an unchanged price."""
    found = effects([Row(10, 100, "Hours", usage_type="m5.large")], [Row(20, 200, "Hours", usage_type="m5.large")])
    assert (found.usage, found.price, found.mix, found.verdict) == (10, 0, 0, "usage")


def test_the_same_hours_at_another_price_are_price() -> None:
    """A commitment that ended: the hours stay, each costs more."""
    found = effects([Row(60, 100, "Hours", usage_type="m5.large")], [Row(100, 100, "Hours", usage_type="m5.large")])
    assert (found.usage, found.verdict) == (0, "price")
    assert math.isclose(found.price, 40)


def test_the_same_hours_of_a_dearer_kind_are_mix() -> None:
    """Instances resized: as many hours, a dearer type, no list price changed."""
    found = effects([Row(10, 100, "Hours", usage_type="m5.large")], [Row(40, 100, "Hours", usage_type="m5.2xlarge")])
    assert (found.usage, found.price, found.mix, found.verdict) == (0, 0, 30, "mix")


def test_a_charge_without_a_quantity_is_unmetered() -> None:
    """A support fee has no usage and no unit price."""
    assert effects([], [Row(50, None)]).verdict == "unmetered"


def test_no_change_has_no_verdict() -> None:
    """Equal periods explain nothing and divide by nothing."""
    rows = [Row(10, 5, "GB", service="S3")]
    cause = explain(rows, rows)
    assert cause.effects.verdict == "none"
    assert [item.share for item in cause.contributions["service"]] == [0.0]


def test_contributions_beyond_the_top_are_summed() -> None:
    """Ten services, the three largest listed, the others as one rest."""
    after = [Row(float(index), service=f"s{index}") for index in range(1, 11)]
    listed = contributions([], after, "service", top=3)
    assert [item.name for item in listed] == ["s10", "s9", "s8", None]
    assert listed[-1].rest
    assert listed[-1].delta == sum(range(1, 8))
    assert math.isclose(sum(item.share for item in listed), 1)


def test_resources_new_gone_and_resized_are_told_apart() -> None:
    """A resource is resized when the usage type that costs most of it changed."""
    before = [
        Row(5, resource="old"),
        Row(10, resource="db", usage_type="small"),
        Row(1, resource="same", usage_type="x"),
    ]
    after = [
        Row(30, resource="fresh"),
        Row(40, resource="db", usage_type="large"),
        Row(2, resource="same", usage_type="x"),
    ]
    assert [(item.name, item.change) for item in changed_resources(before, after)] == [
        ("db", "resized"),
        ("fresh", "new"),
        ("old", "gone"),
    ]


def test_the_trail_narrows_down_to_the_culprit() -> None:
    """Among many services of many accounts one resource grew; the trail ends at it."""
    quiet = [
        Row(10, account=account, service=service, resource=f"{account}{service}")
        for account in "AB"
        for service in "XYZ"
    ]
    grown = [
        Row(10 if row.resource != "BY" else 90, account=row.account, service=row.service, resource=row.resource)
        for row in quiet
    ]
    steps = {dimension: item.name for dimension, item in trail(quiet, grown)}
    assert steps == {"account": "B", "service": "Y", "resource": "BY"}
