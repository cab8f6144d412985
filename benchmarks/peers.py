"""Rules that others alert by, on the same grids: what the detector is held against.

A z-score of 30 days, an interquartile range of 60, the same weekday of eight weeks, and a share with an amount over
four such weekdays, which is how AWS Cost Anomaly Detection lets one set a threshold. All are causal; days that follow
an alert are part of it.
"""

import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.labelled_series import Array
from commands.analyze.anomalies import Grid

YOUNG, QUIET = 60, 3  # days before the first alert, and those after one that are the same


def z_score(past: Array, today: Array) -> Array:
    """Beyond three standard deviations of 30 days."""
    spread = np.maximum(np.nanstd(past[-30:], axis=0), 1e-12)
    return np.asarray((today - np.nanmean(past[-30:], axis=0)) / (3 * spread))


def interquartile(past: Array, today: Array) -> Array:
    """Beyond 1.5 interquartile ranges of 60 days."""
    low, high = np.nanquantile(past[-60:], (0.25, 0.75), axis=0)
    reach = np.maximum(1.5 * (high - low), 1e-12)
    return np.asarray(np.where(today > high, (today - high) / reach, np.where(today < low, (today - low) / reach, 0.0)))


def same_weekday(past: Array, today: Array) -> Array:
    """Beyond 3.5 median absolute deviations of the last eight such weekdays."""
    before = past[-56::7]
    middle = np.nanmedian(before, axis=0)
    spread = np.maximum(3.5 * 1.4826 * np.nanmedian(np.abs(before - middle), axis=0), 1e-12)
    return np.asarray((today - middle) / spread)


def share_and_amount(past: Array, today: Array) -> Array:
    """100 in currency and 40 % over the same weekday of four weeks."""
    usual = np.nanmean(past[-28::7], axis=0)
    return np.asarray(np.sign(today - usual) * np.minimum(np.abs(today - usual) / 100, np.abs(today / usual - 1) / 0.4))


PEERS: dict[str, Callable[[Array, Array], Array]] = {
    "z-score, 30 days": z_score,
    "interquartile, 60 days": interquartile,
    "same weekday, MAD": same_weekday,
    "share and amount": share_and_amount,
}


def replay_peer(grid: Grid, rule: Callable[[Array, Array], Array]) -> Iterator[dict[str, Any]]:
    """What a rule would have told: it speaks where its value is beyond 1, and once in some days."""
    last = np.full(len(grid.names), -QUIET - 1)
    age = np.cumsum(np.isfinite(grid.values), axis=0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # series that have not begun have no mean
        for index in range(YOUNG, len(grid.values)):
            size = np.nan_to_num(rule(grid.values[:index], grid.values[index]))
            out = (np.abs(size) > 1) & np.isfinite(grid.values[index]) & (age[index] > YOUNG)
            for row in np.flatnonzero(out & (index - last > QUIET)):
                day = (grid.first + timedelta(index)).date().isoformat()
                yield {"series": grid.names[row], "detected_at": day, "kind": "spike" if size[row] > 0 else "drop"}
            last[out] = index
