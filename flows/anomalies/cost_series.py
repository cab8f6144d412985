"""Daily cost series of every scope worth watching, read from the rollup in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from config.organisation import Organisation
from domain.freshness import late_providers

LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("account",),
    ("service",),
    ("team",),
    ("region",),
    ("service", "account"),
    ("service", "team"),
)
DIMENSIONS = ("account", "service", "team", "region", "environment", "application", "provider")
UNALLOCATED = "unallocated"
_LOOKED_BACK = 60  # days in which a late provider must have billed a scope to be missed there

# One-off charges stay out of a usage baseline: fees, upfront purchases, tax, credits and refunds are other charge
# categories.
_SQL = """
SELECT {moment} AS moment, currency, {dimensions} {grouping} AS grouped, sum(effective_cost)::float8 AS cost
FROM finops.{table}
WHERE {category} AND {moment} >= :start AND {moment} < :end
GROUP BY {moment}, currency, GROUPING SETS ({sets})
"""


@dataclass(frozen=True)
class CostSeries:
    """Series side by side: `values` [days x series] in each series' currency, 0
    where a known series had no charge, NaN before its first and where a provider's bill has not arrived.
    """

    first: date
    scopes: tuple[Mapping[str, str], ...]
    currencies: tuple[str, ...]
    values: npt.NDArray[np.float64]

    def names(self) -> list[str]:
        """A stable name per series."""
        return [name_of(scope, currency) for scope, currency in zip(self.scopes, self.currencies, strict=True)]

    def day(self, index: int) -> date:
        """The day of a row."""
        return self.first + timedelta(days=index)

    def rates(self, organisation: Organisation) -> npt.NDArray[np.float64]:
        """Units of each series' currency per unit of the organisation's: what thresholds are multiplied by."""
        return np.array([organisation.rate_of(currency) for currency in self.currencies])

    def take(self, columns: list[int]) -> "CostSeries":
        """Some of the series."""
        return CostSeries(
            self.first,
            tuple(self.scopes[c] for c in columns),
            tuple(self.currencies[c] for c in columns),
            self.values[:, columns],
        )


def name_of(scope: Mapping[str, str], currency: str) -> str:
    """`service=Amazon EC2|team=payments|USD`; the total is `|USD`."""
    return "|".join([*(f"{key}={scope[key]}" for key in DIMENSIONS if key in scope), currency])


def read(
    connection: sa.Connection,
    start: date,
    end: date,
    levels: tuple[tuple[str, ...], ...] = LEVELS,
    *,
    categories: str = "usage",
) -> CostSeries:
    """Series of the days [start, end); `categories` is usage, or all for everything but tax.

    Days that a provider of the series has not delivered yet are unknown: NaN.
    """
    category = "charge_category = 'Usage'" if categories == "usage" else "charge_category <> 'Tax'"
    series = _read(connection, "daily_costs", "usage_date", start, end, timedelta(days=1), levels, category)
    columns = {name: column for column, name in enumerate(series.names())}
    for provider, newest in late_providers(connection, end).items():
        billed = _read(
            connection,
            "daily_costs",
            "usage_date",
            end - timedelta(days=_LOOKED_BACK),
            end,
            timedelta(days=1),
            levels,
            f"{category} AND provider = :provider",
            provider=provider,
        )
        for name in billed.names():
            if (column := columns.get(name)) is not None:
                series.values[(newest - start).days + 1 :, column] = np.nan
    return series


def read_hours(
    connection: sa.Connection, start: datetime, end: datetime, levels: tuple[tuple[str, ...], ...]
) -> CostSeries:
    """Usage by the hour, [start, end), of what is billed by the hour; `start`
    is a midnight (UTC), and a row of `values` is an hour.
    """
    return _read(
        connection, "hourly_costs", "usage_hour", start, end, timedelta(hours=1), levels, "charge_category = 'Usage'"
    )


def _read(
    connection: sa.Connection,
    table: str,
    moment: str,
    start: Any,
    end: Any,
    every: timedelta,
    levels: tuple[tuple[str, ...], ...],
    category: str,
    **more: str,
) -> CostSeries:
    used = tuple(name for name in DIMENSIONS if any(name in level for level in levels))
    sql = _SQL.format(
        table=table,
        moment=moment,
        dimensions="".join(f"{name}, " for name in used),
        grouping=f"GROUPING({', '.join(used)})" if used else "0",
        category=category,
        sets=", ".join(f"({', '.join(level)})" for level in levels),
    )
    rows = connection.execute(sa.text(sql), {"start": start, "end": end, **more})
    points: dict[tuple[tuple[tuple[str, str], ...], str], dict[int, float]] = {}
    for (
        moment_of_row,
        currency,
        *values_of,
        grouped,
        cost,
    ) in rows:  # hundreds of thousands: names would cost more than what they say
        scope = _scope(values_of, grouped, used)
        if scope is not None:
            points.setdefault((scope, currency), {})[(moment_of_row - start) // every] = cost
    keys = sorted(points)
    values = np.full(((end - start) // every, len(keys)), np.nan)
    for column, key in enumerate(keys):
        values[min(points[key]) :, column] = 0.0
        for index, cost in points[key].items():
            values[index, column] = cost
    first = start.date() if isinstance(start, datetime) else start
    return CostSeries(first, tuple(dict(scope) for scope, _ in keys), tuple(currency for _, currency in keys), values)


def _scope(values: Sequence[str | None], grouped: int, used: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
    """The dimensions that a row is grouped by; None where one of them, the team apart, is not named."""
    scope = []
    for position, (dimension, value) in enumerate(zip(used, values, strict=True)):
        if grouped & (1 << (len(used) - 1 - position)):
            continue
        if value is None and dimension != "team":
            return None
        scope.append((dimension, value or UNALLOCATED))
    return tuple(scope)
