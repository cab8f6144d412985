"""Lumps and lines, for which logarithms say too little."""

from datetime import date, timedelta

import numpy as np
import pytest

from analysis.forecasts import Series, forecast_many

START = date(2024, 11, 5)


def _forecast(values: np.ndarray, days: int) -> np.ndarray:
    return forecast_many({"one": Series(START, values)}, days, START + timedelta(len(values)))["one"].mean


def test_cost_in_lumps_is_forecast_by_its_mean() -> None:
    """A third of the days cost nothing, the others anything: the total is near that of the half year before."""
    rng = np.random.default_rng(3)
    values = np.where(rng.random(500) < 0.35, 0.0, rng.lognormal(3, 1.0, 500))
    assert _forecast(values, 90).sum() == pytest.approx(90 * values[-182:].mean(), rel=0.1)


def test_steady_growth_goes_on_in_a_line() -> None:
    """Storage that grows by an amount each day is at 180 days where the line is, and not on an exponential."""
    rng = np.random.default_rng(3)
    line = 100 + 0.4 * np.arange(580)
    values = line * np.exp(rng.normal(0, 0.004, 580))
    assert _forecast(values[:400], 180).sum() == pytest.approx(line[400:].sum(), rel=0.01)


def test_absurd_and_tiny_amounts_are_scaled_first() -> None:
    """The same series in units of a millionth and of 1e300."""
    rng = np.random.default_rng(3)
    values = 5 * np.exp(rng.normal(0, 0.05, 300))
    plain = _forecast(values, 30)
    for unit in (1e-6, 1e300):
        np.testing.assert_allclose(_forecast(values * unit, 30), plain * unit, rtol=1e-6)
