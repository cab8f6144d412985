"""A team's resources in the bills, and the change of its cost that is to be explained."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Source, resource_costs
from flows.anomalies.causes import ScopedChange
from tests.flows.daily import spend

SINCE = date(2026, 11, 10)  # a Tuesday
BEFORE = SINCE - timedelta(days=14)
PAYMENTS = {"team": "payments"}


def resource(session: Session, name: str, first: date, days: list[tuple[float, float]], **more: Any) -> None:
    """A named resource's cost and quantity a day, in both rollups."""
    same = {"team": "payments", "account": "prod", "region": "us-east-1", "service": "EC2", "currency": "USD", **more}
    spend(session, first, [cost for cost, _ in days], **same)
    source = session.scalars(sa.select(Source.id)).one()
    rows = [
        {
            "source_id": source,
            "usage_date": first + timedelta(days=offset),
            "resource_id": f"id of {name}",
            "resource_name": name,
            "provider": "AWS",
            "account_id": "1",
            "charge_category": "Usage",
            "billing_period_start": datetime(2026, 11, 1, tzinfo=UTC),
            "usage_type": "BoxUsage:m5",
            "effective_cost": cost,
            "usage_quantity": quantity,
            **same,
        }
        for offset, (cost, quantity) in enumerate(days)
    ]
    session.execute(sa.insert(resource_costs), rows)


def change(**more: Any) -> ScopedChange:
    given = {"scope": PAYMENTS, "currency": "USD", "since": SINCE, "through": SINCE + timedelta(days=2), **more}
    return ScopedChange(**given)
