"""Flows that people ask for: who may start one, who decides, once each, and what is kept while Prefect is down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Allowed, Denied, Role
from config.organisation import Organisation
from config.sections.people import Person
from db.database import Database
from db.tables import AuditEntry, FlowRequest, OutboxMessage
from domain.flows import flow_requests, flow_starts
from domain.flows.flow_requests import Accepted, FlowAsk, PrefectDown, UnderWay, Waiting

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REFRESH = FlowAsk("ingest_costs/ingest_costs", {}, "Refresh bills")
MAYA, TOMAS, PRIYA = "U0MAYA0001", "U0TOMAS001", "U0PRIYA001"


@pytest.fixture
def staff() -> Organisation:
    """Maya asks, Tomás operates, Priya approves changes."""
    roles = {MAYA: Role.MEMBER, TOMAS: Role.OPERATOR, PRIYA: Role.APPROVER}
    return Organisation(people=tuple(Person(id=one, name=one[2:7], roles=(role,)) for one, role in roles.items()))


def asked(session: Session, staff: Organisation, who: str, **places: Any) -> Any:
    given = {"channel": "C1", "thread": None, "operators": (TOMAS,), **places}
    return flow_requests.request(session, REFRESH, staff.actor(who), NOW, **given)


def cards(session: Session) -> list[tuple[str, str, bool]]:
    """Channel, the state that is shown, and whether it replaces a card that was there."""
    rows = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "request").order_by(OutboxMessage.id))
    return [(row.channel, row.payload["state"], row.update_key is not None) for row in rows]


def state(session: Session) -> str:
    return session.scalars(sa.select(FlowRequest.state)).one()


def test_two_bots_start_a_request_once(session: Session, clean_database: Database, staff: Organisation) -> None:
    """A start that is repeated after a crash carries the same key, which Prefect takes as the same run."""
    now = datetime.now(UTC)
    with Session(clean_database.app) as own, own.begin():
        assert isinstance(flow_requests.request(own, REFRESH, staff.actor(TOMAS), now, None, None, ()), Accepted)
    keys = []

    def crash(deployment: str, parameters: dict[str, object], key: str) -> str:
        keys.append(key)
        if len(keys) == 1:
            raise KeyboardInterrupt
        return "run"

    with pytest.raises(KeyboardInterrupt):
        flow_starts.trigger_due(clean_database, crash, now)
    assert flow_starts.trigger_due(clean_database, crash, now) == (1, True)
    assert flow_starts.trigger_due(clean_database, crash, now) == (0, True)
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_the_same_thing_is_asked_for_once(session: Session, staff: Organisation) -> None:
    """Other parameters are another thing; a viewer may not ask at all; each decision is in the audit log."""
    now = datetime.now(UTC)
    maya, tomas = staff.actor(MAYA), staff.actor(TOMAS)
    first = flow_requests.request(session, REFRESH, maya, now, None, None, ())
    assert isinstance(first, Waiting)
    assert flow_requests.request(session, REFRESH, tomas, now, None, None, ()) == UnderWay(
        first.request_id, "requested"
    )
    other = FlowAsk(REFRESH.deployment, {"source": "aws"}, "Refresh aws")
    assert isinstance(flow_requests.request(session, other, tomas, now, None, None, ()), Accepted)
    stranger = staff.actor("U0STRANGER")
    assert stranger.roles == {Role.VIEWER}
    assert isinstance(flow_requests.request(session, FlowAsk("x/x", {}, "x"), stranger, now, None, None, ()), Denied)
    assert isinstance(flow_requests.decide(session, first.request_id, staff.actor(PRIYA), now, approve=True), Denied)
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-3:] == ["flow.requested", "flow.approved", "flow.denied"]


def test_a_request_is_put_to_operators_and_every_card_follows(session: Session, staff: Organisation) -> None:
    """Where it was made and where operators were asked; no channel gets it twice."""
    waiting = asked(session, staff, MAYA, asked=("C-OPS", "C1"))
    assert isinstance(waiting, Waiting)
    assert cards(session) == [("C1", "requested", False), ("C-OPS", "requested", False)]
    decided = flow_requests.decide(session, waiting.request_id, staff.actor(TOMAS), NOW, approve=True)
    assert decided == Allowed()
    assert cards(session)[2:] == [("C1", "approved", True), ("C-OPS", "approved", True)]


def test_an_operators_own_request_asks_nobody(session: Session, staff: Organisation) -> None:
    assert isinstance(asked(session, staff, TOMAS, asked=("C-OPS",)), Accepted)
    assert cards(session) == [("C1", "approved", False)]


def test_who_asked_may_take_it_back_and_not_approve(session: Session, staff: Organisation) -> None:
    """Somebody else without the role may do neither."""
    number = asked(session, staff, MAYA).request_id
    for who, approve in ((MAYA, True), (PRIYA, False)):
        assert isinstance(flow_requests.decide(session, number, staff.actor(who), NOW, approve), Denied)
    assert flow_requests.decide(session, number, staff.actor(MAYA), NOW, approve=False) == Allowed()
    assert state(session) == "rejected"


def test_a_second_decision_is_told_who_was_first(session: Session, staff: Organisation) -> None:
    number = asked(session, staff, MAYA).request_id
    flow_requests.decide(session, number, staff.actor(TOMAS), NOW, approve=True)
    late = flow_requests.decide(session, number, staff.actor(TOMAS), NOW, approve=False)
    assert late == Denied("Too late: it is approved already, decided by TOMAS.")
    assert flow_requests.decide(session, 999, staff.actor(TOMAS), NOW, approve=True) == Denied(
        "There is no request 999."
    )


def test_a_run_that_never_reports_does_not_block_the_next_for_ever(session: Session, staff: Organisation) -> None:
    """For twenty minutes it does."""
    number = asked(session, staff, TOMAS).request_id
    session.execute(sa.update(FlowRequest).values(state="triggered", triggered_at=NOW - timedelta(minutes=19)))
    assert asked(session, staff, TOMAS) == UnderWay(number, "triggered")
    session.execute(sa.update(FlowRequest).values(triggered_at=NOW - timedelta(minutes=20)))
    assert isinstance(asked(session, staff, TOMAS), Accepted)


def test_while_prefect_is_down_it_is_said_once_and_kept(clean_database: Database, staff: Organisation) -> None:
    with Session(clean_database.app) as session, session.begin():
        asked(session, staff, TOMAS)

    def down(*_: object) -> str:
        raise PrefectDown("nobody answers")

    for _ in range(3):
        assert flow_starts.trigger_due(clean_database, down, NOW) == (0, False)
    with Session(clean_database.app) as session:
        assert state(session) == "approved"
        waiting = sa.select(sa.func.count(OutboxMessage.id)).where(OutboxMessage.kind == "request_waiting")
        assert session.scalar(waiting) == 1
    assert flow_starts.trigger_due(clean_database, lambda *_: "run", NOW) == (1, True)


def test_what_follows_from_several_changes_runs_once(session: Session) -> None:
    """And again for a change after it was started."""
    for who in (MAYA, TOMAS):
        flow_requests.run_soon(session, "check_budgets/check_budgets", who, NOW)
    assert state(session) == "approved"
    session.execute(sa.update(FlowRequest).values(state="triggered"))
    flow_requests.run_soon(session, "check_budgets/check_budgets", MAYA, NOW)
    assert session.scalar(sa.select(sa.func.count(FlowRequest.id))) == 2


def test_the_end_of_a_run_is_noted_once_and_told(session: Session, staff: Organisation) -> None:
    """A run that no click asked for has nothing to note."""
    asked(session, staff, TOMAS)
    key = session.scalars(sa.select(FlowRequest.key)).one()
    assert flow_requests.close(session, None, "finished", {}, NOW) is None
    assert flow_requests.close(session, "unknown", "finished", {}, NOW) is None
    assert flow_requests.close(session, key, "failed", {"reason": "no bills"}, NOW) is not None
    assert flow_requests.close(session, key, "finished", {}, NOW) is None
    for _ in range(2):
        flow_requests.notify_ended(session, NOW)
    assert cards(session) == [("C1", "approved", False), ("C1", "failed", True)]
    last = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert last.payload["reason"] == "no bills"
