"""Schedules by tag: proposals until the playbook has earned it, then by
themselves; a person's decision stands.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import boto3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import Channel, Organisation
from config.organisation import RemediationSettings as Limits
from db import locks
from db.database import Database
from db.locks import Lock
from db.tables import AuditEntry, Recommendation, Remediation, RemediationStep, Resource
from flows.remediation.apply_schedules import apply
from playbooks.guards import DAYS, ChangeWindow
from playbooks.proposals import proposing
from playbooks.run.execute import RunContext, execute
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import aws, cloud, run_instances, states

__all__ = ["aws", "cloud"]

PLAYBOOKS = read_playbooks()
EVENING = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
TAGS = {"team": "web", "finops:schedule": "office-hours"}
ORGANISATION = Organisation(
    channels=(Channel(channel="#web"), Channel(channel="#admins", admin=True)),
    remediation=Limits(auto_after_successes=1),
)


def known(database: Database, ids: list[str], **changes: object) -> None:
    with Session(database.app) as session, session.begin():
        for number in ids:
            values = {
                "resource_type": "Instance",
                "account_id": "123456789012",
                "region": "us-east-1",
                "team": "web",
                "environment": "dev",
            }
            session.add(Resource(resource_id=number, resource_name=number, tags=TAGS, **{**values, **changes}))


def applied(database: Database, cloud: Cloud, now: datetime) -> list[int]:
    with Session(database.app) as session:
        return apply(session, PLAYBOOKS, cloud, ORGANISATION, now)


def ran(database: Database, cloud: Cloud, number: int, now: datetime) -> str:
    return execute(RunContext(database.app, cloud, Limits(), PLAYBOOKS, now=lambda: now, sleep=lambda _: None), number)


def earn(database: Database, books: Mapping[str, Playbook] = PLAYBOOKS) -> None:
    """A person approved each playbook in mode auto once, and it went well."""
    with Session(database.app) as session, session.begin():
        for name in (name for name, book in books.items() if book.mode == "auto"):
            session.add(
                Remediation(
                    playbook=name,
                    playbook_digest=books[name].digest(),
                    plan={},
                    plan_digest="",
                    state="succeeded",
                    requested_by="system",
                    requested_at=EVENING - timedelta(days=7),
                    approvals=[{"actor": "U1", "name": "Ari", "at": ""}],
                    expires_at=EVENING,
                )
            )


def test_a_schedule_stops_in_the_evening_and_starts_in_the_morning(clean_database: Database, cloud: Cloud) -> None:
    """Only tagged development instances, once an evening; in the morning only what the schedule stopped."""
    earn(clean_database)
    scheduled, by_hand = run_instances(2, TAGS), run_instances(1, TAGS)
    production = run_instances(1, TAGS)
    known(clean_database, [*scheduled, *by_hand])
    known(clean_database, production, environment="prod")
    boto3.client("ec2", region_name="us-east-1").stop_instances(InstanceIds=by_hand)
    assert applied(clean_database, cloud, EVENING.replace(hour=12)) == []
    [stop] = applied(clean_database, cloud, EVENING)
    assert applied(clean_database, cloud, EVENING) == []
    assert ran(clean_database, cloud, stop, EVENING) == "succeeded"
    assert states([*scheduled, *by_hand, *production]) == ["stopped", "stopped", "stopped", "running"]
    boto3.client("ec2", region_name="us-east-1").start_instances(InstanceIds=scheduled[:1])
    assert applied(clean_database, cloud, EVENING + timedelta(hours=1)) == []
    [start] = applied(clean_database, cloud, MORNING)
    assert ran(clean_database, cloud, start, MORNING) == "succeeded"
    assert states([*scheduled, *by_hand]) == ["running", "running", "stopped"]
    with Session(clean_database.app) as session:
        touched = session.scalars(
            sa.select(RemediationStep.resource_id).where(RemediationStep.remediation_id == start)
        ).all()
    assert touched == scheduled[1:]


def test_until_it_has_earned_it_a_person_approves(clean_database: Database, cloud: Cloud) -> None:
    """The first evenings leave proposals; its own runs do not count as earned,
    nor those of another edition of the playbook.
    """
    known(clean_database, run_instances(1, TAGS))
    with Session(clean_database.app) as session, session.begin():
        for approver, digest in (("auto", PLAYBOOKS["ec2-evening-stop"].digest()), ("U1", "another edition")):
            session.add(
                Remediation(
                    playbook="ec2-evening-stop",
                    playbook_digest=digest,
                    plan={},
                    plan_digest="",
                    state="succeeded",
                    requested_by="system",
                    requested_at=EVENING - timedelta(days=7),
                    approvals=[{"actor": approver, "name": "", "at": ""}],
                    expires_at=EVENING,
                )
            )
    [number] = applied(clean_database, cloud, EVENING)
    assert ran(clean_database, cloud, number, EVENING) == "proposed"


def test_nobody_waits_for_the_audit_log_while_a_playbook_observes(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry about one playbook's proposal is committed before the next playbook's resources are looked at."""
    known(clean_database, run_instances(1, TAGS))
    books = {name: replace_name(PLAYBOOKS["ec2-evening-stop"], name) for name in ("first", "second")}
    free = []
    plans = proposing.make_plans

    def observed(*arguments: Any) -> Any:
        with clean_database.app.connect() as other, locks.hold(other, Lock.AUDIT, wait=False) as mine:
            free.append(mine)
        return plans(*arguments)

    monkeypatch.setattr(proposing, "make_plans", observed)
    with Session(clean_database.app) as session:
        apply(session, books, cloud, ORGANISATION, EVENING)
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 1  # the second found nothing left to propose
    assert free == [True, True]


def replace_name(playbook: Playbook, name: str) -> Playbook:
    return playbook.model_copy(update={"name": name})


def test_once_a_day_is_once_a_day_of_the_windows_zone(clean_database: Database, cloud: Cloud) -> None:
    """What a person starts again in a New York evening is not stopped a second time after midnight UTC."""
    [machine] = run_instances(1, TAGS)
    known(clean_database, [machine])
    evening = PLAYBOOKS["ec2-evening-stop"]
    new_york = ChangeWindow(days=DAYS, start=time(16), end=time(23), timezone="America/New_York")
    guards = evening.guards.model_copy(update={"windows": (new_york,)})
    books = {evening.name: evening.model_copy(update={"guards": guards})}
    first = datetime(2026, 11, 23, 21, 15, tzinfo=UTC)  # 16:15 there
    with Session(clean_database.app) as session:
        [number] = apply(session, books, cloud, ORGANISATION, first)
        session.execute(sa.update(Remediation).where(Remediation.id == number).values(state="succeeded"))
        session.execute(sa.update(RemediationStep).values(state="verified", finished_at=first))
        session.commit()
        assert apply(session, books, cloud, ORGANISATION, datetime(2026, 11, 24, 0, 15, tzinfo=UTC)) == []  # 19:15
        assert len(apply(session, books, cloud, ORGANISATION, datetime(2026, 11, 24, 21, 15, tzinfo=UTC))) == 1


def test_a_playbook_in_mode_auto_answers_what_was_found(clean_database: Database, cloud: Cloud) -> None:
    """A proposal until it has earned it, then by itself; what somebody refused is left alone for a week."""
    book = PLAYBOOKS["ec2-stop-idle"].model_copy(update={"mode": "auto"})
    ids = run_instances(1, {"team": "web"})
    known(clean_database, ids)
    with Session(clean_database.app) as session, session.begin():
        session.add(
            Recommendation(
                fingerprint="idle",
                kind="stop_idle",
                resource_id=ids[0],
                account="sandbox",
                team="web",
                current_state="running",
                proposed_state="stopped",
                monthly_savings=30,
                currency="USD",
                confidence="high",
            )
        )

    def answered(now: datetime) -> list[int]:
        with Session(clean_database.app) as session, session.begin():
            return apply(session, {book.name: book}, cloud, ORGANISATION, now)

    def state(number: int) -> str:
        with Session(clean_database.app) as session:
            return session.get_one(Remediation, number).state

    [first] = answered(EVENING)
    assert state(first) == "proposed"
    with Session(clean_database.app) as session, session.begin():
        session.get_one(Remediation, first).state = "rejected"
    assert answered(EVENING + timedelta(days=6)) == []
    earn(clean_database, {book.name: book})
    [second] = answered(EVENING + timedelta(days=8))
    assert state(second) == "approved"
    run = RunContext(
        clean_database.app,
        cloud,
        Limits(),
        {book.name: book},
        now=lambda: EVENING + timedelta(days=8),
        sleep=lambda _: None,
    )
    assert execute(run, second) == "succeeded"
    assert states(ids) == ["stopped"]
