"""Requests that cannot be started: counted, set aside, and no other request waits for them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import FlowRequest
from domain import quarantine
from domain.flows import flow_starts
from domain.flows.flow_requests import NoDeployment, PrefectDown

NOW = datetime.now(UTC)


def ask(database: Database, *deployments: str) -> None:
    with Session(database.app) as session, session.begin():
        for name in deployments:
            row = FlowRequest(key=f"key-{name}", deployment=name, state="approved", requested_by="U1", approved_by="U1")
            session.add(row)


def states(database: Database) -> dict[str, str]:
    with Session(database.app) as session:
        return {row.deployment: row.state for row in session.scalars(sa.select(FlowRequest))}


def soon(database: Database) -> None:
    """The pause before the next attempt is over."""
    with Session(database.app) as session, session.begin():
        session.execute(
            sa.update(FlowRequest).where(FlowRequest.not_before.is_not(None)).values(not_before=sa.func.now())
        )


@pytest.mark.parametrize("death", [TypeError("planted"), KeyboardInterrupt()])
def test_a_poisonous_request_is_set_aside_after_two_attempts(clean_database: Database, death: BaseException) -> None:
    """Whether the start fails or ends the process; the other request is started, and a retry starts it after all."""
    ask(clean_database, "poison", "fine")
    asked = []

    def start(deployment: str, parameters: dict[str, Any], key: str) -> str:
        asked.append(deployment)
        if deployment == "poison":
            raise death
        return "run"

    for _ in range(5):
        try:
            flow_starts.trigger_due(clean_database, start, NOW)
        except KeyboardInterrupt:
            continue
        finally:
            soon(clean_database)
    assert sorted(asked) == ["fine", "poison", "poison"]
    assert states(clean_database) == {"poison": "failed", "fine": "triggered"}
    with Session(clean_database.app) as session, session.begin():
        [item] = quarantine.waiting(session)
        assert quarantine.retry(session, item.id, NOW)
    assert flow_starts.trigger_due(clean_database, lambda *_: "run", NOW) == (1, True)
    assert states(clean_database) == {"poison": "triggered", "fine": "triggered"}


def test_prefects_absence_costs_no_attempt(clean_database: Database) -> None:
    """However often it is away; and what it does not know yet waits without holding up the other."""
    ask(clean_database, "early", "fine")

    def away(deployment: str, parameters: dict[str, Any], key: str) -> str:
        raise PrefectDown("nobody answers")

    def some(deployment: str, parameters: dict[str, Any], key: str) -> str:
        if deployment == "early":
            raise NoDeployment("not served yet")
        return "run"

    for _ in range(4):
        assert flow_starts.trigger_due(clean_database, away, NOW) == (0, False)
    assert flow_starts.trigger_due(clean_database, some, NOW) == (1, False)
    assert states(clean_database) == {"early": "approved", "fine": "triggered"}
    soon(clean_database)
    assert flow_starts.trigger_due(clean_database, lambda *_: "run", NOW) == (1, True)
