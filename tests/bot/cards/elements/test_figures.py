"""Which rows are drawn over time, and what stands under the points."""

from typing import Any

from bot.cards.elements import figures


def figure(columns: list[str], rows: list[list[Any]]) -> figures.Figure | None:
    return figures.figure_of({"columns": columns, "rows": rows, "currency": "USD"})


def test_when_something_was_found_is_no_course_of_its_amount() -> None:
    """A list of findings has moments, which are not steps of time."""
    rows = [
        ["2026-11-28T07:59:48.471956+00:00", "anomaly", 1036.0],
        ["2026-11-28T08:03:01.112233+00:00", "idle", 780.0],
        ["2026-11-28T08:03:01.223344+00:00", "idle", 148.0],
    ]
    assert figure(["detected_at", "kind", "impact_amount"], rows) is None


def test_hours_are_steps_of_time() -> None:
    """Whole ones, as the bills have them."""
    rows = [["2026-11-28T07:00:00+00:00", 1.0], ["2026-11-28T08:00:00+00:00", 2.0]]
    drawn = figure(["usage_hour", "effective_cost"], rows)
    assert drawn is not None
    assert drawn["categories"] == ["28 Nov 07:00", "28 Nov 08:00"]


def test_years_are_called_by_their_number() -> None:
    """Not by their first month."""
    drawn = figure(["year", "effective_cost"], [["2025-01-01", 1.0], ["2026-01-01", 2.0]])
    assert drawn is not None
    assert drawn["categories"] == ["2025", "2026"]
