"""Alerts of a planted spike, and the cause beneath them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards import message_types
from bot.cards.messages import alert
from config.organisation import Channel, Organisation
from db.database import Database
from db.outgoing.messages import Alert, Assignment, Why
from db.tables import Insight
from domain.messages.insight_cards import payload_of
from flows.anomalies.detect_anomalies import run
from tests.recomputed import said
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import RDS, World

DAY = timedelta(days=1)
_BEFORE = 14  # days that are compared with
_SHOWN = 30  # days of the picture
_BAND = ("low", "expected", "high")
_NAMES = ("eu-west-1",)


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """Every alert there is, at least one."""
    run(database, Organisation(channels=(Channel(channel="#all"),)), planted.now)
    with Session(database.app) as session:
        found = list(session.scalars(sa.select(Insight).where(Insight.kind == "anomaly").order_by(Insight.id)))
        assert found
        for insight in found:
            payload = payload_of(insight)
            name = f"the alert {insight.title!r}"
            _hold_to_what_was_planted(planted, insight)
            title, five, compared = _title(planted, insight), _five(planted, insight), _compared(planted, insight)
            month = said.money(30 * _more(planted, insight))
            true: dict[str, list[Said]] = {"section": [*title, month, *five], "context": [said.count(1)]}
            drawn = message_types.draw(Alert(type="alert", **payload), planted.today)
            yield Recomputed(name, drawn, true, _series(planted, insight), _NAMES)
            parts = _parts(planted, insight)
            rows = [cell for _, moved in parts for cell in (said.count(moved), *_share(moved, parts))]
            total = sum(moved for _, moved in parts)
            because = message_types.draw(Why(type="why", **payload), planted.today)
            yield Recomputed(
                f"why: {name}",
                because,
                {"section": [*title, *five], "context": compared, "table": [*rows, said.count(total)]},
                _fall(planted, insight, parts),
                _NAMES,
            )
            told = Assignment(type="assignment", owner="U0LEAD001", by="Priya", title=insight.title)
            yield Recomputed(f"whose: {name}", alert.assignment(told), {"section": title}, names=_NAMES)


def _hold_to_what_was_planted(planted: World, insight: Insight) -> None:
    """The databases that cost more since the day before yesterday; what was expected of them, which is the forecast's
    to say, is near the same weekdays of the four weeks before.
    """
    before, since, end = _spans(planted)
    evidence: Any = insight.evidence
    assert (insight.starts_on, insight.scope["service"], evidence["direction"]) == (since, RDS, "up")
    assert (evidence["anomaly"], evidence["over"]) == ("spike", None)
    where, values = _where(insight)
    spent = planted.by_day(where, *values)
    days = [since + offset * DAY for offset in range((end - since).days)]
    weeks = [spent[day - week * 7 * DAY] for day in days for week in range(1, 5)]
    assert abs(evidence["expected"] / (sum(weeks) / len(weeks)) - 1) < 0.15, (evidence["expected"], weeks)
    usual = [spent[before + offset * DAY] for offset in range(_BEFORE)]
    series = evidence["series"]
    assert all(low <= one <= high for low, one, high in zip(*(series[name] for name in _BAND), strict=True))
    assert all(0.7 * min(usual) < one < 1.3 * max(usual) for one in series["expected"][-_BEFORE:])


def _more(planted: World, insight: Insight) -> float:
    """What a day of the change costs beyond what was expected of it."""
    evidence: Any = insight.evidence
    return _mean(planted, insight, *_spans(planted)[1:]) - float(evidence["expected"])


def _title(planted: World, insight: Insight) -> list[Said]:
    """How much a day, since when, how many times what was expected."""
    _, since, end = _spans(planted)
    evidence: Any = insight.evidence
    multiple = _mean(planted, insight, since, end) / evidence["expected"]
    return [said.money(_more(planted, insight)), said.day(since), said.times(multiple)]


def _where(insight: Insight) -> tuple[str, list[str]]:
    conditions, values = ["category = 'Usage'"], []
    for name, value in insight.scope.items():
        if name == "region":
            continue  # all bills are of one
        conditions.append(f"{name} IS NULL" if value == "unallocated" else f"{name} = ?")
        values += [] if value == "unallocated" else [value]
    return " AND ".join(conditions), values


def _spans(planted: World) -> tuple[date, date, date]:
    """The first day that is compared with, the first of the change, the day after its last: the spike was planted since
    the day before yesterday.
    """
    since = planted.today - 2 * DAY
    return since - _BEFORE * DAY, since, planted.today


def _mean(planted: World, insight: Insight, start: date, end: date) -> float:
    where, values = _where(insight)
    return planted.cost(f"{where} AND day >= ? AND day < ?", *values, start, end) / (end - start).days


def _five(planted: World, insight: Insight) -> list[Said]:
    """What a day came to, what was expected of it, since when."""
    _, since, end = _spans(planted)
    evidence: Any = insight.evidence
    ends = (_mean(planted, insight, since, end), float(evidence["expected"]))
    return [*(said.money(one) for one in ends), said.day(since)]


def _compared(planted: World, insight: Insight) -> list[Said]:
    """A day of the two weeks before, one since, and of how many days."""
    before, since, end = _spans(planted)
    ends = (_mean(planted, insight, before, since), _mean(planted, insight, since, end))
    return [*map(said.money, ends), said.count((end - since).days)]


def _series(planted: World, insight: Insight) -> list[list[float | None]]:
    where, values = _where(insight)
    series = insight.evidence["series"]
    spent = planted.by_day(where, *values)
    shown = [planted.today - back * DAY for back in range(_SHOWN, 0, -1)]
    assert series["dates"] == [day.isoformat() for day in shown]
    return [[spent[day] for day in shown], *(series[name] for name in ("expected", "low", "high"))]


def _parts(planted: World, insight: Insight) -> list[tuple[str, float]]:
    """What the values of the dimension that is shown moved by, a day."""
    dimension = insight.evidence["cause"]["contributions"][0]["dimension"]
    where, values = _where(insight)
    before, since, end = _spans(planted)
    rows = planted.rows(
        f"""SELECT coalesce({dimension}, 'without a name'), coalesce(sum(cost) FILTER (WHERE day >= ?), 0) / ? -
            coalesce(sum(cost) FILTER (WHERE day < ?), 0) / ? AS moved FROM bills
            WHERE {where} AND day >= ? AND day < ? GROUP BY 1 ORDER BY abs(moved) DESC""",
        since,
        (end - since).days,
        since,
        _BEFORE,
        *values,
        before,
        end,
    )
    return [(name, float(moved)) for name, moved in rows]


def _share(moved: float, parts: list[tuple[str, float]]) -> list[Said]:
    share = 100 * moved / sum(one for _, one in parts)
    return [said.times(share / 100) if abs(share) >= 1000 else said.percent(share)]


def _fall(planted: World, insight: Insight, parts: list[tuple[str, float]]) -> list[list[float | None]]:
    """From the cost before to the one after, by parts that an eye can see."""
    if len(parts) < 2:
        return []
    before, since, end = _spans(planted)
    ends = (_mean(planted, insight, before, since), _mean(planted, insight, since, end))
    large = [moved for _, moved in parts if abs(moved) >= 0.02 * abs(parts[0][1])]
    rest = ends[1] - ends[0] - sum(large)
    return [[ends[0], *large, *([rest] if abs(rest) > 0.001 * abs(parts[0][1]) else []), ends[1]]]
