"""The inventory of AWS accounts: instances, disks, snapshots, addresses, load
balancers, databases, functions and buckets as rows for `resources`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aws.permissions import Denied, attempt
from flows.ingest.cloud import aws_buckets
from flows.ingest.cloud.aws_resources import Found as Found
from flows.ingest.cloud.aws_resources import Json, tags_of, time_of
from flows.ingest.cloud.aws_resources import Place as Place

Client = Callable[[str], Any]
"""A client of one account and region for a service's name."""


@dataclass(frozen=True)
class Inventory:
    """What a place holds, and what could not be looked at; the resource types in `looked_at` are complete."""

    place: Place
    found: tuple[Found, ...]
    denied: tuple[Denied, ...]
    looked_at: frozenset[str]


_EC2, _EBS, _VPC = "Amazon Elastic Compute Cloud", "Amazon Elastic Block Store", "Amazon Virtual Private Cloud"


def instances(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeInstances; terminated ones are gone."""
    for item in (instance for reservation in reply["Reservations"] for instance in reservation["Instances"]):
        if item["State"]["Name"] not in ("terminated", "shutting-down"):
            attributes = {
                "zone": item.get("Placement", {}).get("AvailabilityZone"),
                "architecture": item.get("Architecture"),
                "platform": item.get("PlatformDetails", "Linux/UNIX"),
                "lifecycle": item.get("InstanceLifecycle", "on-demand"),
                "launched_at": time_of(item.get("LaunchTime")),
                "volumes": [disk["Ebs"]["VolumeId"] for disk in item.get("BlockDeviceMappings", []) if "Ebs" in disk],
            }
            yield _ec2(
                item["InstanceId"],
                "Instance",
                _EC2,
                place,
                item,
                item["State"]["Name"],
                attributes,
                item.get("InstanceType"),
            )


def volumes(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeVolumes; `attached_to` is empty for a disk that nothing uses."""
    for item in reply["Volumes"]:
        attributes = {
            "volume_type": item.get("VolumeType"),
            "size_gib": item.get("Size"),
            "iops": item.get("Iops"),
            "attached_to": sorted(attachment["InstanceId"] for attachment in item.get("Attachments", [])),
            "created_at": time_of(item.get("CreateTime")),
        }
        yield _ec2(item["VolumeId"], "Volume", _EBS, place, item, item.get("State"), attributes)


def snapshots(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeSnapshots of one's own."""
    for item in reply["Snapshots"]:
        attributes = {
            "size_gib": item.get("VolumeSize"),
            "volume": item.get("VolumeId"),
            "created_at": time_of(item.get("StartTime")),
        }
        arn = f"arn:aws:ec2:{place.region}:{place.account_id}:snapshot/{item['SnapshotId']}"
        yield _ec2(arn, "Snapshot", _EBS, place, item, item.get("State"), attributes)


def addresses(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeAddresses; `associated_with` is null for one that nothing uses."""
    for item in reply["Addresses"]:
        used_by = item.get("InstanceId") or item.get("NetworkInterfaceId") or None
        arn = f"arn:aws:ec2:{place.region}:{place.account_id}:elastic-ip/{item['AllocationId']}"
        attributes = {"public_ip": item.get("PublicIp"), "associated_with": used_by}
        yield _ec2(arn, "IP Address", _VPC, place, item, "associated" if used_by else "unassociated", attributes)


def load_balancers(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeLoadBalancers of ELBv2; tags come from another call."""
    for item in reply["LoadBalancers"]:
        attributes = {"kind": item.get("Type"), "created_at": time_of(item.get("CreatedTime"))}
        state = item.get("State", {}).get("Code")
        name, arn = item["LoadBalancerName"], item["LoadBalancerArn"]
        yield Found(
            arn,
            name,
            "Load Balancer",
            "Elastic Load Balancing",
            place.account_id,
            place.region,
            state,
            attributes=attributes,
        )


def classic_balancers(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeLoadBalancers of the first generation; bills write them as ARNs, the call does not."""
    for item in reply["LoadBalancerDescriptions"]:
        name = item["LoadBalancerName"]
        arn = f"arn:aws:elasticloadbalancing:{place.region}:{place.account_id}:loadbalancer/{name}"
        attributes = {"kind": "classic", "created_at": time_of(item.get("CreatedTime"))}
        yield Found(
            arn,
            name,
            "Load Balancer",
            "Elastic Load Balancing",
            place.account_id,
            place.region,
            "active",
            attributes=attributes,
        )


def databases(reply: Json, place: Place) -> Iterator[Found]:
    """From DescribeDBInstances."""
    for item in reply["DBInstances"]:
        attributes = {
            "engine": item.get("Engine"),
            "multi_az": item.get("MultiAZ", False),
            "storage_type": item.get("StorageType"),
            "size_gib": item.get("AllocatedStorage"),
            "replica_of": item.get("ReadReplicaSourceDBInstanceIdentifier"),
            "created_at": time_of(item.get("InstanceCreateTime")),
        }
        yield Found(
            resource_id=item["DBInstanceArn"],
            resource_name=item["DBInstanceIdentifier"],
            resource_type="DB Instance",
            service="Amazon Relational Database Service",
            account_id=place.account_id,
            region=place.region,
            state=item.get("DBInstanceStatus"),
            instance_type=item.get("DBInstanceClass"),
            tags=tags_of(item.get("TagList", [])),
            attributes=attributes,
        )


def functions(reply: Json, place: Place) -> Iterator[Found]:
    """From ListFunctions; tags and the number of published `versions` come from other calls."""
    for item in reply["Functions"]:
        attributes = {
            "memory_mib": item.get("MemorySize"),
            "runtime": item.get("Runtime"),
            "architecture": (item.get("Architectures") or ["x86_64"])[0],
            "code_bytes": item.get("CodeSize"),
            "modified_at": item.get("LastModified"),
        }
        name, arn = item["FunctionName"], item["FunctionArn"]
        yield Found(
            arn,
            name,
            "Function",
            "AWS Lambda",
            place.account_id,
            place.region,
            item.get("State"),
            attributes=attributes,
        )


def _ec2(
    resource_id: str,
    kind: str,
    service: str,
    place: Place,
    item: Json,
    state: str | None,
    attributes: Json,
    size: str | None = None,
) -> Found:
    tags = tags_of(item.get("Tags", []))
    return Found(
        resource_id, tags.get("Name"), kind, service, place.account_id, place.region, state, size, tags, attributes
    )


@dataclass(frozen=True)
class _Added:
    """What listing leaves out and another call tells."""

    permission: str
    to: Callable[[Any, list[Found]], list[Found]]


@dataclass(frozen=True)
class _Listing:
    """One kind of resource: how it is listed, what that takes, how a page is read, and what has to be added to it."""

    kind: str
    service: str
    operation: str
    permission: str
    parse: Callable[[Json, Place], Iterator[Found]]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    added: tuple[_Added, ...] = ()


_TAGGED_AT_ONCE = 20  # load balancers a DescribeTags call


def _function_tags(api: Any, listed: list[Found]) -> list[Found]:
    return [replace(one, tags=api.list_tags(Resource=one.resource_id).get("Tags", {})) for one in listed]


def _function_versions(api: Any, listed: list[Found]) -> list[Found]:
    pages = api.get_paginator("list_versions_by_function")
    counts = (sum(len(page["Versions"]) for page in pages.paginate(FunctionName=one.resource_name)) for one in listed)
    # $LATEST is listed beside the published ones
    return [
        replace(one, attributes={**one.attributes, "versions": max(count - 1, 0)})
        for one, count in zip(listed, counts, strict=True)
    ]


def _balancer_tags(api: Any, listed: list[Found]) -> list[Found]:
    tags: dict[str, dict[str, str]] = {}
    for first in range(0, len(listed), _TAGGED_AT_ONCE):
        arns = [one.resource_id for one in listed[first : first + _TAGGED_AT_ONCE]]
        for described in api.describe_tags(ResourceArns=arns)["TagDescriptions"]:
            tags[described["ResourceArn"]] = tags_of(described["Tags"])
    return [replace(one, tags=tags.get(one.resource_id, {})) for one in listed]


def _classic_tags(api: Any, listed: list[Found]) -> list[Found]:
    tags: dict[str, dict[str, str]] = {}
    for first in range(0, len(listed), _TAGGED_AT_ONCE):
        names = [one.resource_name for one in listed[first : first + _TAGGED_AT_ONCE]]
        for described in api.describe_tags(LoadBalancerNames=names)["TagDescriptions"]:
            tags[described["LoadBalancerName"]] = tags_of(described["Tags"])
    return [replace(one, tags=tags.get(str(one.resource_name), {})) for one in listed]


_LB, _LB_TAGS = "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"
_LISTINGS = (
    _Listing("Instance", "ec2", "describe_instances", "ec2:DescribeInstances", instances),
    _Listing("Volume", "ec2", "describe_volumes", "ec2:DescribeVolumes", volumes),
    _Listing("Snapshot", "ec2", "describe_snapshots", "ec2:DescribeSnapshots", snapshots, {"OwnerIds": ["self"]}),
    _Listing("IP Address", "ec2", "describe_addresses", "ec2:DescribeAddresses", addresses),
    _Listing(
        "Load Balancer",
        "elbv2",
        "describe_load_balancers",
        _LB,
        load_balancers,
        added=(_Added(_LB_TAGS, _balancer_tags),),
    ),
    _Listing(
        "Load Balancer",
        "elb",
        "describe_load_balancers",
        _LB,
        classic_balancers,
        added=(_Added(_LB_TAGS, _classic_tags),),
    ),
    _Listing("DB Instance", "rds", "describe_db_instances", "rds:DescribeDBInstances", databases),
    _Listing(
        "Function",
        "lambda",
        "list_functions",
        "lambda:ListFunctions",
        functions,
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


def read(client: Client, place: Place) -> Inventory:
    """List everything in one place; a kind that may not be listed is named, the others are read."""
    found: list[Found] = []
    denied: list[Denied] = []
    looked_at: set[str] = set()
    for listing in _LISTINGS:
        listed = attempt(
            listing.permission,
            place.account_id,
            place.region,
            lambda listing=listing: _list(client, listing, place),  # type: ignore[misc]
        )
        if isinstance(listed, Denied):
            denied.append(listed)
            if listed.permission == "sts:AssumeRole":
                break
            continue
        looked_at.add(listing.kind)
        for add in listing.added:
            listed, refused = _complete(client(listing.service), add, listed, place)
            denied += refused
        found += listed
    return Inventory(place, tuple(found), tuple(denied), frozenset(looked_at))


def _complete(api: Any, add: _Added, listed: list[Found], place: Place) -> tuple[list[Found], list[Denied]]:
    """The resources with what a further call tells, or as they were and why."""
    more = attempt(add.permission, place.account_id, place.region, lambda: add.to(api, listed))
    return (listed, [more]) if isinstance(more, Denied) else (more, [])


def _list(client: Client, listing: _Listing, place: Place) -> list[Found]:
    api = client(listing.service)
    if api.can_paginate(listing.operation):
        pages = api.get_paginator(listing.operation).paginate(**listing.arguments)
    else:
        pages = [getattr(api, listing.operation)(**listing.arguments)]
    return [found for page in pages for found in listing.parse(page, place)]
