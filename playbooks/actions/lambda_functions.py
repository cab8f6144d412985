"""Lambda functions: delete old versions, delete an unused function after saving its code and configuration."""

import json
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen

_KEPT = (
    "FunctionName",
    "Runtime",
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "Architectures",
    "PackageType",
)


_LOST = {
    "Environment": "environment variables",
    "Layers": "layers",
    "VpcConfig": "a network",
    "DeadLetterConfig": "a dead-letter queue",
    "KMSKeyArn": "a key of its own",
    "FileSystemConfigs": "a file system",
}


class KeepParameters(BaseModel):
    """How many versions stay."""

    model_config = ConfigDict(extra="forbid")
    keep: int = Field(3, ge=1, le=100)


class ArchiveParameters(BaseModel):
    """ResourceRef the code is kept."""

    model_config = ConfigDict(extra="forbid")
    archive_bucket: str = Field(min_length=3, max_length=63)


def _name(where: ResourceRef) -> str:
    """The function of an ARN, with or without a version, or the name as it is."""
    return where.resource_id.rsplit(":function:", 1)[-1].split(":", 1)[0]


def observe(cloud: Cloud, where: ResourceRef) -> Seen:
    """Configuration, numbered versions, aliased versions and tags; empty when there is no such function."""
    client = cloud.client("lambda", where.account_id, where.region, "observe")
    try:
        function = client.get_function(FunctionName=_name(where))
    except client.exceptions.ResourceNotFoundException:
        return {}
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=_name(where))
    versions = [version["Version"] for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
    aliases = client.list_aliases(FunctionName=_name(where)).get("Aliases", [])
    return {
        "configuration": {key: function["Configuration"][key] for key in _KEPT if key in function["Configuration"]},
        "code_sha256": function["Configuration"]["CodeSha256"],
        "versions": sorted(versions, key=int),
        "aliased": sorted({alias["FunctionVersion"] for alias in aliases}),
        "tags": dict(function.get("Tags", {})),
        "not_kept": sorted(_LOST[key] for key in _LOST if _present(function["Configuration"].get(key))),
    }


def _present(value: Any) -> bool:
    """Whether a part of the configuration says anything: AWS returns empty structures for some."""
    return any(map(_present, value.values())) if isinstance(value, dict) else bool(value)


def superfluous(observed: Seen, keep: int) -> list[str]:
    """The versions that go: all but the newest `keep` and those an alias points to."""
    old = observed["versions"][:-keep]
    return [version for version in old if version not in observed["aliased"]]


def _delete_versions(
    cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]
) -> dict[str, Any]:
    client = cloud.client("lambda", where.account_id, where.region, "act")
    for version in record["versions"]:
        client.delete_function(FunctionName=_name(where), Qualifier=version)
    return {}


def download(address: str) -> bytes:
    """The code package from the short-lived address that Lambda gives."""
    if not address.startswith("https://"):
        raise OSError("Lambda gave an address that is not https")
    with urllib.request.urlopen(address, timeout=60) as response:  # noqa: S310 - https only, checked above
        content: bytes = response.read()
    return content


def _archive_and_delete(
    cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]
) -> dict[str, Any]:
    client = cloud.client("lambda", where.account_id, where.region, "act")
    store = cloud.client("s3", where.account_id, where.region, "act")
    code = download(client.get_function(FunctionName=_name(where))["Code"]["Location"])
    if b64encode(sha256(code).digest()).decode() != record["code_sha256"]:
        raise OSError("the downloaded code is not the function's; nothing was deleted")
    store.put_object(Bucket=record["bucket"], Key=record["key"], Body=code)
    store.put_object(Bucket=record["bucket"], Key=f"{record['key']}.json", Body=json.dumps(record).encode())
    if store.head_object(Bucket=record["bucket"], Key=record["key"])["ContentLength"] != len(code):
        raise OSError("the saved code is incomplete; nothing was deleted")
    client.delete_function(FunctionName=_name(where))
    return {}


def _archive_record(observed: Seen, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What makes the function again, and where its code will be: known before anything is done."""
    key = (
        f"finops-bot/lambda/{observed['configuration']['FunctionName']}/{observed['code_sha256'].replace('/', '_')}.zip"
    )
    record = {name: observed[name] for name in ("configuration", "code_sha256", "tags")}
    return {**record, "bucket": parameters["archive_bucket"], "key": key}


def _archivable(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """Only what can be made again is deleted: a zip package, without secrets in
    its environment or layers that are not kept, and a bucket to keep it in.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    if observed["configuration"].get("PackageType", "Zip") != "Zip":
        return Refused("it is a container image; only zip packages are saved")
    if observed["not_kept"]:
        return Refused(f"it has {', '.join(observed['not_kept'])}, which the archive does not keep")
    try:
        cloud.client("s3", where.account_id, where.region, "observe").head_bucket(Bucket=parameters["archive_bucket"])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return Refused(f"there is no bucket {parameters['archive_bucket']} to keep its code in")
        raise
    return None


def _restore(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    if observe(cloud, where):
        return
    client = cloud.client("lambda", where.account_id, where.region, "act")
    client.create_function(
        **record["configuration"], Code={"S3Bucket": record["bucket"], "S3Key": record["key"]}, Tags=record["tags"]
    )
    client.get_waiter("function_active_v2").wait(FunctionName=_name(where))


def _cannot(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    """Deleted versions do not come back; this is never called, because the action is not reversible."""
    raise NotImplementedError("deleted versions cannot be had back")


ACTIONS = (
    Action(
        name="lambda.delete_old_versions",
        permissions=(
            "lambda:DeleteFunction",
            "lambda:GetFunction",
            "lambda:ListAliases",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ),
        reversible=False,
        destroys=True,
        undo_says="none: deleted versions do not come back",
        observe=observe,
        says=lambda observed, parameters: (
            f"delete {len(superfluous(observed, parameters.get('keep', 3)))} old versions"
        ),
        undo_record=lambda observed, parameters: {"versions": superfluous(observed, parameters.get("keep", 3))},
        apply=_delete_versions,
        undo=_cannot,
        verify=lambda observed, parameters: bool(observed) and not superfluous(observed, parameters.get("keep", 3)),
        undone=lambda observed, record: set(record["versions"]) <= set(observed.get("versions", [])),
        parameters=KeepParameters,
    ),
    Action(
        name="lambda.archive_and_delete",
        permissions=(
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:GetFunction",
            "lambda:ListAliases",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
            "lambda:TagResource",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:PutObject",
            "iam:PassRole",
        ),
        reversible=True,
        destroys=True,
        undo_says="created again from the saved code, without its versions and triggers",
        observe=observe,
        says=lambda observed, parameters: f"save the code to {parameters['archive_bucket']}, then delete the function",
        undo_record=_archive_record,
        feasible=_archivable,
        apply=_archive_and_delete,
        undo=_restore,
        verify=lambda observed, _: not observed,
        undone=lambda observed, _: bool(observed),
        parameters=ArchiveParameters,
    ),
)
