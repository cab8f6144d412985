"""How far a scope's bills reach, and what is said where they are late or not whole."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.tables import Completeness, Source
from flows.anomalies.cost_series import read
from flows.digests.digest import compose
from flows.digests.freshness import Fresh, fresh
from tests.flows.daily import spend

TODAY = date(2026, 11, 24)  # a Tuesday
FIRST = date(2026, 8, 1)
DAYS = (TODAY - FIRST).days


def reach(session: Session, today: date = TODAY) -> Fresh:
    """Of the payments team."""
    series = read(session.connection(), FIRST, today, (("team",),))
    return fresh(session, {"team": "payments"}, series.take([series.scopes.index({"team": "payments"})]), today)


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


def test_a_whole_bill_through_yesterday_needs_no_word(session: Session) -> None:
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    assert reach(session) == Fresh(date(2026, 11, 23), None)


@pytest.mark.parametrize(("share", "through"), [(0.59, date(2026, 11, 22)), (0.61, date(2026, 11, 23))])
def test_a_cheap_day_is_taken_for_whole_from_three_fifths_of_its_weekday(
    session: Session, share: float, through: date
) -> None:
    """A Monday is compared with Mondays, which cost ten times a Sunday here."""
    costs = [100.0 if (FIRST + timedelta(days=offset)).weekday() == 0 else 10.0 for offset in range(DAYS - 1)]
    spend(session, FIRST, [*costs, 100.0 * share], team="payments")
    assert reach(session).through == through


def test_a_low_day_that_is_three_days_old_is_believed(session: Session) -> None:
    """The team really spent less: the bills say so still."""
    spend(session, FIRST, [100.0] * (DAYS - 3) + [20.0] * 3, team="payments")
    assert reach(session).through == date(2026, 11, 21)  # the 23rd and the 22nd may still grow


def test_what_was_learned_from_earlier_loads_asks_for_nine_tenths(session: Session) -> None:
    """A day is at 80 % after one day and at 95 % after two: the day before yesterday is the newest whole one."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    source = session.scalars(sa.select(Source.id)).one()
    for back in range(12, 40):
        day = TODAY - timedelta(days=back)
        for age, cost in ((0, 0.0), (1, 80.0), (2, 95.0), (11, 100.0)):
            session.add(Completeness(source_id=source, usage_date=day, seen_on=day + timedelta(days=age), cost=cost))
    session.flush()
    late = "Mon 23 Nov has not wholly arrived (about 80 % of it); this is about the days before."
    assert reach(session) == Fresh(date(2026, 11, 22), late)


def test_today_is_never_a_whole_day(session: Session) -> None:
    """A bill that holds this morning's hours already says nothing of today."""
    spend(session, FIRST, [100.0] * DAYS + [30.0], team="payments")
    assert reach(session) == Fresh(date(2026, 11, 23), None)


def test_the_slower_of_a_teams_two_providers_decides(session: Session) -> None:
    """AWS is there through yesterday, Google's part of the team through Friday."""
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [40.0] * (DAYS - 3), team="payments", provider="Google Cloud")
    late = "The bills are late: they end on Fri 20 Nov; nothing is said about later days."
    assert reach(session) == Fresh(date(2026, 11, 20), late)


def test_a_provider_that_was_left_weeks_ago_holds_nothing_up(session: Session) -> None:
    spend(session, FIRST, [100.0] * DAYS, team="payments")
    spend(session, FIRST, [40.0] * (DAYS - 20), team="payments", provider="Google Cloud")
    assert reach(session) == Fresh(date(2026, 11, 23), None)
