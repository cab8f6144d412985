"""Volumes against moto: deleted after a snapshot, restored once, changed and put back."""

from aws.clients import Cloud
from playbooks.actions.ebs import gp3_speed
from tests.playbooks.actions.builders import forward_and_back, step_of
from tests.playbooks.conftest import run_instances
from tests.playbooks.resources import (
    client,
    volume,
)


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
