"""A structural time series as Bayesian regression in closed form: level,
bending trend, year, week, month edges, autocorrelation, noise.

A Gaussian process whose covariance is the sum of the parts (Rasmussen and Williams 2006, section
5.4.3; West and Harrison 1997 for the parts). The candidate settings form a fixed grid, so that
all series over the same days share each decomposition; every series averages the candidates by
their marginal likelihood, tempered because real bills are none of these processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.forecasts.history.calendar import EDGES, Calendar
from analysis.forecasts.history.cleaning import History
from analysis.forecasts.series import Floats

YEAR = 365.25
WEEK_SPREAD, EDGE_SPREAD, LEVEL_SPREAD, SEASON_SPREAD = 0.25, 0.4, 1.0, 0.15  # prior standard deviations of log cost
ECHO_SHARE, ECHO_DAYS = 0.6, 3.0  # share of the noise that lasts, and how long
TEMPER = 10.0  # divides the log likelihood: days are far less independent than the process says


@dataclass(frozen=True)
class Setting:
    """One candidate: standard deviations in log cost, the trend's in log cost per year, with its memory in days."""

    noise: float
    trend: tuple[float, float]
    wander: float


# Growth that lasts comes first: with less than two years of history the season is told from it by this prior alone.
_TRENDS = ((0.3, 3000.0), (0.3, 600.0))
FULL = tuple(Setting(*both) for both in product((0.006, 0.02, 0.05, 0.12), _TRENDS, (0.001, 0.006)))
QUICK = tuple(Setting(*both) for both in product((0.008, 0.03, 0.1), _TRENDS, (0.001, 0.005)))


@dataclass(frozen=True)
class Paths:
    """Mean and standard deviation of work values ahead, days x series."""

    mean: Floats
    spread: Floats


class _Parts:
    """Covariances of the unit-sized parts over all days, past and future."""

    def __init__(self, calendar: Calendar) -> None:
        day = np.arange(len(calendar), dtype=np.float64)
        apart = np.abs(day[:, None] - day)
        self.earlier = np.minimum(day[:, None], day)
        self.apart = apart
        self.day = day
        week = np.eye(7)[calendar.weekday]
        edge = np.vstack([np.eye(len(EDGES)), np.zeros(len(EDGES))])[calendar.edge]
        turn = np.sin(np.pi * apart / YEAR) ** 2
        season = SEASON_SPREAD**2 * (
            np.exp(-2 * turn / 0.7**2) + 0.3 * np.exp(-2 * turn / 0.2**2)
        )  # waves, and festive weeks
        self.fixed = LEVEL_SPREAD**2 + WEEK_SPREAD**2 * week @ week.T + EDGE_SPREAD**2 * edge @ edge.T + season
        self.echo = np.exp(-apart / ECHO_DAYS)

    def trend(self, memory: float) -> Floats:
        """The integral of a velocity that forgets (Ornstein-Uhlenbeck), a log unit a year in size."""
        faded = np.exp(-self.day / memory)
        covariance = 2 * self.earlier / memory + faded[:, None] + faded - 1 - np.exp(-self.apart / memory)
        return np.asarray((memory / YEAR) ** 2 * covariance)


def _covariances(parts: _Parts, settings: tuple[Setting, ...]) -> Iterator[tuple[Floats, float]]:
    """For each setting the covariance without white noise, and the white noise's variance."""
    trends = {setting.trend: setting.trend[0] ** 2 * parts.trend(setting.trend[1]) for setting in settings}
    for setting in settings:
        covariance = parts.fixed + trends[setting.trend]
        covariance += setting.wander**2 * parts.earlier
        covariance += ECHO_SHARE * setting.noise**2 * parts.echo
        yield covariance, (1 - ECHO_SHARE) * setting.noise**2


def structural(history: History, settings: tuple[Setting, ...] = FULL) -> Paths:
    """The averaged forecast of every series of the batch."""
    from scipy.linalg import cholesky, solve_triangular  # noqa: PLC0415 - slow to load, and only forecasts need it

    days = history.days
    centre = history.values[-28:].mean(axis=0)
    centred = history.values - centre
    likelihoods, means, variances = [], [], []
    for covariance, white in _covariances(_Parts(history.calendar), settings):
        past = covariance[:days, :days].copy()
        past[np.diag_indices(days)] += white
        root = cholesky(past, lower=True, overwrite_a=True, check_finite=False)
        whitened = solve_triangular(root, centred, lower=True, check_finite=False)
        reach = solve_triangular(root, covariance[:days, days:], lower=True, check_finite=False)
        likelihoods.append(-0.5 * (whitened**2).sum(axis=0) - np.log(np.diag(root)).sum())
        means.append(reach.T @ whitened)
        variances.append(np.diag(covariance)[days:] - (reach**2).sum(axis=0) + white)
    return _averaged(np.array(likelihoods), np.array(means), np.array(variances), centre)


def _averaged(likelihoods: Floats, means: Floats, variances: Floats, centre: Floats) -> Paths:
    weights = np.exp((likelihoods - likelihoods.max(axis=0)) / TEMPER)
    weights /= weights.sum(axis=0)
    mean = np.einsum("sc,sdc->dc", weights, means)
    second = np.einsum("sc,sdc->dc", weights, means**2) + np.einsum("sc,sd->dc", weights, variances)
    return Paths(mean + centre, np.sqrt(np.maximum(second - mean**2, 1e-8)))
