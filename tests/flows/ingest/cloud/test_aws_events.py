"""Who changed what: recorded CloudTrail events, as LookupEvents gives them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from aws.permissions import MissingPermission
from flows.ingest.cloud.aws_events import CloudTrail, parse

AT = datetime(2026, 11, 17, 9, 12, tzinfo=UTC)


def _item(identity: dict[str, Any], at: datetime = AT, **more: Any) -> dict[str, Any]:
    detail = {"userIdentity": identity, "awsRegion": "eu-west-1", "recipientAccountId": "270418830011"}
    item = {
        "EventId": "1",
        "EventName": "CreateDBInstance",
        "EventTime": at,
        "EventSource": "rds.amazonaws.com",
        "Username": "session",
    }
    resources = [
        {"ResourceType": "AWS::RDS::DBInstance", "ResourceName": "orders-replica-1"},
        {"ResourceType": "AWS::RDS::DBSubnetGroup"},
    ]
    return item | {"Resources": resources, "CloudTrailEvent": json.dumps(detail)} | more


ROLE = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"userName": "deploy-ci"}}}


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        (ROLE, "role deploy-ci"),
        ({"type": "IAMUser", "userName": "ada"}, "user ada"),
        ({"type": "Root"}, "the root user"),
        ({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}, "service autoscaling.amazonaws.com"),
        ({"type": "AssumedRole"}, "session"),
    ],
)
def test_somebody_is_named(identity: dict[str, Any], who: str) -> None:
    """A role by its name rather than by its session."""
    (event,) = parse([_item(identity)], "1", "us-east-1")
    assert (event.who, event.name, event.source, event.region) == (who, "CreateDBInstance", "rds", "eu-west-1")
    assert event.resources == ("orders-replica-1",)


def test_events_come_oldest_first() -> None:
    """CloudTrail gives the newest first; a story is told the other way."""
    events = parse([_item(ROLE, AT + timedelta(hours=1)), _item(ROLE, AT)], "1", "us-east-1")
    assert [event.at for event in events] == [AT, AT + timedelta(hours=1)]


@given(st.text() | st.none())
def test_an_unreadable_detail_leaves_what_is_known(detail: str | None) -> None:
    """Whatever the detail holds, the event keeps name, time and place."""
    (event,) = parse([_item(ROLE, CloudTrailEvent=detail)], "270418830011", "eu-west-1")
    assert (event.account_id, event.region, event.who) == ("270418830011", "eu-west-1", "session")


def test_a_refused_trail_names_the_permission() -> None:
    """The investigation goes on without it and says what is missing."""

    def client(service: str, account_id: str, region: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "LookupEvents")

    refused = CloudTrail(client).events("270418830011", "eu-west-1", AT, AT)
    assert refused == MissingPermission("cloudtrail:LookupEvents", "270418830011", "eu-west-1", "AccessDeniedException")
