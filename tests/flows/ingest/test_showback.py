"""What each team bears of shared costs."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from config.sections.bills import SharedCost
from db.tables import Showback
from flows.ingest import showback
from tests.flows.daily import spend


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


def rows(session: Session) -> list[tuple[str | None, str | None, str, float]]:
    """Shared cost, team, currency and amount."""
    found = session.execute(sa.select(Showback).order_by(Showback.shared_cost, Showback.team, Showback.currency))
    return [(row.shared_cost, row.team, row.currency, float(row.cost)) for (row,) in found]


def test_each_currency_is_split_by_itself(session: Session) -> None:
    """A dollar of support is borne by who spent dollars; nobody spent yen of their own."""
    spend(session, date(2026, 11, 1), [60.0], team="payments")
    spend(session, date(2026, 11, 1), [60.0], team="search", currency="EUR")
    spend(session, date(2026, 11, 1), [10.0], service="Support")
    spend(session, date(2026, 11, 1), [8.0], service="Support", currency="EUR")
    showback.refresh(session, Organisation(shared_costs=(SharedCost(name="support", service="Support"),)))
    assert [row for row in rows(session) if row[0]] == [
        ("support", "payments", "USD", 10.0),
        ("support", "search", "EUR", 8.0),
    ]


def test_tax_is_borne_by_nobody(session: Session) -> None:
    spend(session, date(2026, 11, 1), [60.0], team="payments")
    spend(session, date(2026, 11, 1), [6.0], team="payments", charge_category="Tax")
    showback.refresh(session, Organisation())
    assert rows(session) == [(None, "payments", "USD", 60.0)]


def test_a_shared_account_is_one_that_both_its_conditions_fit(session: Session) -> None:
    """By its id as well; the service of another account stays its team's own."""
    spend(session, date(2026, 11, 1), [5.0], team="payments", account="hub", account_id="42", service="Support")
    spend(session, date(2026, 11, 1), [7.0], team="payments", service="Support")
    hub = SharedCost(name="hub", account="42", service="Support")
    showback.refresh(session, Organisation(shared_costs=(hub,)))
    assert rows(session) == [("hub", "payments", "USD", 5.0), (None, "payments", "USD", 7.0)]


def test_a_name_with_brackets_is_that_name(session: Session) -> None:
    """Only a star stands for other text, as in the rules of allocation."""
    spend(session, date(2026, 11, 1), [5.0], team="payments", account="prod [eu]")
    spend(session, date(2026, 11, 1), [7.0], team="payments", account="prod e")
    showback.refresh(session, Organisation(shared_costs=(SharedCost(name="eu", account="prod [eu]"),)))
    assert rows(session) == [("eu", "payments", "USD", 5.0), (None, "payments", "USD", 7.0)]
