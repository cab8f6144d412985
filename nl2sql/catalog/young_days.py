"""Days whose bill is still arriving, and about how much of it is there: learned from what earlier loads showed."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from analysis.anomalies.completeness import Curve, Sighting, learn, maturity
from analysis.wording.formatting import percent

WHOLE = 0.9  # share of a day's final cost from which it can be compared with other days
_LOOKED_BACK = 5  # days


def curve(connection: sa.Connection) -> Curve:
    """Completeness by age in days; empty while no load was seen to settle."""
    rows = connection.execute(sa.text("SELECT source_id, usage_date, seen_on, cost FROM finops.completeness"))
    return learn(
        Sighting((row.source_id, row.usage_date), float((row.seen_on - row.usage_date).days), float(row.cost))
        for row in rows
    )


def young(arrival_curve: Curve, through: date, today: date) -> list[tuple[date, float]]:
    """The newest days up to `through` that are not whole yet, oldest first, and about how much of each has arrived."""
    days = [through - timedelta(back) for back in range(_LOOKED_BACK, -1, -1)]
    shares = [(day, maturity(arrival_curve, (today - day).days).share) for day in days]
    return [(day, share) for day, share in shares if share < WHOLE]


def sentence(days: Sequence[tuple[date, float]]) -> str:
    """`26 Nov 2026 is about 85 % and 27 Nov 2026 about 60 % complete; the rest of it is still to be billed.`"""
    if not days:
        return ""
    (first, share), *later = days
    parts = [f"{first.day} {first:%b %Y} is about {percent(share)}"]
    parts += [f"{day.day} {day:%b %Y} about {percent(share)}" for day, share in later]
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{listed} complete; the rest of it is still to be billed."
