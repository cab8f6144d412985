"""The inventory of an account, and what it says where it may not look."""

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from aws.permissions import MissingPermission
from flows.ingest.cloud.aws_inventory import Client, read
from flows.ingest.cloud.aws_replies import instances
from tests.flows.ingest.cloud.builders import by_type
from tests.flows.ingest.cloud.conftest import PLACE, Refuse


def _tags(kind: str, **tags: str) -> list[dict[str, object]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def test_compute_and_disks_are_listed_with_what_rules_ask(aws: Client) -> None:
    """An instance, its disk, a disk that nothing uses, a snapshot and an
    address, each with its id as bills write it.
    """
    ec2 = aws("ec2")
    started = ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        InstanceType="m5.xlarge",
        TagSpecifications=_tags("instance", Name="batch-1", team="web"),
    )
    instance = started["Instances"][0]["InstanceId"]
    free = ec2.create_volume(
        AvailabilityZone="us-east-1a", Size=400, VolumeType="gp2", TagSpecifications=_tags("volume", Name="old")
    )["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=free)["SnapshotId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    found = by_type(aws)
    (machine,) = found["Instance"]
    assert (machine.resource_id, machine.resource_name, machine.state, machine.instance_type) == (
        instance,
        "batch-1",
        "running",
        "m5.xlarge",
    )
    assert machine.tags["team"] == "web"
    disks = {disk.resource_id: disk for disk in found["Volume"]}
    assert disks[free].attributes["attached_to"] == []
    assert (disks[free].attributes["volume_type"], disks[free].attributes["size_gib"], disks[free].state) == (
        "gp2",
        400,
        "available",
    )
    assert [disk.attributes["attached_to"] for disk in disks.values() if disk.resource_id != free] == [[instance]]
    assert [one.resource_id for one in found["Snapshot"]] == [f"arn:aws:ec2:us-east-1:123456789012:snapshot/{snapshot}"]
    assert [(one.resource_id, one.state) for one in found["IP Address"]] == [
        (f"arn:aws:ec2:us-east-1:123456789012:elastic-ip/{address}", "unassociated")
    ]


def test_terminated_instances_are_gone(aws: Client) -> None:
    """AWS lists an instance for an hour after its end; the inventory does not."""
    ec2 = aws("ec2")
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[instance])
    assert list(instances(ec2.describe_instances(), PLACE)) == []


def test_services_are_listed_with_their_tags(aws: Client) -> None:
    """Load balancer, database and function, whose tags come from other calls."""
    subnets = [subnet["SubnetId"] for subnet in aws("ec2").describe_subnets()["Subnets"][:2]]
    aws("elbv2").create_load_balancer(
        Name="front", Subnets=subnets, Type="application", Tags=[{"Key": "team", "Value": "web"}]
    )
    aws("rds").create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.r6g.large",
        Engine="postgres",
        AllocatedStorage=100,
        MasterUsername="u",
        MasterUserPassword="password1",
        Tags=[{"Key": "team", "Value": "checkout"}],
    )
    role = aws("iam").create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    aws("lambda").create_function(
        FunctionName="export",
        Runtime="python3.13",
        Role=role,
        Handler="main.h",
        Code={"ZipFile": code.getvalue()},
        Tags={"team": "payments"},
    )
    found = by_type(aws)
    teams = {
        kind: ones[0].tags.get("team")
        for kind, ones in found.items()
        if kind in ("Load Balancer", "DB Instance", "Function")
    }
    assert teams == {"Load Balancer": "web", "DB Instance": "checkout", "Function": "payments"}
    assert found["Function"][0].attributes["versions"] == 0
    (database,) = found["DB Instance"]
    assert (database.resource_name, database.instance_type, database.state) == ("orders", "db.r6g.large", "available")
    assert database.resource_id == "arn:aws:rds:us-east-1:123456789012:db:orders"


def test_load_balancers_of_the_first_generation_are_listed_as_bills_write_them(aws: Client) -> None:
    """By ARN, with their tags."""
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    aws("elb").create_load_balancer(
        LoadBalancerName="old",
        Listeners=[listener],
        AvailabilityZones=["us-east-1a"],
        Tags=[{"Key": "team", "Value": "web"}],
    )
    (balancer,) = by_type(aws)["Load Balancer"]
    assert balancer.resource_id == "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/old"
    assert (balancer.attributes["kind"], balancer.tags, balancer.state) == ("classic", {"team": "web"}, "active")


def test_what_is_refused_names_the_permission_and_the_rest_is_read(aws: Client, refuse: Refuse) -> None:
    """Disks may not be listed: instances still are, and disks are not reported as looked at."""
    refuse("ec2", "DescribeVolumes", "UnauthorizedOperation")
    aws("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    inventory = read(aws, PLACE)
    assert inventory.denied == (
        MissingPermission("ec2:DescribeVolumes", "123456789012", "us-east-1", "UnauthorizedOperation"),
    )
    assert "Volume" not in inventory.looked_at
    assert [one.resource_type for one in inventory.resources] == ["Instance"]
    assert "ec2:DescribeVolumes is not allowed" in inventory.denied[0].sentence()


def test_versions_of_functions_are_counted(aws: Client, refuse: Refuse) -> None:
    """Published ones only, without $LATEST; where they may not be listed the
    number is unknown, and the tags are there.
    """
    role = aws("iam").create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    given = {
        "Runtime": "python3.13",
        "Role": role,
        "Handler": "main.h",
        "Code": {"ZipFile": code.getvalue()},
        "Tags": {"team": "web"},
    }
    aws("lambda").create_function(FunctionName="export", Publish=True, **given)
    (function,) = by_type(aws)["Function"]
    assert function.attributes["versions"] == 1
    refuse("lambda", "ListVersionsByFunction", "AccessDeniedException")
    inventory = read(aws, PLACE)
    assert [denied.permission for denied in inventory.denied] == ["lambda:ListVersionsByFunction"]
    assert ("versions" in inventory.resources[0].attributes, inventory.resources[0].tags) == (False, {"team": "web"})


def test_a_refused_role_is_said_once(aws: Client) -> None:
    """When the role cannot be assumed nothing else is tried."""
    tried: list[str] = []

    def client(service: str) -> object:
        tried.append(service)
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "AssumeRole")

    inventory = read(client, PLACE)
    assert [denied.permission for denied in inventory.denied] == ["sts:AssumeRole"]
    assert (tried, inventory.looked_at) == (["ec2"], frozenset())


def test_other_errors_are_raised(aws: Client, refuse: Refuse) -> None:
    """A server error is no missing permission: the flow's retries see it."""
    refuse("ec2", "DescribeInstances", "InternalError")
    with pytest.raises(ClientError):
        read(aws, PLACE)
