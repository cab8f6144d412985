"""The generated IAM policies."""

import json
from typing import Any

import pytest

from playbooks.actions import ACTIONS
from playbooks.actions.policy import _RESOURCES, actor_policy, observer_policy, role_of
from playbooks.schema import read_playbooks

STEPS = [(step.action, step.parameters) for book in read_playbooks().values() for step in book.steps]
PROTECTED = {"do-not-stop": ("true", "yes"), "keep": ("*",)}


def test_the_policy_is_the_union_of_what_the_actions_need() -> None:
    """Nothing else, and no wildcard of actions."""
    allowed = {one for part in actor_policy(STEPS, {})["Statement"] for one in part["Action"]}
    assert allowed == {permission for action, _ in STEPS for permission in ACTIONS[action].permissions}
    assert not any("*" in permission for permission in allowed)


@pytest.mark.parametrize("name", sorted(name for name, action in ACTIONS.items() if action.cloud == "aws"))
def test_what_changes_is_bounded_to_its_kind_of_resource(name: str) -> None:
    """Only what reads is allowed on everything."""
    parameters = {"archive_bucket": "kept"} if name == "lambda.archive_and_delete" else {}
    for part in actor_policy([(name, parameters)], {})["Statement"]:
        if "*" in part["Resource"]:
            assert all(one.partition(":")[2].startswith(("Describe", "Get", "List")) for one in part["Action"])
        assert not any("{bucket}" in resource for resource in part["Resource"])
    assert {
        one for one in ACTIONS[name].permissions if not one.partition(":")[2].startswith(("Describe", "Get", "List"))
    } <= set(_RESOURCES)


def test_a_protected_tag_is_a_denial_of_aws_itself() -> None:
    """So that a mistake of ours cannot touch it either."""
    denials = [part for part in actor_policy([("ec2.stop", {})], PROTECTED)["Statement"] if part["Effect"] == "Deny"]
    assert [part["Condition"] for part in denials] == [
        {"StringEqualsIgnoreCase": {"aws:ResourceTag/do-not-stop": ["true", "yes"]}},
        {"Null": {"aws:ResourceTag/keep": "false"}},
    ]
    assert all(part["Action"] == ["ec2:StartInstances", "ec2:StopInstances"] for part in denials)


def test_a_role_is_only_passed_to_lambda_and_code_only_kept_in_the_bucket() -> None:
    """Without the condition the actor could give itself any role."""
    statements: list[Any] = actor_policy([("lambda.archive_and_delete", {"archive_bucket": "kept"})], {})["Statement"]
    by_action = {action: part for part in statements for action in part["Action"]}
    assert by_action["iam:PassRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert by_action["s3:PutObject"]["Resource"] == ["arn:aws:s3:::kept/*"]


def test_other_clouds_have_a_role_of_their_own_and_are_in_no_policy_of_aws() -> None:
    """In the words of each cloud, with what its actions need and no wildcard."""
    names = ["azure.vm_stop", "gcp.vm_resize", "ec2.stop"]
    assert role_of("azure", names)["Actions"] == sorted(ACTIONS["azure.vm_stop"].permissions)
    assert role_of("gcp", names)["includedPermissions"] == sorted(ACTIONS["gcp.vm_resize"].permissions)
    allowed = {one for part in actor_policy([(name, {}) for name in names], {})["Statement"] for one in part["Action"]}
    assert allowed == set(ACTIONS["ec2.stop"].permissions)
    others = [one for action in ACTIONS.values() if action.cloud != "aws" for one in action.permissions]
    assert not any("*" in one for one in others)


def test_the_observer_changes_nothing() -> None:
    """It only describes, lists and gets, and reads no stored code."""
    [part] = observer_policy(STEPS)["Statement"]
    assert all(one.partition(":")[2].startswith(("Describe", "Get", "List")) for one in part["Action"])
    assert "s3:GetObject" not in part["Action"]
    assert json.dumps(part)
