"""The detector: what it tells, what it keeps to itself, and what it remembers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from analysis.anomalies.score import score
from analysis.anomalies.state import DAILY, new_state
from tests.analysis.anomalies.builders import START, told, usual, watch


def test_a_usual_year_is_silent() -> None:
    """Weekends, month ends and noise are no news."""
    assert watch(usual(365)) == []


def test_days_without_cost_can_be_usual() -> None:
    """A test environment that is shut down at weekends, and one whose batch runs on Mondays alone."""
    weekdays = usual(200) * np.resize([1, 1, 1, 1, 1, 0, 0], 200)
    mondays = usual(200) * np.resize([1, 0, 0, 0, 0, 0, 0], 200)
    assert watch([weekdays, mondays]) == []


def test_a_spike_is_told_once_on_its_first_day_and_its_end_is_not() -> None:
    """Three days of double cost are one finding with its expected value."""
    values = usual(150)
    values[100:103] *= 2
    (finding,) = watch(values)
    assert told([finding]) == [("spike", "up", 100)]
    assert finding.expected == pytest.approx(values[100] / 2, rel=0.1)
    assert finding.impact == pytest.approx(finding.actual - finding.expected)


def test_a_drop_is_told_once() -> None:
    """Two days of nothing are one finding; the recovery is none."""
    values = usual(150)
    values[100:102] = 0
    assert told(watch(values)) == [("drop", "down", 100)]


def test_a_day_of_credits_is_told_as_it_was_billed() -> None:
    """More came back than was spent: a drop, with the figure of the bill."""
    values = usual(150)
    values[100] = -2000
    (finding,) = watch(values)
    assert (finding.kind, finding.actual) == ("drop", -2000)
    assert finding.impact == pytest.approx(-2000 - finding.expected)


@pytest.mark.parametrize(("factor", "direction"), [(1.6, "up"), (0.5, "down")])
def test_a_shift_is_told_once_and_becomes_the_usual(factor: float, direction: str) -> None:
    """The new level is learned: neither it nor its weekends alarm again, and a later spike on top of it does."""
    values = usual(240)
    values[100:] *= factor
    values[200] *= 2.5
    assert [(way, day) for _, way, day in told(watch(values))] == [(direction, 100), ("up", 200)]


def test_what_was_switched_off_is_told_once() -> None:
    """Nothing, day after day, is not news again; what is switched on later is."""
    values = usual(300)
    values[150:220] = 0
    assert told(watch(values)) == [("drop", "down", 150), ("spike", "up", 220)]


def test_a_new_weekly_habit_is_told_at_its_first_weekend_only() -> None:
    """From some week on the weekends are nearly empty."""
    values = usual(300)
    values[147:] *= np.resize([1, 1, 1, 1, 1, 0.15, 0.15], 153)
    assert told(watch(values)) == [("drop", "down", 152)]


def test_a_series_that_cries_wolf_is_heard_less() -> None:
    """Cost on three random days of ten: after a few alarms the series has shown what it is."""
    values = usual(400) * (np.random.default_rng(3).random(400) < 0.3)
    assert len(watch(values)) < 12


def test_a_shift_that_goes_back_soon_is_one_story() -> None:
    """Ten days of a higher level: its end is not a drop."""
    values = usual(180)
    values[100:110] *= 1.8
    assert told(watch(values)) == [("spike", "up", 100)]


def test_a_settled_shift_is_reported_as_such() -> None:
    """The outcome says when a deviation became the level, so that a spike can be renamed, and when one ended."""
    values = usual(130)
    values[100:] *= 2
    state, settled = new_state(1), []
    for day, value in enumerate(values):
        outcome, state = score(state, START + timedelta(day), [value])
        settled += [day] * len(outcome.settled)
    assert settled == [100 + DAILY.accept - 1]


def test_a_ramp_is_told_once_while_it_grows() -> None:
    """Three weeks of slow growth to 1.8 times the level: one finding within them, dated back to its start."""
    values = usual(220, noise=0.05)
    values[100:] *= np.clip(1 + 0.8 * (np.arange(120) + 1) / 21, 1, 1.8)
    (finding,) = watch(values)
    assert finding.direction == "up"
    assert 100 <= (finding.moment - START).days <= 121
    assert 95 <= (finding.since - START).days <= (finding.moment - START).days


def test_slow_lasting_growth_is_no_ramp() -> None:
    """Four percent a month is business."""
    assert watch(usual(400) * 1.04 ** (np.arange(400) / 30)) == []


def test_a_fee_of_the_first_weeks_is_known_when_it_comes_back() -> None:
    """Nobody was told of it, for the series was young; a month later it is no surprise."""
    values = usual(330, level=40)
    due = [day for day in range(330) if (START + timedelta(day)).day == 20]
    values[due] *= 3
    assert due[0] < DAILY.young
    assert watch(values) == []


def test_a_fee_of_the_28th_is_known_in_february_too() -> None:
    """Though that day ends the month."""
    values = usual(400)
    due = [day for day in range(30, 400) if (START + timedelta(day)).day == 28]
    values[due] *= 3
    assert [day for _, _, day in told(watch(values))] == due[:1]


def test_a_shift_of_a_series_that_is_off_at_weekends_is_told_once() -> None:
    """The empty weekend neither ends the deviation nor makes Monday news."""
    values = usual(200) * np.resize([1, 1, 1, 1, 1, 0, 0], 200)
    values[108:] *= 1.8
    assert told(watch(values)) == [("spike", "up", 108)]


def test_a_long_ramp_is_told_once() -> None:
    """Seven weeks of growth to three times the level are one story, however
    often they would pass the threshold anew.
    """
    values = usual(260)
    values[100:] *= np.clip(1 + 2 * (np.arange(160) + 1) / 50, 1, 3)
    assert len(watch(values)) == 1


def test_growth_within_the_season_of_sales_is_told_beyond_its_allowance() -> None:
    """A fifth more in December is usual; twice as much by Christmas is not, although no single week shows it."""
    season, ramp = usual(360), usual(360)
    first = (datetime(2025, 11, 20) - START).days
    season[first : first + 40] *= 1.2
    ramp[first:] *= np.clip(1 + 1.5 * (np.arange(360 - first) + 1) / 30, 1, 2.5)
    found = watch([season, ramp])
    assert [finding.row for finding in found] == [1]
    assert found[0].moment < datetime(2025, 12, 20)


def test_a_monthly_fee_is_learned_silently() -> None:
    """The first and the last day of the month carry charges of their own, from the first month on."""
    values = usual(330)
    for day in range(330):
        moment = START + timedelta(day)
        values[day] += 700 if moment.day == 1 else 400 if (moment + timedelta(1)).day == 1 else 0
    assert watch(values) == []


def test_a_fee_in_mid_month_is_told_once() -> None:
    """Nobody can know the first one; the eleventh is no news."""
    values = usual(360)
    due = [day for day in range(60, 360) if (START + timedelta(day)).day == 15]
    values[due] += 900
    assert [day for _, _, day in told(watch(values))] == due[:1]


@pytest.mark.parametrize(
    "due",
    [
        lambda day: day.weekday() == 0 and 8 <= day.day <= 14,
        lambda day: day.weekday() == 4 and (day + timedelta(7)).month != day.month,
        lambda day: (day - START).days % 10 == 9,
    ],
    ids=["second Monday", "last Friday", "every ten days"],
)
def test_a_spike_with_a_rhythm_is_told_until_the_rhythm_shows(due: Callable[[datetime], bool]) -> None:
    """Twice may be chance; from the third time on it is what the calendar says. What comes between is told still."""
    values = usual(300, level=60)
    days = [day for day in range(40, 300) if due(START + timedelta(day))]
    values[days] *= 2.5
    spike = days[-1] - 4
    values[spike] *= 2.5
    assert [day for _, _, day in told(watch(values))] == [*days[:2], spike]
