"""Hours are judged as they arrive; their day confirms them under the same name, or the alert ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Anomalies, Channel, Organisation
from db.database import Database
from db.tables import DetectorState, Insight, OutboxMessage
from flows.anomalies import detect_anomalies
from tests.flows.daily import spend, spend_hours

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
LAST = datetime(2026, 11, 18, 14, tzinfo=UTC)  # the newest hour ends then
ORGANISATION = Organisation(channels=(Channel(channel="#all", minimum_impact=0),), anomalies=Anomalies(floor_per_day=5))
HOURS = int((LAST - FIRST) / timedelta(hours=1))


def usual(hours: int, seed: int = 1) -> list[float]:
    """More by day than by night, two per cent of noise."""
    random = np.random.default_rng(seed)
    profile = 10 + 4 * np.sin(np.arange(hours) % 24 / 24 * 2 * np.pi)
    return [float(cost) for cost in profile * np.exp(0.02 * random.normal(size=hours))]


def fill(database: Database, costs: list[float]) -> None:
    with Session(database.owner) as session, session.begin():
        spend(session, date(2026, 6, 1), [240.0 + day % 3 for day in range(122)], team="search")
        spend_hours(session, FIRST, costs, team="search")


def look(database: Database, now: datetime) -> dict[str, int]:
    return detect_anomalies.run(database, ORGANISATION, now)


def insights(database: Database) -> list[Insight]:
    with Session(database.app) as session:
        return list(session.scalars(sa.select(Insight).order_by(Insight.id)))


def messages(database: Database) -> list[Any]:
    with Session(database.app) as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_spike_of_the_last_hours_is_told_before_its_day_is_over(clean_database: Database) -> None:
    """What the day so far would not show: three times the usual since 11:00;
    told once, with hours in its chart and what it is a day.
    """
    costs = usual(HOURS)
    costs[-3:] = [3 * cost for cost in costs[-3:]]
    fill(clean_database, costs)
    look(clean_database, LAST)
    (found,) = insights(clean_database)
    assert "an hour since Wed 18 Nov 11:00 UTC" in found.title
    assert found.evidence["grain"] == "hour"
    assert float(found.impact_amount or 0) == pytest.approx(24 * 2 * 11, rel=0.1)  # 11 an hour is usual before noon
    assert len(found.evidence["series"]["dates"]) == 48
    assert found.evidence["series"]["dates"][-1] == "2026-11-18T13:00"
    look(clean_database, LAST + timedelta(minutes=20))
    assert len([message for message in messages(clean_database) if message.kind == "alert"]) == 1


def test_usual_hours_are_quiet(clean_database: Database) -> None:
    """Nights, mornings and the hour that has not wholly arrived are no news; the memory is kept and carried on."""
    costs = usual(HOURS, seed=4)
    costs[-1] = 1.0
    fill(clean_database, costs)
    look(clean_database, LAST)
    assert insights(clean_database) == []
    with Session(clean_database.app) as session:
        kept = session.scalars(
            sa.select(DetectorState.through).where(DetectorState.series.like("hour|%")).distinct()
        ).all()
    assert kept == [(LAST - timedelta(hours=48)).date()]


def test_the_day_confirms_the_hour_under_the_same_name(clean_database: Database) -> None:
    """The whole day is three times the usual too: no second alert, and the first does not close."""
    costs = usual(HOURS + 10)
    for hour in range(HOURS - 3, HOURS + 10):
        costs[hour] *= 3
    fill(clean_database, costs[:HOURS])
    look(clean_database, LAST)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("TRUNCATE finops.daily_costs, finops.hourly_costs")
    fill(clean_database, costs)
    look(clean_database, LAST + timedelta(days=1))
    (found,) = insights(clean_database)
    assert found.status == "open"
    assert (
        len([message for message in messages(clean_database) if message.kind == "alert" and not message.update_key])
        == 1
    )
