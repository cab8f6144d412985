"""Savings with a bill that shows them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import resource_costs

APPLIED = date(2026, 11, 1)


NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


AFTER = NOW.date()


def plant(
    session: Session,
    resource: str,
    before: float,
    after: float,
    *,
    until: date = AFTER,
    applied: date = APPLIED,
    **more: Any,
) -> None:
    """A resource's bill: so much a day before the change, so much since."""
    days = [applied - timedelta(days=28) + timedelta(days=n) for n in range((until - applied).days + 29)]
    for day in days:
        cost = before if day <= applied else after
        row = {
            "usage_date": day,
            "source_id": 1,
            "billing_period_start": datetime(day.year, day.month, 1, tzinfo=UTC),
            "resource_id": resource,
            "resource_name": f"name of {resource}",
            "provider": "AWS",
            "account_id": "123456789012",
            "service": "Amazon EC2",
            "region": "us-east-1",
            "team": "web",
            "charge_category": "Usage",
            "usage_type": "BoxUsage:m5",
            "usage_quantity": 24,
            "list_cost": 24,
            "billed_cost": cost,
            "effective_cost": cost,
            "currency": "USD",
            **{key: value(day) if callable(value) else value for key, value in more.items()},
        }
        session.execute(sa.insert(resource_costs).values(row))
