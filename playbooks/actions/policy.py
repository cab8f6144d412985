"""The least that the roles of an account must be allowed, generated from the actions that playbooks use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playbooks.actions import ACTIONS, permissions

_READS = ("Describe", "List", "Get")
_INSTANCE, _VOLUME, _SNAPSHOT = (
    ("arn:aws:ec2:*:*:instance/*",),
    ("arn:aws:ec2:*:*:volume/*",),
    ("arn:aws:ec2:*:*:snapshot/*",),
)
_FUNCTION, _DATABASE = ("arn:aws:lambda:*:*:function:*",), ("arn:aws:rds:*:*:db:*",)

# What a permission may be used on; one that is not here only reads, and most of those cannot be narrowed (IAM's service
# authorization reference).
_RESOURCES: dict[str, tuple[str, ...]] = {
    "ec2:CreateSnapshot": (*_VOLUME, *_SNAPSHOT),
    "ec2:CreateTags": (*_VOLUME, *_SNAPSHOT),
    "ec2:CreateVolume": (*_VOLUME, *_SNAPSHOT),
    "ec2:DeleteVolume": _VOLUME,
    "ec2:ModifyInstanceAttribute": _INSTANCE,
    "ec2:ModifyVolume": _VOLUME,
    "ec2:ReleaseAddress": ("arn:aws:ec2:*:*:elastic-ip/*",),
    "ec2:StartInstances": _INSTANCE,
    "ec2:StopInstances": _INSTANCE,
    "iam:PassRole": ("arn:aws:iam::*:role/*",),
    "lambda:CreateFunction": _FUNCTION,
    "lambda:DeleteFunction": _FUNCTION,
    "lambda:TagResource": _FUNCTION,
    "rds:StartDBInstance": _DATABASE,
    "rds:StopDBInstance": _DATABASE,
    "s3:GetObject": ("arn:aws:s3:::{bucket}/*",),
    "s3:ListBucket": ("arn:aws:s3:::{bucket}",),
    "s3:PutObject": ("arn:aws:s3:::{bucket}/*",),
}
_CONDITIONS: dict[str, dict[str, Any]] = {
    "iam:PassRole": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    "ec2:CreateTags": {"StringEquals": {"ec2:CreateAction": ["CreateSnapshot", "CreateVolume"]}},
}
_TAKES_TAGS_AS_CONDITION = ("ec2:Delete", "ec2:Modify", "ec2:Release", "ec2:St", "lambda:Delete", "rds:")


def actor_policy(
    steps: Sequence[tuple[str, Mapping[str, Any]]], protected_tags: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """For steps (action, parameters): reads, each change on its own kind of
    resource only, and a refusal of what a tag protects.
    """
    needed = _of_aws(steps)
    reads = [one for one in needed if one not in _RESOURCES]
    statements = [_statement("Look", reads, ("*",))] if reads else []
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for one in needed:
        if one in _RESOURCES:
            groups.setdefault((_in_buckets(_RESOURCES[one], steps), one if one in _CONDITIONS else ""), []).append(one)
    for number, ((resources, condition), changes) in enumerate(groups.items(), 1):
        statement = _statement(f"Change{number}", changes, resources)
        statements.append({**statement, "Condition": _CONDITIONS[condition]} if condition else statement)
    changing = [one for one in needed if one.startswith(_TAKES_TAGS_AS_CONDITION) and one in _RESOURCES]
    if changing:
        statements += [
            {**_statement(f"Protected{number}", changing, ("*",)), "Effect": "Deny", "Condition": condition}
            for number, condition in enumerate(_protections(protected_tags), 1)
        ]
    return {"Version": "2012-10-17", "Statement": statements}


def observer_policy(steps: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """For the role that only looks."""
    reads = [one for one in _of_aws(steps) if one.partition(":")[2].startswith(_READS)]
    return {
        "Version": "2012-10-17",
        "Statement": [_statement("Look", [one for one in reads if one != "s3:GetObject"], ("*",))],
    }


def role_of(cloud: str, names: Iterable[str]) -> dict[str, Any]:
    """The custom role of Azure or Google that these actions need; AWS has `actor_policy`."""
    needed = permissions([name for name in names if ACTIONS[name].cloud == cloud])
    if cloud == "azure":
        return {"Name": "FinopsBot", "IsCustom": True, "Actions": needed, "NotActions": [], "AssignableScopes": []}
    return {"title": "FinopsBot", "stage": "GA", "includedPermissions": needed}


def _of_aws(steps: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    return permissions([action for action, _ in steps if ACTIONS[action].cloud == "aws"])


def _statement(name: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {"Sid": f"FinopsBot{name}", "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _in_buckets(resources: tuple[str, ...], steps: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, ...]:
    """The buckets that the steps name, in place of `{bucket}`."""
    buckets = sorted(
        {
            str(value)
            for action, given in steps
            for key, value in given.items()
            if key.endswith("bucket") and action in ACTIONS
        }
    )
    return tuple(
        one.replace("{bucket}", bucket) for one in resources for bucket in (buckets if "{bucket}" in one else ("",))
    )


def _protections(protected_tags: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        {"Null": {f"aws:ResourceTag/{key}": "false"}}
        if "*" in values
        else {"StringEqualsIgnoreCase": {f"aws:ResourceTag/{key}": list(values)}}
        for key, values in protected_tags.items()
    ]
