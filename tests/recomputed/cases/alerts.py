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
from db.messages import Alert, Assignment, Why
from db.tables import Insight
from domain.insight_cards import payload_of
from flows.anomalies.detect_anomalies import run
from tests.recomputed import said
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

DAY = timedelta(days=1)
_BEFORE, _AFTER = 14, 3  # days that are compared
_NAMES = ("eu-west-1",)


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """Every alert there is, at least one."""
    run(database, Organisation(channels=(Channel(channel="#all"),)), planted.now)
    with Session(database.app) as session:
        found = list(session.scalars(sa.select(Insight).where(Insight.kind == "anomaly").order_by(Insight.id)))
        assert found
        for insight in found:
            payload, evidence = payload_of(insight), insight.evidence
            name = f"the alert {insight.title!r}"
            title, five = _title(insight), _five(planted, insight)
            impact = abs(float(insight.impact_amount or 0))
            month = [] if evidence["over"] else [said.money(30 * impact)]
            true: dict[str, list[Said]] = {"section": [*title, *month, *five], "context": [said.count(1)]}
            if evidence["over"]:
                true["section"] = [*title, said.money(abs(evidence["over"]["amount"])), *five]
            drawn = message_types.draw(Alert(type="alert", **payload), planted.today)
            yield Recomputed(name, drawn, true, _series(planted, insight), _NAMES)
            parts = _parts(planted, insight)
            rows = [cell for _, moved in parts for cell in (said.count(moved), *_share(moved, parts))]
            total = sum(moved for _, moved in parts)
            because = message_types.draw(Why(type="why", **payload), planted.today)
            yield Recomputed(
                f"why: {name}",
                because,
                {"section": [*title, *five], "table": [*rows, said.count(total)]},
                _fall(planted, insight, parts),
                _NAMES,
            )
            told = Assignment(type="assignment", owner="U0LEAD001", by="Priya", title=insight.title)
            yield Recomputed(f"whose: {name}", alert.assignment(told), {"section": title}, names=_NAMES)


def _title(insight: Insight) -> list[Said]:
    """How much a day, since when, how many times what was expected: as the insight is stored."""
    evidence: Any = insight.evidence
    starts: Any = insight.starts_on
    numbers: list[Said] = [said.money(abs(float(insight.impact_amount or 0))), said.day(starts)]
    if evidence["over"] and evidence["over"]["steps"] > 1:
        numbers.append(said.day(starts + (evidence["over"]["steps"] - 1) * DAY))
    if evidence["expected"] > 1 and evidence["actual"] > 1 and evidence["anomaly"] != "new":
        numbers.append(said.times(evidence["actual"] / evidence["expected"]))
    moved = -1 if evidence["direction"] == "down" else 1
    first = numbers[0]
    assert isinstance(first, said.Number)
    return [said.money(moved * first.value) if evidence["anomaly"] != "new" else first, *numbers[1:]]


def _where(insight: Insight) -> tuple[str, list[str]]:
    conditions, values = ["category = 'Usage'"], []
    for name, value in insight.scope.items():
        if name == "region":
            continue  # all bills are of one
        conditions.append(f"{name} IS NULL" if value == "unallocated" else f"{name} = ?")
        values += [] if value == "unallocated" else [value]
    return " AND ".join(conditions), values


def _spans(planted: World, insight: Insight) -> tuple[date, date, date]:
    """The first day that is compared with, the first of the change, the day after its last: three days at the most,
    fewer where it was found earlier.
    """
    since: Any = insight.starts_on
    after = insight.evidence["cause"]["after"]
    ends = [since + length * DAY for length in range(1, _AFTER + 1)]
    return since - _BEFORE * DAY, since, min(ends, key=lambda end: abs(_mean(planted, insight, since, end) - after))


def _mean(planted: World, insight: Insight, start: date, end: date) -> float:
    where, values = _where(insight)
    return planted.cost(f"{where} AND day >= ? AND day < ?", *values, start, end) / (end - start).days


def _five(planted: World, insight: Insight) -> list[Said]:
    before, since, end = _spans(planted, insight)
    ends = (_mean(planted, insight, before, since), _mean(planted, insight, since, end))
    return [*(said.money(one) for one in ends), said.day(since)]


def _series(planted: World, insight: Insight) -> list[list[float | None]]:
    where, values = _where(insight)
    series = insight.evidence["series"]
    spent = planted.by_day(where, *values)
    actual: list[float | None] = [spent.get(date.fromisoformat(one), 0.0) for one in series["dates"]]
    return [actual, *(series[name] for name in ("expected", "low", "high"))]


def _parts(planted: World, insight: Insight) -> list[tuple[str, float]]:
    """What the values of the dimension that is shown moved by, a day."""
    dimension = insight.evidence["cause"]["contributions"][0]["dimension"]
    where, values = _where(insight)
    before, since, end = _spans(planted, insight)
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
    before, since, end = _spans(planted, insight)
    ends = (_mean(planted, insight, before, since), _mean(planted, insight, since, end))
    large = [moved for _, moved in parts if abs(moved) >= 0.02 * abs(parts[0][1])]
    rest = ends[1] - ends[0] - sum(large)
    return [[ends[0], *large, *([rest] if abs(rest) > 0.001 * abs(parts[0][1]) else []), ends[1]]]
