"""The ledger of savings: which entries are opened, and what is said of them before and after the bill decides."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Remediation, RemediationStep, Saving
from playbooks.approval.lifecycle import propose
from playbooks.run import ledger
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import NOW, REQUESTER

ON = date(2026, 11, 23)
IN_PART = "verified in part: $90 of $200 a month; nothing moved elsewhere"


def remediation(session: Session) -> tuple[Remediation, list[RemediationStep]]:
    """Two resources, both stopped and checked; 10 a month each."""
    made = propose(session, plan(2), BOOK, REQUESTER.id, NOW, channel=None)
    steps = list(session.scalars(sa.select(RemediationStep).order_by(RemediationStep.position)))
    for step in steps:
        step.state = "verified"
    session.flush()
    return made, steps


def entries(session: Session) -> dict[str, Saving]:
    session.flush()
    return {one.resource_id: one for one in session.scalars(sa.select(Saving))}


def saving(expected: float | None = 100, realized: float | None = None, status: str = "pending", **more: Any) -> Saving:
    return Saving(
        remediation_id=1,
        resource_id="i-0",
        applied_on=ON,
        window_days=14,
        currency=more.pop("currency", "USD"),
        expected_monthly_savings=None if expected is None else Decimal(expected),
        realized_monthly_savings=None if realized is None else Decimal(realized),
        status=status,
        confounders=[{"says": one} for one in more.pop("says", ())],
        arithmetic=more,
    )


def test_each_resource_that_was_changed_and_checked_has_an_entry_once(session: Session) -> None:
    made, steps = remediation(session)
    for _ in range(2):
        ledger.open_entries(session, made, steps, BOOK, ON)
        session.flush()
    found = entries(session)
    assert sorted(found) == ["i-0", "i-1"]
    assert (found["i-0"].expected_monthly_savings, found["i-0"].status, found["i-0"].team) == (10, "pending", "web")
    assert (found["i-0"].applied_on, found["i-0"].window_days) == (ON, BOOK.savings.window_days)


@pytest.mark.parametrize("state", ["done", "failed", "unknown", "skipped", "planned"])
def test_nothing_is_claimed_of_a_resource_with_a_step_that_was_not_verified(session: Session, state: str) -> None:
    made, steps = remediation(session)
    steps[0].state = state
    ledger.open_entries(session, made, steps, BOOK, ON)
    assert list(entries(session)) == ["i-1"]


def test_a_playbook_that_saves_for_hours_keeps_no_ledger(session: Session) -> None:
    """What stops in the evening and starts in the morning is not a saving to be verified."""
    made, steps = remediation(session)
    evening = BOOK.model_copy(update={"savings": BOOK.savings.model_copy(update={"tracked": False})})
    ledger.open_entries(session, made, steps, evening, ON)
    assert entries(session) == {}


def test_what_was_undone_is_no_longer_claimed(session: Session) -> None:
    """The one resource, not its neighbour; with nothing else in it the ledger says nothing more."""
    made, steps = remediation(session)
    ledger.open_entries(session, made, steps, BOOK, ON)
    session.flush()
    ledger.reverse(session, made.id, "i-0", NOW)
    session.expire_all()
    assert {name: one.status for name, one in entries(session).items()} == {"i-0": "reversed", "i-1": "pending"}
    assert ledger.outlook(session, made) is not None
    ledger.reverse(session, made.id, "i-1", NOW)
    session.expire_all()
    assert ledger.outlook(session, made) is None


def test_until_the_window_is_over_the_day_of_the_decision_is_said(session: Session) -> None:
    made, steps = remediation(session)
    assert ledger.outlook(session, made) is None
    ledger.open_entries(session, made, steps, BOOK, ON)
    session.flush()
    session.execute(sa.update(Saving).values(window_days=14))
    session.expire_all()
    assert ledger.outlook(session, made) == "the bill decides after 7 Dec what was saved"


@pytest.mark.parametrize(
    ("savings", "said"),
    [
        ([saving(612, 598, "validated")], "verified: $598 of $612 a month; nothing moved elsewhere"),
        ([saving(100, 50, "partial")], "partial: $50 of $100 a month; nothing moved elsewhere"),
        ([saving(100, 0, "missed")], "missed: $0 of $100 a month; nothing moved elsewhere"),
        (
            [saving(100, 90, "validated"), saving(100, 0, "missed")],
            IN_PART,
        ),
        ([saving(None, 42, "validated", currency="EUR")], "verified: €42 a month; nothing moved elsewhere"),
        ([saving(100, 90, "reversed")], "reversed: it was put back, so nothing is saved any more"),
        (
            [saving(100, 90, "validated"), saving(100, 90, "reversed")],
            IN_PART,
        ),
    ],
)
def test_the_bills_word_is_one_sentence(savings: list[Saving], said: str) -> None:
    assert ledger.verdict(savings) == said


def test_what_else_moved_is_said_once_each_and_three_at_most() -> None:
    two = [saving(100, 90, "validated", says=("a", "b")), saving(100, 90, "validated", says=("b", "c", "d", "e"))]
    assert ledger.verdict(two) == "verified: $180 of $200 a month; a; b; c (and 2 more)"


def test_an_expected_saving_is_worked_out_in_the_open() -> None:
    """At the effective rate; what a commitment pays is not saved."""
    figures = {"effective_cost": 300.0, "share_saved": 0.5, "saved": 150.0}
    assert ledger.expected(figures, "USD") == "Effective cost a month 300.00 USD × 50% = 150.00 USD. "
    assert "(300.00 EUR − 60.00 EUR that a commitment pays)" in ledger.expected(
        {**figures, "committed_cost": 60.0}, "EUR"
    )
    assert ledger.expected({"saved": 150.0}, "USD") == ""


def test_a_bill_that_has_decided_shows_both_days(session: Session) -> None:
    made, steps = remediation(session)
    ledger.open_entries(session, made, steps[:1], BOOK, ON)
    session.flush()
    figures = {
        "counterfactual_a_day": 10,
        "actual_a_day": 1,
        "basis_says": "its own forecast",
        "days_a_month": 30,
        "realized_a_month": 270,
    }
    session.execute(sa.update(Saving).values(arithmetic=figures, status="validated", verified_at=datetime.now(UTC)))
    session.expire_all()
    assert ledger.arithmetic(session, made) == {
        "i-0": "Bill: 10.00 USD a day without the change (its own forecast), 1.00 USD a day since; "
        "× 30.00 days = 270.00 USD a month: validated."
    }


def test_the_bills_word_states_its_uncertainty() -> None:
    """Two bands of 30 and 40 are one of 50, as if each erred for itself; a missing one says nothing of all."""
    two = [saving(100, 90, "validated"), saving(100, 90, "validated")]
    for one, band in zip(two, (30.0, 40.0), strict=True):
        one.arithmetic = {"band_80_a_month": band}
    assert ledger.verdict(two).startswith("verified: $180 of $200 a month (80 %: $130 to $230); ")
    two[1].arithmetic = {}
    assert "80 %" not in ledger.verdict(two)
