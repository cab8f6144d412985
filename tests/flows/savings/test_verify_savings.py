"""Savings held against planted bills: what was saved, what else explains it, and what the thread says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.tables import Insight, OutboxMessage, Remediation, RemediationStep, Saving, resource_costs
from flows.savings.verify_savings import verify_pending
from playbooks.run import ledger
from tests.flows.savings.builders import APPLIED, NOW, plant


def remediated(session: Session, expected: dict[str, float], window: int = 14) -> Remediation:
    """A remediation that succeeded on the day, with its ledger."""
    remediation = Remediation(
        playbook="ec2-stop-idle",
        playbook_digest="",
        plan={
            "steps": [{"resource_id": resource, "says": "stop", "evidence": "idle"} for resource in expected],
            "left_out": [],
            "undo": "start again",
            "made_at": NOW.isoformat(),
        },
        plan_digest="",
        state="succeeded",
        requested_by="U1",
        expires_at=NOW,
        channel="#web",
        currency="USD",
    )
    session.add(remediation)
    session.flush()
    for position, (resource, amount) in enumerate(expected.items()):
        session.add(
            RemediationStep(
                remediation_id=remediation.id,
                position=position,
                resource_id=resource,
                action="ec2.stop",
                state="verified",
                finished_at=NOW,
            )
        )
        session.add(
            Saving(
                remediation_id=remediation.id,
                resource_id=resource,
                team="web",
                applied_on=APPLIED,
                window_days=window,
                expected_monthly_savings=Decimal(str(amount)),
                currency="USD",
            )
        )
    session.flush()
    return remediation


def line(session: Session) -> str:
    [message] = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key.like("%:verified"))).all()
    assert message.thread_key == message.key.removesuffix(":verified")
    return str(message.payload["text"])


def test_a_saving_that_the_bill_shows_is_verified_once(session: Session) -> None:
    """Twice five dollars a day for 612 hoped: the sentence, the arithmetic and
    the audit entry; a second look says nothing more.
    """
    for resource in ("i-1", "i-2"):
        plant(session, resource, 10, 0.2)
    remediation = remediated(session, {"i-1": 306, "i-2": 306})
    assert verify_pending(session, NOW) == {"validated": 2}
    assert line(session) == "Verified: $597 of $612 a month; nothing moved elsewhere."
    assert verify_pending(session, NOW) == {}
    saving = session.scalars(sa.select(Saving).where(Saving.resource_id == "i-1")).one()
    assert saving.realized_monthly_savings == pytest.approx(Decimal("298.2875"))
    assert saving.arithmetic["counterfactual_a_day"] == 10
    assert saving.confounders == []
    assert isinstance(audit.verify(session), audit.Intact)
    assert remediation.channel == "#web"


def test_a_window_that_is_not_over_stays_pending(session: Session) -> None:
    """The bill's newest day counts, not the calendar."""
    plant(session, "i-1", 10, 0, until=APPLIED + timedelta(days=13))
    remediated(session, {"i-1": 300})
    assert verify_pending(session, NOW) == {}
    assert session.scalars(sa.select(Saving.status)).all() == ["pending"]


def test_nothing_saved_is_missed_and_half_is_partial(session: Session) -> None:
    """The bill decides, not the plan."""
    plant(session, "i-1", 10, 10)
    plant(session, "i-2", 10, 5)
    remediated(session, {"i-1": 300})
    remediated(session, {"i-2": 300})
    assert verify_pending(session, NOW) == {"missed": 1, "partial": 1}
    texts = [
        row["text"]
        for row in session.scalars(
            sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "note").order_by(OutboxMessage.id)
        )
    ]
    assert [text.split(";")[0] for text in texts] == ["Missed: $0 of $300 a month", "Partial: $152 of $300 a month"]


def test_usage_that_moved_to_a_neighbour_is_named(session: Session) -> None:
    """Another instance of the same team and service took over; one of another team did not."""
    plant(session, "i-1", 10, 0)
    plant(session, "i-new", 0.5, 9)
    plant(session, "i-other", 0.5, 50, team="payments")
    remediated(session, {"i-1": 300})
    verify_pending(session, NOW)
    assert "name of i-new (i-new) costs 258.72 a month more since" in line(session)
    assert "i-other" not in line(session)


def test_a_commitment_that_floated_and_a_price_that_moved_are_named(session: Session) -> None:
    """Both would explain the figure as well."""
    plant(session, "i-1", 10, 0, commitment_status="Used")
    plant(session, "i-2", 3, 3, list_cost=lambda day: 24 if day <= APPLIED else 18)
    remediated(session, {"i-1": 300})
    verify_pending(session, NOW)
    [saving] = session.scalars(sa.select(Saving)).all()
    assert [item["kind"] for item in saving.confounders] == ["commitment", "price_change"]
    assert "commitments covered 100 % of it before" in line(session)


def test_what_was_undone_is_not_judged(session: Session) -> None:
    """A reversed saving keeps its status and adds nothing to the sentence."""
    plant(session, "i-1", 10, 10)
    plant(session, "i-2", 10, 0)
    remediated(session, {"i-1": 300, "i-2": 300})
    session.execute(sa.update(Saving).where(Saving.resource_id == "i-1").values(status="reversed"))
    assert verify_pending(session, NOW) == {"validated": 1}
    assert line(session).startswith("Verified in part: $304 of $600 a month")


def test_a_verified_saving_is_an_insight_that_is_closed_from_the_start(session: Session) -> None:
    """With what was expected and realized of each resource; a second look does not make a second one."""
    plant(session, "i-1", 10, 0.2)
    remediation = remediated(session, {"i-1": 306})
    verify_pending(session, NOW)
    verify_pending(session, NOW)
    [insight] = session.scalars(sa.select(Insight).where(Insight.kind == "saving")).all()
    assert (insight.status, insight.closed_at, insight.team) == ("resolved", NOW, remediation.team)
    assert insight.impact_amount == pytest.approx(Decimal("298.2875"))
    assert "verified: $298 of $306 a month" in insight.title
    assert insight.evidence["savings"] == [
        {
            "resource_id": "i-1",
            "status": "validated",
            "expected_monthly_savings": 306.0,
            "realized_monthly_savings": 298.2875,
        }
    ]


def test_the_arithmetic_of_what_was_expected_is_kept(session: Session) -> None:
    """Beside that of what was realized."""
    plant(session, "i-1", 10, 0)
    remediated(session, {"i-1": 300})
    session.execute(sa.update(Saving).values(arithmetic={"expected": {"effective_cost": 300, "share_saved": 1}}))
    verify_pending(session, NOW)
    arithmetic = session.scalars(sa.select(Saving.arithmetic)).one()
    assert arithmetic["expected"] == {"effective_cost": 300, "share_saved": 1}
    assert arithmetic["counterfactual_a_day"] - arithmetic["actual_a_day"] == pytest.approx(arithmetic["saved_a_day"])


def test_the_arithmetic_is_shown_for_people(session: Session) -> None:
    """Expected at the effective rate without what a commitment pays, then the bill's own figures."""
    plant(session, "i-1", 10, 0.5)
    remediation = remediated(session, {"i-1": 240})
    figures = {"effective_cost": 300.0, "committed_cost": 60.0, "share_saved": 1.0, "saved": 240.0}
    session.execute(sa.update(Saving).values(arithmetic={"expected": figures}))
    promised = "Effective cost a month (300.00 USD − 60.00 USD that a commitment pays) × 100% = 240.00 USD. "
    assert ledger.arithmetic(session, remediation) == {"i-1": f"{promised}The bill decides after 14 days."}
    verify_pending(session, NOW)
    session.expire_all()
    assert ledger.arithmetic(session, remediation) == {
        "i-1": f"{promised}Bill: 10.00 USD a day without the change (the same weekdays of the 28 days before the "
        "change), 0.50 USD a day since; "
        "× 30.44 days = 289.16 USD a month: validated."
    }


def test_a_resource_with_a_past_is_held_against_its_forecast(session: Session) -> None:
    """It grew by a dime a day for five months, so it would have cost more than
    it did: the forecast sees that, the level before does not.
    """
    for offset in range(150):
        day = APPLIED - timedelta(days=149 - offset)
        plant_day(session, "i-1", day, 10 + 0.1 * offset)
    for offset in range(1, 22):
        plant_day(session, "i-1", APPLIED + timedelta(days=offset), 0.5)
    remediated(session, {"i-1": 700})
    verify_pending(session, NOW)
    arithmetic = session.scalars(sa.select(Saving.arithmetic)).one()
    assert arithmetic["basis"] == "forecast"
    assert 24 < arithmetic["counterfactual_a_day"] < 27.5


def test_peers_that_fell_as_well_make_the_saving_smaller(session: Session) -> None:
    """Seven of the same kind and team got cheaper by a fifth on their own; one newcomer is no peer."""
    plant(session, "i-1", 10, 0)
    for number in range(7):
        plant(session, f"i-peer-{number}", 10, 8)
    plant(session, "i-new", 0, 9)
    remediated(session, {"i-1": 300})
    verify_pending(session, NOW)
    arithmetic = session.scalars(sa.select(Saving.arithmetic)).one()
    assert arithmetic["basis"] == "peers"
    assert arithmetic["counterfactual_a_day"] == pytest.approx(8)


def plant_day(session: Session, resource: str, day: date, cost: float) -> None:
    """One day of a resource's bill."""
    row = {
        "usage_date": day,
        "source_id": 1,
        "billing_period_start": datetime(day.year, day.month, 1, tzinfo=UTC),
        "resource_id": resource,
        "resource_name": resource,
        "provider": "AWS",
        "account_id": "123456789012",
        "service": "Amazon EC2",
        "region": "us-east-1",
        "team": "web",
        "charge_category": "Usage",
        "usage_type": "BoxUsage:m5",
        "usage_quantity": 24,
        "list_cost": cost,
        "billed_cost": cost,
        "effective_cost": cost,
        "currency": "USD",
    }
    session.execute(sa.insert(resource_costs).values(row))


def test_what_costs_again_is_said_to_be_put_back(session: Session) -> None:
    """Low for ten days, then as dear as ever: reversed, by the bill alone."""
    for offset in range(-28, 23):
        plant_day(session, "i-1", APPLIED + timedelta(days=offset), 0.1 if 0 < offset <= 8 else 10)
    remediated(session, {"i-1": 300})
    assert verify_pending(session, NOW) == {"reversed": 1}
    assert line(session) == "Reversed: it was put back, so nothing is saved any more."
