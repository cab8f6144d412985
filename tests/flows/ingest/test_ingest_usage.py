"""What the cloud says beside what the bills say, in the database."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from moto import mock_aws
from sqlalchemy.orm import Session

from aws.clients import Cloud, _client
from aws.permissions import MissingPermission
from config.errors import UserError
from config.organisation import Channel, Organisation, RemediationSettings
from config.settings import Settings
from db.database import Database
from db.tables import OutboxMessage, Resource, Utilization
from flows.ingest.cloud.aws_inventory import Inventory
from flows.ingest.cloud.aws_resources import AccountRegion, AwsResource
from flows.ingest.cloud.aws_utilization import Used
from flows.ingest.ingest_usage import AccountSnapshot, check, fetch, ingest_usage, store

NOW = datetime(2026, 11, 23, 4, 10, tzinfo=UTC)
PLACE = AccountRegion("2100", "eu-west-1")
KINDS = frozenset({"Instance", "Volume"})
REFUSED = MissingPermission("ec2:DescribeVolumes", "2100", "eu-west-1", "UnauthorizedOperation")
ORGANISATION = Organisation(channels=(Channel(channel="#finops", admin=True),))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto in process, and no client of another test's."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    monkeypatch.setattr(
        "flows.ingest.ingest_usage._AT_ONCE", 1
    )  # moto parses Python in process, which CPython before 3.11.8 cannot do in two threads
    _client.cache_clear()
    with mock_aws():
        yield
    _client.cache_clear()


def _found(resource_id: str = "i-0abc", **more: Any) -> AwsResource:
    given: dict[str, Any] = {
        "resource_name": "web-1",
        "state": "running",
        "instance_type": "m5.large",
        "tags": {"team": "web"},
        "attributes": {"zone": "a"},
    }
    return AwsResource(
        resource_id=resource_id,
        resource_type="Instance",
        service="Amazon Elastic Compute Cloud",
        account_id="2100",
        region="eu-west-1",
        **(given | more),
    )


def _looked(
    *found: AwsResource,
    used: tuple[Used, ...] = (),
    denied: tuple[MissingPermission, ...] = (),
    looked_at: frozenset[str] = KINDS,
) -> AccountSnapshot:
    return AccountSnapshot(Inventory(PLACE, found, denied, looked_at), used, denied)


def _used(resource_id: str, average: float) -> Used:
    return Used(date(2026, 11, 22), resource_id, "cpu", average, 9.0, "percent")


def test_the_inventory_adds_to_what_the_bill_knows(session: Session) -> None:
    """A bill that writes an ARN and an inventory that has the bare id are one
    resource; cost and owner stay, state comes.
    """
    arn = "arn:aws:ec2:eu-west-1:2100:instance/i-0abc"
    session.add(
        Resource(
            resource_id=arn,
            provider="AWS",
            account_id="2100",
            account="commerce-prod",
            service="EC2",
            team="payments",
            monthly_cost=Decimal(70),
        )
    )
    session.flush()
    result = store(session, [_looked(_found(), used=(_used("i-0abc", 4.5),))], ORGANISATION, NOW)
    assert (result["resources"], result["new"], result["utilization"]) == (1, 0, 1)
    (kept,) = session.scalars(sa.select(Resource))
    assert (kept.resource_id, kept.team, kept.monthly_cost, kept.state, kept.instance_type) == (
        arn,
        "payments",
        Decimal(70),
        "running",
        "m5.large",
    )
    assert (kept.attributes, kept.tags, kept.inventory_at) == ({"zone": "a"}, {"team": "web"}, NOW)
    assert session.scalars(sa.select(Utilization.resource_id)).all() == [arn]


def test_what_no_bill_knows_is_owned_by_the_rules(session: Session) -> None:
    """A resource of the last hour gets team and environment from its tags, and
    its account's name from the others there.
    """
    session.add(Resource(resource_id="bucket", provider="AWS", account_id="2100", account="commerce-prod"))
    session.flush()
    store(session, [_looked(_found(tags={"team": "search", "env": "dev"}))], ORGANISATION, NOW)
    new = session.scalars(sa.select(Resource).where(Resource.resource_id == "i-0abc")).one()
    assert (new.team, new.environment, new.application, new.account, new.provider) == (
        "search",
        "dev",
        None,
        "commerce-prod",
        "AWS",
    )


def test_the_same_look_twice_changes_nothing(session: Session) -> None:
    """Metrics of a day are replaced, not added."""
    store(session, [_looked(_found(), used=(_used("i-0abc", 4.5),))], ORGANISATION, NOW)
    again = store(session, [_looked(_found(), used=(_used("i-0abc", 5.5),))], ORGANISATION, NOW + timedelta(1))
    assert (again["new"], again["gone"]) == (0, 0)
    assert session.scalars(sa.select(Utilization.average)).all() == [5.5]


def test_what_is_no_longer_there_is_marked_once(session: Session) -> None:
    """Deleted only where that kind was looked at: a refusal is no proof that something is gone."""
    store(session, [_looked(_found())], ORGANISATION, NOW)
    refused = store(session, [_looked(denied=(REFUSED,), looked_at=frozenset({"Volume"}))], ORGANISATION, NOW)
    assert refused["gone"] == 0
    assert store(session, [_looked()], ORGANISATION, NOW)["gone"] == 1
    assert store(session, [_looked()], ORGANISATION, NOW)["gone"] == 0
    assert session.scalars(sa.select(Resource.state)).all() == ["deleted"]


def test_a_missing_permission_is_told_once(session: Session) -> None:
    """The admin channel reads the permission's name; the next day's look does not repeat it."""
    for _ in range(2):
        result = store(session, [_looked(_found(), denied=(REFUSED,))], ORGANISATION, NOW)
    assert result["denied"] == [REFUSED.sentence()]
    (message,) = session.scalars(sa.select(OutboxMessage))
    assert (message.channel, "ec2:DescribeVolumes is not allowed" in message.payload["text"]) == ("#finops", True)


def test_nothing_readable_is_a_failure() -> None:
    """When every account refuses, the flow fails with what to do; an empty account is fine."""
    with pytest.raises(UserError, match="sts:AssumeRole is not allowed"):
        check(
            [
                _looked(
                    denied=(MissingPermission("sts:AssumeRole", "2100", "eu-west-1", "AccessDenied"),),
                    looked_at=frozenset(),
                )
            ]
        )
    check([_looked()])


def test_accounts_and_regions_are_read_by_role(aws: None) -> None:
    """Each account of finops.yaml is entered by assume-role, each region
    listed; an instance is found where it runs only.
    """
    accounts, regions = ("111111111111", "222222222222"), ("us-east-1", "eu-west-1")
    limits = RemediationSettings(
        observer_role_arn="arn:aws:iam::{account}:role/observer", accounts=accounts, regions=regions
    )
    cloud = Cloud(limits)
    cloud.client("ec2", "222222222222", "eu-west-1", "observe").run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1
    )
    looked = fetch(cloud, Organisation(remediation=limits), date(2026, 11, 23), 15)
    places = [
        (
            one.inventory.place.account_id,
            one.inventory.place.region,
            {found.resource_type for found in one.inventory.resources},
        )
        for one in looked
    ]
    assert places == [
        ("111111111111", "us-east-1", set()),
        ("111111111111", "eu-west-1", set()),
        ("222222222222", "us-east-1", set()),
        ("222222222222", "eu-west-1", {"Instance", "Volume"}),
    ]


def test_the_flow_reads_its_own_account_where_none_is_named(
    aws: None, clean_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without accounts in finops.yaml the credentials' own account is looked at, and rows are committed."""
    monkeypatch.setenv("FINOPS_HOME", str(settings.home))
    monkeypatch.setenv("FINOPS_CONFIG", os.devnull)
    Cloud(RemediationSettings()).client("ec2", "", "us-east-1", "observe").run_instances(
        ImageId="ami-12c6146b", MinCount=2, MaxCount=2
    )
    result = ingest_usage.fn()
    assert (result["resources"], result["new"], result["denied"]) == (4, 4, [])
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Resource.account_id))) == {"123456789012"}
