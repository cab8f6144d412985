"""What playbooks can do: one file per kind of resource, each action declaring its
parameters, its permissions and its undo.
"""

from playbooks.actions import addresses, azure, ebs, ec2, gcp, lambda_functions, rds
from playbooks.actions.action import Action

ACTIONS: dict[str, Action] = {
    action.name: action
    for module in (addresses, azure, ebs, ec2, gcp, lambda_functions, rds)
    for action in module.ACTIONS
}


def permissions(names: list[str]) -> list[str]:
    """The permissions that these actions need, in the words of their cloud, sorted."""
    return sorted({permission for name in names for permission in ACTIONS[name].permissions})
