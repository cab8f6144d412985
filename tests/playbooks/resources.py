"""Resources in moto, one of the kind that each playbook acts on."""

import io
import zipfile
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import boto3

from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import run_instances

ACCOUNT = "123456789012"
TAGS = [{"Key": "team", "Value": "web"}]


def client(service: str) -> Any:
    """A client of the test's own, beside those of the code."""
    make: Any = boto3.client  # its stubs know each service by a literal
    return make(service, region_name="us-east-1")


def volume(kind: str = "gp2", size: int = 8, **more: Any) -> str:
    """An unattached volume."""
    specification = [{"ResourceType": "volume", "Tags": TAGS}]
    made = client("ec2").create_volume(
        AvailabilityZone="us-east-1a", Size=size, VolumeType=kind, TagSpecifications=specification, **more
    )
    return str(made["VolumeId"])


def address() -> str:
    """An unused address."""
    specification = [{"ResourceType": "elastic-ip", "Tags": TAGS}]
    return str(client("ec2").allocate_address(Domain="vpc", TagSpecifications=specification)["AllocationId"])


def package(text: str = "x = 1") -> bytes:
    """A function's code; the same text is the same archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), text)  # no time of day in it
    return held.getvalue()


def function(versions: int = 0, name: str = "export", **more: Any) -> str:
    """A function with numbered versions."""
    policy = '{"Version":"2012-10-17","Statement":[]}'
    roles = client("iam")
    try:
        role = roles.create_role(RoleName="export", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    except roles.exceptions.EntityAlreadyExistsException:
        role = roles.get_role(RoleName="export")["Role"]["Arn"]
    api = client("lambda")
    api.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=role,
        Handler="main.x",
        Code={"ZipFile": package()},
        Tags={"team": "web"},
        **more,
    )
    for number in range(versions):
        api.update_function_code(FunctionName=name, ZipFile=package(f"x = {number}"))
        api.publish_version(FunctionName=name)
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def database_instance(name: str = "orders", **more: Any) -> str:
    """A database."""
    client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        Tags=TAGS,
        **more,
    )
    return f"arn:aws:rds:us-east-1:{ACCOUNT}:db:{name}"


def bucket() -> None:
    """Where functions' code is kept."""
    client("s3").create_bucket(Bucket="finops-bot-archive")


def _stopped() -> str:
    [instance] = run_instances(1, {"team": "web"})
    client("ec2").stop_instances(InstanceIds=[instance])
    return instance


def _unused_function() -> str:
    bucket()
    return function(name=f"f{token_hex(4)}")


ONE_OF_EACH: dict[str, Callable[[], str]] = {
    "address-release": address,
    "ebs-delete-unattached": volume,
    "ebs-gp2-to-gp3": volume,
    "ec2-evening-stop": lambda: run_instances(1, {"team": "web"})[0],
    "ec2-morning-start": _stopped,
    "ec2-resize": lambda: run_instances(1, {"team": "web"})[0],
    "ec2-stop-idle": lambda: run_instances(1, {"team": "web"})[0],
    "lambda-delete-old-versions": lambda: function(versions=5, name=f"f{token_hex(4)}"),
    "lambda-delete-unused": _unused_function,
    "rds-stop-idle": lambda: database_instance(f"d{token_hex(4)}"),
}


def opened(name: str) -> Playbook:
    """A built-in playbook whose environments and change windows do not depend on the hour of the test."""
    book = read_playbooks()[name]
    return book.model_copy(update={"guards": book.guards.model_copy(update={"environments": (), "windows": ()})})
