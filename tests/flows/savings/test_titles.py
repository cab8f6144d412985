"""What an alert about savings says and shows: one group of resources in a sentence, what was seen, a chart."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from analysis.waste.facts import SavingOpportunity
from db.tables import Utilization
from flows.savings.titles import TITLES, figure, title, utilization

FIRST = date(2026, 11, 1)


def found(number: int = 0, saved: float | None = 153.0, **evidence: Any) -> SavingOpportunity:
    given: dict[str, Any] = {
        "kind": "stop_idle",
        "resource_id": f"i-{number}",
        "account": "sandbox",
        "team": "web",
        "current_state": "running",
        "proposed_state": "stopped",
        "monthly_savings": saved,
        "currency": "USD",
        "confidence": "high",
        "evidence": {"metrics": {}, "summary": "", **evidence},
    }
    return SavingOpportunity(**given)


def looked(**highest: float) -> dict[str, Any]:
    return {name: {"highest": value, "window": 14} for name, value in highest.items()}


def use(session: Session, metric: str, values: list[float], number: int = 0, unit: str = "percent") -> None:
    for offset, value in enumerate(values):
        day = FIRST + timedelta(days=offset)
        row = Utilization(usage_date=day, resource_id=f"i-{number}", metric=metric, average=value, maximum=value)
        row.unit = unit
        session.add(row)
    session.flush()


@pytest.mark.parametrize(
    ("kind", "of_type", "count", "said"),
    [
        ("stop_idle", "Instance", 4, "Stop 4 idle instances in sandbox"),
        ("stop_idle", "Instance", 1, "Stop 1 idle instance in sandbox"),
        ("rightsize", "DB Instance", 2, "Resize 2 oversized databases in sandbox"),
        ("release_address", "IP Address", 3, "Release 3 unused addresses in sandbox"),
        ("gp2_to_gp3", "Volume", 1, "Move 1 gp2 volume to gp3 in sandbox"),
        ("lambda_old_versions", "Function", 2, "Delete old versions of 2 functions in sandbox"),
    ],
)
def test_a_title_counts_in_plain_words(kind: str, of_type: str, count: int, said: str) -> None:
    members = [found(number) for number in range(count)]
    assert title(kind, "sandbox", of_type, members, 612.0) == f"{said}: saves $612 a month"


def test_savings_that_nobody_knows_are_counted_beside() -> None:
    """Not taken for nothing, and not guessed."""
    members = [found(0, 612.0), found(1, None), found(2, None)]
    said = title("stop_idle", "", "Instance", members, 612.0)
    assert said == "Stop 3 idle instances in no account: saves $612 a month, and what 2 of them save is not known"


def test_the_currency_is_the_groups_own() -> None:
    euros = SavingOpportunity(**{**found().__dict__, "currency": "EUR"})
    assert title("stop_idle", "eu", "Instance", [euros], 90.0).endswith("saves €90 a month")


def test_every_rule_of_waste_has_a_title() -> None:
    """Each takes a count and a type; none would fail while an alert is written."""
    for kind in TITLES:
        assert "2" in title(kind, "sandbox", "Volume", [found(0), found(1)], 1.0)


def test_the_highest_of_all_is_said_once() -> None:
    """Zero is said as none, bytes in megabytes, and the shortest window counts."""
    a = found(0, metrics=looked(cpu=2.13, network=2e6, requests=0))
    b = found(1, metrics={**looked(cpu=4.0, network=1e6, requests=0), "cpu": {"highest": 4.0, "window": 7}})
    assert (
        utilization(["web-1", "web-2"], [a, b])
        == "web-1, web-2: CPU at most 4 %, network at most 2.0 MB a day, no requests in 7 days"
    )


def test_more_than_four_names_are_counted() -> None:
    members = [found(number, metrics=looked(cpu=2.0)) for number in range(6)]
    names = [f"web-{number}" for number in range(6)]
    assert utilization(names, members).startswith("web-0, web-1, web-2, web-3 and 2 more: CPU at most 2 %")


def test_without_metrics_what_is_the_same_is_said_once() -> None:
    """And no more than four sorts of it."""
    members = [found(0, summary="not attached"), found(1, summary="unread"), found(2, summary="not attached")]
    assert utilization(["c", "b", "a"], members) == "a, c: not attached; b: unread"
    many = [found(number, summary=f"reason {number}") for number in range(6)]
    assert utilization(list("abcdef"), many).endswith("d: reason 3; and 2 more")


def test_the_chart_shows_the_last_two_weeks_and_the_limit_of_the_rule(session: Session) -> None:
    use(session, "cpu", [1.0 + offset for offset in range(20)])
    use(session, "cpu", [2.0] * 20, number=1)
    drawn = figure(session, "stop_idle", ["web-1", "web-2"], [found(0), found(1)])
    assert drawn is not None
    assert (drawn["title"], drawn["y_label"], drawn["limit"]) == ("Highest CPU of each day", "percent", 5.0)
    assert (drawn["categories"][0], drawn["categories"][-1], len(drawn["categories"])) == ("7 Nov", "20 Nov", 14)
    assert drawn["series"] == [["web-1", [7.0 + offset for offset in range(14)]], ["web-2", [2.0] * 14]]


def test_a_day_without_a_measurement_is_a_gap_and_not_zero(session: Session) -> None:
    use(session, "cpu", [3.0, 3.0, 3.0])
    use(session, "cpu", [4.0, 4.0], number=1)
    drawn = figure(session, "stop_idle", ["web-1", "web-2"], [found(0), found(1)])
    assert drawn is not None
    assert drawn["series"][1] == ["web-2", [4.0, 4.0, None]]


def test_the_next_metric_stands_in_and_has_no_limit_of_the_first(session: Session) -> None:
    """A database without CPU figures shows its connections; five percent says nothing about them."""
    use(session, "connections", [3.0, 1.0], unit="count")
    drawn = figure(session, "stop_idle", ["db"], [found(0)])
    assert drawn is not None
    assert (drawn["title"], drawn["y_label"]) == ("Highest connections of each day", "count")
    assert "limit" not in drawn


@pytest.mark.parametrize(
    ("kind", "values"), [("delete_volume", [1.0, 2.0]), ("stop_idle", [3.0]), ("stop_idle", [0.0, 0.0])]
)
def test_nothing_is_drawn_where_a_chart_would_show_nothing(session: Session, kind: str, values: list[float]) -> None:
    """A kind without a metric, a single day, a flat zero."""
    use(session, "cpu", values)
    assert figure(session, kind, ["web-1"], [found(0)]) is None
