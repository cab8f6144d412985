"""A small world behind the reporting views, the same every time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from db import tables
from db.database import Database

TEAMS = ("checkout", "search", "canary", None)
SERVICES = ("Amazon EC2", "Azure Storage", "BigQuery")


def plant(connection: sa.Connection) -> None:
    """Put a few rows behind every view: costs that differ by team, day and service, and one resource a team."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    days = [date(2026, 10, 20) + timedelta(days=day) for day in range(20)]
    hours = [now + timedelta(hours=hour) for hour in range(6)]
    for table, key, moments in ((tables.daily_costs, "usage_date", days), (tables.hourly_costs, "usage_hour", hours)):
        rows = [
            _cost(i * 7 + t * 3 + s + 1, team, service) | {key: moment}
            for i, moment in enumerate(moments)
            for t, team in enumerate(TEAMS)
            for s, service in enumerate(SERVICES)
        ]
        connection.execute(table.insert(), rows)
    for number, team in enumerate(TEAMS):
        _plant_resource(connection, number, team, now)
    _plant_contracts(connection, now)
    connection.execute(tables.Base.metadata.tables["finops.prices"].insert(), [_price("m5.large"), _price("m5.xlarge")])


def _cost(number: int, team: str | None, service: str) -> dict[str, Any]:
    return {
        "source_id": 1,
        "billing_period_start": datetime(2026, 10, 1, tzinfo=UTC),
        "provider": service.split(" ", 1)[0],
        "billing_account": "payer",
        "account_id": f"00{number % 3}",
        "account": f"account {number % 3}",
        "service": service,
        "service_category": "Compute",
        "region": "eu-west-1" if number % 4 else None,
        "team": team,
        "environment": "prod" if number % 2 else "dev",
        "application": "web",
        "charge_category": "Usage",
        "pricing_category": "Standard",
        "list_cost": number * 1.5,
        "contracted_cost": number * 1.3,
        "billed_cost": number * 1.25,
        "effective_cost": number * 1.125,
        "usage_quantity": number % 9,
        "usage_unit": "Hours",
        "currency": "USD",
    }


def _price(instance_type: str) -> dict[str, Any]:
    return {
        "provider": "AWS",
        "region": "eu-west-1",
        "instance_type": instance_type,
        "operating_system": "Linux",
        "vcpus": 2,
        "memory_gib": 8,
        "hourly_price": 0.1,
        "currency": "USD",
        "as_of": datetime(2026, 11, 1, tzinfo=UTC),
    }


def _plant_contracts(connection: sa.Connection, now: datetime) -> None:
    """What is agreed and billed for the whole organisation; no team's."""
    found, issuer = tables.Base.metadata.tables, {"invoice_issuer": "AWS", "billing_period_start": now}
    detail = {"invoice_detail_id": "d", "invoice_id": "INV-canary", "billing_account_id": "1", "currency": "USD"}
    connection.execute(found["finops.invoice_details"].insert(), issuer | detail | {"billed_cost": 100})
    period = {"billing_period_end": now, "status": "Closed", "provider": "aws"}
    connection.execute(found["finops.billing_periods"].insert(), issuer | period)
    connection.execute(
        found["finops.contract_commitments"].insert(),
        {"commitment_id": "arn:canary", "starts_at": now, "ends_at": now, "cost": 10, "currency": "USD"},
    )


def _plant_resource(connection: sa.Connection, number: int, team: str | None, now: datetime) -> None:
    found = tables.Base.metadata.tables
    resource = f"i-{number}-{team}"
    place = {
        "provider": "AWS",
        "account_id": "001",
        "account": "account 1",
        "service": "Amazon EC2",
        "region": "eu-west-1",
        "team": team,
    }
    connection.execute(
        found["finops.resources"].insert(),
        place
        | {
            "resource_id": resource,
            "instance_type": "m5.large",
            "last_seen": now.date(),
            "monthly_cost": number * 10,
            "currency": "USD",
        },
    )
    for day in range(3):
        at = {"usage_date": now.date() - timedelta(days=day), "resource_id": resource}
        connection.execute(
            found["finops.utilization"].insert(),
            at | {"metric": "cpu", "average": number + day, "maximum": 50.0, "unit": "Percent"},
        )
        hour = {"usage_hour": now - timedelta(days=day), "resource_id": resource, "metric": "cpu", "unit": "Percent"}
        connection.execute(
            found["finops.hourly_utilization"].insert(), hour | {"average": number + day, "maximum": 50.0}
        )
        costs = (
            place | at | {"source_id": 1, "billing_period_start": now, "charge_category": "Usage", "currency": "USD"}
        )
        connection.execute(
            tables.resource_costs.insert(), costs | {"billed_cost": number, "effective_cost": number + day}
        )
    borne = {"month": now.date(), "team": team, "currency": "USD"}
    connection.execute(
        found["finops.showback"].insert(),
        [borne | {"shared_cost": None, "cost": number}, borne | {"shared_cost": "support", "cost": 1}],
    )
    name = team or "nobody"
    scope = {"team": name} if team else {}
    connection.execute(
        found["finops.budgets"].insert(), {"name": f"{name} monthly", "amount": 100, "currency": "USD", "scope": scope}
    )
    period = {
        "period_start": date(2026, 10, 1),
        "period_end": date(2026, 11, 1),
        "amount": 100,
        "spent": 30 * number,
        "status": "ok",
    }
    connection.execute(
        found["finops.budget_periods"].insert(), period | {"budget": f"{name} monthly", "evaluated_at": now}
    )
    bands = dict.fromkeys(("expected_cost", "low_80", "high_80", "low_95", "high_95"), 5)
    forecast = bands | {
        "scope_kind": "team",
        "scope": name,
        "made_on": now.date(),
        "forecast_date": now.date(),
        "model": "m",
        "currency": "USD",
    }
    connection.execute(found["finops.forecasts"].insert(), forecast)
    insight = {
        "fingerprint": name,
        "kind": "anomaly",
        "severity": "high",
        "title": f"spike of {name}",
        "currency": "USD",
        "team": team,
    }
    connection.execute(found["finops.insights"].insert(), insight | {"closed_at": now + timedelta(days=3)})
    advice = {
        "fingerprint": name,
        "kind": "stop_idle",
        "resource_id": resource,
        "current_state": "running",
        "proposed_state": "stopped",
    }
    connection.execute(
        found["finops.recommendations"].insert(),
        advice | {"currency": "USD", "confidence": "high", "team": team, "monthly_savings": number},
    )
    fix: dict[str, Any] = {
        "playbook": "p",
        "playbook_digest": "d",
        "plan": {},
        "plan_digest": "d",
        "state": "succeeded",
        "requested_by": "U1",
        "team": team,
    }
    fixed = connection.scalar(
        found["finops.remediations"].insert().values(fix | {"expires_at": now}).returning(sa.literal_column("id"))
    )
    step = {"remediation_id": fixed, "position": 0, "resource_id": resource, "action": "a"}
    connection.execute(found["finops.remediation_steps"].insert(), step)
    saving = {
        "remediation_id": fixed,
        "resource_id": resource,
        "team": team,
        "applied_on": now.date(),
        "window_days": 30,
        "currency": "USD",
    }
    connection.execute(
        found["finops.savings"].insert(), saving | {"status": "validated", "expected_monthly_savings": number}
    )


@pytest.fixture(scope="module")
def planted(database: Database) -> Iterator[Database]:
    """The database with the small world in it, emptied after the module."""
    with database.owner.begin() as connection:
        plant(connection)
    yield database
    with database.owner.begin() as connection:
        names = (
            "daily_costs hourly_costs resource_costs resources utilization hourly_utilization showback "
            "budgets forecasts insights recommendations remediations savings prices "
            "invoice_details billing_periods contract_commitments"
        )
        connection.exec_driver_sql(
            f"TRUNCATE {', '.join(f'finops.{name}' for name in names.split())} RESTART IDENTITY CASCADE"
        )


_ONLY_CHECKOUT = (
    "DELETE FROM finops.remediation_steps WHERE resource_id NOT LIKE '%checkout'",
    "DELETE FROM finops.savings WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.remediations WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.recommendations WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.insights WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.forecasts WHERE scope <> 'checkout'",
    "DELETE FROM finops.budget_periods WHERE budget <> 'checkout monthly'",
    "DELETE FROM finops.budgets WHERE name <> 'checkout monthly'",
    "DELETE FROM finops.showback WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.utilization WHERE resource_id NOT LIKE '%checkout'",
    "DELETE FROM finops.hourly_utilization WHERE resource_id NOT LIKE '%checkout'",
    "DELETE FROM finops.resources WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.resource_costs WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.hourly_costs WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.daily_costs WHERE team IS DISTINCT FROM 'checkout'",
    "DELETE FROM finops.invoice_details",
    "DELETE FROM finops.contract_commitments",
)


@pytest.fixture(scope="module")
def small_world(planted: Database) -> Iterator[sa.Connection]:
    """A transaction, never committed, in which only the rows of checkout are left."""
    with planted.owner.connect() as connection:
        transaction = connection.begin()
        for statement in _ONLY_CHECKOUT:
            connection.exec_driver_sql(statement.replace("%", "%%"))
        yield connection
        transaction.rollback()
