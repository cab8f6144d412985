"""What a usual day is: days of a known anomaly count without what it brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Insight
from domain.insights import LIVE

_BECOMES_USUAL = timedelta(days=28)  # a level that stays is the usual one afterwards
_COLUMNS = ("team", "account", "service", "provider")


@dataclass(frozen=True)
class Excess:
    """What an anomaly adds to each day from `first` up to `end`, in currency a day; negative for a drop."""

    service: str | None
    first: date
    end: date
    a_day: float
    passes: bool = False
    """Whether it was over after those days; else they are those after which its level is usual."""


def known_excess(session: Session, scope: Mapping[str, str], currency: str, through: date) -> list[Excess]:
    """The excess cost of the anomalies in a scope that nobody marked as expected or noise, as of a day: what has
    stayed for four weeks by then is usual, on all its days.
    """
    statement = sa.select(Insight).where(
        Insight.kind == "anomaly",
        Insight.status.in_((*LIVE, "snoozed")),
        Insight.currency == currency,
        Insight.starts_on.is_not(None),
        Insight.evidence["grain"].astext.is_distinct_from("hour"),
    )
    found = [insight for insight in session.scalars(statement) if _inside(insight, scope)]
    return [one for one in map(_excess, found) if one.passes or through < one.end]


def _inside(insight: Insight, scope: Mapping[str, str]) -> bool:
    mine = {**insight.scope, **{name: getattr(insight, name) for name in _COLUMNS if getattr(insight, name)}}
    return all(mine.get(name) == value for name, value in scope.items())


def _excess(insight: Insight) -> Excess:
    assert insight.starts_on is not None
    first, over = insight.starts_on, insight.evidence.get("over")
    if over and over["steps"]:
        steps = int(over["steps"])
        return Excess(insight.service, first, first + timedelta(days=steps), float(over["amount"]) / steps, True)
    return Excess(insight.service, first, first + _BECOMES_USUAL, float(insight.impact_amount or 0))


def beyond(anomalies: Sequence[Excess], days: Iterable[date], service: str | None = None) -> float:
    """What they add to the cost of some days together; of a service, only those that are its own."""
    mine = [one for one in anomalies if service is None or one.service == service]
    return sum(one.a_day for day in days for one in mine if one.first <= day < one.end)
