"""A comparison shows both of its sides, and one point is no course."""

from bot.cards.elements.figures import figure_of


def test_both_sides_of_a_comparison_are_drawn() -> None:
    """Beside one another, each under its period's name."""
    columns = ["service", "october_2026", "september_2026", "change", "change_percent"]
    rows = [["EC2", 5.0, 4.0, 1.0, 25.0], ["S3", 2.0, 3.0, -1.0, -33.3]]
    figure = figure_of({"columns": columns, "rows": rows, "chart": "bars", "currency": "USD"})
    assert figure is not None
    assert figure["series"] == [["October 2026", [5.0, 2.0]], ["September 2026", [4.0, 3.0]]]
    assert figure["title"] == "October 2026 and September 2026"


def test_a_ranking_has_one_side() -> None:
    """What is left over is summed, on each side."""
    rows = [[f"s{n}", float(n)] for n in range(12, 0, -1)]
    figure = figure_of({"columns": ["service", "effective_cost"], "rows": rows, "chart": "bars"})
    assert figure is not None
    [[_, values]] = figure["series"]
    assert (figure["categories"][-1], values[-1]) == ("other", 4.0 + 3.0 + 2.0 + 1.0)


def test_one_moment_is_no_course() -> None:
    """Two parts of one day are no line and no area."""
    rows = [["2026-11-01", "EC2", 5.0], ["2026-11-01", "S3", 2.0]]
    assert figure_of({"columns": ["day", "service", "effective_cost"], "rows": rows, "chart": "stacked"}) is None
