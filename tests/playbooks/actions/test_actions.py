"""Every playbook against moto: forward, undone, and failing."""

from typing import Any

import pytest

from aws.clients import Cloud
from playbooks.actions import ACTIONS, lambda_functions
from playbooks.actions.action import Refused
from playbooks.actions.ebs import gp3_speed
from tests.playbooks.actions.builders import PLAYBOOKS, forward_and_back, step_of, where
from tests.playbooks.conftest import run_instances, states
from tests.playbooks.resources import (
    ACCOUNT,
    TAGS,
    client,
    database_instance,
    function,
    package,
    volume,
)


def test_instances_are_stopped_and_started(cloud: Cloud) -> None:
    """ec2-stop-idle forward and back, and the start of a schedule."""
    [instance] = run_instances(1, {"team": "web"})
    forward_and_back("ec2-stop-idle", cloud, instance)
    assert states([instance]) == ["running"]


@pytest.mark.parametrize(("playbook", "before"), [("ec2-evening-stop", "running"), ("ec2-morning-start", "stopped")])
def test_schedules_go_forward_and_back(
    playbook: str, before: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both halves; they are for development, which the target here is not, so the guard is opened."""
    [instance] = run_instances(1, {"team": "web"})
    if before == "stopped":
        client("ec2").stop_instances(InstanceIds=[instance])
    book = PLAYBOOKS[playbook]
    monkeypatch.setitem(
        PLAYBOOKS, playbook, book.model_copy(update={"guards": book.guards.model_copy(update={"environments": ()})})
    )
    forward_and_back(playbook, cloud, instance)
    assert states([instance]) == [before]


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_instance_is_resized_and_keeps_its_state(state: str, cloud: Cloud) -> None:
    """A running one restarts, a stopped one stays stopped."""
    [instance] = run_instances(1, {"team": "web"})
    if state == "stopped":
        client("ec2").stop_instances(InstanceIds=[instance])
    forward_and_back("ec2-resize", cloud, instance, instance_type="m5.large")
    assert states([instance]) == [state]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("m6g.large", "m6g.large is arm64, the instance is x86_64"),
        ("m99.large", "there is no instance type m99.large"),
        ("m5.2xlarge", "it is m5.2xlarge already"),
    ],
)
def test_a_type_that_does_not_fit_is_refused(wanted: str, reason: str, cloud: Cloud) -> None:
    """Before anything is stopped."""
    [instance] = run_instances(1, {"team": "web"})
    assert step_of("ec2-resize", cloud, instance, instance_type=wanted) == reason
    assert states([instance]) == ["running"]


def test_a_type_that_the_zone_lacks_is_refused(cloud: Cloud) -> None:
    """Offerings are a zone's own."""
    [instance] = run_instances(1, {"team": "web"})
    action = ACTIONS["ec2.resize"]
    seen = {**action.observe(cloud, where(instance)), "zone": "us-east-1-moon-1"}
    refused = action.feasible(cloud, where(instance), seen, {"instance_type": "m5.large"})
    assert refused == Refused("m5.large is not offered in us-east-1-moon-1")


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"tags": {"aws:autoscaling:groupName": "web"}}, "scaling group web"),
        ({"lifecycle": "spot"}, "spot instance"),
        ({"root_device": "instance-store"}, "root disk would be lost"),
    ],
)
@pytest.mark.parametrize("name", ["ec2.stop", "ec2.resize"])
def test_what_a_stop_would_lose_is_refused(name: str, seen: dict[str, Any], reason: str, cloud: Cloud) -> None:
    """Members of scaling groups, spot and instance-store instances are left alone."""
    [instance] = run_instances(1, {"team": "web"})
    action = ACTIONS[name]
    refused = action.feasible(
        cloud, where(instance), {**action.observe(cloud, where(instance)), **seen}, {"instance_type": "m5.large"}
    )
    assert refused is not None
    assert reason in refused.reason


def test_a_volume_is_deleted_after_a_snapshot_and_restored_once(cloud: Cloud) -> None:
    """The undo finds the snapshot by its tag; repeating it makes no second volume."""
    number = volume("io1", iops_of := 100, Iops=iops_of)
    forward_and_back("ebs-delete-unattached", cloud, number)
    [restored] = client("ec2").describe_volumes(Filters=[{"Name": "tag:finops:restored-from", "Values": [number]}])[
        "Volumes"
    ]
    assert (restored["VolumeType"], restored["Iops"]) == ("io1", 100)
    assert {"Key": "team", "Value": "web"} in restored["Tags"]


def test_an_attached_volume_is_left_alone(cloud: Cloud) -> None:
    """The precondition names what holds."""
    [instance] = run_instances(1, {"team": "web"})
    number = volume()
    client("ec2").attach_volume(VolumeId=number, InstanceId=instance, Device="/dev/sdf")
    assert "state is in-use" in str(step_of("ebs-delete-unattached", cloud, number))


def test_gp2_becomes_gp3_and_goes_back(cloud: Cloud) -> None:
    """Moto keeps the change of type and its modification."""
    forward_and_back("ebs-gp2-to-gp3", cloud, volume())
    assert "volume_type is gp3" in str(step_of("ebs-gp2-to-gp3", cloud, volume("gp3")))


def test_gp3_is_never_slower_than_the_gp2_it_replaces() -> None:
    """gp2 grows with its size; gp3 has to be told."""
    assert gp3_speed(100) == {}
    assert gp3_speed(500) == {"Throughput": 250}
    assert gp3_speed(2_000) == {"Iops": 6_000, "Throughput": 250}
    assert gp3_speed(16_000) == {"Iops": 16_000, "Throughput": 250}


def test_an_address_is_released_and_an_associated_one_is_not(cloud: Cloud) -> None:
    """There is no way back, so the check comes first."""
    api = client("ec2")
    specification = [{"ResourceType": "elastic-ip", "Tags": TAGS}]
    free, used = (api.allocate_address(Domain="vpc", TagSpecifications=specification)["AllocationId"] for _ in range(2))
    [instance] = run_instances(1, {"team": "web"})
    api.associate_address(AllocationId=used, InstanceId=instance)
    forward_and_back("address-release", cloud, free)
    assert "associated_with is" in str(step_of("address-release", cloud, used))
    assert [address["AllocationId"] for address in api.describe_addresses()["Addresses"]] == [used]


def test_old_versions_go_and_aliased_ones_stay(cloud: Cloud) -> None:
    """Of six, the newest three and the one an alias points to remain."""
    name = function(versions=6)
    client("lambda").create_alias(FunctionName="export", Name="live", FunctionVersion="1")
    forward_and_back("lambda-delete-old-versions", cloud, name)
    assert ACTIONS["lambda.delete_old_versions"].observe(cloud, where(f"{name}:2"))["versions"] == ["1", "4", "5", "6"]


def test_a_function_is_archived_deleted_and_made_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code comes back from the bucket with its configuration and tags; moto
    serves no downloads, so that one call is replaced.
    """
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package())
    name = function()
    assert step_of("lambda-delete-unused", cloud, name) == "there is no bucket finops-bot-archive to keep its code in"
    client("s3").create_bucket(Bucket="finops-bot-archive")
    before = ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name))
    forward_and_back("lambda-delete-unused", cloud, name)
    assert ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name)) == before


def test_a_function_whose_code_cannot_be_kept_is_not_deleted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package than the function's, or settings that the archive does not keep."""
    monkeypatch.setattr(lambda_functions, "download", lambda _address: package("something else"))
    client("s3").create_bucket(Bucket="finops-bot-archive")
    name = function()
    with pytest.raises(OSError, match="not the function's"):
        forward_and_back("lambda-delete-unused", cloud, name)
    assert ACTIONS["lambda.archive_and_delete"].observe(cloud, where(name))
    client("lambda").update_function_configuration(FunctionName="export", Environment={"Variables": {"KEY": "secret"}})
    assert (
        step_of("lambda-delete-unused", cloud, name) == "it has environment variables, which the archive does not keep"
    )


def test_a_database_is_stopped_and_started(cloud: Cloud) -> None:
    """rds-stop-idle forward and back, twice, though RDS refuses to start what runs."""
    forward_and_back("rds-stop-idle", cloud, database_instance())


def test_databases_with_replicas_are_not_stopped(cloud: Cloud) -> None:
    """Neither the replica nor its source."""
    source = database_instance()
    client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="orders", Tags=TAGS
    )
    for number in (source, f"arn:aws:rds:us-east-1:{ACCOUNT}:db:copy"):
        assert step_of("rds-stop-idle", cloud, number) == "RDS cannot stop a read replica or an instance that has one"
