"""A series' own backtests earn it the plain level and the width of its bands."""

from datetime import date, timedelta

import numpy as np

from analysis.forecasts.batch import forecast_many
from analysis.forecasts.replay import ORIGINS, Replay, batches, replays
from analysis.forecasts.series import Series
from analysis.forecasts.trust import MOST, calibrate, flat_shares

START, DAYS = date(2024, 9, 2), 500


def _returning(seed: int) -> np.ndarray:
    """A level that is left for some months and always comes back: growth seen in it is never there."""
    noise = np.random.default_rng(seed)
    log = np.zeros(DAYS)
    for day in range(1, DAYS):
        log[day] = 0.97 * log[day - 1] + noise.normal(0, 0.05)
    return 100 * np.exp(log + noise.normal(0, 0.02, DAYS))


def _growing(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed)
    return 100 * np.exp(0.9 * np.arange(DAYS) / 365 + noise.normal(0, 0.03, DAYS))


def _replayed(series: dict[str, np.ndarray]) -> list[Replay]:
    return replays(
        list(batches({name: Series(START, values) for name, values in series.items()})), "ensemble", "full", ORIGINS, 1
    )


def test_growth_that_was_right_keeps_the_ensemble() -> None:
    shares = flat_shares(_replayed({f"growing {seed}": _growing(seed) for seed in range(3)}))
    assert set(shares.values()) == {0.0}


def test_a_level_that_was_nearer_gets_a_share_and_never_all() -> None:
    shares = flat_shares(_replayed({f"returning {seed}": _returning(seed) for seed in range(12)}))
    assert max(shares.values()) > 0.1
    assert max(shares.values()) <= MOST


def test_calm_series_get_narrow_bands_and_wild_ones_wide() -> None:
    """Both of one batch: the structural spread alone does not tell how wrong a series was."""
    noise = np.random.default_rng(3)
    calm = {f"calm {n}": 100 + noise.normal(0, 0.4, DAYS) for n in range(4)}
    wild = {f"wild {n}": _returning(n + 40) for n in range(4)}
    found = calibrate(_replayed(calm | wild), "ensemble").factors
    assert max(found[name] for name in calm) < min(found[name] for name in wild)


def test_bands_of_lumps_are_the_quantiles_of_their_days() -> None:
    """A job on a good third of the days, at random: eight of ten days lie inside the band."""
    noise = np.random.default_rng(5)
    values = np.where(noise.random(DAYS + 60) < 0.36, 400 * noise.lognormal(0, 0.5, DAYS + 60), 5.0)
    today = START + timedelta(DAYS)
    made = forecast_many({"job": Series(START, values[:DAYS])}, 60, today)["job"]
    inside = (made.low_80 <= values[DAYS:]) & (values[DAYS:] <= made.high_80)
    assert 0.7 <= inside.mean() <= 0.95
    assert np.ptp(made.mean) < 1.2 * made.mean.mean()  # chance is no rule of the calendar
