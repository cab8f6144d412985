"""What a digest says of a day, of the month and of what moved."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.tables import Insight, Remediation, Saving
from flows.digests.digest import compose
from tests.flows.daily import spend

TODAY = date(2026, 11, 24)
FIRST = date(2026, 8, 1)
DAYS = (TODAY - FIRST).days
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_yesterday_is_compared_with_its_weekday(session: Session) -> None:
    """Three lines at most, and no word of lateness."""
    spend(session, FIRST, [100.0] * (DAYS - 1) + [112.0], team="payments")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["lines"][0].startswith("Yesterday $112, 12 % over a usual Monday. Month $2,312.")
    assert digest.card["late"] is None
    assert len(digest.card["lines"]) <= 3


def test_the_mover_is_what_makes_the_day_unusual(session: Session) -> None:
    """A service that rose nine days ago is still why a Monday is dearer than usual Mondays; small moves are no news."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [10.0] * (DAYS - 9) + [50.0] * 9, team="payments", service="Lambda")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert "Mover: Lambda +$30 against a usual Monday." in digest.card["lines"][1]  # three Mondays of 10 and one of 50
    assert digest.details["sections"][0]["rows"][0] == ["Lambda", "$50", "+$30"]
    spend(session, FIRST, [7.0] * DAYS, team="search")
    quiet = compose(session, {"team": "search"}, TODAY, Organisation())
    assert quiet is not None
    assert "Mover" not in quiet.text


def test_what_is_open_waits_and_was_saved_is_counted(session: Session) -> None:
    """Anomalies apart from the rest; amounts of the digest's currency only, and of its month."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    plain = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert plain is not None
    assert plain.card["lines"][1] == "No open anomalies."
    for number, kind in enumerate(("anomaly", "idle", "budget")):
        session.add(
            Insight(fingerprint=f"{number}", kind=kind, severity="low", title="t", team="payments", currency="USD")
        )
    fixes = [
        Remediation(
            playbook="p",
            playbook_digest="d",
            plan={},
            plan_digest="d",
            state=state,
            team="payments",
            currency=currency,
            expected_monthly_savings=Decimal(worth),
            requested_by="U1",
            expires_at=NOW,
        )
        for state, currency, worth in (("proposed", "USD", 640), ("proposed", "EUR", 5000), ("succeeded", "USD", 9))
    ]
    session.add_all(fixes)
    session.flush()
    for number, (day, saved) in enumerate(((3, 120), (20, 1000)), 1):
        month = 10 if number == 1 else 11
        session.add(
            Saving(
                remediation_id=fixes[2].id,
                resource_id=f"i-{number}",
                team="payments",
                applied_on=date(2026, 10, 1),
                window_days=14,
                realized_monthly_savings=Decimal(saved),
                currency="USD",
                status="validated",
                verified_at=datetime(2026, month, day, tzinfo=UTC),
            )
        )
    session.flush()
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["lines"][1] == (
        "1 open anomaly, 2 more insights, 2 proposals worth $640 a month, $1,000 a month saved and verified this month."
    )
