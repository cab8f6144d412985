"""Forecasts of many series: accuracy on plain cases, robustness on odd ones, bands, known steps."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.forecasts import KnownStep, Series, backtest, forecast_many, series_of
from config.errors import UserError

START = date(2024, 5, 6)
WEEK = np.array([1.0, 1.05, 1.0, 1.02, 0.98, 0.5, 0.45])


def weekly(days: int, level: float = 100.0, growth: float = 0.0, noise: float = 0.02, seed: int = 1) -> np.ndarray:
    """A weekly profile on a level that grows by a share a year."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    return np.asarray(level * (1 + growth) ** (day / 365) * WEEK[day % 7] * np.exp(rng.normal(0, noise, days)))


def forecast_one(values: np.ndarray, horizon: int = 60, **options: object):
    """One series through the front door."""
    today = START + timedelta(len(values))
    return forecast_many({"one": Series(START, np.asarray(values, dtype=float))}, horizon, today, **options)["one"]  # type: ignore[arg-type]  # options of the caller


@pytest.mark.parametrize("tier", ["full", "cheap"])
def test_a_weekly_profile_with_growth_is_continued(tier):
    """The total of 60 days is within 3 % and weekends are weekends."""
    values = weekly(460, growth=0.3)
    forecast = forecast_one(values[:400], tier=tier)
    assert forecast.mean.sum() == pytest.approx(values[400:].sum(), rel=0.03)
    weekday = np.array([day.weekday() for day in forecast.days()])
    assert forecast.mean[weekday >= 5].mean() < 0.6 * forecast.mean[weekday < 5].mean()


def test_a_charge_on_the_first_of_the_month_comes_again():
    """Month edges are learned, and do not lift the other days."""
    calendar = [START + timedelta(offset) for offset in range(260)]
    values = weekly(260) + np.array([150.0 if day.day == 1 else 0.0 for day in calendar])
    forecast = forecast_one(values[:200])
    firsts = [mean for day, mean in zip(forecast.days(), forecast.mean, strict=True) if day.day == 1]
    assert min(firsts) > 2 * WEEK[5] * 100
    assert forecast.mean.sum() == pytest.approx(values[200:].sum(), rel=0.04)


def test_the_bands_are_nested_and_start_at_the_mean():
    """95 % holds 80 %, which holds the mean; cost that was never negative is never expected to be."""
    forecast = forecast_one(weekly(300, noise=0.3))
    assert (forecast.low_95 <= forecast.low_80).all()
    assert (forecast.low_80 <= forecast.mean).all()
    assert (forecast.mean <= forecast.high_80).all()
    assert (forecast.high_80 <= forecast.high_95).all()
    assert (forecast.low_95 >= 0).all()


def test_a_lasting_shift_moves_the_level_and_a_spike_does_not():
    """Six weeks after a doubling the forecast is on the new level; one wild day changes next to nothing."""
    shifted = weekly(300)
    shifted[258:] *= 2
    assert forecast_one(shifted).mean.sum() == pytest.approx(2 * weekly(360, noise=0)[300:].sum(), rel=0.06)
    spiked = weekly(300)
    calm = forecast_one(spiked).mean.sum()
    spiked[290] *= 8
    assert forecast_one(spiked).mean.sum() == pytest.approx(calm, rel=0.02)


@pytest.mark.parametrize("days", [3, 5])
def test_a_step_of_the_last_days_carries_no_total_but_widens_the_band(days):
    """Whether it stays nobody knows within a week: the total is as before, and the band reaches to the step."""
    calm, stepped = weekly(300), weekly(300)
    stepped[-days:] *= 2
    before, after = forecast_one(calm), forecast_one(stepped)
    assert after.mean.sum() == pytest.approx(before.mean.sum(), rel=0.04)
    assert after.high_80[:14].sum() > 1.8 * before.mean[:14].sum()
    assert after.low_80[:14].sum() == pytest.approx(before.low_80[:14].sum(), rel=0.06)


def test_gaps_and_single_zeros_are_bridged():
    """Missing days and a few lost ones do not pull the level down."""
    values = weekly(300)
    values[[20, 21, 150, 290, 291]] = np.nan
    values[[60, 180]] = 0.0
    assert forecast_one(values).mean.sum() == pytest.approx(weekly(360, noise=0)[300:].sum(), rel=0.04)


def test_credits_are_forecast_as_credits():
    """A series below zero stays below zero, and its bands are the right way up."""
    forecast = forecast_one(-weekly(200))
    assert forecast.mean.sum() == pytest.approx(-weekly(260, noise=0)[200:].sum(), rel=0.04)
    assert (forecast.low_80 <= forecast.high_80).all()


def test_workloads_of_weekdays_only_cost_nothing_on_weekends():
    """Two zeros in seven days are a profile, not gaps."""
    calendar = [START + timedelta(offset) for offset in range(200)]
    values = np.array([0.0 if day.weekday() >= 5 else 100.0 for day in calendar])
    forecast = forecast_one(values)
    weekday = np.array([day.weekday() for day in forecast.days()])
    assert forecast.mean[weekday >= 5].max() < 5
    assert forecast.mean[weekday < 5].mean() == pytest.approx(100, rel=0.05)


def test_a_monthly_invoice_is_expected_on_its_day():
    """A charge on the 15th only keeps its day and its amount."""
    values = np.array([300.0 if (START + timedelta(offset)).day == 15 else 0.0 for offset in range(400)])
    forecast = forecast_one(values, 61)
    assert forecast.model == "occasional"
    assert {day.day for day, mean in zip(forecast.days(), forecast.mean, strict=True) if mean > 0} == {15}
    assert forecast.mean.sum() == pytest.approx(600)


def test_a_constant_series_stays_constant():
    """No division by a spread of zero, and narrow bands for the next weeks."""
    forecast = forecast_one(np.full(120, 42.0))
    assert (forecast.model, forecast.mean.tolist()) == ("steady", [42.0] * len(forecast.mean))
    assert (forecast.high_80 - forecast.low_80)[:14].max() < 0.1 * 42


def test_thirteen_days_are_too_short_and_fourteen_are_not():
    """Short history is said to be, and has a wide band around its mean."""
    short = forecast_one(weekly(13))
    assert short.model == "mean"
    assert "too short: 13 days" in short.note
    assert short.high_80[0] - short.low_80[0] > 0.5 * short.mean[0]
    assert forecast_one(weekly(14)).model == "ensemble"


def test_days_before_the_first_cost_are_no_history():
    """A launch ten days ago is ten days of history, whatever stands before it."""
    assert "10 days" in forecast_one(np.concatenate([np.zeros(100), weekly(10)])).note


def test_what_has_ended_is_expected_to_cost_nothing():
    """Two weeks without cost end a series; an empty one never began."""
    ended = forecast_one(np.concatenate([weekly(100), np.zeros(14)]))
    assert (ended.model, ended.mean.sum()) == ("ended", 0.0)
    assert forecast_one(np.zeros(50)).model == "none"
    assert forecast_many({"e": Series(START, np.empty(0))}, 3, START)["e"].mean.tolist() == [0, 0, 0]


def test_days_from_today_on_are_not_looked_at():
    """What came after today changes nothing."""
    values = weekly(200)
    today = START + timedelta(150)
    early = forecast_many({"a": Series(START, values[:150])}, 30, today)["a"]
    late = forecast_many({"a": Series(START, values)}, 30, today)["a"]
    assert early.start == today
    np.testing.assert_array_equal(early.mean, late.mean)


def test_the_same_input_gives_the_same_output_on_any_number_of_threads():
    """Deterministic, so that a forecast can be repeated."""
    series = {str(seed): Series(START, weekly(200 + 14 * seed, seed=seed)) for seed in range(3)}
    today = START + timedelta(250)
    one, two = (forecast_many(series, 30, today, "cheap", workers=workers) for workers in (1, 2))
    for name in series:
        np.testing.assert_array_equal(one[name].mean, two[name].mean)
        np.testing.assert_array_equal(one[name].low_80, two[name].low_80)


def test_known_steps_are_added_from_their_day_and_an_end_is_taken_off():
    """A launch adds; a commitment that began in the history ends in the forecast."""
    values = weekly(150)
    today = START + timedelta(150)
    plain = forecast_one(values, 20).mean
    launch = KnownStep(today + timedelta(5), 40.0, today + timedelta(10))
    running_out = KnownStep(START, -25.0, today + timedelta(15))
    stepped = forecast_one(values, 20, steps={"one": [launch, running_out]})
    added = stepped.mean - plain
    assert added[:5] == pytest.approx(0)
    assert added[5:10] == pytest.approx(40)
    assert added[10:15] == pytest.approx(0)
    assert added[15:] == pytest.approx(25)


@pytest.mark.parametrize("model", ["structural", "arima", "theta", "ets", "sma", "drift", "year"])
def test_every_model_alone_continues_a_steady_series(model):
    """Each is usable by name and says which it was."""
    forecast = forecast_one(weekly(430), model=model)
    assert forecast.model == model
    assert forecast.mean.sum() == pytest.approx(weekly(490, noise=0)[430:].sum(), rel=0.05)


def test_prophet_without_its_package_says_what_to_install(monkeypatch):
    """The extra is named."""
    import sys

    monkeypatch.setitem(sys.modules, "prophet", None)
    with pytest.raises(UserError, match=r"pip install 'finops-bot\[prophet\]'"):
        forecast_one(weekly(60), model="prophet")


def test_an_unknown_model_names_the_known_ones():
    """A typo is answered with the list."""
    with pytest.raises(UserError, match="ensemble, structural"):
        forecast_one(weekly(60), model="profet")


def test_backtests_know_every_model_and_horizon_and_look_at_no_future():
    """A series that doubles at the end was forecast far too low, which the backtest has to say."""
    steady, doubled = weekly(330), weekly(330)
    doubled[300:] *= 2
    today = START + timedelta(330)
    errors = backtest({"steady": Series(START, steady), "doubled": Series(START, doubled)}, today, tier="cheap")
    found = {(one.series, one.model, one.horizon_days): one for one in errors}
    assert {key[1] for key in found} == {"structural", "sma", "theta", "ets", "ensemble"}
    assert found["steady", "ensemble", 30].origins == 4
    assert found["steady", "ensemble", 30].total_error < 0.05
    assert found["steady", "ensemble", 90].coverage_80 is not None
    assert found["steady", "sma", 90].coverage_80 is None
    assert backtest({"d": Series(START, doubled)}, today, horizons=(30,), tier="cheap")[0].total_error > 0.1


@pytest.mark.slow
def test_a_year_with_a_season_is_better_than_its_last_month():
    """With more than a year of history the wave of the year is followed."""
    day = np.arange(910)
    values = weekly(910) * np.exp(0.25 * np.sin(2 * np.pi * day / 365.25))
    forecast = forecast_one(values[:730], 180)
    last_month = np.resize(values[702:730], 180)
    assert abs(forecast.mean.sum() / values[730:].sum() - 1) < 0.05 < abs(last_month.sum() / values[730:].sum() - 1)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e9, 1e9, allow_nan=False), st.sampled_from([0.0, 1e-12, 5.0])), max_size=60
    ),
    st.integers(1, 40),
)
def test_any_series_gives_finite_ordered_numbers(values, horizon):
    """Whatever a bill holds: no NaN, no infinity, bands in order."""
    points = {START + timedelta(index): np.nan if value is None else value for index, value in enumerate(values)}
    forecast = forecast_many({"x": series_of(points)}, horizon, START + timedelta(len(values)), "cheap")["x"]
    bands = np.array([forecast.low_95, forecast.low_80, forecast.mean, forecast.high_80, forecast.high_95])
    assert bands.shape == (5, horizon)
    assert np.isfinite(bands).all()
    assert (np.diff(bands, axis=0) >= -1e-6 * np.abs(bands).max(initial=1.0)).all()
