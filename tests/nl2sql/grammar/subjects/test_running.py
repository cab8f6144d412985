"""Quarters and years that run are forecast with what is spent of them."""

import pytest

from config.access import SYSTEM
from nl2sql import guard
from nl2sql.catalog import views
from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.parse import parse
from nl2sql.grammar.subjects.listing import SubjectListing, list_subject, select_of
from tests.nl2sql.builders import CALENDAR, VALUES


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("what will this quarter cost?", "Q4 2026"),
        ("forecast for q4", "Q4 2026"),
        ("forecast for this year", "2026"),
        ("forecast for this quarter by team", "Q4 2026"),
    ],
)
def test_what_runs_is_forecast_as_a_whole(question: str, days: str) -> None:
    """With what is spent of it: the running month alone is no quarter."""
    listing = list_subject(parse(question, semantics(), VALUES, CALENDAR))
    assert isinstance(listing, SubjectListing)
    assert listing.period is not None
    assert listing.period.label == days
    sql = select_of(listing, CALENDAR).sql("postgres")
    start, end = listing.period.start.isoformat(), listing.period.end.isoformat()
    assert f"usage_date >= CAST('{start}' AS DATE) AND usage_date < CAST('{end}' AS DATE)" in sql
    assert isinstance(guard.check(sql, views.reporting(), SYSTEM), guard.SafeQuery)
