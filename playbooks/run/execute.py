"""The run of an approved remediation: claim, re-check, record, act, verify;
every boundary is a commit, so that a crash leaves the truth behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit, locks
from db.locks import Lock
from db.outgoing import outbox
from db.outgoing.message_keys import remediation_key
from db.outgoing.messages import note
from db.tables import Remediation
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.stored import start_by
from playbooks.approval.witnesses import contradiction
from playbooks.notifications import notify
from playbooks.proposals.plan import closed, frozen, ticket_rule
from playbooks.run.caps import over_the_caps
from playbooks.run.log import RunContext, TakenOver, finish, lock
from playbooks.run.recovery import recover
from playbooks.run.steps import act_on_steps, undo_steps
from playbooks.schema import Playbook

__all__ = ["RunContext", "execute", "run_queue_of_account"]


def execute(
    run: RunContext, remediation_id: int, flow_run_id: str | None = None, flow_run_url: str | None = None
) -> str:
    """Run an approved remediation to its end, or recover one whose worker died;
    returns the state it is in. Never acts twice.

    Besides stored states: `waiting` (the account is busy), `deferred` (no
    change window is open), `stopped` (the kill switch), `missing`.
    """
    with _one_per_account(run, remediation_id) as mine:
        if not mine:
            return "waiting"
        state = _claim(run, remediation_id, flow_run_id, flow_run_url)
        if state == "unsettled":
            return recover(run, remediation_id)
        if state != "claimed":
            return state
        run.at_boundary("claimed")
        try:
            return (
                undo_steps(run, remediation_id) if _is_undo(run, remediation_id) else act_on_steps(run, remediation_id)
            )
        except TakenOver:
            with Session(run.engine) as session:
                return session.get_one(Remediation, remediation_id).state


def run_queue_of_account(
    run: RunContext, remediation_id: int, flow_run_id: str | None = None, flow_run_url: str | None = None
) -> str:
    """`execute`, then whatever else was approved for the same account meanwhile.

    Who finds the account busy leaves: the one that holds it looks again after
    it let go, and so sees whatever was waiting.
    """
    first = state = execute(run, remediation_id, flow_run_id, flow_run_url)
    tried = {remediation_id}
    while state != "waiting" and (following := _next_of_account(run, remediation_id, tried)) is not None:
        state = execute(run, following, flow_run_id, flow_run_url)
        tried.add(following)
    return first


def _next_of_account(run: RunContext, remediation_id: int, tried: set[int]) -> int | None:
    with Session(run.engine) as session:
        account = sa.select(Remediation.account_id).where(Remediation.id == remediation_id).scalar_subquery()
        return session.scalar(
            sa.select(Remediation.id)
            .where(Remediation.state == "approved", Remediation.account_id == account, Remediation.id.not_in(tried))
            .order_by(Remediation.approved_at, Remediation.id)
            .limit(1)
        )


@contextmanager
def _one_per_account(run: RunContext, remediation_id: int) -> Iterator[bool]:
    """Hold the account for the length of the run; the lock goes with the connection, so a dead worker holds nothing."""
    with run.engine.connect() as connection:
        account = connection.scalar(sa.select(Remediation.account_id).where(Remediation.id == remediation_id)) or ""
        with locks.hold(connection, Lock.ACCOUNT, account, wait=False) as mine:
            yield mine


def _claim(run: RunContext, remediation_id: int, flow_run_id: str | None, flow_run_url: str | None) -> str:
    """approved -> running under the row's lock, after the checks that no earlier moment can make."""
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None:
            return "missing"
        if remediation.state == "running":  # nobody holds the account, so its worker is dead
            return "unsettled"
        if remediation.state != "approved":
            return remediation.state
        if kill_switch.is_stopped(session) or not run.limits.enabled:
            return "stopped"
        playbook = run.playbooks.get(remediation.playbook)
        if refusal := _refusal(run, session, remediation, playbook):
            finish(run, session, remediation, "void", refusal)
            return "void"
        if remediation.undo_of is None and playbook is not None and (reason := closed(playbook.guards, run.now())):
            return _defer(session, remediation, reason, run.now(), start_by(remediation, playbook))
        remediation.state, remediation.started_at = "running", run.now()
        remediation.flow_run_id, remediation.flow_run_url = flow_run_id, flow_run_url
        audit.append(session, "system", "remediation.started", str(remediation_id), {"flow_run_id": flow_run_id})
        notify(session, remediation, playbook)
    return "claimed"


def _defer(session: Session, remediation: Remediation, reason: str, now: datetime, until: datetime) -> str:
    """An approval outside the change window waits for the window, as long as the approval is good; the channel is
    notified once.
    """
    if remediation.channel is not None:
        key = remediation_key(remediation.id)
        text = (
            f"Remediation {remediation.id} waits: {reason}. It starts when changes are allowed, at the latest "
            f"{until:%d %b %H:%M} UTC, or not at all."
        )
        outbox.enqueue(session, remediation.channel, note(text), f"{key}:deferred", thread_key=key)
    return "deferred"


def _refusal(run: RunContext, session: Session, remediation: Remediation, playbook: Playbook | None) -> str | None:
    """Why an approved plan must not start at all."""
    plan = frozen(remediation.plan, remediation.plan_digest)
    if plan is None:
        return "the stored plan is not the one that was frozen and approved"
    if remediation.approved_at is None or not remediation.approvals:
        return "nobody's approval is stored with it"
    if otherwise := contradiction(session, remediation):
        return f"{otherwise}; run `finops audit verify` and find out who wrote to the database"
    if run.now() >= (until := start_by(remediation, playbook)):
        return f"it could not start before its approval ran out ({until:%d %b %H:%M} UTC)"
    if run.now() < remediation.approved_at - life.CLOCK_SKEW:
        return "this machine's clock is behind that of the approval; set it right and ask for a new plan"
    if remediation.undo_of is not None:
        return None
    if ticket_rule(plan, run.limits) is not None:
        return "finops.yaml says that nothing is changed here (remediation.tickets); ask for it again to have a ticket"
    if playbook is None or playbook.digest() != remediation.playbook_digest:
        return "the playbook was edited or removed since the approval"
    if playbook.mode != "auto" and len({item["actor"] for item in remediation.approvals}) < playbook.approval.count:
        return "there are fewer approvals than the playbook asks for"
    return over_the_caps(session, plan, playbook, run.limits.maximum_resources_a_day, run.now())


def _is_undo(run: RunContext, remediation_id: int) -> bool:
    with Session(run.engine) as session:
        return session.get_one(Remediation, remediation_id).undo_of is not None
