"""Split-conformal bands: backtested errors, in units of the structural model's
standard deviation, say how wide a band must be.

Vovk, Gammerman and Shafer 2005; scaled scores as in Lei et al. 2018, section
5.2. Pooled over the batch, because one series has too few backtests; trust.py scales them by each series' own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.forecasts.series import Floats

BUCKETS = (7, 30, 90, 180)  # days ahead; what lies beyond takes the last bucket
# Widths measured over many series with benchmarks/forecasts.py, one a bucket. They weigh as much as the backtests of
# some twenty series, whose errors are less independent than their number says: all of them saw the same season, and
# none the next one.
PRIOR = {0.8: (1.35, 1.35, 1.45, 1.65), 0.95: (2.6, 2.6, 2.8, 3.0)}
PRIOR_WEIGHT = 60  # in backtests
CAUTION = {
    0.8: 0.85,
    0.95: 0.975,
}  # the future holds what the past did not: festive weeks not yet seen, new level shifts


@dataclass(frozen=True)
class Widths:
    """Half-widths of the bands in standard deviations, one a bucket."""

    w80: Floats
    w95: Floats

    def of(self, horizon: int) -> tuple[Floats, Floats]:
        """Half-widths for each day ahead, as columns."""
        bucket = np.minimum(np.searchsorted(BUCKETS, np.arange(1, horizon + 1)), len(BUCKETS) - 1)
        return self.w80[bucket][:, None], self.w95[bucket][:, None]


def widths(scores: Sequence[Floats]) -> Widths:
    """From scores |error| / spread, each array days ahead x series and NaN where nothing is known."""
    by_share = {share: np.array([_width(scores, index, share) for index in range(len(BUCKETS))]) for share in PRIOR}
    return Widths(by_share[0.8], np.maximum(by_share[0.95], by_share[0.8]))


def _width(scores: Sequence[Floats], bucket: int, share: float) -> float:
    first = BUCKETS[bucket - 1] if bucket else 0
    parts = [score[first : BUCKETS[bucket]] for score in scores if len(score) > first]
    backtests = sum(int(np.isfinite(part).any(axis=0).sum()) for part in parts)
    if backtests == 0:
        return PRIOR[share][bucket]
    pooled = np.concatenate([part[np.isfinite(part)] for part in parts])
    return float(
        (backtests * np.quantile(pooled, CAUTION[share]) + PRIOR_WEIGHT * PRIOR[share][bucket])
        / (backtests + PRIOR_WEIGHT)
    )
