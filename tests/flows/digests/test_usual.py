"""What known anomalies bring to which days of which scope."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Insight
from flows.digests import usual

START = date(2026, 11, 10)


def anomaly(session: Session, evidence: dict[str, Any] | None = None, **more: Any) -> None:
    told = {"kind": "anomaly", "severity": "low", "title": "t", "currency": "USD", "status": "open", "team": "payments"}
    mine = {"service": "Lambda", "scope": {"service": "Lambda"}, "starts_on": START, "impact_amount": Decimal(40)}
    number = f"{len(session.scalars(sa.select(Insight.id)).all())}"
    session.add(Insight(**{**told, **mine, "fingerprint": number, "evidence": evidence or {}, **more}))
    session.flush()


def added(session: Session, day: date, service: str | None = None, as_of: date = START, **scope: str) -> float:
    return usual.beyond(usual.known_excess(session, scope, "USD", as_of), [day], service)


def test_one_that_lasts_counts_until_its_level_is_usual(session: Session) -> None:
    """From its first day, for four weeks."""
    anomaly(session)
    days = [START - timedelta(days=1), START, START + timedelta(days=27), START + timedelta(days=28)]
    assert [added(session, day) for day in days] == [0, 40, 40, 0]


def test_a_level_that_has_stayed_is_usual_on_all_its_days(session: Session) -> None:
    """Else a digest would hold the twenty-ninth day against a Monday that has not been for a month."""
    anomaly(session)
    anomaly(session, {"over": {"steps": 2, "amount": 100.0}})
    seventh, later = START + timedelta(days=7), START + timedelta(days=28)
    assert [added(session, seventh, as_of=later - timedelta(days=1)), added(session, seventh, as_of=later)] == [40, 0]
    assert added(session, START, as_of=later) == 50


def test_one_that_is_over_counts_what_it_came_to(session: Session) -> None:
    """Spread over its days."""
    anomaly(session, {"over": {"steps": 2, "amount": 100.0}})
    assert [added(session, START + timedelta(days=at)) for at in range(3)] == [50, 50, 0]


@pytest.mark.parametrize(
    ("more", "evidence"),
    [
        ({"status": "expected"}, {}),
        ({"status": "resolved"}, {}),
        ({"currency": "EUR"}, {}),
        ({"kind": "budget"}, {}),
        ({}, {"grain": "hour"}),
    ],
)
def test_what_people_expect_is_usual(session: Session, more: dict[str, Any], evidence: dict[str, Any]) -> None:
    """As is what was called noise; an hour's amount is no day's."""
    anomaly(session, evidence, **more)
    assert added(session, START) == 0


def test_only_what_lies_in_the_scope_counts_and_each_service_has_its_own(session: Session) -> None:
    """By what the insight says of itself."""
    anomaly(session)
    assert added(session, START, team="payments") == 40
    assert added(session, START, team="checkout") == 0
    assert added(session, START, "Lambda") == 40
    assert added(session, START, "RDS") == 0
