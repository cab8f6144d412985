"""What a digest says of whole days, of late bills and of shared costs."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.bills import SharedCost
from config.organisation import Organisation
from db.tables import Completeness, Source
from flows.digests.digest import compose
from flows.ingest import showback
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


def test_a_bill_that_ends_early_is_late_and_no_drop(session: Session) -> None:
    """Two days are missing: the digest is about the last one there is, and says so."""
    spend(session, FIRST, [100.0] * (DAYS - 2), team="payments")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["late"] == "The bills are late: they end on Sat 21 Nov; nothing is said about later days."
    assert digest.card["lines"][0].startswith("Saturday 21 Nov $100, as a usual Saturday.")


def test_a_day_that_has_partly_arrived_is_left_out(session: Session) -> None:
    """38 % of a Monday is not a drop of 62 %."""
    spend(session, FIRST, [100.0] * (DAYS - 1) + [38.0], team="payments")
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert digest.card["late"] == "Mon 23 Nov has not wholly arrived (about 38 % of it); this is about the days before."
    assert "as a usual Sunday" in digest.card["lines"][0]
    assert digest.card["figure"]["categories"][29] == "22 Nov"


def test_what_earlier_loads_showed_decides_how_whole_a_day_is(session: Session) -> None:
    """A day is usually at 60 % on the morning after: 60 now is not looked at,
    though it is more than half of a usual day.
    """
    spend(session, FIRST, [100.0] * (DAYS - 1) + [62.0], team="payments")
    source = session.scalars(sa.select(Source.id)).one()
    for back in range(12, 40):
        day = TODAY - timedelta(days=back)
        for age, cost in ((0, 0.0), (1, 60.0), (2, 99.0), (11, 100.0)):
            session.add(Completeness(source_id=source, usage_date=day, seen_on=day + timedelta(days=age), cost=cost))
    session.flush()
    digest = compose(session, {"team": "payments"}, TODAY, Organisation())
    assert digest is not None
    assert "about 60 % of it" in digest.card["late"]


def test_a_scope_waits_only_for_its_own_providers(session: Session) -> None:
    """Google's bill is late; a team that is not there has its digest of yesterday."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [50.0] * (DAYS - 3), team="ml", provider="Google Cloud")
    mine, everything = (
        compose(session, {"team": "payments"}, TODAY, Organisation()),
        compose(session, {}, TODAY, Organisation()),
    )
    assert mine is not None
    assert everything is not None
    assert mine.card["late"] is None
    assert everything.card["late"] == "The bills are late: they end on Fri 20 Nov; nothing is said about later days."


def test_shared_costs_are_split_and_add_up(session: Session) -> None:
    """Even, proportional and fixed; what is shared is nobody's own cost, and a part that nobody bears is shown."""
    spend(session, date(2026, 11, 1), [60.0], team="payments")
    spend(session, date(2026, 11, 1), [30.0], team="search")
    spend(session, date(2026, 11, 1), [9.0], team="search", account="shared", account_id="9")
    spend(session, date(2026, 11, 1), [10.0], service="Support")
    spend(session, date(2026, 11, 1), [100.0], service="Network Hub")
    organisation = Organisation(
        shared_costs=(
            SharedCost(name="platform", account="shared", split="even"),
            SharedCost(name="support", service="Support"),
            SharedCost(name="network", service="Network*", split="fixed", shares={"payments": 0.5, "search": 0.2}),
        )
    )
    for _ in range(2):  # computing it again replaces it
        showback.refresh(session, organisation)
    rows = session.execute(
        sa.text("SELECT coalesce(shared_cost, 'own'), team, cost FROM reporting.showback ORDER BY 1, 2")
    ).all()
    assert [(name, team, float(cost)) for name, team, cost in rows] == [
        ("network", "payments", 50.0),
        ("network", "search", 20.0),
        ("network", None, 30.0),
        ("own", "payments", 60.0),
        ("own", "search", 30.0),
        ("platform", "payments", 4.5),
        ("platform", "search", 4.5),
        ("support", "payments", 6.6667),
        ("support", "search", 3.3333),
    ]
    assert sum(float(row.cost) for row in rows) == 209.0
    section = showback.section(session, {"team": "search"}, date(2026, 11, 23))
    assert section["rows"][0] == ["network", "search", "$20"]
