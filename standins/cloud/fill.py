"""The fleet's AWS resources, made in the stand-in with their tags, and the events that made them."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from standins.bills.lines import Line
from standins.cloud.ages import backdate
from standins.cloud.answers import RecordedAnswers
from standins.cloud.metrics import put_metrics

if TYPE_CHECKING:
    from standins.cloud.account import CloudAccount

_SERVICES = ("ec2", "ebs", "snapshot", "address", "elb", "rds", "lambda")
_IMAGE = "ami-12c6146b"
_OFTEN_DEPLOYED, _VERSIONS = "payments-api-lambda-prod-1", 14


@dataclass(frozen=True)
class Place:
    """One region of one account, and its clients."""

    cloud: "CloudAccount"
    account_id: str
    region: str

    def client(self, service: str) -> Any:
        """A client of this place, whose requests decide the ids of what they make: the
        same ones in every process, whatever else has drawn from moto's random numbers.
        """
        client = self.cloud.client(service, self.account_id, self.region)
        client.meta.events.register("provide-client-params.*.*", self._seed)
        return client

    def _seed(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        from moto.moto_api._internal import mock_random

        mock_random.seed(f"{self.account_id} {self.region} {model.name} {params!r}")


def fill(cloud: "CloudAccount", fleet: tuple[Line, ...], today: date, answers: RecordedAnswers) -> dict[str, str]:
    """Make the resources of the fleet that AWS knows and the metrics of the 15
    days before `today`; their ids by name.
    """
    from standins.cloud.account import BILLS_BUCKET

    cloud.client("s3").create_bucket(Bucket=BILLS_BUCKET)
    places: dict[tuple[str, str], dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    seen: set[str] = set()
    for line in fleet:
        if line.account.provider == "aws" and line.meter.service in _SERVICES and line.name not in seen:
            seen.add(line.name)
            places[line.account.id, line.region][line.meter.service].append(line)
    ids: dict[str, str] = {}
    for (account_id, region), by_service in places.items():
        place = Place(cloud, account_id, region)
        made = _fill_place(place, by_service)
        ids |= made
        put_metrics(place.client("cloudwatch"), [line for lines in by_service.values() for line in lines], made, today)
        _record(answers, place, by_service, today)
        backdate(account_id, region, [line for lines in by_service.values() for line in lines], made, today)
    return ids


def _fill_place(place: Place, by_service: Mapping[str, list[Line]]) -> dict[str, str]:
    ec2 = place.client("ec2")
    ec2.describe_vpcs()  # moto makes a region's network on first use, with random numbers of the request that asks
    disks = {line.name: line for line in by_service["ebs"]}
    ids = _instances(ec2, by_service["ec2"], disks)
    for name, line in disks.items():
        if name not in ids:
            specification = _tags("volume", line)
            ids[name] = ec2.create_volume(
                AvailabilityZone=f"{place.region}a", Size=_gib(line), VolumeType="gp2", TagSpecifications=specification
            )["VolumeId"]
    if by_service["snapshot"]:
        source = ec2.create_volume(AvailabilityZone=f"{place.region}a", Size=800, VolumeType="gp2")["VolumeId"]
        for line in by_service["snapshot"]:
            made = ec2.create_snapshot(
                VolumeId=source, Description="Before the migration", TagSpecifications=_tags("snapshot", line)
            )["SnapshotId"]
            ids[line.name] = f"arn:aws:ec2:{place.region}:{place.account_id}:snapshot/{made}"
        ec2.delete_volume(VolumeId=source)
    for line in by_service["address"]:
        made = ec2.allocate_address(Domain="vpc", TagSpecifications=_tags("elastic-ip", line))["AllocationId"]
        ids[line.name] = f"arn:aws:ec2:{place.region}:{place.account_id}:elastic-ip/{made}"
    return (
        ids
        | _balancers(place, ec2, by_service["elb"])
        | _databases(place, by_service["rds"])
        | _functions(place, by_service["lambda"])
    )


def _instances(ec2: Any, lines: list[Line], disks: Mapping[str, Line]) -> dict[str, str]:
    """Instances with their root disks, which carry the instance's tags."""
    ids: dict[str, str] = {}
    for line in lines:
        root = disks[f"{line.name}-root"]
        disk = {
            "DeviceName": "/dev/sda1",
            "Ebs": {
                "VolumeSize": _gib(root),
                "VolumeType": root.meter.details["VolumeType"],
                "DeleteOnTermination": True,
            },
        }
        started = ec2.run_instances(
            ImageId=_IMAGE,
            MinCount=1,
            MaxCount=1,
            InstanceType=line.instance_type,
            BlockDeviceMappings=[disk],
            TagSpecifications=[*_tags("instance", line), *_tags("volume", root)],
        )
        instance = started["Instances"][0]["InstanceId"]
        ids[line.name] = instance
    names = {instance: name for name, instance in ids.items()}
    for volume in ec2.describe_volumes()["Volumes"] if lines else []:
        for attachment in volume["Attachments"]:
            ids[f"{names[attachment['InstanceId']]}-root"] = volume["VolumeId"]
    return ids


def _balancers(place: Place, ec2: Any, lines: list[Line]) -> dict[str, str]:
    if not lines:
        return {}
    client, subnets = place.client("elbv2"), [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    tags = {line.name: [{"Key": key, "Value": value} for key, value in line.all_tags().items()] for line in lines}
    made = (
        client.create_load_balancer(Name=line.name, Subnets=subnets, Type="application", Tags=tags[line.name])
        for line in lines
    )
    return {
        reply["LoadBalancers"][0]["LoadBalancerName"]: reply["LoadBalancers"][0]["LoadBalancerArn"] for reply in made
    }


def _databases(place: Place, lines: list[Line]) -> dict[str, str]:
    client = place.client("rds") if lines else None
    ids = {}
    for line in lines:
        if client is not None and line.instance_type:
            tags = [{"Key": key, "Value": value} for key, value in line.all_tags().items()]
            made = client.create_db_instance(
                DBInstanceIdentifier=line.name,
                DBInstanceClass=line.instance_type,
                Engine="postgres",
                AllocatedStorage=200,
                MasterUsername="demo",
                MasterUserPassword="demo-demo",
                Tags=tags,
            )
            ids[line.name] = made["DBInstance"]["DBInstanceArn"]
    return ids


def _functions(place: Place, lines: list[Line]) -> dict[str, str]:
    if not lines:
        return {}
    policy = '{"Version":"2012-10-17","Statement":[]}'
    role = place.client("iam").create_role(RoleName=f"functions-{place.region}", AssumeRolePolicyDocument=policy)[
        "Role"
    ]["Arn"]
    client, ids = place.client("lambda"), {}
    for line in lines:
        made = client.create_function(
            FunctionName=line.name,
            Runtime="python3.13",
            Role=role,
            Handler="main.handler",
            Code={"ZipFile": _code(0)},
            MemorySize=1024,
            Tags=line.all_tags(),
        )
        ids[line.name] = made["FunctionArn"]
        for number in range(_VERSIONS if line.name == _OFTEN_DEPLOYED else 0):
            client.update_function_code(FunctionName=line.name, ZipFile=_code(number), Publish=True)
    return ids


def _code(number: int) -> bytes:
    """A function that differs by a number."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", f"def handler(event, context):\n    return {number}\n")
    return code.getvalue()


def _gib(line: Line) -> int:
    """The size of a disk whose line counts GB-months a day."""
    return round(line.quantity * 30.4)


def _tags(kind: str, line: Line) -> list[dict[str, Any]]:
    tags = {"Name": line.name} | line.all_tags()
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def _record(answers: RecordedAnswers, place: Place, by_service: Mapping[str, list[Line]], today: date) -> None:
    """CloudTrail: who made what appeared in the last ninety days."""
    calls = {
        "rds": ("CreateDBInstance", "rds.amazonaws.com", "AWS::RDS::DBInstance"),
        "lambda": ("CreateFunction20150331", "lambda.amazonaws.com", "AWS::Lambda::Function"),
    }
    for service, (name, source, kind) in calls.items():
        for number, line in enumerate(one for one in by_service[service] if one.first is not None and one.first > -90):
            at = datetime.combine(today, datetime.min.time(), UTC) + timedelta(
                days=line.first or 0, minutes=12 + number
            )
            answers.record(at, name, source, "deploy-ci", place.region, place.account_id, (kind, line.name))
