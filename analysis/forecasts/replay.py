"""Batches of series over the same days, and their rolling-origin replays: what
would have been predicted then, against what came.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np

from analysis.forecasts.history.calendar import calendar_of
from analysis.forecasts.history.charges import calendar_rules, recurring_charges
from analysis.forecasts.history.cleaning import Scale, clean, scale_of
from analysis.forecasts.history.latest import open_steps
from analysis.forecasts.models.ensemble import FLAT, Model, ModelOutlook, Tier, outlook
from analysis.forecasts.plain import mean_of_lumps, quantiles_of_lumps, steady_line
from analysis.forecasts.series import DAY, Floats, Series

ORIGINS = (30, 60, 90, 180)  # days before today
LEAST = 56  # days of history before an origin
YEAR_AND_MORE = 448
FEW_LENGTHS = 3
LONGEST = 784  # days of history that are looked at
BATCH = 512  # series that are worked on at once: bounds memory


@dataclass(frozen=True)
class Batch:
    """Costs of several series over the same days before `today` (days x series), NaN where unknown."""

    names: tuple[str, ...]
    start: date
    cost: Floats


@dataclass(frozen=True)
class Replay:
    """A batch as of `origin`: scales, what was predicted, and what the days from there on cost (days x series)."""

    names: tuple[str, ...]
    origin: date
    scales: tuple[Scale, ...]
    seen: ModelOutlook
    actual: Floats

    def cost(self, model: str) -> Floats:
        """A model's prediction in currency."""
        return in_currency(self.scales, self.seen.paths[model])

    def scores(self, model: str) -> Floats:
        """|error| of a model's work values in units of the spread; NaN where nothing is known of the day."""
        error = in_work_units(self.scales, self.actual) - self.seen.paths[model]
        return np.abs(error) / self.seen.spread


def in_currency(scales: Sequence[Scale], work: Floats) -> Floats:
    """Work values (days x series) as costs."""
    return np.column_stack([scale.cost(work[:, column]) for column, scale in enumerate(scales)])


def in_work_units(scales: Sequence[Scale], cost: Floats) -> Floats:
    """Costs (days x series) as work values."""
    return np.column_stack([scale.work(cost[:, column]) for column, scale in enumerate(scales)])


def batches(series: Mapping[str, Series]) -> Iterator[Batch]:
    """Series that end on the same day, grouped by length so that they share
    every decomposition; where lengths are many, cut to whole weeks.
    """
    lengths = {name: min(len(one.values), LONGEST) for name, one in series.items()}
    many = len(set(lengths.values())) > FEW_LENGTHS
    by_length: dict[int, list[str]] = {}
    for name, length in lengths.items():
        step = 28 if length > YEAR_AND_MORE else 14 if length > 2 * LEAST else 1
        by_length.setdefault(length - length % step if many else length, []).append(name)
    for length, names in sorted(by_length.items()):
        for first in range(0, len(names), BATCH):
            chosen = names[first : first + BATCH]
            cost = np.column_stack([series[name].values[-length:] for name in chosen])
            yield Batch(tuple(chosen), series[chosen[0]].end - length * DAY, cost)


def look_ahead(
    batch: Batch, days: int, horizon: int, model: Model, tier: Tier
) -> tuple[tuple[Scale, ...], ModelOutlook]:
    """What the first `days` of a batch predict for the `horizon` days after them."""
    past, calendar = batch.cost[:days].copy(), calendar_of(batch.start, days + horizon)
    rules = calendar_rules(calendar)
    charges = {
        column: found
        for column in range(past.shape[1])
        if (found := recurring_charges(past[:, column], rules, calendar)) is not None
    }
    for column, found in charges.items():
        past[found.held, column] = np.nan
    scales = tuple(scale_of(past[:, column]) for column in range(past.shape[1]))
    work = in_work_units(scales, past)
    held, steps = open_steps(work, calendar)
    history = clean(np.where(held, np.nan, work), calendar)
    seen = replace(outlook(history, model, tier), open_steps=steps)
    if model == "ensemble":
        for column, scale in enumerate(scales):
            path = mean_of_lumps(past[:, column], calendar.weekday, horizon)
            if path is not None:
                seen.spread[:, column] = np.nan  # its errors say nothing of other series' bands
                seen.own_bands[column] = quantiles_of_lumps(past[:, column])
            else:
                path = steady_line(past[:, column], history, column, scale)
            if path is not None:
                for name in (model, FLAT):
                    seen.paths[name][:, column] = scale.work(path)
    for column, found in charges.items():
        for path in seen.paths.values():
            path[:, column] = scales[column].work(scales[column].cost(path[:, column]) + found.ahead)
    return scales, seen


def replay(batch: Batch, back: int, model: Model, tier: Tier) -> Replay | None:
    """The batch as of `back` days before its end; nothing after that is looked
    at. None where too little history is left.
    """
    days = len(batch.cost) - back
    if days < LEAST:
        return None
    usable = np.isfinite(batch.cost[:days]).sum(axis=0) >= LEAST // 2
    if not usable.any():
        return None
    part = Batch(
        tuple(name for name, use in zip(batch.names, usable, strict=True) if use), batch.start, batch.cost[:, usable]
    )
    scales, predicted = look_ahead(part, days, back, model, tier)
    return Replay(part.names, batch.start + days * DAY, scales, predicted, part.cost[days:])


def replays(batch: Sequence[Batch], model: Model, tier: Tier, origins: Sequence[int], workers: int) -> list[Replay]:
    """Every batch as of every origin, on some threads."""
    tasks = [(one, back) for one in batch for back in origins]
    with limited(), ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        replayed = list(pool.map(lambda task: replay(task[0], task[1], model, tier), tasks))
    return [one for one in replayed if one is not None]


def limited() -> AbstractContextManager[object]:
    """One thread for each matrix operation: the operations are small, and
    BLAS's threads wait for each other by spinning.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only long replays need it

    return cast("AbstractContextManager[object]", threadpool_limits(1, user_api="blas"))
