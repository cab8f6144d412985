"""The steps of a run, forward and backward: look, record, act, verify. An error
of the cloud is an outcome; what it left behind is looked up, not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from db.tables import Remediation
from playbooks.actions import ACTIONS
from playbooks.actions.action import Action, ResourceRef
from playbooks.actions.rest import RestError
from playbooks.approval import kill_switch
from playbooks.proposals.plan import Plan, PlannedStep, Target, changed, closed, frozen, objection, protected, unmet
from playbooks.run.log import RunContext, end, mark, skip, skipped_text, steps_of, where_of
from playbooks.schema import Playbook

STOPPED = "all remediation was stopped"
TOUCHED = "the stored plan is not the one that was frozen and approved; nothing was touched"


def act_on_steps(run: RunContext, remediation_id: int) -> str:
    """Every step in order, but for resources that may not be touched any more: those are skipped with the reason, and
    the others go on. What goes wrong ends the run. Returns the state of the remediation.
    """
    with Session(run.engine) as session:
        remediation = session.get_one(Remediation, remediation_id)
        plan, playbook = frozen(remediation.plan, remediation.plan_digest), run.playbooks[remediation.playbook]
    if plan is None:
        return end(run, remediation_id, "void", TOUCHED)
    try:
        left_alone = _changed_world(run, plan.steps, playbook, plan.environment)
    except cloud_errors() as error:
        return end(
            run, remediation_id, "failed", f"{sentence(error, ACTIONS[plan.steps[0].action])} Nothing was touched."
        )
    skip(run, remediation_id, left_alone)
    for position, step in enumerate(plan.steps):
        if step.resource_id in left_alone:
            continue
        run.at_boundary(f"before step {position}")
        outcome = _one_step(run, remediation_id, position, plan.steps, playbook, plan.environment)
        run.at_boundary(f"after step {position}")
        if isinstance(outcome, _LeftAlone):
            left_alone[step.resource_id] = outcome.reason
            skip(run, remediation_id, {step.resource_id: outcome.reason})
        elif outcome is not None:
            if playbook.roll_back_on_failure:
                _roll_back(run, remediation_id, plan.steps)
            return end(run, remediation_id)
    if set(plan.resources()) <= set(left_alone):
        return end(run, remediation_id, "void", f"nothing was touched: {all_skipped(plan, left_alone)}")
    return end(run, remediation_id)


@dataclass(frozen=True)
class _LeftAlone:
    """A resource that no step of the run has touched may not be touched any more; the others may."""

    reason: str


def all_skipped(plan: Plan, left_alone: Mapping[str, str]) -> str:
    """Every resource of a plan with the reason that keeps it, in the plan's order."""
    names = {step.resource_id: step.name for step in plan.steps}
    return skipped_text([(name, left_alone[resource_id]) for resource_id, name in names.items()])


def _changed_world(
    run: RunContext, steps: tuple[PlannedStep, ...], playbook: Playbook, environment: str | None
) -> dict[str, str]:
    """What is different from the approved plan, by resource, before anything is touched."""
    changes: dict[str, str] = {}
    first = {step.resource_id: step for step in reversed(steps)}
    for resource_id, step in first.items():
        observed = ACTIONS[step.action].observe(run.cloud, _place(step))
        if problem := changed(step.seen, observed) or objection(
            _target(step, environment), observed, playbook, run.limits
        ):
            changes[resource_id] = problem
    return changes


def _one_step(
    run: RunContext,
    remediation_id: int,
    position: int,
    steps: tuple[PlannedStep, ...],
    playbook: Playbook,
    environment: str | None,
) -> str | _LeftAlone | None:
    """One action on one resource. Returns the error that ends the run, or why this resource alone is skipped; None
    when it went well.
    """
    step = steps[position]
    action, where = ACTIONS[step.action], _place(step)
    if step.grace_seconds:
        run.sleep(step.grace_seconds)
    first = all(earlier.resource_id != step.resource_id for earlier in steps[:position])
    try:
        observed = action.observe(run.cloud, where)
        problem = _unfit_now(step, observed, playbook, environment, run, first=first)
        if problem is None and (refused := action.feasible(run.cloud, where, observed, step.parameters)):
            problem = refused.reason
    except cloud_errors() as error:
        return mark(run, remediation_id, position, "failed", error=f"{sentence(error, action)} Nothing was changed.")
    if halted := _halted(run, playbook):  # the last look before the act: AWS may have taken its time to answer
        return mark(run, remediation_id, position, "skipped", error=halted, after=observed)
    if problem and first:
        return _LeftAlone(problem)
    if problem:  # an earlier step has changed it: half of a plan is no skip
        return mark(run, remediation_id, position, "skipped", error=problem, after=observed)
    undo = action.undo_record(observed, step.parameters)
    mark(run, remediation_id, position, "acting", before=observed, undo=undo)
    run.at_boundary(f"recorded step {position}")
    try:
        made = action.apply(run.cloud, where, step.parameters, undo)
    except cloud_errors() as error:
        return mark(run, remediation_id, position, *_after_error(run, action, where, step, observed, undo, error))
    run.at_boundary(f"acted step {position}")
    last = all(later.resource_id != step.resource_id for later in steps[position + 1 :])
    return _verified(run, remediation_id, position, step, {**undo, **made}, playbook if last else None)


def _verified(
    run: RunContext,
    remediation_id: int,
    position: int,
    step: PlannedStep,
    undo: dict[str, Any],
    playbook: Playbook | None,
) -> str | None:
    """The action returned: is the resource as the action, and after its last
    step the playbook, say that it should be?
    """
    action, where = ACTIONS[step.action], _place(step)
    try:
        after = action.observe(run.cloud, where)
    except cloud_errors() as error:
        text = f"it was done, but could not be checked: {sentence(error, action)}"
        return mark(run, remediation_id, position, "unknown", error=text, undo=undo)
    wrong = (
        None
        if action.verify(after, {**undo, **step.parameters})
        else "the action returned, but the resource is not as it should be"
    )
    if wrong is None and playbook is not None:
        wrong = next(
            (f"done, but {broken}" for condition in playbook.verify if (broken := unmet(condition, after))), None
        )
    return mark(run, remediation_id, position, "unknown" if wrong else "verified", error=wrong, undo=undo, after=after)


def _halted(run: RunContext, playbook: Playbook) -> str | None:
    """Why nothing at all may be done at this moment, whatever the resource."""
    return STOPPED if is_stopped(run) else closed(playbook.guards, run.now())


def _unfit_now(
    step: PlannedStep,
    observed: dict[str, Any],
    playbook: Playbook,
    environment: str | None,
    run: RunContext,
    *,
    first: bool,
) -> str | None:
    """What speaks against touching this resource at this moment; what an earlier step of this plan changed of it does
    not.
    """
    if not observed:
        return "it no longer exists"
    if first and (
        problem := changed(step.seen, observed) or objection(_target(step, environment), observed, playbook, run.limits)
    ):
        return problem
    return protected(observed, playbook, run.limits)


def _after_error(
    run: RunContext,
    action: Action,
    where: ResourceRef,
    step: PlannedStep,
    before: dict[str, Any],
    undo: dict[str, Any],
    error: Exception,
) -> tuple[str, str | None]:
    """What an error leaves behind: done, certainly not done, or unknown."""
    text = sentence(error, action)
    try:
        observed = action.observe(run.cloud, where)
    except cloud_errors():
        return "unknown", f"{text} What happened could not be looked up either."
    if observed == before:
        return "failed", text
    if action.verify(observed, {**undo, **step.parameters}):
        return "verified", None
    return "unknown", f"{text} The resource is not as it was."


# ------------------------------------------------------------------ backward


def undo_steps(run: RunContext, remediation_id: int) -> str:
    """Undo what another remediation did, last first, until something goes wrong."""
    with Session(run.engine) as session:
        remediation = session.get_one(Remediation, remediation_id)
        plan = frozen(remediation.plan, remediation.plan_digest)
        steps = [
            (step.position, step.action, dict(step.undo), where_of(plan.steps, step))
            for step in steps_of(session, remediation_id)
            if plan
        ]
    if plan is None:
        return end(run, remediation_id, "void", TOUCHED)
    for position, action_name, record, where in steps:
        run.at_boundary(f"before undo {position}")
        if is_stopped(run):
            mark(run, remediation_id, position, "skipped", error=STOPPED)
            break
        mark(run, remediation_id, position, "acting")
        run.at_boundary(f"recorded undo {position}")
        error = _undo_one(run, ACTIONS[action_name], where, record)
        run.at_boundary(f"acted undo {position}")
        mark(run, remediation_id, position, "failed" if error else "undone", error=error)
        if error:
            break
    return end(run, remediation_id)


def _roll_back(run: RunContext, remediation_id: int, planned: tuple[PlannedStep, ...]) -> None:
    """Undo this run's own steps, last first, because the playbook says so; also
    the one that broke off half way. The kill switch halts this too.
    """
    with Session(run.engine) as session:
        steps = [
            (step.position, ACTIONS[step.action], dict(step.undo), where_of(planned, step), step.error)
            for step in steps_of(session, remediation_id)
            if step.state in {"verified", "unknown"} and ACTIONS[step.action].reversible and planned[step.position].undo
        ]
    for position, action, record, where, broke_off in reversed(steps):
        if is_stopped(run):
            return
        mark(run, remediation_id, position, "undoing", error=broke_off)
        run.at_boundary(f"recorded roll back {position}")
        error = _undo_one(run, action, where, record)
        run.at_boundary(f"acted roll back {position}")
        mark(run, remediation_id, position, "unknown" if error else "undone", error=error or broke_off)


def _undo_one(run: RunContext, action: Action, where: ResourceRef, record: dict[str, Any]) -> str | None:
    try:
        action.undo(run.cloud, where, record)
        observed = action.observe(run.cloud, where)
    except cloud_errors() as error:
        return sentence(error, action)
    return None if action.undone(observed, record) else "the undo returned, but the resource is not as it was"


# ------------------------------------------------------------------ parts


def is_stopped(run: RunContext) -> bool:
    """Whether the kill switch is on, or remediation is off in finops.yaml."""
    with Session(run.engine) as session:
        return kill_switch.is_stopped(session) or not run.limits.enabled


def _place(step: PlannedStep) -> ResourceRef:
    return ResourceRef(step.resource_id, step.account_id, step.region)


def _target(step: PlannedStep, environment: str | None) -> Target:
    return Target(
        step.resource_id, step.name, step.account_id, "", step.region, None, environment, step.monthly_savings
    )


def cloud_errors() -> tuple[type[Exception], ...]:
    """Everything that a call to the cloud may end in."""
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - slow to load, and only AWS needs it
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    return (ClientError, BotoCoreError, Boto3Error, OSError)


def sentence(error: Exception, action: Action) -> str:
    """A cloud's error for people; a denial names the permissions."""
    if isinstance(error, RestError):
        if error.denied():
            return f"{error.cloud} denied it ({error.code}): the role needs {', '.join(action.permissions)}."
        return f"{error.cloud}: {error.message[:300].rstrip('.')}."
    response: dict[str, Any] = getattr(error, "response", {})
    code = response.get("Error", {}).get("Code", "")
    if code in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}:
        return f"AWS denied it ({code}): the role needs {', '.join(action.permissions)}."
    return f"AWS: {str(error)[:300].rstrip('.')}."
