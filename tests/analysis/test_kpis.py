"""The formulas of the KPIs."""

from datetime import UTC, datetime, timedelta

import pytest

from analysis import kpis
from settings import Scope

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)


def test_time_to_detect_is_the_median_of_minutes():
    """Posting before arrival, by a clock gone wrong, is zero."""
    alerts = [(NOW, NOW + timedelta(minutes=minutes)) for minutes in (2, 4, 90, -5)]
    found = kpis.time_to_detect(alerts)
    assert found is not None
    assert (found.median_minutes, found.p95_minutes, found.alerts) == (3, 90, 4)


def test_precision_counts_judged_alerts_only():
    """Silence is no verdict."""
    assert kpis.alert_precision(["useful", None, "noise", "useful", "useful"]) == 0.75


def test_forecast_error_is_the_mean_error_of_totals():
    """A period without cost has no percentage."""
    assert kpis.forecast_error([(110, 100), (80, 100), (5, 0)]) == pytest.approx(0.15)


def test_cost_under_budget_is_counted_once_and_not_by_a_budget_over_everything():
    """A charge in two scopes counts once."""
    costs = [
        ({"team": "a", "environment": "prod"}, 60.0),
        ({"team": "b", "environment": "prod"}, 30.0),
        ({"team": "c", "environment": "dev"}, 10.0),
    ]
    assert kpis.share_under_budget(costs, [Scope(team="a"), Scope(environment="prod"), Scope()]) == pytest.approx(0.9)
    assert kpis.share_under_budget(costs, [Scope()]) == 0


def test_unallocated_is_what_has_no_team():
    """Null, empty and the word itself."""
    assert kpis.unallocated_share([("a", 70), (None, 10), ("", 10), ("unallocated", 10)]) == pytest.approx(0.3)


def test_validated_savings_leave_pending_ones_out():
    """One of two is validated; of 150 expected 90 were realized."""
    found = kpis.validated_savings([("validated", 100, 90), ("missed", 50, 0), ("pending", 500, None), ("reversed", None, None)])
    assert found is not None
    assert (found.share_validated, found.share_realized, found.verdicts) == (pytest.approx(1 / 3), pytest.approx(0.6), 3)


def test_askers_of_the_week_are_people_not_questions():
    """Eight days ago is not this week."""
    asked = [("u1", NOW), ("u1", NOW - timedelta(days=1)), ("u2", NOW - timedelta(days=6)), ("u3", NOW - timedelta(days=8))]
    assert kpis.weekly_askers(asked, NOW) == 2


def test_nothing_measured_is_none_and_not_zero():
    """A KPI without data must not look bad, or good."""
    assert kpis.time_to_detect([]) is None
    assert kpis.alert_precision([None]) is None
    assert kpis.forecast_error([]) is None
    assert kpis.share_under_budget([], []) is None
    assert kpis.unallocated_share([]) is None
    assert kpis.validated_savings([("pending", 1, None)]) is None
