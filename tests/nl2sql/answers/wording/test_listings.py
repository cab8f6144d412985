"""What lists of budgets and forecasts say first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from nl2sql.answers.wording.listings import listing_headline
from nl2sql.dates import periods
from nl2sql.grammar.subjects.listing import SubjectListing

_BUDGET = ("budget", "amount", "spent", "forecast", "percent_used", "currency")
_MONTH = ("month", "currency", "expected_cost", "low_80", "high_80", "spent")


def _said(subject: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], exceeded: bool = False) -> str:
    return listing_headline(SubjectListing(subject, exceeded=exceeded), columns, rows, "USD", False)


def test_what_is_over_is_named_with_the_amount() -> None:
    """And what is heading there, though it has not arrived."""
    rows = [
        ("payments", 90.0, 99.0, 120.0, 110.0, "USD"),
        ("checkout", 200.0, 150.0, 230.0, 75.0, "USD"),
        ("growth", 300.0, 30.0, 60.0, 10.0, "USD"),
    ]
    said = _said("budgets", _BUDGET, rows, exceeded=True)
    assert said.startswith("1 of 3 budgets is over budget: payments $99 of $90 (110 %)")
    assert "1 heading over: checkout $150 of $200 (75 %), heading for $230, $30 over." in said


def test_nothing_over_is_no_missing_budget() -> None:
    """The fullest is named."""
    rows = [("payments", 90.0, 45.0, 80.0, 50.0, "USD"), ("growth", 300.0, 30.0, 60.0, 10.0, "USD")]
    said = _said("budgets", _BUDGET, rows, exceeded=True)
    assert said == "None of 2 budgets are over budget; fullest payments $45 of $90 (50 %), heading for $80."
    assert _said("budgets", _BUDGET, rows[:1], exceeded=True).startswith("No: payments $45 of $90")


def test_whether_a_budget_is_kept_has_its_own_answer() -> None:
    """A budget that is kept is a yes; one that is heading over is kept so far."""
    kept = SubjectListing("budgets", kept=True)
    rows = [("payments", 90.0, 45.0, 80.0, 50.0, "USD")]
    assert listing_headline(kept, _BUDGET, rows, "USD", False).startswith("Yes: payments $45 of $90 (50 %)")
    heading = [("payments", 90.0, 45.0, 99.0, 50.0, "USD")]
    assert listing_headline(kept, _BUDGET, heading, "USD", False).startswith("So far: payments $45 of $90")
    over = [("payments", 90.0, 95.0, 99.0, 106.0, "USD")]
    assert listing_headline(kept, _BUDGET, over, "USD", False).startswith("No: payments $95 of $90")


def test_a_running_quarter_is_told_as_a_whole() -> None:
    """What is past, what is spent of the running month and what is to come, as one sum; no further than predicted."""
    rows = [
        ("2026-10-01", "USD", 430_000.0, 430_000.0, 430_000.0, 430_000.0),
        ("2026-11-01", "USD", 445_000.0, 440_000.0, 450_000.0, 368_000.0),
        ("2026-12-01", "USD", 460_000.0, 430_000.0, 490_000.0, 0.0),
    ]
    quarter = SubjectListing("forecasts", period=periods.whole(date(2026, 11, 15), "quarter"))
    assert listing_headline(quarter, _MONTH, rows, "USD", False) == (
        "$1.34M expected for Q4 2026 ($1.3M–$1.37M likely), of which $798k is spent."
    )
    year = SubjectListing("forecasts", period=periods.whole(date(2026, 11, 15), "year"))
    assert "expected for 1 Jan – 30 Nov 2026" in listing_headline(year, _MONTH, rows[:2], "USD", False)


def test_the_running_month_says_what_is_spent_of_it() -> None:
    """The total first, then what of it is past."""
    rows = [
        ("2026-11-01", "USD", 445_000.0, 440_000.0, 450_000.0, 368_000.0),
        ("2026-12-01", "USD", 460_000.0, 430_000.0, 490_000.0, 0),
    ]
    assert _said("forecasts", _MONTH, rows) == (
        "$445k expected for November 2026 ($440k–$450k likely), of which $368k is spent; then $460k for December 2026."
    )


def test_findings_are_counted_and_named() -> None:
    """By state and period; one cut to the largest says so, and an empty one what was looked for."""
    columns, rows = ("title",), [("EC2 is up",), ("Lambda is up",)]
    anomalies = SubjectListing("anomalies", state="open")
    assert _of(anomalies, columns, rows) == "2 open anomalies: EC2 is up; Lambda is up."
    assert _of(anomalies, columns, []) == "No open anomaly."
    assert _of(replace(anomalies, limit=1), columns, rows[:1]) == "The largest open anomaly: EC2 is up."
    found = SubjectListing("insights", period=periods.whole(date(2026, 11, 15), "month"))
    assert (
        _of(found, columns, rows * 2) == "4 insights, November 2026, the largest: EC2 is up; Lambda is up; EC2 is up."
    )


def test_amounts_of_several_currencies_have_no_largest() -> None:
    """Yen and dollars are listed, not ranked."""
    columns, rows = ("title", "currency"), [("EC2 is up", "USD"), ("Lambda is up", "JPY")] * 2
    anomalies = SubjectListing("anomalies", state="open")
    said = listing_headline(anomalies, columns, rows, "USD", True)
    assert said == "4 open anomalies: EC2 is up; Lambda is up; EC2 is up."
    assert listing_headline(replace(anomalies, limit=2), columns, rows[:2], "USD", True).startswith("The 2 first open")


def test_changes_are_counted_once_whatever_they_touch() -> None:
    """A row stands for a resource, a change for all of them."""
    columns = ("remediation_id", "playbook", "account", "state")
    rows = [(7, "ec2-stop-idle", "sandbox", "proposed"), (7, "ec2-stop-idle", "sandbox", "proposed")]
    waiting = SubjectListing("remediations", state="waiting")
    assert _of(waiting, columns, rows) == "1 change waiting for approval: ec2-stop-idle in sandbox, proposed."


def test_what_can_be_saved_says_how() -> None:
    """In words; a price that is not known is no saving of nothing."""
    columns = ("kind", "resource_id", "account", "monthly_savings", "currency")
    rows = [("stop_idle", "i-1", "web", 260.0, "USD"), ("commitment_gap", "AWS: EC2", None, None, "USD")]
    open_ones = SubjectListing("recommendations", state="open")
    assert _of(open_ones, columns, rows) == (
        "2 open recommendations: $260 a month (stop an idle machine i-1 in web); an unknown amount (commitments for "
        "AWS: EC2)."
    )


def test_how_far_the_bills_reach_is_said_by_day() -> None:
    """Not how many providers there are."""
    rows = [("AWS", "2026-11-26"), ("Microsoft", "2026-11-26"), ("Google Cloud", "2026-11-24")]
    said = _of(SubjectListing("freshness"), ("provider", "data_through"), rows)
    assert said == "The bills reach to 26 Nov 2026 (AWS, Microsoft) and 24 Nov 2026 (Google Cloud)."


def _of(listing: SubjectListing, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    return listing_headline(listing, columns, rows, "USD", False)


def test_a_resource_is_called_by_its_name_and_not_by_its_address() -> None:
    """An ARN fills a headline; the list has it."""
    columns = ("recommendation_id", "kind", "resource_id", "account", "monthly_savings", "currency")
    rows = [(1, "stop_idle", "arn:aws:rds:eu-west-1:270418830012:db:load-test-db", "staging", 323.5, "USD")]
    assert "load-test-db in staging" in (said := _said("recommendations", columns, rows))
    assert "arn:" not in said
