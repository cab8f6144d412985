"""How good forecasts are, on series made here and on the M4 sample where it is
present: `python -m benchmarks.forecasts [--quick]`.

Prints for 30, 90 and 180 days the share of series whose total is within 10 %, the median of the
series' daily MAPE, the share of days inside the bands, against seasonal naive and a weekday SMA(28),
and the seconds it took. Seeds below 100 were looked at while tuning; from 100 on they were not.
"""

import argparse
import csv
import gzip
import time
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np

from analysis.forecasts import Forecast, Series, Tier, forecast_many
from benchmarks.cost_portfolios import portfolio_series
from benchmarks.cost_series import Floats, cost_series

HORIZONS = (30, 90, 180)
M4 = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "m4_daily_100.csv.gz"


def _seasonal_naive(history: Floats, days: int) -> Floats:
    week = np.where(np.isfinite(history[-7:]), history[-7:], np.nanmedian(history[-28:]))
    return np.resize(week, days)


def _weekday_sma(history: Floats, days: int) -> Floats:
    return np.resize(np.nanmean(history[-28:].reshape(4, 7), axis=0), days)


def _report(name: str, predicted: Floats, actual: Floats) -> None:
    cells = []
    for horizon in [horizon for horizon in HORIZONS if horizon <= actual.shape[1]] or [actual.shape[1]]:
        ahead, truth = predicted[:, :horizon], actual[:, :horizon]
        within = np.mean(np.abs(ahead.sum(axis=1) / truth.sum(axis=1) - 1) <= 0.1)
        mape = np.median(np.mean(np.abs(ahead / truth - 1), axis=1))
        cells.append(f"{horizon:3} days: within 10 % {within:.3f}, MAPE {100 * mape:4.1f} %")
    print(f"  {name:16} {' | '.join(cells)}", flush=True)


def _coverage(forecasts: list[Forecast], actual: Floats) -> str:
    inside = []
    for low, high in (("low_80", "high_80"), ("low_95", "high_95")):
        lows, highs = (np.array([getattr(forecast, band) for forecast in forecasts]) for band in (low, high))
        inside.append(float(np.mean((lows <= actual) & (actual <= highs))))
    return f"80 % band holds {inside[0]:.3f}, 95 % band {inside[1]:.3f}"


def _judge(
    title: str, histories: Mapping[str, Series], actual: Floats, today: date, tier: Tier
) -> tuple[Floats, Floats]:
    days = actual.shape[1]
    started = time.perf_counter()
    forecasts = forecast_many(histories, days, today, tier, workers=2)
    seconds = time.perf_counter() - started
    listed = [forecasts[name] for name in histories]
    predicted = np.array([forecast.mean for forecast in listed])
    print(f"{title}, {tier} tier: {len(histories)} series in {seconds:.1f} s; {_coverage(listed, actual)}")
    _report("finops-bot", predicted, actual)
    _report("seasonal naive", np.array([_seasonal_naive(one.values, days) for one in histories.values()]), actual)
    _report("weekday SMA(28)", np.array([_weekday_sma(one.values, days) for one in histories.values()]), actual)
    return predicted, actual


MAKERS = {"costs": cost_series, "portfolios": portfolio_series}


def _generated(maker: str, seed: int, history: int, count: int = 80, tier: Tier = "full") -> tuple[Floats, Floats]:
    made = [MAKERS[maker](seed, index, history + 180, 180) for index in range(count)]
    histories = {str(index): Series(one.start, one.values[:history]) for index, one in enumerate(made)}
    actual = np.array([one.values[history:] for one in made])
    return _judge(
        f"{maker}, seed {seed}, {history} days of history", histories, actual, made[0].start + timedelta(history), tier
    )


def _m4() -> None:
    if not M4.exists():
        print("M4: the sample is not here, skipped")
        return
    series: dict[str, list[float]] = {}
    with gzip.open(M4, "rt", newline="") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["id"], []).append(float(row["y"]))
    end = date(2026, 1, 1)
    long = {name: np.array(values) for name, values in series.items() if len(values) >= 150}
    histories = {name: Series(end - timedelta(len(values) - 30), values[:-30]) for name, values in long.items()}
    _judge("M4 daily", histories, np.array([values[-30:] for values in long.values()]), end, "full")


def _speed() -> None:
    made = [cost_series(900 + index // 80, index % 80, 730, 0) for index in range(1000)]
    histories = {str(index): Series(one.start, one.values) for index, one in enumerate(made)}
    started = time.perf_counter()
    forecast_many(histories, 180, made[0].start + timedelta(730), "cheap", workers=2)
    print(f"1,000 series x 180 days, cheap tier: {time.perf_counter() - started:.0f} s")


def main() -> None:
    """Run everything, or with --quick two seeds only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two seeds, without M4 and speed")
    quick = parser.parse_args().quick
    for maker, history in product(MAKERS, (730, 550)):
        seeds = (101,) if quick else (101, 102, 103)
        judged = [_generated(maker, seed, history) for seed in seeds]
        if len(judged) > 1:
            print(f"{maker}, all seeds, {history} days of history")
            _report(
                "finops-bot",
                np.concatenate([predicted for predicted, _ in judged]),
                np.concatenate([actual for _, actual in judged]),
            )
    if not quick:
        _generated("costs", 101, 730, tier="cheap")
        _m4()
        _speed()


if __name__ == "__main__":
    main()
