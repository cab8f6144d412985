"""Series that are known by their peaks, and calm ones that need no large share."""

import numpy as np
import pytest

from analysis.anomalies.state import Floats
from tests.analysis.anomalies.builders import told, usual, watch


def _on_or_off(seed: int) -> Floats:
    """A load that runs for some days and rests for some."""
    rng = np.random.default_rng(seed)
    lengths = np.maximum(1, rng.exponential(5, 200)).astype(int)
    on = np.repeat(np.arange(200) % 2 == 0, lengths)[:360]
    return 300 * np.where(on, rng.uniform(0.6, 1.2, 360), rng.uniform(0.02, 0.08, 360))


@pytest.mark.slow
def test_a_load_that_is_on_or_off_is_told_beyond_its_peak_only() -> None:
    """Starts and stops are its way once some weeks have shown them; three times its largest day is news."""
    series = np.stack([_on_or_off(seed) for seed in range(6)])
    assert len([day for _, _, day in told(watch(series)) if day >= 90]) <= 2
    series[:, 250] = 3 * series[:, 150:250].max(axis=1)
    loud = [one for one in watch(series) if told([one])[0][2] == 250]
    assert [one.row for one in loud] == list(range(6))


def test_a_job_every_few_days_is_told_when_it_costs_far_more() -> None:
    """Neither its runs nor a run that is late are news; one of three times the cost is."""
    rng = np.random.default_rng(5)
    runs = np.cumsum(rng.choice([3, 4, 5], 100))
    values = np.zeros(360)
    values[runs[runs < 360]] = 200 * rng.normal(1, 0.08, len(runs[runs < 360]))
    spike = int(runs[runs > 250][0])
    values[spike] *= 3
    assert [day for _, _, day in told(watch(values)) if day >= 90] == [spike]


@pytest.mark.parametrize(("noise", "days"), [(0.008, [200]), (0.06, [])])
def test_a_calm_series_needs_no_large_share(noise: float, days: list[int]) -> None:
    """A seventh more stands far out of a calm series, and is nothing in a restless one."""
    values = usual(260, noise=noise)
    values[200:202] *= 1.14
    assert [day for _, _, day in told(watch(values))] == days


@pytest.mark.parametrize(("noise", "told_of"), [(0.008, 1), (0.12, 0)])
def test_slow_growth_is_news_by_the_series_own_calm(noise: float, told_of: int) -> None:
    """A fifth more within three weeks is a ramp of a calm series, and may be chance in a restless one."""
    values = usual(300, noise=noise)
    values[200:] *= np.clip(1 + 0.22 * (np.arange(100) + 1) / 21, 1, 1.22)
    assert len(watch(values)) == told_of


@pytest.mark.parametrize(("factor", "way"), [(1.05, "up"), (0.92, "down"), (1.01, None)])
def test_a_constant_amount_that_changes_is_told(factor: float, way: str | None) -> None:
    """A commitment's price moves by no chance: five per cent are news, one is rounding."""
    values = np.full(150, 100.0)
    values[100:] *= factor
    assert [(one, day) for _, one, day in told(watch(values))] == ([(way, 100)] if way else [])


def test_growth_of_a_quarter_each_month_is_told() -> None:
    """No single day shows it, and no month is like the last."""
    values = usual(400) * 1.25 ** (np.arange(400) / 30)
    found = [way for _, way, _ in told(watch(values))]
    assert found
    assert set(found) == {"up"}
    assert len(found) <= 8


def test_a_dormant_account_is_heard_beyond_what_its_days_differ_by() -> None:
    """Pings that differ tenfold pass the highest of them by half again and again."""
    series = np.zeros((20, 500))
    for seed, row in enumerate(series):
        rng = np.random.default_rng(seed)
        row[:] = np.where(rng.random(500) < 0.15, 20 * np.exp(rng.normal(0, 0.7, 500)), 0.0)
    assert len([day for _, _, day in told(watch(series)) if day >= 90]) <= 2


def test_a_restless_series_that_falls_for_good_is_told() -> None:
    """Its days differ by half; that each of a week's is far lower is no chance."""
    days = np.stack([300 * np.exp(np.random.default_rng(seed).normal(0, 0.4, 300)) for seed in range(12)])
    assert [one for one in watch(days) if told([one])[0][2] >= 90] == []
    days[:, 200:] *= 0.25
    fell = {one.row for one in watch(days) if 200 <= told([one])[0][2] <= 208 and one.direction == "down"}
    assert len(fell) >= 7
