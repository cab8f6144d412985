"""Several accounts: each is looked at and acted in with roles of its own, and
another account's namesake is never touched.
"""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from sqlalchemy.orm import Session

from aws.clients import Cloud, WrongAccountError
from config.organisation import RemediationSettings
from db.database import Database
from db.tables import Remediation as Stored
from playbooks.actions import ACTIONS
from playbooks.actions.action import ResourceRef
from playbooks.approval import lifecycle as life
from playbooks.proposals.plan import Target
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import RunContext, execute
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER
from tests.playbooks.resources import opened

SHOP, MEDIA = "270418830011", "270418830012"
ROLES = RemediationSettings(
    actor_role_arn="arn:aws:iam::{account}:role/finops-bot-actor",
    observer_role_arn="arn:aws:iam::{account}:role/finops-bot-observer",
)
BOOK = opened("ec2-stop-idle")


@pytest.fixture
def cloud(aws: None) -> Cloud:
    """Clients by two roles an account."""
    return Cloud(ROLES)


@pytest.fixture
def who(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every EC2 call that changes or reads, with the role that made it, as AWS's own records would name it."""
    calls: list[tuple[str, str]] = []
    make = Cloud.client
    known = set[int]()

    def watched(self: Cloud, service: str, account_id: str, region: str, purpose: Any) -> Any:
        made = make(self, service, account_id, region, purpose)
        if id(made) not in known and service == "ec2":
            known.add(id(made))
            caller = make(self, "sts", account_id, region, purpose).get_caller_identity()["Arn"]
            made.meta.events.register("before-call", lambda model, **_: calls.append((model.name, caller)))
        return made

    monkeypatch.setattr(Cloud, "client", watched)
    return calls


def instances(account: str, count: int) -> list[str]:
    """Instances in an account, by its administrator."""
    client = boto3.client("ec2", region_name="us-east-1", **admin(account))  # type: ignore[call-overload]  # the stubs know no ** of keys
    image = client.register_image(Name=f"image-{account}-{count}", Architecture="x86_64", RootDeviceName="/dev/sda1")[
        "ImageId"
    ]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "web"}]}]
    started = client.run_instances(
        ImageId=image, MinCount=count, MaxCount=count, InstanceType="m5.large", TagSpecifications=tags
    )
    return [instance["InstanceId"] for instance in started["Instances"]]


def admin(account: str) -> dict[str, str]:
    held = boto3.client("sts", region_name="us-east-1").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/admin", RoleSessionName="test-admin"
    )["Credentials"]
    return {
        "aws_access_key_id": held["AccessKeyId"],
        "aws_secret_access_key": held["SecretAccessKey"],
        "aws_session_token": held["SessionToken"],
    }


def state(account: str, number: str) -> str:
    client = boto3.client("ec2", region_name="us-east-1", **admin(account))  # type: ignore[call-overload]  # the stubs know no ** of keys
    return str(client.describe_instances(InstanceIds=[number])["Reservations"][0]["Instances"][0]["State"]["Name"])


def target(resource_id: str, account: str) -> Target:
    return Target(resource_id, resource_id, account, f"name of {account}", "us-east-1", "web", "dev", 10.0)


def approved(database: Database, cloud: Cloud, targets: list[Target]) -> list[int]:
    plans = make_plans(BOOK, targets, cloud, ROLES, NOW)
    assert isinstance(plans, list), plans
    numbers = []
    with Session(database.app) as session, session.begin():
        for plan in plans:
            number = life.propose(session, plan, BOOK, REQUESTER.id, NOW, channel=None).id
            assert isinstance(life.approve(session, number, APPROVER, NOW, {BOOK.name: BOOK}), life.Approved)
            numbers.append(number)
    return numbers


def ran(database: Database, cloud: Cloud, number: int) -> str:
    return execute(
        RunContext(database.app, cloud, ROLES, {BOOK.name: BOOK}, now=lambda: NOW, sleep=lambda _: None), number
    )


def test_each_account_is_a_remediation_of_its_own_by_its_own_roles(
    clean_database: Database, cloud: Cloud, who: list[tuple[str, str]]
) -> None:
    """Planning only looks, with the observer; the run changes with the actor; neither crosses accounts."""
    shop, media = instances(SHOP, 1)[0], instances(MEDIA, 1)[0]
    numbers = approved(clean_database, cloud, [target(shop, SHOP), target(media, MEDIA)])
    assert len(numbers) == 2
    assert {caller.split("/")[1] for _, caller in who} == {"finops-bot-observer"}
    assert ran(clean_database, cloud, numbers[0]) == "succeeded"
    assert (state(SHOP, shop), state(MEDIA, media)) == ("stopped", "running")
    assert ran(clean_database, cloud, numbers[1]) == "succeeded"
    assert state(MEDIA, media) == "stopped"
    changes = {(call, caller) for call, caller in who if call == "StopInstances"}
    assert {caller.rsplit("/", 1)[0] for _, caller in changes} == {
        f"arn:aws:sts::{account}:assumed-role/finops-bot-actor" for account in (SHOP, MEDIA)
    }


def test_what_is_in_another_account_since_is_not_found_and_not_touched(clean_database: Database, cloud: Cloud) -> None:
    """The plan says SHOP; the id exists only in MEDIA when the run starts, so
    the world has changed and nothing happens.
    """
    shop, media = instances(SHOP, 1)[0], instances(MEDIA, 1)[0]
    [number] = approved(clean_database, cloud, [target(shop, SHOP)])
    boto3.client("ec2", region_name="us-east-1", **admin(SHOP)).terminate_instances(InstanceIds=[shop])  # type: ignore[call-overload]  # the stubs know no ** of keys
    assert ran(clean_database, cloud, number) == "void"
    assert state(MEDIA, media) == "running"
    with Session(clean_database.app) as session:
        assert f"{shop} (it no longer exists)" in str(session.get_one(Stored, number).reason)


def test_a_resource_moved_in_the_inventory_is_proposed_where_it_is(clean_database: Database, cloud: Cloud) -> None:
    """Looked for in the wrong account it is left out, with the reason."""
    media = instances(MEDIA, 1)[0]
    plans = make_plans(BOOK, [target(media, SHOP)], cloud, ROLES, NOW)
    assert not isinstance(plans, list)
    assert [item.reason for item in plans.left_out] == ["it no longer exists"]


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (
            RemediationSettings(),
            "belong to account 123456789012, the resource to 270418830011; set remediation.actor_role_arn",
        ),
        (
            RemediationSettings(actor_role_arn=f"arn:aws:iam::{MEDIA}:role/finops-bot-actor"),
            f"belong to account {MEDIA}, the resource to {SHOP}; set remediation.actor_role_arn",
        ),
    ],
)
@pytest.mark.parametrize("purpose", ["observe", "act"])
def test_credentials_of_another_account_neither_look_nor_act(
    aws: None, roles: RemediationSettings, says: str, purpose: Any
) -> None:
    """The process's own, or a role that is written with another account's number."""
    with pytest.raises(WrongAccountError, match=says):
        Cloud(roles).client("lambda", SHOP, "us-east-1", purpose)


def test_a_denied_role_is_an_outcome_with_the_permission(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that does not let itself be entered: the run fails, nothing
    was touched, and the sentence says what AWS said.
    """
    shop = instances(SHOP, 1)[0]
    [number] = approved(clean_database, cloud, [target(shop, SHOP)])

    def refuse(*_: Any) -> Any:
        raise ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform sts:AssumeRole"}}, "AssumeRole"
        )

    monkeypatch.setattr(Cloud, "client", refuse)
    assert ran(clean_database, cloud, number) == "failed"
    with Session(clean_database.app) as session:
        assert "Nothing was touched" in str(session.get_one(Stored, number).reason)
    monkeypatch.undo()
    assert ResourceRef(shop, SHOP, "us-east-1").native_id == shop
    assert ACTIONS["ec2.stop"].observe(Cloud(ROLES), ResourceRef(shop, SHOP, "us-east-1"))["state"] == "running"


def test_what_cannot_be_looked_at_is_left_out_and_the_rest_is_planned(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS refuses one of two: it is named with AWS's reason."""
    first, second = instances(SHOP, 2)
    action = ACTIONS["ec2.stop"]

    def denied(place_cloud: Cloud, place: ResourceRef) -> Any:
        if place.resource_id == first:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeInstances")
        return action.observe(place_cloud, place)

    monkeypatch.setitem(ACTIONS, "ec2.stop", replace(action, observe=denied))
    plans = make_plans(BOOK, [target(first, SHOP), target(second, SHOP)], cloud, ROLES, NOW)
    assert isinstance(plans, list)
    assert plans[0].resources() == (second,)
    assert (
        plans[0]
        .left_out[0]
        .reason.startswith("AWS denied it (AccessDenied): the role needs ec2:DescribeInstanceAttribute")
    )
