"""The inventory of AWS accounts: instances, disks, snapshots, addresses, load balancers, databases, functions and
buckets as rows for `resources`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aws.permissions import MissingPermission, attempt
from flows.ingest.cloud import aws_buckets, aws_replies
from flows.ingest.cloud.aws_resources import AccountRegion, AwsResource, Json, tags_of

Client = Callable[[str], Any]
"""A client of one account and region for a service's name."""


@dataclass(frozen=True)
class Inventory:
    """What a place holds, and what could not be looked at; the resource types in `looked_at` are complete."""

    place: AccountRegion
    resources: tuple[AwsResource, ...]
    denied: tuple[MissingPermission, ...]
    looked_at: frozenset[str]


@dataclass(frozen=True)
class _Added:
    """What listing leaves out and another call tells."""

    permission: str
    to: Callable[[Any, list[AwsResource]], list[AwsResource]]


@dataclass(frozen=True)
class _Listing:
    """One kind of resource: how it is listed, what that takes, how a page is read, and what has to be added to it."""

    kind: str
    service: str
    operation: str
    permission: str
    parse: Callable[[Json, AccountRegion], Iterator[AwsResource]]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    added: tuple[_Added, ...] = ()


_TAGGED_AT_ONCE = 20  # load balancers a DescribeTags call


def _function_tags(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    return [replace(one, tags=api.list_tags(Resource=one.resource_id).get("Tags", {})) for one in listed]


def _function_versions(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    pages = api.get_paginator("list_versions_by_function")
    counts = (sum(len(page["Versions"]) for page in pages.paginate(FunctionName=one.resource_name)) for one in listed)
    # $LATEST is listed beside the published ones
    return [
        replace(one, attributes={**one.attributes, "versions": max(count - 1, 0)})
        for one, count in zip(listed, counts, strict=True)
    ]


def _balancer_tags(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    tags: dict[str, dict[str, str]] = {}
    for first in range(0, len(listed), _TAGGED_AT_ONCE):
        arns = [one.resource_id for one in listed[first : first + _TAGGED_AT_ONCE]]
        for described in api.describe_tags(ResourceArns=arns)["TagDescriptions"]:
            tags[described["ResourceArn"]] = tags_of(described["Tags"])
    return [replace(one, tags=tags.get(one.resource_id, {})) for one in listed]


def _classic_tags(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    tags: dict[str, dict[str, str]] = {}
    for first in range(0, len(listed), _TAGGED_AT_ONCE):
        names = [one.resource_name for one in listed[first : first + _TAGGED_AT_ONCE]]
        for described in api.describe_tags(LoadBalancerNames=names)["TagDescriptions"]:
            tags[described["LoadBalancerName"]] = tags_of(described["Tags"])
    return [replace(one, tags=tags.get(str(one.resource_name), {})) for one in listed]


_LB, _LB_TAGS = "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"
_LISTINGS = (
    _Listing("Instance", "ec2", "describe_instances", "ec2:DescribeInstances", aws_replies.instances),
    _Listing("Volume", "ec2", "describe_volumes", "ec2:DescribeVolumes", aws_replies.volumes),
    _Listing(
        "Snapshot", "ec2", "describe_snapshots", "ec2:DescribeSnapshots", aws_replies.snapshots, {"OwnerIds": ["self"]}
    ),
    _Listing("IP Address", "ec2", "describe_addresses", "ec2:DescribeAddresses", aws_replies.addresses),
    _Listing(
        "Load Balancer",
        "elbv2",
        "describe_load_balancers",
        _LB,
        aws_replies.load_balancers,
        added=(_Added(_LB_TAGS, _balancer_tags),),
    ),
    _Listing(
        "Load Balancer",
        "elb",
        "describe_load_balancers",
        _LB,
        aws_replies.classic_balancers,
        added=(_Added(_LB_TAGS, _classic_tags),),
    ),
    _Listing("DB Instance", "rds", "describe_db_instances", "rds:DescribeDBInstances", aws_replies.databases),
    _Listing(
        "Function",
        "lambda",
        "list_functions",
        "lambda:ListFunctions",
        aws_replies.functions,
        added=(_Added("lambda:ListTags", _function_tags), _Added("lambda:ListVersionsByFunction", _function_versions)),
    ),
    _Listing(
        "Bucket",
        "s3",
        "list_buckets",
        "s3:ListAllMyBuckets",
        aws_buckets.buckets,
        {"MaxBuckets": 1_000},
        added=(
            _Added("s3:GetBucketLocation", aws_buckets.of_region),
            _Added("s3:GetBucketTagging", aws_buckets.tagged),
            _Added("s3:GetLifecycleConfiguration", aws_buckets.with_classes),
            _Added("s3:GetMetricsConfiguration", aws_buckets.with_request_metrics),
        ),
    ),
)
PERMISSIONS = tuple(
    dict.fromkeys(p for listing in _LISTINGS for p in (listing.permission, *(add.permission for add in listing.added)))
)


def read(client: Client, place: AccountRegion) -> Inventory:
    """List everything in one place; a kind that may not be listed is named, the others are read."""
    resources: list[AwsResource] = []
    denied: list[MissingPermission] = []
    looked_at: set[str] = set()
    for listing in _LISTINGS:
        listed = attempt(
            listing.permission,
            place.account_id,
            place.region,
            lambda listing=listing: _list(client, listing, place),  # type: ignore[misc]  # mypy infers no type of a lambda with a default
        )
        if isinstance(listed, MissingPermission):
            denied.append(listed)
            if listed.permission == "sts:AssumeRole":
                break
            continue
        looked_at.add(listing.kind)
        for add in listing.added:
            listed, refused = _complete(client(listing.service), add, listed, place)
            denied += refused
        resources += listed
    return Inventory(place, tuple(resources), tuple(denied), frozenset(looked_at))


def _complete(
    api: Any, add: _Added, listed: list[AwsResource], place: AccountRegion
) -> tuple[list[AwsResource], list[MissingPermission]]:
    """The resources with what a further call tells, or as they were and why."""
    more = attempt(add.permission, place.account_id, place.region, lambda: add.to(api, listed))
    return (listed, [more]) if isinstance(more, MissingPermission) else (more, [])


def _list(client: Client, listing: _Listing, place: AccountRegion) -> list[AwsResource]:
    api = client(listing.service)
    if api.can_paginate(listing.operation):
        pages = api.get_paginator(listing.operation).paginate(**listing.arguments)
    else:
        pages = [getattr(api, listing.operation)(**listing.arguments)]
    return [resource for page in pages for resource in listing.parse(page, place)]
