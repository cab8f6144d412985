"""Recommendations as they are stored, told in groups, and closed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import Insight, OutboxMessage, Recommendation, Resource, Source, Utilization, resource_costs
from flows.savings import find_savings
from tests.flows.daily import spend

NOW = datetime(2026, 11, 24, 6, 40, tzinfo=UTC)
TODAY = NOW.date()
ORGANISATION = Organisation(channels=(Channel(channel="#all"),))


def idle_fleet(database: Database, count: int = 3, tags: dict[str, str] | None = None) -> None:
    """Instances that nobody uses, each at three dollars a day."""
    with Session(database.owner) as session, session.begin():
        spend(session, TODAY - timedelta(days=30), [3.0 * count] * 30, service_category="Other")
        source = session.scalars(sa.select(Source.id)).one()
        for number in range(count):
            name = f"batch-{number}"
            session.add(
                Resource(
                    resource_id=f"i-{number}",
                    resource_name=name,
                    resource_type="Instance",
                    provider="AWS",
                    account="sandbox",
                    team="web",
                    region="us-east-1",
                    state="running",
                    instance_type="m5.large",
                    tags=tags or {},
                    attributes={},
                    currency="USD",
                    monthly_cost=Decimal(90),
                )
            )
            for back in range(1, 15):
                day = TODAY - timedelta(days=back)
                session.add(
                    Utilization(
                        usage_date=day,
                        resource_id=f"i-{number}",
                        metric="cpu",
                        average=1.0,
                        maximum=2.0 + number,
                        unit="percent",
                    )
                )
                session.add(
                    Utilization(
                        usage_date=day,
                        resource_id=f"i-{number}",
                        metric="network",
                        average=2e6,
                        maximum=2e6,
                        unit="bytes a day",
                    )
                )
            given = {
                "source_id": source,
                "billing_period_start": NOW,
                "charge_category": "Usage",
                "currency": "USD",
                "effective_cost": 3,
            }
            days = [
                {"usage_date": TODAY - timedelta(days=back), "resource_id": f"i-{number}", **given}
                for back in range(1, 31)
            ]
            session.execute(sa.insert(resource_costs), days)


def test_an_idle_fleet_is_one_alert_with_what_was_seen_and_a_chart(clean_database: Database) -> None:
    """The highest of all of them once, not four times the same sentence; a
    second look adds nothing; what is gone closes.
    """
    idle_fleet(clean_database)
    assert find_savings.run(clean_database, ORGANISATION, NOW)["told"] == 1
    find_savings.run(clean_database, ORGANISATION, NOW)
    with Session(clean_database.app) as session:
        alert = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "alert")).one()
        assert alert.payload["title"] == "Stop 3 idle instances in sandbox: saves $270 a month"
        what = alert.payload["evidence"]["cause"]["what"]
        assert what == "batch-0, batch-1, batch-2: CPU at most 4 %, network at most 2.0 MB a day in 14 days"
        figure = alert.payload["evidence"]["figure"]
        assert [name for name, _ in figure["series"]] == ["batch-0", "batch-1", "batch-2"]
        assert figure["series"][2][1] == [4.0] * 14
        assert figure["limit"] == 5.0
        assert session.scalars(sa.select(Recommendation.status)).all() == ["open"] * 3
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(Resource).values(state="terminated"))
    assert find_savings.run(clean_database, ORGANISATION, NOW + timedelta(days=1))["closed"] == 1
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(Recommendation.status)).all() == ["gone"] * 3
        assert session.scalars(sa.select(Insight.status)).all() == ["resolved"]


def test_a_protected_tag_keeps_resources_out(clean_database: Database) -> None:
    """They are counted as spared, and nobody is told to stop them."""
    idle_fleet(clean_database, tags={"finops:protected": "true"})
    result = find_savings.run(clean_database, ORGANISATION, NOW)
    assert (result["recommendations"], result["protected"], result["told"]) == (0, 3, 0)
