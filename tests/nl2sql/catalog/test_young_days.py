"""Days whose bill is still arriving."""

from datetime import date, timedelta

from analysis.anomalies.completeness import Curve
from nl2sql.catalog.young_days import sentence, young

TODAY = date(2026, 11, 28)
KNOWN = Curve((0.0, 0.6, 0.85, 0.99, 1.0), (0.0,) * 5)


def test_days_that_are_not_whole_are_named_with_their_share() -> None:
    """Oldest first; one that is as good as whole is not named."""
    days = young(KNOWN, TODAY - timedelta(days=1), TODAY)
    assert days == [(date(2026, 11, 26), 0.85), (date(2026, 11, 27), 0.6)]
    assert sentence(days) == (
        "26 Nov 2026 is about 85 % and 27 Nov 2026 about 60 % complete; the rest of it is still to be billed."
    )
    assert sentence(days[1:]) == "27 Nov 2026 is about 60 % complete; the rest of it is still to be billed."


def test_nothing_is_said_where_nothing_is_known() -> None:
    """A new installation has seen no day settle."""
    assert young(Curve(), TODAY - timedelta(days=1), TODAY) == []
    assert sentence([]) == ""
