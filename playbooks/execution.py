"""The run of an approved remediation: claim, re-check, record, act, verify; every boundary is a commit, so that a crash leaves the truth behind."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.tables import Remediation, RemediationStep, Saving
from playbooks import remediation as life
from playbooks.actions import ACTIONS
from playbooks.actions.action import Action, Where
from playbooks.cloud import Cloud
from playbooks.plan import PlannedStep, Target, changed, closed, digest, from_json, objection
from playbooks.schema import Playbook
from playbooks.telling import tell
from settings import Remediation as Limits

_ACCOUNT_LOCK = 7_113_100  # advisory lock space: one run an account at a time


def _no_boundary(_name: str) -> None:
    """Nothing happens at a step's boundary."""


@dataclass(frozen=True)
class Run:
    """What a run needs. `at_boundary` is called with a name at every point between two commits: the fault tests kill there."""

    engine: sa.Engine
    cloud: Cloud
    limits: Limits
    playbooks: Mapping[str, Playbook]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    at_boundary: Callable[[str], None] = field(default=_no_boundary)


def execute(run: Run, remediation_id: int, flow_run_id: str | None = None) -> str:
    """Run an approved remediation to its end, or settle one whose worker died; returns the state it is in. Never acts twice."""
    with _one_per_account(run, remediation_id) as mine:
        if not mine:
            return "waiting"
        state = _claim(run, remediation_id, flow_run_id)
        if state != "running":
            return state
        run.at_boundary("claimed")
        return _undo_steps(run, remediation_id) if _is_undo(run, remediation_id) else _act_on_steps(run, remediation_id)


@contextmanager
def _one_per_account(run: Run, remediation_id: int) -> Iterator[bool]:
    """Hold the account for the length of the run; the lock goes with the connection, so a dead worker holds nothing."""
    with run.engine.connect() as connection:
        account = connection.scalar(sa.select(Remediation.account_id).where(Remediation.id == remediation_id)) or ""
        connection.commit()
        key = {"space": _ACCOUNT_LOCK, "account": account}
        mine = bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(:space, hashtext(:account))"), key))
        connection.commit()
        try:
            yield mine
        finally:
            if mine:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:space, hashtext(:account))"), key)
                connection.commit()


def _claim(run: Run, remediation_id: int, flow_run_id: str | None) -> str:
    """approved -> running under the row's lock, after the checks that no earlier moment can make; a dead worker's run is settled."""
    with Session(run.engine) as session, session.begin():
        remediation = session.scalar(sa.select(Remediation).where(Remediation.id == remediation_id).with_for_update())
        if remediation is None:
            return "missing"
        playbook = run.playbooks.get(remediation.playbook)
        if remediation.state == "running":
            return _settle_after_crash(run, session, remediation, playbook)
        if remediation.state != "approved":
            return remediation.state
        if life.is_stopped(session) or not run.limits.enabled:
            return "stopped"
        if refusal := _refusal(run, session, remediation, playbook):
            _finish(run, session, remediation, "void", refusal)
            return "void"
        remediation.state, remediation.started_at, remediation.flow_run_id = "running", run.now(), flow_run_id
        audit.append(session, "system", "remediation.started", str(remediation_id), {"flow_run_id": flow_run_id})
        tell(session, remediation, playbook)
    return "running"


def _refusal(run: Run, session: Session, remediation: Remediation, playbook: Playbook | None) -> str | None:
    """Why an approved plan must not start now."""
    if remediation.undo_of is not None:
        return None
    if playbook is None or playbook.digest() != remediation.playbook_digest:
        return "the playbook was edited or removed since the approval"
    if digest(remediation.plan) != remediation.plan_digest:
        return "the stored plan is not the one that was approved"
    if reason := closed(playbook.guards, run.now()):
        return reason
    today = run.now().replace(hour=0, minute=0, second=0, microsecond=0)
    touched = session.scalar(
        sa.select(sa.func.count(sa.distinct(RemediationStep.resource_id)))
        .join(Remediation, Remediation.id == RemediationStep.remediation_id)
        .where(RemediationStep.started_at >= today, Remediation.undo_of.is_(None))
    )
    wanted = len(from_json(remediation.plan).resources())
    if (touched or 0) + wanted > run.limits.maximum_resources_a_day:
        return (
            f"{touched} resources were changed today and this would add {wanted}; the limit is {run.limits.maximum_resources_a_day} a day"
        )
    return None


def _settle_after_crash(run: Run, session: Session, remediation: Remediation, playbook: Playbook | None) -> str:
    """A worker died: what was acting is `unknown` unless the live resource shows that it was done; nothing is repeated."""
    planned = from_json(remediation.plan)
    for step in _steps(session, remediation.id):
        if step.state != "acting":
            continue
        action, where = ACTIONS[step.action], _where(planned.steps, step)
        seen = action.observe(run.cloud, where)
        done = action.undone(seen, step.undo) if remediation.undo_of else action.verify(seen, step.parameters)
        step.state = ("undone" if remediation.undo_of else "verified") if done else "unknown"
        step.after, step.finished_at = seen, run.now()
        step.error = None if done else "the worker stopped while acting; look at the resource"
        audit.append(session, "system", "step.settled", f"{remediation.id}/{step.position}", {"state": step.state, "seen": seen})
    _finish(run, session, remediation, *_ending(session, remediation, interrupted=True))
    return remediation.state


# ------------------------------------------------------------------ forward


def _act_on_steps(run: Run, remediation_id: int) -> str:
    with Session(run.engine) as session, session.begin():
        remediation = session.get_one(Remediation, remediation_id)
        plan, playbook = from_json(remediation.plan), run.playbooks[remediation.playbook]
        positions = [step.position for step in _steps(session, remediation_id)]
    if void := _changed_world(run, plan.steps, playbook, plan.environment):
        return _end(run, remediation_id, "void", void)
    for position in positions:
        run.at_boundary(f"before step {position}")
        error = _one_step(run, remediation_id, position, plan.steps[position], playbook, plan.environment)
        run.at_boundary(f"after step {position}")
        if error is not None:
            if playbook.roll_back_on_failure:
                _roll_back(run, remediation_id)
            break
    return _end(run, remediation_id)


def _changed_world(run: Run, steps: tuple[PlannedStep, ...], playbook: Playbook, environment: str | None) -> str | None:
    """What is different from the approved plan, over all resources, before anything is touched."""
    found, looked_at = [], set()
    for step in steps:
        if step.resource_id in looked_at:
            continue
        looked_at.add(step.resource_id)
        seen = ACTIONS[step.action].observe(run.cloud, Where(step.resource_id, step.account_id, step.region))
        if problem := changed(step.seen, seen) or objection(_target(step, environment), seen, playbook, run.limits):
            found.append(f"{step.name}: {problem}")
    return "the world changed since the plan was approved; nothing was touched. " + "; ".join(found[:5]) if found else None


def _one_step(
    run: Run, remediation_id: int, position: int, planned: PlannedStep, playbook: Playbook, environment: str | None
) -> str | None:
    """One action on one resource: check, record, act, verify. Returns the error that ends the run, None when it went well."""
    action, where = ACTIONS[planned.action], Where(planned.resource_id, planned.account_id, planned.region)
    if planned.grace_seconds:
        run.sleep(planned.grace_seconds)
    seen = action.observe(run.cloud, where)
    problem = _forbidden_now(run, planned, seen, playbook, environment, first=_first_of_resource(run, remediation_id, position))
    refused = None if problem else action.feasible(run.cloud, where, seen, planned.parameters)
    problem = problem or (refused.reason if refused else None)
    if problem:
        return _mark(run, remediation_id, position, "skipped", error=problem, after=seen)
    undo = action.undo_record(seen, planned.parameters)
    _mark(run, remediation_id, position, "acting", before=seen, undo=undo)
    run.at_boundary(f"recorded step {position}")
    try:
        made = action.apply(run.cloud, where, planned.parameters, undo)
    except _cloud_errors() as error:
        return _mark(run, remediation_id, position, *_after_error(run, action, where, planned, seen, error))
    run.at_boundary(f"acted step {position}")
    after = action.observe(run.cloud, where)
    if not action.verify(after, {**planned.parameters, **made}):
        return _mark(
            run,
            remediation_id,
            position,
            "failed",
            error="the action returned, but the resource is not as it should be",
            undo={**undo, **made},
            after=after,
        )
    _mark(run, remediation_id, position, "verified", undo={**undo, **made}, after=after)
    return None


def _forbidden_now(
    run: Run, planned: PlannedStep, seen: dict[str, Any], playbook: Playbook, environment: str | None, *, first: bool
) -> str | None:
    with Session(run.engine) as session:
        if life.is_stopped(session):
            return "all remediation was stopped"
    if not first:  # an earlier step of this very plan changed it
        return None
    return (
        changed(planned.seen, seen)
        or objection(_target(planned, environment), seen, playbook, run.limits)
        or closed(playbook.guards, run.now())
    )


def _after_error(run: Run, action: Action, where: Where, planned: PlannedStep, before: dict[str, Any], error: Exception) -> tuple[str, str]:
    """What an error leaves behind is looked up, not guessed: done, certainly not done, or unknown."""
    text = _sentence(error, action)
    try:
        seen = action.observe(run.cloud, where)
    except _cloud_errors():
        return "unknown", f"{text} What happened could not be looked up either."
    if seen == before:
        return "failed", text
    return "unknown", f"{text} The resource is not as it was."


# ------------------------------------------------------------------ backward


def _undo_steps(run: Run, remediation_id: int) -> str:
    with Session(run.engine) as session:
        remediation = session.get_one(Remediation, remediation_id)
        planned = from_json(remediation.plan).steps
        steps = [
            (step.position, step.action, step.parameters["undo_of_step"], dict(step.undo), _where(planned, step))
            for step in _steps(session, remediation_id)
        ]
    for position, action_name, original, record, where in steps:
        run.at_boundary(f"before undo {position}")
        _mark(run, remediation_id, position, "acting", before=ACTIONS[action_name].observe(run.cloud, where))
        run.at_boundary(f"recorded undo {position}")
        error = _undo_one(run, ACTIONS[action_name], where, record)
        run.at_boundary(f"acted undo {position}")
        _mark(run, remediation_id, position, "failed" if error else "undone", error=error)
        if error:
            break
        _mark_original_undone(run, original)
    return _end(run, remediation_id)


def _roll_back(run: Run, remediation_id: int) -> None:
    """Undo this run's own finished steps, last first, because the playbook says so."""
    with Session(run.engine) as session:
        planned = from_json(session.get_one(Remediation, remediation_id).plan).steps
        steps = [
            (step.position, step.action, dict(step.undo), _where(planned, step))
            for step in _steps(session, remediation_id)
            if step.state == "verified"
        ]
    for position, action_name, record, where in reversed(steps):
        if not ACTIONS[action_name].reversible:
            continue
        error = _undo_one(run, ACTIONS[action_name], where, record)
        _mark(run, remediation_id, position, "unknown" if error else "undone", error=error)


def _undo_one(run: Run, action: Action, where: Where, record: dict[str, Any]) -> str | None:
    try:
        action.undo(run.cloud, where, record)
        seen = action.observe(run.cloud, where)
    except _cloud_errors() as error:
        return _sentence(error, action)
    return None if action.undone(seen, record) else "the undo returned, but the resource is not as it was"


def _mark_original_undone(run: Run, step_id: int) -> None:
    with Session(run.engine) as session, session.begin():
        step = session.get_one(RemediationStep, step_id)
        step.state = "undone"
        saving = session.scalar(
            sa.select(Saving).where(Saving.remediation_id == step.remediation_id, Saving.resource_id == step.resource_id)
        )
        if saving is not None:
            saving.status, saving.verified_at = "reversed", run.now()


# ------------------------------------------------------------------ writing down


def _mark(run: Run, remediation_id: int, position: int, state: str, error: str | None = None, **recorded: dict[str, Any]) -> str | None:
    """Write a step's state with its audit entry and the card's update, in one transaction; returns the error."""
    with Session(run.engine) as session, session.begin():
        remediation = session.get_one(Remediation, remediation_id)
        step = session.scalars(
            sa.select(RemediationStep).where(RemediationStep.remediation_id == remediation_id, RemediationStep.position == position)
        ).one()
        step.state, step.error = state, error
        for name, value in recorded.items():
            setattr(step, name, value)
        if state == "acting":
            step.started_at = run.now()
        else:
            step.finished_at = run.now()
        audit.append(
            session,
            "system",
            f"step.{state}",
            f"{remediation_id}/{position}",
            {"resource_id": step.resource_id, "action": step.action, "error": error, **recorded},
        )
        if state != "acting":
            tell(session, remediation, run.playbooks.get(remediation.playbook))
    return error


def _end(run: Run, remediation_id: int, state: str | None = None, reason: str | None = None) -> str:
    with Session(run.engine) as session, session.begin():
        remediation = session.scalars(sa.select(Remediation).where(Remediation.id == remediation_id).with_for_update()).one()
        found, why = (state, reason) if state else _ending(session, remediation, interrupted=False)
        _finish(run, session, remediation, found, why)
        return remediation.state


def _ending(session: Session, remediation: Remediation, *, interrupted: bool) -> tuple[str, str | None]:
    """How a run ended, from its steps: partial success is called partial."""
    steps = _steps(session, remediation.id)
    states = [step.state for step in steps]
    reason = next((f"{step.resource_name}: {step.error}" for step in steps if step.error), None)
    if "unknown" in states:
        return "unknown", reason
    wanted = "undone" if remediation.undo_of else "verified"
    if all(state == wanted for state in states):
        return "succeeded", None
    if interrupted and reason is None:
        reason = "the worker stopped; the rest was not started"
    if wanted in states:
        return "partial", reason
    if "undone" in states:
        return "undone", reason
    return "failed", reason


def _finish(run: Run, session: Session, remediation: Remediation, state: str, reason: str | None) -> None:
    remediation.state, remediation.reason, remediation.finished_at = state, reason, run.now()
    playbook = run.playbooks.get(remediation.playbook)
    audit.append(session, "system", f"remediation.{state}", str(remediation.id), {"reason": reason})
    if remediation.undo_of is None:
        _open_ledger(run, session, remediation, playbook)
    elif state == "succeeded":
        session.get_one(Remediation, remediation.undo_of).state = "undone"
    tell(session, remediation, playbook)


def _open_ledger(run: Run, session: Session, remediation: Remediation, playbook: Playbook | None) -> None:
    """An entry a resource whose every step was verified: what it is to save, to be held against the bill."""
    steps = _steps(session, remediation.id)
    for resource_id in dict.fromkeys(step.resource_id for step in steps):
        mine = [step for step in steps if step.resource_id == resource_id]
        if not all(step.state == "verified" for step in mine) or mine[0].expected_monthly_savings is None:
            continue
        session.add(
            Saving(
                remediation_id=remediation.id,
                resource_id=resource_id,
                team=remediation.team,
                applied_on=run.now().date(),
                window_days=playbook.savings.window_days if playbook else 14,
                expected_monthly_savings=mine[0].expected_monthly_savings,
                currency=remediation.currency,
            )
        )


# ------------------------------------------------------------------ parts


def _steps(session: Session, remediation_id: int) -> list[RemediationStep]:
    return list(
        session.scalars(
            sa.select(RemediationStep).where(RemediationStep.remediation_id == remediation_id).order_by(RemediationStep.position)
        )
    )


def _where(planned: tuple[PlannedStep, ...], step: RemediationStep) -> Where:
    place = next(one for one in planned if one.resource_id == step.resource_id)
    return Where(step.resource_id, place.account_id, place.region)


def _target(step: PlannedStep, environment: str | None) -> Target:
    return Target(step.resource_id, step.name, step.account_id, "", step.region, None, environment, step.monthly_savings)


def _first_of_resource(run: Run, remediation_id: int, position: int) -> bool:
    with Session(run.engine) as session:
        steps = _steps(session, remediation_id)
    return all(step.resource_id != steps[position].resource_id for step in steps[:position])


def _is_undo(run: Run, remediation_id: int) -> bool:
    with Session(run.engine) as session:
        return session.get_one(Remediation, remediation_id).undo_of is not None


def _cloud_errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (ClientError, BotoCoreError)


def _sentence(error: Exception, action: Action) -> str:
    """AWS's error for people; a denial names the permissions."""
    response: dict[str, Any] = getattr(error, "response", {})
    code = response.get("Error", {}).get("Code", "")
    if code in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}:
        return f"AWS denied it ({code}): the actor role needs {', '.join(action.permissions)}."
    return f"AWS: {str(error)[:300]}."
