"""What was changed in the stand-in's accounts outlives it."""

from datetime import date
from pathlib import Path

from standins.bills.fleet import lines
from standins.cloud import memory
from standins.cloud.server import start

_FLEET = tuple(line for line in lines() if line.account.name in ("sandbox", "commerce-staging"))
_TODAY = date(2026, 11, 26)
_SANDBOX, _STAGING = (
    next(line.account.id for line in _FLEET if line.account.name == name) for name in ("sandbox", "commerce-staging")
)


def test_what_was_changed_is_so_after_a_restart(tmp_path: Path) -> None:
    """Stopped, resized and deleted resources stay so, and all else as it was; ids are the same."""
    kept = tmp_path / "demo" / "cloud.json"
    with start(_TODAY, _FLEET, kept) as cloud:
        ids = dict(cloud.ids)
        place = next(line.region for line in _FLEET if line.name == "web-batch-1")
        ec2 = cloud.client("ec2", _SANDBOX, place)
        ec2.stop_instances(InstanceIds=[ids["web-batch-1"]])
        ec2.modify_instance_attribute(InstanceId=ids["web-batch-1"], InstanceType={"Value": "t3.small"})
        staging = next(line.region for line in _FLEET if line.name == "load-test-db")
        cloud.client("rds", _STAGING, staging).stop_db_instance(DBInstanceIdentifier="load-test-db")
        cloud.client("ec2", _STAGING, staging).delete_volume(VolumeId=ids["load-test-data-1"])
        cloud.client("ec2", _STAGING, staging).modify_volume(VolumeId=ids["load-test-data-2"], VolumeType="gp3")
        before = memory.observed(cloud, _FLEET)
    with start(_TODAY, _FLEET, kept) as cloud:
        assert cloud.ids == ids
        after = memory.observed(cloud, _FLEET)
    assert after == before
    assert after[f"{_SANDBOX} {place}"]["instance"][ids["web-batch-1"]] == "stopped t3.small"
    assert after[f"{_SANDBOX} {place}"]["instance"][ids["web-batch-2"]].startswith("running ")
    assert after[f"{_STAGING} {staging}"]["database"]["load-test-db"] == "stopped"
    assert ids["load-test-data-1"] not in after[f"{_STAGING} {staging}"]["volume"]
    assert after[f"{_STAGING} {staging}"]["volume"][ids["load-test-data-2"]] == "gp3"
