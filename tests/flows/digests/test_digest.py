"""What a digest says of a day, of the month and of what moved."""

from datetime import date

from sqlalchemy.orm import Session

from config.organisation import Organisation
from flows.digests.digest import compose
from tests.flows.daily import spend

TODAY = date(2026, 11, 24)
FIRST = date(2026, 8, 1)
DAYS = (TODAY - FIRST).days


def test_yesterday_is_compared_with_its_weekday(session: Session) -> None:
    """Three lines at most, and no word of lateness."""
    spend(session, FIRST, [100.0] * (DAYS - 1) + [112.0], team="payments")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["lines"][0].startswith("Yesterday $112, 12 % over a usual Monday. Month $2.3k.")
    assert digest.card["late"] is None
    assert len(digest.card["lines"]) <= 3


def test_the_mover_is_what_makes_the_day_unusual(session: Session) -> None:
    """A service that rose nine days ago is still why a Monday is dearer than usual Mondays; small moves are no news."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [10.0] * (DAYS - 9) + [50.0] * 9, team="payments", service="Lambda")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert "Mover: Lambda +$30 against a usual Monday." in digest.card["lines"][1]  # three Mondays of 10 and one of 50
    assert digest.details["sections"][0]["rows"][0] == ["Lambda", "$50", "$30"]
    spend(session, FIRST, [7.0] * DAYS, team="search")
    quiet = compose(session, {"team": "search"}, TODAY, Organisation())
    assert quiet is not None
    assert "Mover" not in quiet.text
