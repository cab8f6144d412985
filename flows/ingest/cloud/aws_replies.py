"""Resources from the replies of AWS, one function a kind of reply."""

from collections.abc import Iterator

from flows.ingest.cloud.aws_resources import AccountRegion, AwsResource, Json, tags_of, time_of

_EC2, _EBS, _VPC = "Amazon Elastic Compute Cloud", "Amazon Elastic Block Store", "Amazon Virtual Private Cloud"


def instances(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
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


def volumes(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
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


def snapshots(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
    """From DescribeSnapshots of one's own."""
    for item in reply["Snapshots"]:
        attributes = {
            "size_gib": item.get("VolumeSize"),
            "volume": item.get("VolumeId"),
            "created_at": time_of(item.get("StartTime")),
        }
        arn = f"arn:aws:ec2:{place.region}:{place.account_id}:snapshot/{item['SnapshotId']}"
        yield _ec2(arn, "Snapshot", _EBS, place, item, item.get("State"), attributes)


def addresses(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
    """From DescribeAddresses; `associated_with` is null for one that nothing uses."""
    for item in reply["Addresses"]:
        used_by = item.get("InstanceId") or item.get("NetworkInterfaceId") or None
        arn = f"arn:aws:ec2:{place.region}:{place.account_id}:elastic-ip/{item['AllocationId']}"
        attributes = {"public_ip": item.get("PublicIp"), "associated_with": used_by}
        yield _ec2(arn, "IP Address", _VPC, place, item, "associated" if used_by else "unassociated", attributes)


def load_balancers(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
    """From DescribeLoadBalancers of ELBv2; tags come from another call."""
    for item in reply["LoadBalancers"]:
        attributes = {"kind": item.get("Type"), "created_at": time_of(item.get("CreatedTime"))}
        state = item.get("State", {}).get("Code")
        name, arn = item["LoadBalancerName"], item["LoadBalancerArn"]
        yield AwsResource(
            arn,
            name,
            "Load Balancer",
            "Elastic Load Balancing",
            place.account_id,
            place.region,
            state,
            attributes=attributes,
        )


def classic_balancers(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
    """From DescribeLoadBalancers of the first generation; bills write them as ARNs, the call does not."""
    for item in reply["LoadBalancerDescriptions"]:
        name = item["LoadBalancerName"]
        arn = f"arn:aws:elasticloadbalancing:{place.region}:{place.account_id}:loadbalancer/{name}"
        attributes = {"kind": "classic", "created_at": time_of(item.get("CreatedTime"))}
        yield AwsResource(
            arn,
            name,
            "Load Balancer",
            "Elastic Load Balancing",
            place.account_id,
            place.region,
            "active",
            attributes=attributes,
        )


def databases(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
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
        yield AwsResource(
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


def functions(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
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
        yield AwsResource(
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
    place: AccountRegion,
    item: Json,
    state: str | None,
    attributes: Json,
    size: str | None = None,
) -> AwsResource:
    tags = tags_of(item.get("Tags", []))
    return AwsResource(
        resource_id, tags.get("Name"), kind, service, place.account_id, place.region, state, size, tags, attributes
    )
