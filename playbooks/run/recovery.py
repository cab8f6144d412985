"""Recovers interrupted runs by inspecting the live resource; never repeats an action."""

from typing import Any

from sqlalchemy.orm import Session

from config.access import Actor, Denied
from db import audit
from db.tables import Remediation, RemediationStep
from playbooks.actions import ACTIONS
from playbooks.approval import rules
from playbooks.approval.stored import proposal_of, rule_for_undo
from playbooks.proposals.plan import frozen
from playbooks.run.log import RunContext, ending, finish, lock, steps_of, where_of, write
from playbooks.run.steps import cloud_errors, sentence

_TOUCHED = (
    "the stored plan is not the one that was frozen, so it does not say where to look; look at the resource itself"
)


def recover(run: RunContext, remediation_id: int) -> str:
    """A worker died: what was under way is `unknown` unless the live resource
    shows that it was done. `running` while AWS cannot be asked.
    """
    try:
        observed = _look(run, remediation_id, {"acting", "undoing"})
    except cloud_errors():
        return "running"
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "running":
            return remediation.state if remediation else "missing"
        for step in steps_of(session, remediation_id):
            if step.state in {"acting", "undoing"} and observed is None:
                write(session, run.now(), remediation, step, "unknown", _TOUCHED, {})
            elif observed is not None and step.position in observed:
                state = _state(
                    step, observed[step.position], undoing=remediation.undo_of is not None or step.state == "undoing"
                )
                error = "the worker stopped while acting; look at the resource" if state == "unknown" else step.error
                write(session, run.now(), remediation, step, state, error, {"after": observed[step.position]})
        finish(run, session, remediation, *ending(session, remediation, interrupted=True))
        return remediation.state


def recheck(run: RunContext, remediation_id: int, actor: Actor) -> str | Denied:
    """A person asks for another look at unknown steps: done, not done (as
    before it), or still not known. Returns the state of the remediation.
    """
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "unknown":
            return Denied(
                f"There is nothing to check: it is {remediation.state}."
                if remediation
                else f"There is no remediation {remediation_id}."
            )
        playbook = run.playbooks.get(remediation.playbook)
        rule = rule_for_undo(playbook)
        if denied := rules.may_do("Checking again", proposal_of(remediation, playbook), rule, actor):
            audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": denied.reason})
            return denied
    try:
        observed = _look(run, remediation_id, {"unknown"})
    except cloud_errors() as error:
        return Denied(f"It cannot be looked at now. {sentence(error, ACTIONS[_first_action(run, remediation_id)])}")
    if observed is None:
        return _not_looked_at(run, remediation_id, actor)
    with Session(run.engine) as session, session.begin():
        remediation = lock(session, remediation_id)
        if remediation is None or remediation.state != "unknown":
            return remediation.state if remediation else "missing"
        audit.append(
            session,
            actor.id,
            "remediation.checked",
            str(remediation_id),
            {"seen": {str(key): value for key, value in observed.items()}},
        )
        for step in steps_of(session, remediation_id):
            if step.position in observed and step.state == "unknown":
                _settle_unknown(run, session, remediation, step, observed[step.position])
        finish(run, session, remediation, *ending(session, remediation, interrupted=True))
        return remediation.state


def _settle_unknown(
    run: RunContext, session: Session, remediation: Remediation, step: RemediationStep, observed: dict[str, Any]
) -> None:
    state = _state(step, observed, undoing=remediation.undo_of is not None)
    error: str | None = None
    if state == "unknown" and observed == step.before:
        state, error = "failed", "it did not happen: the resource is as it was"
    elif state == "unknown":
        error = (
            f"still not known: it is {observed.get('state') or 'neither as it was nor as it should be'}"
            if observed
            else "it no longer exists"
        )
    write(session, run.now(), remediation, step, state, error, {"after": observed})


def _not_looked_at(run: RunContext, remediation_id: int, actor: Actor) -> Denied:
    with Session(run.engine) as session, session.begin():
        audit.append(session, actor.id, "remediation.denied", str(remediation_id), {"reason": _TOUCHED})
    return Denied(f"It cannot be checked from here: {_TOUCHED}. Tell an admin.")


def _look(run: RunContext, remediation_id: int, states: set[str]) -> dict[int, dict[str, Any]] | None:
    """What is to be seen of the resources of steps in these states, by position;
    None where the plan does not tell where. Raises the cloud's errors.
    """
    with Session(run.engine) as session:
        remediation = session.get_one(Remediation, remediation_id)
        plan = frozen(remediation.plan, remediation.plan_digest)
        if plan is None:
            return None
        planned = plan.steps
        steps = [
            (step.position, step.action, where_of(planned, step))
            for step in steps_of(session, remediation_id)
            if step.state in states
        ]
    return {position: ACTIONS[action].observe(run.cloud, where) for position, action, where in steps}


def _first_action(run: RunContext, remediation_id: int) -> str:
    with Session(run.engine) as session:
        return steps_of(session, remediation_id)[0].action


def _state(step: RemediationStep, observed: dict[str, Any], *, undoing: bool) -> str:
    action = ACTIONS[step.action]
    if undoing:
        return "undone" if action.undone(observed, step.undo) else "unknown"
    return "verified" if action.verify(observed, {**step.undo, **step.parameters}) else "unknown"
