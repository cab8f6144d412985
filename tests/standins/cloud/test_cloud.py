"""The stand-in cloud: real clients see the fleet of the bills, under the bills' own ids."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from standins.bills.fleet import lines
from standins.bills.providers import ACCOUNTS
from standins.bills.world import World
from standins.bills.write import bill, write
from standins.cloud.account import CloudAccount
from standins.cloud.bills import deliver, stopped
from standins.cloud.server import start

TODAY = date(2026, 11, 23)
SANDBOX, COMMERCE = ACCOUNTS["sandbox"].id, ACCOUNTS["commerce-prod"].id
FLEET = tuple(line for line in lines() if line.account_name == "sandbox" or line.application == "orders-mirror")


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudAccount]:
    """Two accounts of the fleet."""
    with start(TODAY, FLEET) as account:
        yield account


def test_the_idle_fleet_runs_under_the_ids_of_the_bills(cloud: CloudAccount) -> None:
    """Four idle instances and a protected one, in the sandbox only, with the ids that the bills carry."""
    reservations = cloud.client("ec2", SANDBOX).describe_instances()["Reservations"]
    found = {
        instance["InstanceId"]: {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
        for r in reservations
        for instance in r["Instances"]
    }
    batch = {tags["Name"]: instance for instance, tags in found.items() if tags["Name"].startswith("web-batch")}
    billed = bill(World(TODAY, ids=cloud.ids), date(2026, 11, 1), TODAY - timedelta(1)).filter(
        pl.col("ResourceName").str.starts_with("web-batch")
    )
    assert (
        dict(
            billed.filter(pl.col("ResourceType") == "Instance")
            .select("ResourceName", "ResourceId")
            .unique()
            .iter_rows()
        )
        == batch
    )
    assert [found[batch[name]].get("finops:protected") for name in sorted(batch)] == [None] * 4 + ["true"]
    assert cloud.client("ec2", COMMERCE).describe_instances()["Reservations"] == []


def test_ids_are_the_same_in_the_next_demo(cloud: CloudAccount) -> None:
    """Ids come from what is asked for: a restart keeps the history that refers to them.
    Runs in a process of its own, as moto's state is one a process.
    """
    import subprocess
    import sys

    script = (
        "from datetime import date\nfrom standins.bills.fleet import lines\nfrom standins.cloud.server import start\n"
        "fleet = tuple(line for line in lines() if line.account_name == 'sandbox' or line.application == "
        "'orders-mirror')\n"
        f"with start(date({TODAY.year}, {TODAY.month}, {TODAY.day}), fleet) as cloud: print(sorted(cloud.ids.items()))"
    )
    root = Path(__file__).parents[3]
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    ).stdout
    assert printed.strip() == str(sorted(cloud.ids.items()))


def test_bills_are_fetched_from_the_bucket(cloud: CloudAccount, tmp_path: Path) -> None:
    """What is delivered can be read back under its address, byte for byte."""
    files = write(tmp_path, World(TODAY), only=[date(2026, 11, 1)])
    addresses = deliver(cloud, tmp_path, files)
    bucket, _, key = addresses[0].removeprefix("s3://").partition("/")
    assert key == "aws/2026-11.parquet"
    assert cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == files[0].read_bytes()


def test_metrics_tell_the_idle_from_the_busy(cloud: CloudAccount) -> None:
    """Peak CPU of two weeks is under 5 % for the idle fleet and over 30 % for a training machine."""
    client = cloud.client("cloudwatch", SANDBOX)
    end = datetime(2026, 11, 23, tzinfo=UTC)
    peaks = {}
    for name in ("web-batch-1", "test-martin"):
        reply = client.get_metric_statistics(
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Dimensions=[{"Name": "InstanceId", "Value": cloud.ids[name]}],
            StartTime=end - timedelta(14),
            EndTime=end,
            Period=86_400,
            Statistics=["Maximum"],
        )
        peaks[name] = max(point["Maximum"] for point in reply["Datapoints"])
    assert peaks["web-batch-1"] < 5 < 30 < peaks["test-martin"]


def test_prices_can_be_looked_up_by_page(cloud: CloudAccount) -> None:
    """The price list answers the filters and pages as AWS does."""
    filters = [
        {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"},
        {"Type": "TERM_MATCH", "Field": "instanceType", "Value": "m5.2xlarge"},
    ]
    found = cloud.client("pricing").get_products(ServiceCode="AmazonEC2", Filters=filters)
    assert len(found["PriceList"]) == 1
    assert '"USD": "0.3840000000"' in found["PriceList"][0]


def test_the_trail_names_who_made_the_replicas(cloud: CloudAccount) -> None:
    """Three CreateDBInstance by deploy-ci on the day the spike started, in that account and region only."""
    first = datetime(2026, 11, 20, tzinfo=UTC)
    window = {"StartTime": first, "EndTime": first + timedelta(1)}
    events = cloud.client("cloudtrail", COMMERCE, "eu-west-1").lookup_events(**window)["Events"]
    assert {(event["EventName"], event["Username"]) for event in events} == {("CreateDBInstance", "deploy-ci")}
    assert {event["Resources"][0]["ResourceName"] for event in events} == {
        f"orders-replica-{number}" for number in range(1, 4)
    }
    assert cloud.client("cloudtrail", COMMERCE, "us-east-1").lookup_events(**window)["Events"] == []
    assert cloud.client("cloudtrail", SANDBOX, "eu-west-1").lookup_events(**window)["Events"] == []


def test_a_stopped_instance_leaves_the_next_bill(cloud: CloudAccount) -> None:
    """What is stopped in the account is read back, and its cost ends on that day."""
    world = World(TODAY, ids=cloud.ids)
    cloud.client("ec2", SANDBOX).stop_instances(InstanceIds=[cloud.ids["web-batch-2"]])
    found = stopped(cloud, world, on=TODAY)
    assert found == {cloud.ids["web-batch-2"]: TODAY}
    later = bill(replace(world, stopped=found), date(2026, 11, 1), TODAY + timedelta(3))
    days = later.filter(pl.col("ResourceId") == cloud.ids["web-batch-2"])["ChargePeriodStart"].dt.date()
    assert days.max() == TODAY - timedelta(1)
    cloud.client("ec2", SANDBOX).start_instances(InstanceIds=[cloud.ids["web-batch-2"]])
    assert stopped(cloud, world, on=TODAY) == {}


def test_the_fleet_has_its_age(cloud: CloudAccount) -> None:
    """What was there before the first bill is old, the replicas are three days
    old: rules about age have something to judge.
    """
    client = cloud.client("ec2", SANDBOX)
    launched = client.describe_instances(InstanceIds=[cloud.ids["web-batch-1"]])["Reservations"][0]["Instances"][0][
        "LaunchTime"
    ]
    assert launched.date() == TODAY - timedelta(400)
    databases = cloud.client("rds", COMMERCE, "eu-west-1").describe_db_instances()["DBInstances"]
    made = {database["DBInstanceIdentifier"]: database["InstanceCreateTime"].date() for database in databases}
    assert made["orders-replica-1"] == TODAY - timedelta(3)
