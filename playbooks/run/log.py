"""Persists a run: each step's state with its audit entry and its message, the end, and the ledger; one transaction
each.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings as Limits
from db import audit
from db.tables import Recommendation, Remediation, RemediationStep
from playbooks.actions.action import ResourceRef
from playbooks.notifications import notify
from playbooks.proposals.plan import PlannedStep
from playbooks.run import ledger
from playbooks.schema import Playbook

_NAMED = 5  # skipped resources that the end of a run names; its steps name all
_LINES = 10  # updates of a run, however many steps there are: a channel takes about one message a second


def _no_boundary(_name: str) -> None:
    """Nothing happens at a step's boundary."""


@dataclass(frozen=True)
class RunContext:
    """What a run needs. `at_boundary` is called with a name at every point
    between two commits: the fault tests kill there.
    """

    engine: sa.Engine
    cloud: Cloud
    limits: Limits
    playbooks: Mapping[str, Playbook]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    at_boundary: Callable[[str], None] = field(default=_no_boundary)


class TakenOver(Exception):  # noqa: N818 - what it says
    """Another worker settled this run while its own worker had lost the database; its own worker must not go on."""


def lock(session: Session, remediation_id: int) -> Remediation | None:
    """The row, locked; that of the remediation it undoes is locked first, as a click on Undo does."""
    undo_of = session.scalar(sa.select(Remediation.undo_of).where(Remediation.id == remediation_id))
    numbers = [number for number in (undo_of, remediation_id) if number is not None]
    rows = session.scalars(
        sa.select(Remediation).where(Remediation.id.in_(numbers)).order_by(Remediation.id).with_for_update()
    ).all()
    return next((row for row in rows if row.id == remediation_id), None)


def steps_of(session: Session, remediation_id: int) -> list[RemediationStep]:
    """The steps in order."""
    statement = (
        sa.select(RemediationStep)
        .where(RemediationStep.remediation_id == remediation_id)
        .order_by(RemediationStep.position)
    )
    return list(session.scalars(statement))


def where_of(planned: tuple[PlannedStep, ...], step: RemediationStep) -> ResourceRef:
    """The place of a stored step, from the frozen plan."""
    place = next(one for one in planned if one.resource_id == step.resource_id)
    return ResourceRef(step.resource_id, place.account_id, place.region)


def mark(
    run: RunContext,
    remediation_id: int,
    position: int,
    state: str,
    error: str | None = None,
    **recorded: dict[str, Any],
) -> str | None:
    """Write a step's state; returns the error. Raises `TakenOver` when the run is no longer this worker's."""
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "running":
            raise TakenOver(f"remediation {remediation_id} is {remediation.state if remediation else 'gone'}")
        steps = steps_of(session, remediation_id)
        write(session, run.now(), remediation, steps[position], state, error, recorded)
        stride = -(-len(steps) // _LINES)
        under_way = state in {"acting", "undoing"}
        if (under_way and stride == 1) or (not under_way and (error or (position + 1) % stride == 0)):
            notify(session, remediation, run.playbooks.get(remediation.playbook))
    return error


def skip(run: RunContext, remediation_id: int, reasons: Mapping[str, str]) -> None:
    """Every step of these resources is skipped, in one transaction with one message: `reasons` by resource id. Raises
    `TakenOver` when the run is no longer this worker's.
    """
    if not reasons:
        return
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "running":
            raise TakenOver(f"remediation {remediation_id} is {remediation.state if remediation else 'gone'}")
        for step in steps_of(session, remediation_id):
            if step.resource_id in reasons:
                write(session, run.now(), remediation, step, "skipped", reasons[step.resource_id], {})
        notify(session, remediation, run.playbooks.get(remediation.playbook))


def skipped_text(skipped: Sequence[tuple[str, str]]) -> str:
    """`2 skipped: web-1 (it no longer exists); web-2 (…)`, from names and reasons."""
    named = "; ".join(f"{name} ({reason})" for name, reason in skipped[:_NAMED])
    more = f"; and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else ""
    return f"{len(skipped)} skipped: {named}{more}"


def write(
    session: Session,
    now: datetime,
    remediation: Remediation,
    step: RemediationStep,
    state: str,
    error: str | None,
    recorded: Mapping[str, dict[str, Any]],
) -> None:
    """A step's state and its audit entry; what an undo put back is put back in
    the first remediation's books too. The caller holds the rows.
    """
    step.state, step.error = state, error
    for name, value in recorded.items():
        setattr(step, name, value)
    if state == "acting":
        step.started_at = now
    else:
        step.finished_at = now
    if state == "undone" and remediation.undo_of is not None:
        original = session.get_one(RemediationStep, step.parameters["undo_of_step"])
        original.state = "undone"
        ledger.reverse(session, original.remediation_id, original.resource_id, now)
    details = {"resource_id": step.resource_id, "action": step.action, "error": error, **recorded}
    audit.append(session, "system", f"step.{state}", f"{remediation.id}/{step.position}", details)


def end(run: RunContext, remediation_id: int, state: str | None = None, reason: str | None = None) -> str:
    """Close a run: in the state given, or in the one its steps add up to."""
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "running":
            raise TakenOver(f"remediation {remediation_id} is {remediation.state if remediation else 'gone'}")
        end_state, why = (state, reason) if state else ending(session, remediation, interrupted=False)
        finish(run, session, remediation, end_state, why)
        return end_state


def ending(session: Session, remediation: Remediation, *, interrupted: bool) -> tuple[str, str | None]:
    """How a run ended, from its steps: partial success is called partial."""
    steps = steps_of(session, remediation.id)
    states = [step.state for step in steps]
    reason = _why(steps, interrupted=interrupted)
    if "unknown" in states:
        return "unknown", reason
    completed = "undone" if remediation.undo_of else "verified"
    if all(state == completed for state in states):
        return "succeeded", None
    if completed in states:
        return "partial", reason
    if "undone" in states:
        return "undone", reason
    return "failed", reason


def _why(steps: Sequence[RemediationStep], *, interrupted: bool) -> str | None:
    """What went wrong first, and beside it what was skipped; None where nothing did."""
    broke = next(
        (f"{step.resource_name}: {step.error}" for step in steps if step.error and step.state != "skipped"), ""
    )
    if interrupted and not broke and any(step.state == "planned" for step in steps):
        broke = "the worker stopped; the rest was not started"
    by_resource = {step.resource_id: step for step in steps if step.state == "skipped"}
    skipped = [(step.resource_name or step.resource_id, str(step.error)) for step in by_resource.values()]
    parts = [broke, skipped_text(skipped) if skipped else ""]
    return "; ".join(part for part in parts if part) or None


def finish(run: RunContext, session: Session, remediation: Remediation, state: str, reason: str | None) -> None:
    """State, audit, ledger and message of the end. The caller holds the rows."""
    remediation.state, remediation.reason, remediation.finished_at = state, reason, run.now()
    playbook = run.playbooks.get(remediation.playbook)
    _keep_recommendations(session, remediation, playbook)
    if remediation.undo_of is None:
        ledger.open_entries(session, remediation, steps_of(session, remediation.id), playbook, run.now().date())
    elif state == "succeeded":
        session.get_one(Remediation, remediation.undo_of).state = "undone"
    audit.append(session, "system", f"remediation.{state}", str(remediation.id), {"reason": reason})
    notify(session, remediation, playbook)


def _keep_recommendations(session: Session, remediation: Remediation, playbook: Playbook | None) -> None:
    """What was done is not recommended any more, and what was put back is again; the next look for savings has the last
    word on both.
    """
    if playbook is None:
        return
    undone = remediation.undo_of is not None
    states: dict[str, set[str]] = {}
    for step in steps_of(session, remediation.id):
        states.setdefault(step.resource_id, set()).add(step.state)
    done = [resource for resource, of in states.items() if of == ({"undone"} if undone else {"verified"})]
    session.execute(
        sa.update(Recommendation)
        .where(
            Recommendation.kind == playbook.trigger.kind,
            Recommendation.resource_id.in_(done),
            Recommendation.status == ("gone" if undone else "open"),
        )
        .values(status="open" if undone else "gone")
    )
