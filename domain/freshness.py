"""How far the bills reach: for a scope the least of the newest days of the providers that are active in it.

A day after it is unknown, not free: one provider's bill of it has not arrived.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from db.reporting.bills import ACTIVE_DAYS

_LOOKED_BACK = 60  # days


def newest_day(connection: sa.Connection) -> date | None:
    """The newest day with usage of any provider; None without bills."""
    newest: date | None = connection.scalar(
        sa.text("SELECT max(usage_date) FROM finops.daily_costs WHERE charge_category = 'Usage'")
    )
    return newest


def newest_by_provider(
    connection: sa.Connection, before: date | None = None, scope: Mapping[str, str | None] | None = None
) -> dict[str, date]:
    """The newest day with usage of each provider that still delivers, in a scope or everywhere, before a day."""
    scope = scope or {}
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM :scope_{name}" for name in scope) or "true"
    rows = connection.execute(
        sa.text(
            f"SELECT provider, max(usage_date) AS newest FROM finops.daily_costs "  # noqa: S608 - its names are constants, its values are bound
            f"WHERE charge_category = 'Usage' AND usage_date >= :since AND usage_date < :before AND {where} "
            "GROUP BY provider"
        ),
        {
            **{f"scope_{name}": value for name, value in scope.items()},
            "before": before or date.max,
            "since": (before or newest_day(connection) or date.max) - timedelta(days=_LOOKED_BACK),
        },
    ).all()
    last = max((row.newest for row in rows), default=None)
    return {
        row.provider: row.newest for row in rows if last is not None and row.newest > last - timedelta(days=ACTIVE_DAYS)
    }


def late_providers(connection: sa.Connection, before: date | None = None) -> dict[str, date]:
    """The providers that have not delivered as far as others, and how far they have."""
    newest = newest_by_provider(connection, before)
    last = max(newest.values(), default=None)
    return {provider: day for provider, day in newest.items() if last is not None and day < last}


def data_through(connection: sa.Connection, scope: Mapping[str, str | None], before: date | None = None) -> date | None:
    """The newest day for which every provider active in the scope has delivered; None without bills."""
    providers = newest_by_provider(connection, before, scope)
    late = late_providers(connection, before)
    newest = [late.get(provider, day) for provider, day in providers.items()]
    return min(newest, default=None)
