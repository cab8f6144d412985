"""What people say of an alert changes what is alerted next."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards.messages import alert
from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import Insight
from domain.messages import insight_cards
from flows.anomalies import detect_anomalies
from tests.flows.daily import spend

FIRST = date(2026, 7, 1)
ORGANISATION = Organisation(channels=(Channel(channel="#all", minimum_impact=0),))
EARLY, LATE = 120, 133  # days after the first


def history(days: int, spikes: dict[int, float]) -> list[float]:
    costs = 500 * np.exp(0.01 * np.random.default_rng(2).normal(size=days))
    return [float(cost * spikes.get(day, 1.0)) for day, cost in enumerate(costs)]


def look(database: Database, days: int, spikes: dict[int, float]) -> None:
    """Bills through the day before, looked at in the morning after."""
    with Session(database.owner) as session, session.begin():
        session.execute(sa.text("DELETE FROM finops.daily_costs"))
        spend(session, FIRST, history(days, spikes), team="search")
    detect_anomalies.run(
        database,
        ORGANISATION,
        datetime.combine(FIRST + timedelta(days=days), datetime.min.time(), UTC) + timedelta(hours=8),
    )


def insights(database: Database) -> list[Insight]:
    with Session(database.app) as session:
        return list(session.scalars(sa.select(Insight).order_by(Insight.id)))


def judge(database: Database, feedback: str, status: str) -> None:
    with Session(database.app) as session, session.begin():
        reason = "load test" if status == "expected" else None
        session.execute(
            sa.update(Insight).values(feedback=feedback, status=status, status_reason=reason, closed_at=None)
        )


def test_after_noise_the_next_one_must_be_half_as_large_again(clean_database: Database) -> None:
    """One of the same size is not told; a larger one is, and remembers what was before."""
    look(clean_database, EARLY + 1, {EARLY: 1.6})
    (first,) = insights(clean_database)
    judge(clean_database, "noise", "resolved")
    look(clean_database, LATE + 1, {EARLY: 1.6, LATE: 1.6})
    assert [one.id for one in insights(clean_database)] == [first.id]
    look(clean_database, LATE + 1, {EARLY: 1.6, LATE: 2.4})
    second = insights(clean_database)[1]
    assert second.starts_on == FIRST + timedelta(days=LATE)
    assert first.title in second.evidence["cause"]["similar"]


def test_a_spike_that_is_over_is_told_as_such(clean_database: Database) -> None:
    """In the past tense, with what it cost in all; one that goes on says what it would cost a month."""
    look(clean_database, EARLY + 4, {EARLY: 1.6, EARLY + 1: 1.6})
    (past,) = insights(clean_database)
    assert "was up $" in past.title
    assert "from Thu 29 Oct to Fri 30 Oct" in past.title
    assert past.evidence["over"]["steps"] == 2
    assert alert.card(insight_cards.payload_of(past))["text"].endswith("more than usual in all.")


def test_without_feedback_or_with_praise_the_same_is_told_again(clean_database: Database) -> None:
    """Silence and usefulness lower no bar."""
    look(clean_database, EARLY + 1, {EARLY: 1.6})
    judge(clean_database, "useful", "open")
    look(clean_database, LATE + 1, {EARLY: 1.6, LATE: 1.6})
    assert len(insights(clean_database)) == 2


def test_what_was_expected_stays_quiet_while_it_lasts_and_is_told_of_the_next(clean_database: Database) -> None:
    """A step called expected is absorbed; a later spike on top of it says what was said of the step."""
    step = dict.fromkeys(range(EARLY, LATE + 1), 1.6)
    look(clean_database, EARLY + 2, step)
    (first,) = insights(clean_database)
    judge(clean_database, "useful", "expected")
    look(clean_database, LATE, step)
    assert [one.status for one in insights(clean_database)] == ["expected"]
    look(clean_database, LATE + 1, {**step, LATE: 4.0})
    later = insights(clean_database)[1:]
    assert [one.starts_on for one in later] == [FIRST + timedelta(days=LATE)]
    assert "expected: load test" in later[0].evidence["cause"]["similar"]
    assert first.id != later[0].id


def test_where_fewer_are_wanted_the_next_must_stand_out_further(clean_database: Database) -> None:
    """What no longer stands out enough is closed, and says so; what is large is told."""
    look(clean_database, EARLY + 1, {EARLY: 1.15})
    (first,) = insights(clean_database)
    judge(clean_database, "fewer", "open")
    look(clean_database, EARLY + 2, {EARLY: 1.15})
    (closed,) = insights(clean_database)
    assert (closed.id, closed.status) == (first.id, "resolved")
    assert "fewer alerts are wanted here" in str(closed.status_reason)
    look(clean_database, LATE + 1, {EARLY: 1.15, LATE: 1.15})
    assert len(insights(clean_database)) == 1
    look(clean_database, LATE + 1, {EARLY: 1.15, LATE: 2.0})
    assert len(insights(clean_database)) == 2
