"""Sensitivities are tried on a scope's own history, from its bills."""

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Anomalies, Organisation, Scope, Sensitivity
from db.database import Database
from db.tables import Insight
from flows.anomalies.replay import measure_alerts, replay
from tests.flows.daily import spend

FIRST = date(2026, 1, 5)
ORGANISATION = Organisation()


def load(database: Database, days: int = 260) -> None:
    with Session(database.owner) as session, session.begin():
        for seed, team in enumerate(("search", "payments")):
            costs = 500 * np.exp(0.03 * np.random.default_rng(seed).normal(size=days))
            spend(session, FIRST, [float(cost) for cost in costs], team=team, account=team, service=f"{team}-db")


def alert(team: str, **more: Any) -> Insight:
    return Insight(
        fingerprint=f"{team} is up",
        kind="anomaly",
        title=f"{team} is up",
        severity="high",
        status="open",
        scope={"team": team},
        currency="USD",
        detected_at=sa.func.now(),
        evidence={"grain": "day"},
        **more,
    )


def test_each_level_is_measured_and_the_present_one_is_named(clean_database: Database) -> None:
    """On the series within the scope, with the same planted events; nothing is changed."""
    load(clean_database)
    with Session(clean_database.app) as session:
        found = replay(session, ORGANISATION, {"team": "search"})
        again = replay(session, ORGANISATION, {"team": "search"})
    assert [(one.level, one.now) for one in found] == [("fewer", False), ("usual", True), ("more", False)]
    assert len({one.planted for one in found}) == 1
    assert found[0].planted > 0
    recalls = [one.recall for one in found if one.recall is not None]
    assert recalls == sorted(recalls)
    assert len(recalls) == 3
    assert found == again


def test_a_number_of_the_file_stands_beside_the_levels(clean_database: Database) -> None:
    """A scope that has one is measured with it too."""
    load(clean_database)
    rule = Sensitivity(scope=Scope(team="search"), sensitivity=2.0)
    with Session(clean_database.app) as session:
        found = replay(session, Organisation(anomalies=Anomalies(sensitivity=(rule,))), {"team": "search"})
    assert [(one.level, one.sensitivity) for one in found if one.now] == [("as it is", 2.0)]


def test_what_people_asked_fewer_of_is_the_present_level(clean_database: Database) -> None:
    """By the button of an alert of that very scope."""
    load(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add(alert("search", feedback="fewer"))
        session.flush()
        assert [one.level for one in replay(session, ORGANISATION, {"team": "search"}) if one.now] == ["fewer"]
        assert [one.level for one in replay(session, ORGANISATION, {"team": "payments"}) if one.now] == ["usual"]


def test_live_alerts_are_measured_once_and_kept(clean_database: Database) -> None:
    """As the replay of their scope, side by side; one that cannot be replayed is not tried again."""
    load(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add_all([alert("search"), alert("payments"), alert("nobody")])
    assert measure_alerts(clean_database, ORGANISATION) == 3
    assert measure_alerts(clean_database, ORGANISATION) == 0
    with Session(clean_database.app) as session:
        stored = {one.scope["team"]: one.evidence for one in session.scalars(sa.select(Insight))}
        for team in ("search", "payments"):
            assert stored[team] == {
                "grain": "day",
                "levels": [asdict(one) for one in replay(session, ORGANISATION, {"team": team})],
            }
    assert stored["nobody"]["levels"] == []


def test_what_cannot_be_replayed_says_why(clean_database: Database) -> None:
    """No bill, nothing there, too young."""
    with Session(clean_database.app) as session, pytest.raises(UserError, match="no costs yet"):
        replay(session, ORGANISATION, {})
    load(clean_database, days=50)
    with Session(clean_database.app) as session:
        with pytest.raises(UserError, match="Nothing within nobody is watched"):
            replay(session, ORGANISATION, {"team": "nobody"})
        with pytest.raises(UserError, match=f"begin on {FIRST}.*needs 90 days"):
            replay(session, ORGANISATION, {"team": "search"})
