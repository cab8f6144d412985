"""Verdicts on changes, from the bill."""

from datetime import date, timedelta

import pytest

from analysis.savings.verdict import MONTH, NearbyEvent, peers_among, verify

APPLIED = date(2026, 9, 1)


def bill(before, after, days_before=28, days_after=14):
    """Daily costs around the change; the day itself is half and half."""
    costs = {APPLIED - timedelta(offset): float(before) for offset in range(1, days_before + 1)}
    costs[APPLIED] = (before + after) / 2
    return costs | {APPLIED + timedelta(offset): float(after) for offset in range(1, days_after + 1)}


def judge(costs, expected=300.0, window=14, today=APPLIED + timedelta(days=15), **known):
    """The verdict when the window has just passed."""
    return verify(APPLIED, window, expected, costs, today, **known)


def test_a_stopped_instance_saves_what_it_cost():
    """10 a day less is 304.38 a month: validated, with the arithmetic shown."""
    verdict = judge(bill(10, 0))
    assert verdict.status == "validated"
    assert verdict.realized_monthly_savings == pytest.approx(10 * MONTH)
    assert verdict.arithmetic["counterfactual_a_day"] == 10
    assert verdict.arithmetic["saved_a_day"] * verdict.arithmetic["days_a_month"] == pytest.approx(
        verdict.realized_monthly_savings
    )
    assert verdict.arithmetic["basis"] == "level before"


def test_the_window_must_have_passed():
    """Ten days of fourteen are pending, and so is a resource without a past."""
    assert judge(bill(10, 0), today=APPLIED + timedelta(days=11)).status == "pending"
    young = judge(bill(10, 0, days_before=3))
    assert young.status == "pending"
    assert "3 days of bill before" in young.says


@pytest.mark.parametrize(
    ("after", "status"), [(1, "validated"), (5, "partial"), (9, "missed"), (10, "missed"), (14, "missed")]
)
def test_less_than_promised_is_partial_or_missed(after, status):
    """80 % of the promise validates, under 20 % is a miss, more cost is a miss and never a saving."""
    assert judge(bill(10, after)).status == status


def test_a_saving_within_the_noise_is_no_saving():
    """A bill that swings by more than it fell proves nothing."""
    swinging = {APPLIED + timedelta(offset): 10.0 + (8 if offset % 2 else -8) for offset in range(-28, 15)}
    calmer = swinging | {APPLIED + timedelta(offset): 9.0 + (8 if offset % 2 else -8) for offset in range(1, 15)}
    assert judge(calmer, expected=30).status == "missed"


def test_what_was_put_back_is_reversed():
    """Low for a week, then as dear as ever."""
    costs = bill(10, 0) | {APPLIED + timedelta(offset): 10.0 for offset in range(8, 15)}
    assert judge(costs).status == "reversed"


def test_the_forecast_of_then_is_the_better_counterfactual():
    """A resource that would have grown to 20 a day saved 20 a day."""
    forecast = {APPLIED + timedelta(offset): 20.0 for offset in range(1, 15)}
    verdict = judge(bill(10, 0), expected=600, forecast=forecast)
    assert verdict.arithmetic["basis"] == "forecast"
    assert verdict.realized_monthly_savings == pytest.approx(20 * MONTH)


def test_peers_that_fell_too_take_their_part():
    """When all like it fell by half, half of the fall is not ours."""
    peers = bill(100, 50)
    verdict = judge(bill(10, 0), peers=peers)
    assert verdict.arithmetic["basis"] == "peers"
    assert verdict.realized_monthly_savings == pytest.approx(5 * MONTH)
    assert verdict.status == "partial"


def test_confounders_are_named():
    """A neighbour that took the work over, and what happened in those weeks; not what happened in spring."""
    events = (
        NearbyEvent(APPLIED + timedelta(3), "price_change", "m5 got cheaper"),
        NearbyEvent(date(2026, 4, 1), "commitment", "long ago"),
    )
    verdict = judge(bill(10, 0), neighbours={"i-2": bill(5, 14), "i-3": bill(5, 5.5)}, events=events)
    assert [(one.kind, one.monthly_amount) for one in verdict.confounders] == [
        ("price_change", None),
        ("moved", pytest.approx(9 * MONTH)),
    ]
    assert "i-2" in verdict.confounders[1].says


def test_without_an_expectation_any_certain_saving_counts():
    """Nothing was promised, so what is there is validated."""
    verdict = judge(bill(10, 7), expected=None)
    assert verdict.status == "validated"
    assert "expected_a_month" not in verdict.arithmetic


def test_a_resource_that_rests_at_weekends_is_held_against_the_same_weekdays():
    """Ten a day from Monday to Friday: stopping it saves fifty a week, not seventy."""
    costs = {
        APPLIED + timedelta(offset): 10.0 if (APPLIED + timedelta(offset)).weekday() < 5 else 0.0
        for offset in range(-28, 1)
    }
    verdict = judge(costs | {APPLIED + timedelta(offset): 0.0 for offset in range(1, 15)}, expected=200)
    assert verdict.realized_monthly_savings == pytest.approx(50 / 7 * MONTH)
    assert verdict.status == "validated"


def test_one_strange_day_before_is_no_part_of_the_level():
    """A run of the year's report cost a thousand on one day."""
    verdict = judge(bill(10, 0) | {APPLIED - timedelta(3): 1_000.0})
    assert verdict.arithmetic["counterfactual_a_day"] == 10


def test_what_may_have_moved_is_not_called_validated():
    """The neighbour costs nine a day more since."""
    verdict = judge(bill(10, 0), neighbours={"i-2": bill(5, 14)})
    assert verdict.status == "partial"
    assert verdict.arithmetic["turned_up_elsewhere_a_month"] == pytest.approx(9 * MONTH)


def test_peers_are_many_steady_and_not_rising():
    """Newcomers, those that took the work over and a handful do not count; what rose as a whole says nothing."""
    days = [APPLIED + timedelta(offset) for offset in range(1, 15)]
    steady = {f"i-{number}": bill(10, 9) for number in range(6)}
    found = peers_among(APPLIED, days, {**steady, "new": bill(0, 5), "took over": bill(5, 30)})
    assert found is not None
    assert found[days[0]] == pytest.approx(0.9, abs=0.12)
    assert found[APPLIED - timedelta(1)] == 1
    assert peers_among(APPLIED, days, {f"i-{number}": bill(10, 9) for number in range(4)}) is None
    assert peers_among(APPLIED, days, {f"i-{number}": bill(10, 11) for number in range(6)}) is None


def test_what_chance_moves_moves_no_counterfactual():
    """Peers that fell by less than they differ from each other say nothing: their median is chance."""
    days = [APPLIED + timedelta(offset) for offset in range(1, 15)]
    peers = {f"i-{number}": bill(10, 10 + (number - 4.1)) for number in range(9)}
    assert peers_among(APPLIED, days, peers) is None


def test_a_verdict_says_how_sure_it_is():
    """From placebos: the resource in the weeks before, and its untouched peers, of which none fell as far."""
    own = {APPLIED - timedelta(back): 10 + (back // 7 % 3) for back in range(1, 150)}
    costs = own | {APPLIED + timedelta(offset): 2.0 for offset in range(15)}
    peers = {f"i-{number}": bill(8, 8 + number / 10) for number in range(6)}
    arithmetic = judge(costs, neighbours=peers).arithmetic
    assert 0 < arithmetic["band_80_a_month"] < arithmetic["realized_a_month"]
    assert arithmetic["untouched_peers"] == 6
    assert arithmetic["untouched_peers_as_low"] == 0
    assert "give or take" in judge(costs, neighbours=peers).says


def test_a_quiet_weekend_is_no_saving_that_was_put_back():
    """Nothing was saved, and weekends are cheap as ever: missed, not reversed."""
    days = [APPLIED + timedelta(offset) for offset in range(-28, 15)]
    week = {day: 4.0 if day.weekday() >= 5 else 10.0 for day in days}
    assert judge(week).status == "missed"
