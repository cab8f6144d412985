"""Rows of the daily and the hourly rollup, for tests that need costs but no bill."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Source, daily_costs, hourly_costs

_ROW: dict[str, Any] = {
    "billing_period_start": datetime(2026, 1, 1, tzinfo=UTC),
    "provider": "AWS",
    "account_id": "1",
    "account": "prod",
    "service": "EC2",
    "service_category": "Compute",
    "region": "us-east-1",
    "charge_category": "Usage",
    "pricing_category": "Standard",
    "currency": "USD",
}


def spend(session: Session, first: date, costs: Iterable[float], **more: Any) -> None:
    """A cost a day from `first` on."""
    source = _source(session)
    rows = [
        {
            "source_id": source,
            "usage_date": first + timedelta(days=index),
            "list_cost": cost,
            "effective_cost": cost,
            **_ROW,
            **more,
        }
        for index, cost in enumerate(costs)
    ]
    session.execute(sa.insert(daily_costs), rows)


def spend_hours(session: Session, first: datetime, costs: Iterable[float], **more: Any) -> None:
    """A cost an hour from `first` on, and its days."""
    costs, source = list(costs), _source(session)
    rows = [
        {"source_id": source, "usage_hour": first + timedelta(hours=index), "effective_cost": cost, **_ROW, **more}
        for index, cost in enumerate(costs)
    ]
    session.execute(sa.insert(hourly_costs), rows)
    days = [sum(costs[start : start + 24]) for start in range(0, len(costs), 24)]
    spend(session, first.date(), days, **more)


def _source(session: Session) -> int:
    found = session.scalar(sa.select(Source.id).where(Source.name == "test"))
    if found is None:
        source = Source(name="test")
        session.add(source)
        session.flush()
        found = source.id
    return found
