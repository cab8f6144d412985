"""Escalation of a budget: it tells people and changes nothing in the cloud."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from playbooks.actions.action import Action, Seen, Where
from playbooks.cloud import Cloud


class EscalateParameters(BaseModel):
    """Who is told."""

    model_config = ConfigDict(extra="forbid")
    channel: str = "#finops"


def observe(cloud: Cloud, where: Where) -> Seen:
    """A budget is not a cloud resource: it is there as long as its playbook is."""
    return {"budget": where.native_id, "tags": {}}


def _told(cloud: Cloud, where: Where, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    return {}  # telling is what the run does with every step; there is nothing to change


def _nothing(cloud: Cloud, where: Where, record: Mapping[str, Any]) -> None:
    """Nothing was changed, so nothing is put back."""


ACTIONS = (
    Action(
        name="budget.escalate",
        permissions=(),
        reversible=True,
        destroys=False,
        undo_says="nothing was changed",
        observe=observe,
        says=lambda seen, parameters: f"tell {parameters.get('channel', '#finops')} that the budget {seen['budget']} is in danger",
        undo_record=lambda seen, _: {},
        apply=_told,
        undo=_nothing,
        verify=lambda seen, _: True,
        undone=lambda seen, _: True,
        parameters=EscalateParameters,
    ),
)
