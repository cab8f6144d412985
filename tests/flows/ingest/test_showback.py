"""What each team bears of shared costs."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.bills import SharedCost
from config.organisation import Organisation
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
