"""How far the bills of a scope can be trusted: the newest whole day, and what is to be said about younger ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy.orm import Session

from analysis.anomalies.completeness import Curve, maturity
from analysis.wording.formatting import percent
from domain.freshness import data_through
from flows.anomalies.cost_series import CostSeries
from nl2sql.catalog import young_days
from nl2sql.catalog.young_days import WHOLE

_LEAST_USUAL = (
    0.6  # of a usual day; a newest day under it, of a bill nothing is known about, has probably not wholly arrived
)
_YOUNG = 2  # days after which a bill that says little is believed
_WEEKS = 4


@dataclass(frozen=True)
class Fresh:
    """The newest whole day, and a sentence where the bills are late or the days after it are not whole."""

    through: date
    late: str | None


def fresh(session: Session, scope: Mapping[str, str], series: CostSeries, today: date) -> Fresh:
    """As of the morning of `today`, for the scope's daily series."""
    newest = min(data_through(session.connection(), scope, today) or today, today - timedelta(days=1))
    learned = young_days.curve(session.connection())
    through = newest
    while through > newest - timedelta(days=5) and _share(learned, series, through, today) < WHOLE:
        through -= timedelta(days=1)
    if (today - newest).days > 1:
        return Fresh(through, f"The bills are late: they end on {_day(newest)}; nothing is said about later days.")
    if through < newest:
        share = _share(learned, series, newest, today)
        return Fresh(
            through,
            f"{_day(newest)} has not wholly arrived (about {percent(share)} of it); this is about the days before.",
        )
    return Fresh(through, None)


def _share(learned: Curve, series: CostSeries, day: date, today: date) -> float:
    """About how much of the day's final cost is known: from earlier loads, else from how unlike its weekday it is."""
    age = (today - day).days
    if learned.shares:
        return maturity(learned, age).share
    place = (day - series.first).days
    usual = float(
        np.median(
            [np.nan_to_num(series.values[place - 7 * week, 0]) for week in range(1, _WEEKS + 1) if place >= 7 * week]
            or [0.0]
        )
    )
    share = float(np.nan_to_num(series.values[place, 0])) / usual if usual > 0 else 1.0
    return share if age <= _YOUNG and share < _LEAST_USUAL else 1.0


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
