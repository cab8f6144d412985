"""What the tests beside this file share."""

from typing import Any

from aws.clients import Cloud
from config.organisation import RemediationSettings
from playbooks.actions import ACTIONS
from playbooks.actions.action import ResourceRef
from playbooks.proposals.plan import PlannedStep, Target
from playbooks.proposals.planning import NothingToDo, make_plans
from playbooks.schema import read_playbooks
from tests.playbooks.conftest import NOW
from tests.playbooks.resources import (
    ACCOUNT,
)

PLAYBOOKS = read_playbooks()


def where(resource_id: str) -> ResourceRef:
    return ResourceRef(resource_id, ACCOUNT, "us-east-1")


def step_of(playbook: str, cloud: Cloud, resource_id: str, **proposed: Any) -> PlannedStep | str:
    """The planned step for one resource, or why it is left out."""
    target = Target(
        resource_id, resource_id, ACCOUNT, "sandbox", "us-east-1", "web", "sandbox", 10.0, proposed=proposed
    )
    plans = make_plans(PLAYBOOKS[playbook], [target], cloud, RemediationSettings(), NOW)
    return plans.left_out[0].reason if isinstance(plans, NothingToDo) else plans[0].steps[0]


def forward_and_back(playbook: str, cloud: Cloud, resource_id: str, **proposed: Any) -> None:
    """Plan, apply, verify; undo where there is one, twice, because an undo may be repeated."""
    step = step_of(playbook, cloud, resource_id, **proposed)
    assert isinstance(step, PlannedStep), step
    action, place = ACTIONS[step.action], where(resource_id)
    record = action.undo_record(step.seen, step.parameters)
    made = action.apply(cloud, place, step.parameters, record)
    assert action.verify(action.observe(cloud, place), {**record, **made, **step.parameters})
    if not action.reversible:
        return
    assert not action.undone(action.observe(cloud, place), record)
    for _ in range(2):
        action.undo(cloud, place, record)  # without what `apply` returned: the worker may have died before it was noted
        assert action.undone(action.observe(cloud, place), record)
