"""What lists of budgets and forecasts say first."""

from collections.abc import Sequence

from nl2sql.answers.listings import listing_headline
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
    assert said.startswith("1 of 3 budgets is over budget: payments $99.00 of $90.00 (110 %)")
    assert "1 heading over: checkout $150 of $200 (75 %), heading for $230, $30.00 over." in said


def test_nothing_over_is_no_missing_budget() -> None:
    """The fullest is named."""
    rows = [("payments", 90.0, 45.0, 80.0, 50.0, "USD"), ("growth", 300.0, 30.0, 60.0, 10.0, "USD")]
    said = _said("budgets", _BUDGET, rows, exceeded=True)
    assert said == "None of 2 budgets are over budget; fullest payments $45.00 of $90.00 (50 %), heading for $80.00."
    assert _said("budgets", _BUDGET, rows[:1], exceeded=True).startswith("No: payments $45.00 of $90.00")


def test_the_running_month_says_what_is_spent_of_it() -> None:
    """The total first, then what of it is past."""
    rows = [
        ("2026-11-01", "USD", 445_000.0, 440_000.0, 450_000.0, 368_000.0),
        ("2026-12-01", "USD", 460_000.0, 430_000.0, 490_000.0, 0),
    ]
    assert _said("forecasts", _MONTH, rows) == (
        "$445.0k expected for November 2026 ($440.0k–$450.0k likely), of which $368.0k is spent; then $460.0k for "
        "December 2026."
    )
