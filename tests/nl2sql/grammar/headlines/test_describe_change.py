"""The headlines of what moved."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.headlines.describe import headline
from tests.nl2sql.builders import query

MOVED = ("team", "october_2026", "september_2026", "change", "change_percent")
STEPS = ("month", "effective_cost", "change", "change_percent")


@pytest.mark.parametrize(
    ("question", "columns", "rows", "text"),
    [
        (
            "which teams grew by more than $100 in october",
            MOVED,
            [("a", 700.0, 300.0, 400.0, 133.3), ("b", 500.0, 390.0, 110.0, 28.2)],
            (
                "2 teams went up over $100 vs September 2026, most a up $400 (+133.3 %), then b up $110 (+28.2 %); "
                "October 2026."
            ),
        ),
        (
            "which teams grew in october",
            MOVED,
            [("a", 700.0, 300.0, 400.0, 133.3), ("unallocated", 500.0, 390.0, 110.0, 28.2)],
            (
                "1 team and what is unallocated went up vs September 2026, most a up $400 (+133.3 %), then "
                "unallocated up $110 (+28.2 %); October 2026."
            ),
        ),
        (
            "which team fell most in october",
            MOVED,
            [("a", 700.0, 300.0, 400.0, 133.3)],
            "Nothing went down against September 2026; next to it is a, up $400 (+133.3 %): all spend, October 2026.",
        ),
        (
            "share of prod in october vs september",
            MOVED[1:],
            [(60.0, 62.5, -2.5, -4.0)],
            "prod is 60.0 %, −2.5 points vs September 2026: all spend, October 2026.",
        ),
        (
            "month over month growth this year",
            STEPS,
            [
                ("2026-09-01", 100.0, None, None),
                ("2026-10-01", 150.0, 50.0, 50.0),
                ("2026-11-01", 60.0, -90.0, -60.0),
            ],
            "1 change from month to month: Oct 2026 up $50 (+50.0 %); all spend, 1 Jan – 15 Nov 2026.",
        ),
    ],
)
def test_what_moved_is_counted_and_named(
    question: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], text: str
) -> None:
    """How many met the condition and which most; a month that still runs has not fallen."""
    assert headline(query(question), columns, rows, "USD", semantics()) == text
