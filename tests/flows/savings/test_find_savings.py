"""Recommendations as they are stored, told in groups, and closed; gaps of commitments from the bill."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import Insight, OutboxMessage, Recommendation, Resource, Source, Utilization, charges, resource_costs
from flows.savings import find_savings
from flows.savings.commitment_gaps import commitment_gaps
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


def test_steady_use_without_a_commitment_is_priced_at_the_discount_of_its_service(session: Session) -> None:
    """Nine days in ten; a service without commitments of its own has an unknown saving, which is said."""
    start = TODAY - timedelta(days=60)
    spend(session, start, [100.0 if day % 12 else 40.0 for day in range(60)])
    for day in range(60):
        spend(session, start + timedelta(days=day), [75.0], commitment_status="Used", pricing_category="Committed")
    session.execute(sa.text("UPDATE finops.daily_costs SET list_cost = 100 WHERE commitment_status = 'Used'"))
    spend(session, start, [50.0] * 60, service="Azure VM", provider="Microsoft")
    spend(session, start, [500.0] * 60, service="S3", service_category="Storage")
    found = {one.resource_id: one for one in commitment_gaps(session, TODAY, Organisation())}
    assert set(found) == {"AWS: EC2", "Microsoft: Azure VM"}
    assert found["AWS: EC2"].monthly_savings == round(100 * 365.25 / 12 * 0.25, 2)
    assert found["Microsoft: Azure VM"].monthly_savings is None
    assert found["Microsoft: Azure VM"].missing == ("the discount of a commitment for this use",)


def test_what_is_paid_for_a_commitment_and_not_used_is_counted(clean_database: Database) -> None:
    """From the charges themselves; no saving is claimed, as the money is spent."""
    with Session(clean_database.owner) as session, session.begin():
        spend(session, date(2026, 9, 25), [1.0] * 60)
        source = session.scalars(sa.select(Source.id)).one()
        for month in ("2026-09-01", "2026-10-01", "2026-11-01"):
            following = (date.fromisoformat(month) + timedelta(days=32)).replace(day=1)
            session.execute(
                sa.text(
                    f"CREATE TABLE finops.t_{month[5:7]} PARTITION OF finops.charges FOR VALUES "
                    f"FROM ('{month}+00') TO ('{following}+00')"
                )
            )
        for back in range(1, 61):
            at = NOW.replace(hour=0, minute=0) - timedelta(days=back)
            first = at.replace(day=1)
            after = (first + timedelta(days=32)).replace(day=1)
            same = {
                "source_id": source,
                "load_id": 1,
                "billing_account_id": "1",
                "billing_currency": "USD",
                "billing_period_start": first,
                "billing_period_end": after,
                "charge_category": "Usage",
                "charge_period_start": at,
                "charge_period_end": at + timedelta(days=1),
                "service_name": "EC2",
                "billed_cost": 0,
                "commitment_discount_id": "arn:plan",
                "commitment_discount_name": "compute plan",
            }
            for status, cost in (("Used", 6), ("Unused", 4)):
                session.execute(
                    sa.insert(charges).values(
                        commitment_discount_status=status, effective_cost=cost, sub_account_name="payer", **same
                    )
                )
    with Session(clean_database.app) as session:
        (gap,) = [one for one in commitment_gaps(session, TODAY, Organisation()) if one.kind == "commitment_unused"]
    assert (gap.resource_id, gap.account, gap.monthly_savings) == ("arn:plan", "payer", None)
    assert gap.evidence["arithmetic"] == {"paid": 300.0, "unused": 120.0}
    find_savings.run(clean_database, ORGANISATION, NOW)
    with Session(clean_database.app) as session:
        titles = session.scalars(sa.select(Insight.title)).all()
    assert titles == ["1 commitment partly unused: $120 in 30 days paid for nothing"]
