"""What a modal offers to choose from: what was billed lately and the person may see."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.listeners.scopes import visible
from config.access import Actor
from tests.flows.daily import spend

ADMIN = Actor(id="U1", sees_all=True)
MEMBER = Actor(id="U2", teams=frozenset({"payments", "gone"}))
TODAY = date(2026, 11, 23)


def bills(session: Session) -> None:
    spend(session, TODAY, [10.0], team="search", account="Prod", environment="prod")
    spend(session, TODAY, [90.0], team="payments", service="S3", account="dev", provider="Google Cloud")
    spend(session, TODAY, [50.0], account="anonymous")


def test_every_dimension_has_its_values_in_the_order_of_the_alphabet(session: Session) -> None:
    """Whatever their case; what is unallocated is no value."""
    bills(session)
    assert visible(session, ADMIN) == {
        "team": ["payments", "search"],
        "account": ["anonymous", "dev", "Prod"],
        "service": ["EC2", "S3"],
        "environment": ["prod"],
        "application": [],
        "provider": ["AWS", "Google Cloud"],
        "region": ["us-east-1"],
    }


def test_who_sees_own_teams_chooses_among_these_and_nothing_else(session: Session) -> None:
    """Not even the names of other teams' accounts; a team without bills is not offered."""
    bills(session)
    assert visible(session, MEMBER) == {"team": ["payments"]}
    assert visible(session, Actor(id="U3")) == {"team": []}


def test_what_was_last_billed_more_than_five_weeks_ago_is_not_offered(session: Session) -> None:
    """Counted from the newest bill, however old that is."""
    bills(session)
    spend(session, TODAY - timedelta(days=34), [1.0], team="late")
    spend(session, TODAY - timedelta(days=35), [999.0], team="former")
    assert visible(session, ADMIN)["team"] == ["late", "payments", "search"]


def test_of_many_values_the_hundred_largest_spenders_are_offered(session: Session) -> None:
    """A menu of Slack holds a hundred."""
    for number in range(104):
        spend(session, TODAY, [1.0 + number], team=f"team-{number:03d}")
    assert visible(session, ADMIN)["team"] == [f"team-{number:03d}" for number in range(4, 104)]


def test_without_bills_there_is_nothing_to_choose(session: Session) -> None:
    assert set(visible(session, ADMIN)) == {
        "team",
        "account",
        "service",
        "environment",
        "application",
        "provider",
        "region",
    }
    assert not any(visible(session, ADMIN).values())
