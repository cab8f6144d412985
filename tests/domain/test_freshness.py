"""How far the bills reach is one answer for a scope, and what has not arrived is unknown."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from domain.freshness import data_through, late_providers, newest_day
from tests.flows.daily import spend

FIRST = date(2026, 9, 1)


def test_the_provider_that_is_furthest_behind_decides(session: Session) -> None:
    """In a scope without it, it does not."""
    spend(session, FIRST, [100.0] * 60, team="web")
    spend(session, FIRST, [100.0] * 57, provider="Microsoft", account="az", team="data")
    connection = session.connection()
    assert newest_day(connection) == date(2026, 10, 30)
    assert late_providers(connection) == {"Microsoft": date(2026, 10, 27)}
    assert data_through(connection, {}) == date(2026, 10, 27)
    assert data_through(connection, {"team": "web"}) == date(2026, 10, 30)
    assert data_through(connection, {"team": "data"}) == date(2026, 10, 27)


def test_a_provider_that_stopped_is_not_waited_for(session: Session) -> None:
    """Two weeks of silence before the others: it delivers no more."""
    spend(session, FIRST, [100.0] * 60)
    spend(session, FIRST, [100.0] * 30, provider="Microsoft", account="az")
    assert late_providers(session.connection()) == {}
    assert data_through(session.connection(), {}) == date(2026, 10, 30)


def test_without_bills_nothing_is_known(session: Session) -> None:
    """And nothing is late."""
    assert newest_day(session.connection()) is None
    assert late_providers(session.connection()) == {}
    assert data_through(session.connection(), {}) is None


def test_the_views_call_the_same_providers_active(session: Session) -> None:
    """What Home, metrics and answers read is the one rule, on its last day and the day after."""
    spend(session, FIRST, [100.0] * 60)
    spend(session, FIRST, [100.0] * 47, provider="Microsoft", account="az")
    spend(session, FIRST, [100.0] * 46, provider="Google", account="gcp")
    rows = session.execute(sa.text("SELECT provider, active FROM reporting.data_freshness")).all()
    assert {row.provider: row.active for row in rows} == {"AWS": True, "Microsoft": True, "Google": False}
    assert set(late_providers(session.connection())) == {"Microsoft"}
    assert data_through(session.connection(), {}) == date(2026, 10, 17)
