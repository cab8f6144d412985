"""Findings are grouped by cause: one is told once, and two are never told as one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import pytest

from analysis.anomalies.score import Finding, Kind
from flows.anomalies.grouping import ScoredFinding, Window, group_findings
from flows.anomalies.titles import title_of, what_of, when_of

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
NOTHING = Window(FIRST, timedelta(days=1), np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), 1)


def judged(day: int, impact: float, since: int | None = None, **scope: str) -> ScoredFinding:
    moment = FIRST + timedelta(days=day)
    start = moment if since is None else FIRST + timedelta(days=since)
    direction: Literal["up", "down"] = "up" if impact > 0 else "down"
    return ScoredFinding(Finding(0, moment, start, "spike", direction, 0.0, impact, impact, 9.0), scope, "USD", NOTHING)


def told(*findings: ScoredFinding) -> list[dict[str, str]]:
    return [one.scope for one in group_findings(findings, FIRST.date())]


RDS = [
    judged(3, 999, account="commerce", service="RDS"),
    judged(3, 999, service="RDS"),
    judged(3, 1001, service="RDS", team="data"),
]
RDS_TOLD = {"service": "RDS", "team": "data"}


def test_a_second_cause_in_the_same_account_a_day_later_is_a_second_alert() -> None:
    """The account is out of line for both together: the new one is told where it is, with its own amount."""
    second = [
        judged(4, 2041, since=3, account="commerce"),
        judged(4, 1055, account="commerce", service="CloudFront"),
        judged(4, 1055, service="CloudFront"),
        judged(4, 1059, service="CloudFront", team="web"),
        judged(4, 1069, team="web"),
    ]
    assert told(*RDS, *second) == [RDS_TOLD, {"service": "CloudFront", "team": "web"}]


def test_the_same_cause_at_another_level_a_day_later_is_not_told_again() -> None:
    """The account and the total follow, a region crosses it: each is carried by what was told."""
    later = [
        judged(4, 1100, since=3, account="commerce"),
        judged(4, 1200, since=3),
        judged(4, 1005, since=3, region="us-east-1"),
    ]
    assert told(*RDS, *later) == [RDS_TOLD]


def test_what_is_within_a_told_scope_is_the_same_while_it_began_no_later() -> None:
    """A narrower scope that begins a day later is another cause."""
    account = judged(3, 3000, account="commerce")
    assert told(account, judged(4, 2900, since=3, account="commerce", service="RDS")) == [account.scope]
    began_later = judged(4, 2900, account="commerce", service="RDS")
    assert told(account, began_later) == [account.scope, began_later.scope]


def test_another_direction_and_another_week_are_other_causes() -> None:
    fall, later = judged(4, -1001, service="RDS", team="data"), judged(9, 1001, service="RDS", team="data")
    assert told(*RDS, fall, later) == [RDS_TOLD, fall.scope, later.scope]


@pytest.mark.parametrize(
    ("began", "expected"), [(10, [100 + day % 7 for day in range(20)]), (3, [100, 101, 102, *[55.0] * 17])]
)
def test_the_expected_line_is_as_it_was_on_the_day_of_the_alert(began: int, expected: list[float]) -> None:
    """The detector takes a shift as usual after some days; the chart does not. It keeps the weekdays it knew."""
    learned = np.array([[100.0 + day % 7 if day < began + 3 else 400.0] for day in range(20)])
    window = Window(FIRST, timedelta(days=1), np.full((20, 1), 400.0), learned, np.full((20, 1), 0.1), 20)
    start = FIRST + timedelta(days=began)
    finding = Finding(0, start, start, "shift", "up", 55.0, 400.0, 300.0, 9.0)
    band = ScoredFinding(finding, {}, "USD", window).band()
    assert band["expected"] == expected
    assert max(band["high"]) < 200


def seen(values: list[float], kind: Kind = "spike") -> ScoredFinding:
    """A finding of the second day, on which 347 was expected, with what came after."""
    since = FIRST + timedelta(days=1)
    column = np.array(values).reshape(-1, 1)
    window = Window(FIRST, timedelta(days=1), column, column * 0 + 347.0, column * 0, len(values))
    finding = Finding(0, since, since, kind, "up", 347.0, values[1], values[1] - 347.0, 9.0)
    return ScoredFinding(finding, {"service": "RDS"}, "USD", window)


def test_the_amount_of_the_title_lies_between_the_two_that_are_said() -> None:
    """What was and what was expected, on that day: the same days in both."""
    lasting = seen([347.0, 1354.0, 1360.0])
    assert title_of(lasting, "usage") == "RDS is up $1,010 a day since Sat 21 Nov (×3.9): usage, not price"
    assert what_of(lasting, "usage") == "$1,357 a day where $347 was expected"
    assert when_of(lasting) == "since Sat 21 Nov 2026"


def test_what_is_over_has_an_end() -> None:
    """One day, or the first and the last."""
    assert when_of(seen([347.0, 1354.0, 350.0])) == "on Sat 21 Nov 2026"
    assert when_of(seen([347.0, 1354.0, 1360.0, 350.0])) == "from Sat 21 Nov 2026 to Sun 22 Nov 2026"


def spike(*values: float, kind: Literal["spike", "shift", "ramp"] = "spike", whole: int = 20) -> ScoredFinding:
    """Twenty days of 100, the last of them as given; found on the first of those."""
    days = np.full((20, 1), 100.0)
    days[20 - len(values) :, 0] = values
    window = Window(FIRST, timedelta(days=1), days, np.full((20, 1), 100.0), np.full((20, 1), 0.1), whole)
    start = FIRST + timedelta(days=20 - len(values))
    return ScoredFinding(
        Finding(0, start, start, kind, "up", 100.0, values[0], values[0] - 100, 9.0), {}, "USD", window
    )


def test_a_spike_of_two_days_is_told_with_the_figures_of_both() -> None:
    """On average a day, and in all."""
    both = spike(400.0, 700.0, 100.0)
    assert (both.expected, both.actual, both.impact) == (100.0, 550.0, 450.0)
    assert both.over == (2, 900.0)
    assert both.through == both.since + timedelta(days=1)
    assert title_of(both) == "Total cost was up $450 a day from Mon 7 Dec to Tue 8 Dec (×5.5)"


def test_a_day_that_has_not_wholly_arrived_counts_for_nothing_yet() -> None:
    """Its own figures are the finding's, which reckons with what is still to come."""
    assert spike(400.0, 150.0, whole=19).impact == 300.0
    assert spike(400.0, whole=19).impact == 300.0


def test_slow_growth_is_told_as_far_as_it_has_come() -> None:
    """Its average would hide where it stands."""
    assert spike(400.0, 700.0, kind="ramp").impact == 300.0


def test_what_began_before_the_days_that_are_judged_anew_has_figures_too() -> None:
    """Of the days before them no expectation is kept."""
    window = Window(
        FIRST, timedelta(days=1), np.full((20, 1), 400.0), np.full((15, 1), 100.0), np.full((15, 1), 0.1), 20
    )
    began = FIRST + timedelta(days=3)
    finding = Finding(0, FIRST + timedelta(days=6), began, "shift", "up", 100.0, 400.0, 300.0, 9.0)
    judged = ScoredFinding(finding, {}, "USD", window)
    assert (judged.impact, judged.lasted) == (300.0, 17)
    assert len(judged.band()["expected"]) == 15


def growing(day: int, service: str, share: float = 0.18, since: int = 0, **more: Any) -> ScoredFinding:
    """Slow growth of a service of payments, from 100 a day."""
    moment, start = FIRST + timedelta(days=day), FIRST + timedelta(days=since)
    finding = Finding(0, moment, start, "ramp", "up", 100.0, 100.0 * (1 + share), 100.0 * share, 9.0)
    return ScoredFinding(finding, {"service": service, "team": "payments"}, "USD", NOTHING, **more)


def test_services_of_a_team_that_grow_alike_are_one_alert_that_names_them() -> None:
    """Noticed on the same day or some days later; the card says which."""
    one = growing(3, "EC2")
    (alert,) = group_findings(
        [one, growing(3, "S3"), growing(5, "RDS", 0.15, 4), growing(6, "RDS", 0.15, 4)], FIRST.date()
    )
    assert alert.scope == one.scope
    assert what_of(alert, "usage") == "$118 a day where $100 was expected; S3 and RDS grow alike"


@pytest.mark.parametrize(
    "other",
    [
        growing(5, "S3", 0.4),
        growing(5, "S3", since=9),
        replace(growing(5, "S3"), scope={"service": "EC2", "team": "search"}),
        replace(growing(5, "S3"), scope={"service": "S3", "account": "prod"}),
        replace(growing(5, "S3"), scope={"service": "S3"}),
        replace(
            growing(5, "S3"),
            scope={"team": "payments"},
            finding=replace(growing(5, "S3").finding, expected=1000.0, actual=1180.0, impact=180.0),
        ),
    ],
    ids=["by another share", "from another week", "of another team", "of an account", "of nobody", "the team itself"],
)
def test_what_grows_otherwise_or_more_widely_has_an_alert_of_its_own(other: ScoredFinding) -> None:
    assert told(growing(3, "EC2"), other) == [{"service": "EC2", "team": "payments"}, other.scope]


def test_growth_that_is_not_told_swallows_none_beside_it() -> None:
    """Fewer alerts were asked for there, not here."""
    assert told(growing(3, "EC2", hushed=True), growing(5, "S3"))[1:] == [{"service": "S3", "team": "payments"}]
