"""Who changed the resources behind an anomaly, from a trail of recorded events."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy.orm import Session

from aws.permissions import MissingPermission
from flows.anomalies.causes import explain_change
from flows.anomalies.change_authors import find_authors, matching_events
from flows.ingest.cloud.aws_events import CloudTrailEvent
from tests.flows.anomalies.builders import BEFORE, SINCE, change, resource

RESIZED = CloudTrailEvent(
    datetime(2026, 11, 9, 22, 5, tzinfo=UTC), "ModifyInstanceAttribute", "user ada", "ec2", "1", "us-east-1", ("db-1",)
)


@dataclass
class Recorded:
    """A trail that gives what was recorded, and keeps what it was asked."""

    reply: tuple[CloudTrailEvent, ...] | MissingPermission | Exception = ()
    asked: list[tuple[str, str, datetime, datetime]] = field(default_factory=list)

    def events(
        self, account_id: str, region: str, start: datetime, end: datetime
    ) -> tuple[CloudTrailEvent, ...] | MissingPermission:
        self.asked.append((account_id, region, start, end))
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def authors(session: Session, trail: Recorded, account: str | None = "prod") -> tuple[str, ...]:
    """Of a database that costs four times as much since Tuesday."""
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(40.0, 96.0)] * 3)
    asked = change(scope={"team": "payments"} if account is None else {"team": "payments", "account": account})
    return find_authors(session.connection(), trail, explain_change(session.connection(), asked), asked)


def test_who_changed_the_resource_is_named_with_what_and_when(session: Session) -> None:
    """The trail is asked about a day before the first day out of line and the day itself, in the place of the cost."""
    trail = Recorded((RESIZED,))
    assert authors(session, trail) == ("user ada: ModifyInstanceAttribute on 9 Nov 22:05 UTC (CloudTrail)",)
    since = datetime(SINCE.year, SINCE.month, SINCE.day, tzinfo=UTC)
    assert trail.asked == [("1", "us-east-1", since - timedelta(hours=24), since + timedelta(hours=30))]


def test_the_account_is_found_where_the_scope_does_not_name_it(session: Session) -> None:
    trail = Recorded((RESIZED,))
    assert authors(session, trail, account=None) == (
        "user ada: ModifyInstanceAttribute on 9 Nov 22:05 UTC (CloudTrail)",
    )


def test_changes_of_other_resources_are_not_named(session: Session) -> None:
    assert authors(session, Recorded((replace(RESIZED, resources=("db-2",)),))) == ()


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (MissingPermission("cloudtrail:LookupEvents", "1", "us-east-1", "AccessDenied"), "cloudtrail:LookupEvents"),
        (EndpointConnectionError(endpoint_url="https://cloudtrail"), "CloudTrail could not be read"),
    ],
)
def test_what_cannot_be_known_is_said(session: Session, reply: MissingPermission | Exception, says: str) -> None:
    """A missing permission by its name, a trail that is away as such; nobody is guessed."""
    (sentence,) = authors(session, Recorded(reply))
    assert says in sentence


def test_an_account_that_is_not_in_the_bills_is_not_asked(session: Session) -> None:
    trail = Recorded((RESIZED,))
    assert authors(session, trail, account="elsewhere") == ()
    assert trail.asked == []


def test_one_event_an_actor_and_kind() -> None:
    """Forty calls of one deployment are one line; the version of an interface is no part of its name."""
    again = replace(RESIZED, at=RESIZED.at + timedelta(minutes=1))
    other = replace(RESIZED, who="role deploy-ci")
    assert matching_events((RESIZED, again, other), ["db-1"]) == [RESIZED, other]
