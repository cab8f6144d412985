"""Movers against usual days."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.tables import Insight
from flows.digests import movers
from flows.digests.digest import compose
from flows.digests.movers import Move
from tests.flows.daily import spend

TODAY = date(2026, 11, 24)
FIRST = date(2026, 8, 1)
DAYS = (TODAY - FIRST).days


def test_a_usual_day_is_without_the_known_anomaly(session: Session) -> None:
    """What the alert says rose by $40 a day is $40 over a usual Monday though one of the Mondays had it already, and
    the whole is as far over its usual day.
    """
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [10.0] * (DAYS - 9) + [50.0] * 9, team="payments", service="Lambda")
    session.add(
        Insight(
            fingerprint="1",
            kind="anomaly",
            severity="low",
            title="t",
            team="payments",
            service="Lambda",
            scope={"service": "Lambda"},
            currency="USD",
            impact_amount=Decimal(40),
            starts_on=TODAY - timedelta(days=9),
        )
    )
    session.flush()
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["lines"][0].startswith("Yesterday $150, 36 % over a usual Monday.")
    assert "Mover: Lambda +$40 against a usual Monday" in digest.card["lines"][1]
    assert digest.details["sections"][0]["rows"] == [["Lambda", "$50", "+$40"]]


def test_what_did_not_move_is_no_mover() -> None:
    """Less than a cent is nothing, and a rise has its sign."""
    moves = [Move("a", 5.0, 9.0), Move("b", 7.0, 6.0), Move("c", 3.0, 3.001)]
    assert movers.table(moves, TODAY, 1, "USD")["rows"] == [["a", "$5", "−$4"], ["b", "$7", "+$1"]]
