"""Sensitivities are tried on a scope's own history, from its bills."""

from datetime import date

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Anomalies, Organisation, Scope, Sensitivity
from db.database import Database
from db.tables import Insight
from flows.anomalies.replay import replay
from tests.flows.daily import spend

FIRST = date(2026, 1, 5)
ORGANISATION = Organisation()


def load(database: Database, days: int = 260) -> None:
    with Session(database.owner) as session, session.begin():
        for seed, team in enumerate(("search", "payments")):
            costs = 500 * np.exp(0.03 * np.random.default_rng(seed).normal(size=days))
            spend(session, FIRST, [float(cost) for cost in costs], team=team, account=team, service=f"{team}-db")


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
        session.add(
            Insight(
                fingerprint="one",
                kind="anomaly",
                title="search is up",
                severity="high",
                status="open",
                scope={"team": "search"},
                currency="USD",
                feedback="fewer",
                detected_at=sa.func.now(),
                evidence={},
            )
        )
        session.flush()
        assert [one.level for one in replay(session, ORGANISATION, {"team": "search"}) if one.now] == ["fewer"]
        assert [one.level for one in replay(session, ORGANISATION, {"team": "payments"}) if one.now] == ["usual"]


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
