"""Starting the flows that were asked for: each once, whatever Prefect or the process does. What cannot be started is
set aside and holds up nothing else.
"""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import logs
from db import audit, locks
from db.database import Database
from db.locks import Lock
from db.outgoing import outbox
from db.outgoing.message_keys import request_key
from db.outgoing.messages import RequestWaiting
from db.tables import FlowRequest
from domain.flows.flow_requests import NoDeployment, PrefectDown, StartFlow, notify
from domain.quarantine import AGAIN_AFTER, ATTEMPTS, DIED

log = logging.getLogger(__name__)

_REPORTING = frozenset(
    {"ingest_costs/ingest_costs", "forecast_costs/forecast_costs"}
)  # deployments that take `request_key` and report their end


def trigger_due(database: Database, start: StartFlow, now: datetime) -> tuple[int, bool]:
    """Start what is approved and due; how many were started, and whether Prefect took what it was given.

    The run's idempotency key is the request's: a crash between the start and
    its note gives the same run again, not a second one. A request whose starts
    fail or end the process is set aside, and holds up no other.
    """
    with Session(database.app) as session:
        due = sa.or_(
            FlowRequest.not_before.is_(None),
            FlowRequest.not_before <= sa.func.now(),
            FlowRequest.not_before > sa.func.now() + 2 * AGAIN_AFTER,  # noted by a clock that was put back since
        )
        waiting = sa.select(FlowRequest.id).where(FlowRequest.state == "approved", due).order_by(FlowRequest.id)
        numbers = session.scalars(waiting).all()
    started, all_taken = 0, True
    for number in numbers:
        try:
            started += _start(database, start, number, now)
        except NoDeployment:
            all_taken = False
        except PrefectDown:
            return started, False
    return started, all_taken


def _start(database: Database, start: StartFlow, number: int, now: datetime) -> bool:
    """Start one request, unless another process is at it; whether it was started. Raises `PrefectDown`."""
    with (
        database.app.connect() as connection,
        locks.hold(connection, Lock.FLOW_START, str(number), wait=False) as mine,
        Session(connection) as session,
    ):
        row = session.get(FlowRequest, number)
        if not mine or row is None or row.state != "approved":
            return False
        if row.attempts >= ATTEMPTS:
            _set_aside(session, row, DIED, now)
            session.commit()
            return False
        row.attempts += 1
        more = {"request_key": row.key} if row.deployment in _REPORTING else {}
        arguments, request_id = (row.deployment, {**row.parameters, **more}, row.key), row.request_id
        session.commit()  # no transaction is open while Prefect is waited for
        with logs.request(request_id):
            try:
                run = start(*arguments)
            except PrefectDown as error:
                log.warning("request %s waits for Prefect: %s", number, error)
                row.attempts -= 1
                row.not_before = sa.func.now() + AGAIN_AFTER if isinstance(error, NoDeployment) else None
                _tell_waiting(session, row)
                session.commit()
                raise
            except Exception as error:
                log.exception("request %s could not be started", number)
                row.not_before = sa.func.now() + AGAIN_AFTER
                if row.attempts >= ATTEMPTS:
                    _set_aside(
                        session, row, f"it could not be started ({type(error).__name__}; the log says more)", now
                    )
                session.commit()
                return False
            log.info("flow %s was started", arguments[0], extra={"flow_run": run})
        row.flow_run_id, row.state, row.triggered_at = run, "triggered", now
        details = {"request": row.id, "run": run}
        audit.append(session, row.approved_by or "system", "flow.triggered", row.deployment, details)
        notify(session, row, ())
        session.commit()
        return True


def _set_aside(session: Session, row: FlowRequest, reason: str, now: datetime) -> None:
    row.state, row.finished_at, row.quarantined_at = "failed", now, now
    row.result = {**row.result, "reason": f"{reason[:1].upper()}{reason[1:]}. It is set aside for the admins."}
    audit.append(session, "system", "flow.set_aside", row.deployment, {"request": row.id, "attempts": row.attempts})


def _tell_waiting(session: Session, row: FlowRequest) -> None:
    if row.channel is None:
        return
    key = request_key(row.id)
    thread_key = None if row.thread_ts else key
    waiting = RequestWaiting(type="request_waiting", what=row.result.get("what") or row.deployment)
    outbox.enqueue(
        session,
        row.channel,
        waiting,
        f"{key}:waiting",
        thread_ts=row.thread_ts,
        thread_key=thread_key,
    )
