"""Steady use without a commitment, and commitments without use, from a bill of sixty days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.waste.facts import SavingOpportunity
from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import ContractCommitment, Insight
from flows.savings import find_savings
from flows.savings.commitment_gaps import commitment_gaps, line_of, title_of, worth_of
from lake.place import open_place
from tests.flows.conftest import ROW, Bill, Load
from tests.flows.daily import spend

NOW = datetime(2026, 11, 24, 6, 40, tzinfo=UTC)
TODAY = NOW.date()
START = TODAY - timedelta(days=60)
LAKE = open_place("lake")  # of a catalogue without files
ORGANISATION = Organisation(channels=(Channel(channel="#all"),))


def gap(steady: float, saved: float | None, **more: Any) -> SavingOpportunity:
    given: dict[str, Any] = {
        "kind": "commitment_gap",
        "resource_id": "AWS: EC2",
        "account": None,
        "team": None,
        "current_state": "",
        "proposed_state": "",
        "monthly_savings": saved,
        "currency": "USD",
        "confidence": "medium",
        "evidence": {"arithmetic": {"steady_a_day": steady}},
        **more,
    }
    return SavingOpportunity(**given)


def idle(paid: float, unused: float, name: str | None = None, **more: str) -> SavingOpportunity:
    evidence = {"arithmetic": {"paid": paid, "unused": unused}, "name": name, **more}
    return gap(0, None, kind="commitment_unused", resource_id="arn:plan", evidence=evidence)


def test_steady_use_without_a_commitment_is_priced_at_the_discount_of_its_service(session: Session) -> None:
    """Nine days in ten; a service without commitments of its own has an unknown saving, which is said."""
    start = TODAY - timedelta(days=60)
    spend(session, start, [100.0 if day % 12 else 40.0 for day in range(60)])
    for day in range(60):
        spend(session, start + timedelta(days=day), [75.0], commitment_status="Used", pricing_category="Committed")
    session.execute(sa.text("UPDATE finops.daily_costs SET list_cost = 100 WHERE commitment_status = 'Used'"))
    spend(session, start, [50.0] * 60, service="Azure VM", provider="Microsoft")
    spend(session, start, [500.0] * 60, service="S3", service_category="Storage")
    found = {one.resource_id: one for one in commitment_gaps(session, LAKE, TODAY, Organisation())}
    assert set(found) == {"AWS: EC2", "Microsoft: Azure VM"}
    assert found["AWS: EC2"].monthly_savings == round(100 * 365.25 / 12 * 0.25, 2)
    assert found["Microsoft: Azure VM"].monthly_savings is None
    assert found["Microsoft: Azure VM"].missing == ("the discount of a commitment for this use",)


def test_what_is_paid_for_a_commitment_and_not_used_is_counted(
    load: Load, bill: Bill, clean_database: Database
) -> None:
    """From the line items themselves; no saving is claimed, as the money is spent."""
    content = []
    for back in range(1, 61):
        day = TODAY - timedelta(days=back)
        first = day.replace(day=1)
        for status, cost in (("Used", "6"), ("Unused", "4")):
            content.append(
                {
                    **ROW,
                    "BillingPeriodStart": f"{first}T00:00:00Z",
                    "BillingPeriodEnd": f"{(first + timedelta(days=32)).replace(day=1)}T00:00:00Z",
                    "ChargePeriodStart": f"{day}T00:00:00Z",
                    "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
                    "EffectiveCost": cost,
                    "SubAccountName": "payer",
                    "CommitmentDiscountId": "arn:plan",
                    "CommitmentDiscountName": "compute plan",
                    "CommitmentDiscountStatus": status,
                }
            )
    load(bill(content))
    with Session(clean_database.owner) as session, session.begin():
        term = {"starts_at": NOW - timedelta(days=90), "ends_at": datetime(2027, 5, 1, tzinfo=UTC)}
        session.add(ContractCommitment(commitment_id="arn:plan", **term))
    with Session(clean_database.app) as session:
        place = open_place(clean_database.lake)
        (gap,) = [
            one for one in commitment_gaps(session, place, TODAY, Organisation()) if one.kind == "commitment_unused"
        ]
    assert (gap.resource_id, gap.account, gap.monthly_savings) == ("arn:plan", "payer", None)
    assert gap.evidence["ends_on"] == "2027-05-01"
    assert gap.evidence["arithmetic"] == {"paid": 300.0, "unused": 120.0}
    find_savings.run(clean_database, ORGANISATION, NOW)
    with Session(clean_database.app) as session:
        titles = session.scalars(sa.select(Insight.title)).all()
    assert titles == ["1 commitment partly unused: $120 in 30 days paid for nothing"]


def test_use_that_comes_and_goes_is_no_gap(session: Session) -> None:
    """A day in five without any: a commitment would have been paid for nothing on it."""
    spend(session, START, [0.0 if day % 5 == 0 else 100.0 for day in range(60)])
    assert commitment_gaps(session, LAKE, TODAY, Organisation()) == []


def test_a_month_of_bills_is_needed(session: Session) -> None:
    spend(session, TODAY - timedelta(days=29), [100.0] * 29)
    assert commitment_gaps(session, LAKE, TODAY, Organisation()) == []
    spend(session, TODAY - timedelta(days=30), [100.0])
    assert [one.resource_id for one in commitment_gaps(session, LAKE, TODAY, Organisation())] == ["AWS: EC2"]


def test_spot_credits_and_what_a_commitment_covers_are_no_steady_use(session: Session) -> None:
    spend(session, START, [100.0] * 60, pricing_category="Dynamic")
    spend(session, START, [100.0] * 60, commitment_status="Used")
    spend(session, START, [100.0] * 60, charge_category="Credit")
    assert commitment_gaps(session, LAKE, TODAY, Organisation()) == []


def test_two_providers_and_two_currencies_are_gaps_of_their_own(session: Session) -> None:
    """Nothing is added over them, and each discount is its own service's."""
    spend(session, START, [100.0] * 60)
    spend(session, START, [40.0] * 60, currency="EUR")
    spend(session, START, [30.0] * 60, provider="Microsoft", service="Virtual Machines")
    found = commitment_gaps(session, LAKE, TODAY, Organisation())
    steady = {(one.resource_id, one.currency): one.evidence["arithmetic"]["steady_a_day"] for one in found}
    assert steady == {
        ("AWS: EC2", "USD"): 100.0,
        ("AWS: EC2", "EUR"): 40.0,
        ("Microsoft: Virtual Machines", "USD"): 30.0,
    }


@pytest.mark.parametrize(("cost", "count"), [(90.0, 0), (110.0, 1)])
def test_what_is_worth_a_proposal_is_measured_in_the_organisations_currency(
    session: Session, cost: float, count: int
) -> None:
    """A dollar a day is about a hundred yen."""
    spend(session, START, [cost] * 60, currency="JPY")
    assert len(commitment_gaps(session, LAKE, TODAY, Organisation())) == count


def test_an_alert_adds_up_what_is_known_and_promises_nothing_else() -> None:
    """Where one gap has a price, those without are not in the figure beside it."""
    both = [gap(100.0, 500.0), gap(40.0, None)]
    assert title_of(both) == ("$100 a day of steady use has no commitment: commitments for it save about $500 a month")
    assert title_of([gap(100.0, None), gap(40.0, None)]) == "$140 a day of steady use has no commitment"
    assert title_of([idle(300, 120), idle(100, 30)]) == (
        "2 commitments partly unused: $150 in 30 days paid for nothing"
    )


def test_a_line_names_the_gap_and_its_saving() -> None:
    assert line_of(gap(100.0, 500.0)) == "AWS: EC2 $100 a day (saves $500 a month)"
    assert line_of(gap(100.0, None, currency="EUR")) == "AWS: EC2 €100 a day (saving not known)"
    assert line_of(idle(300, 120, "compute plan")) == "compute plan 40 % unused"
    assert line_of(idle(300, 120)) == "arn:plan 40 % unused"
    ending = idle(300, 120, "compute plan", ends_on="2027-05-01")
    assert line_of(ending) == "compute plan 40 % unused, it ends on 2027-05-01"


def test_gaps_are_ordered_by_what_is_at_stake() -> None:
    """A known saving, what is paid for nothing, else nothing."""
    assert [worth_of(one) for one in (gap(100, 500), idle(300, 120), gap(100, None))] == [500, 120, 0]
