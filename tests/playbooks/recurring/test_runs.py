"""Recurring playbooks against moto and a real Postgres: once a date, in scope, within caps, approved by people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import SYSTEM, Allowed, Denied
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, RecurringRun, Remediation
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.proposals.planning import make_plans
from playbooks.proposals.proposing import propose_all
from playbooks.recurring import runs
from playbooks.recurring.overview import timetables
from playbooks.recurring.runs import propose_due
from playbooks.recurring.switch import set_switch
from playbooks.run.execute import RunContext, execute
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import APPROVER, VIEWER, states
from tests.playbooks.recurring.builders import DUE, HOUSE, OPERATOR, idle, proposed, weekly


def resources_of(database: Database, number: int) -> list[str]:
    with Session(database.app) as session:
        return [step["resource_id"] for step in session.get_one(Remediation, number).plan["steps"]]


def ran(database: Database, cloud: Cloud, number: int, book: Playbook, now: datetime) -> str:
    """Approved by a person and run."""
    with Session(database.app) as session, session.begin():
        decided = life.approve(session, number, APPROVER, now, {book.name: book})
        assert isinstance(decided, life.Approved), decided
    books = {book.name: book}
    return execute(
        RunContext(database.app, cloud, HOUSE.remediation, books, now=lambda: now, sleep=lambda _: None), number
    )


def test_a_date_is_proposed_once_and_a_person_approves_it(clean_database: Database, cloud: Cloud) -> None:
    """Nothing runs by itself; who has no role cannot approve; the log knows the date."""
    ids, book = idle(clean_database, 2), weekly()
    assert proposed(clean_database, cloud, book, DUE - timedelta(minutes=1)) == []
    [number] = proposed(clean_database, cloud, book)
    assert proposed(clean_database, cloud, book, DUE + timedelta(minutes=15)) == []
    with Session(clean_database.app) as session, session.begin():
        assert session.get_one(Remediation, number).state == "proposed"
        assert isinstance(life.approve(session, number, VIEWER, DUE, {book.name: book}), Denied)
        assert session.scalar(sa.select(RecurringRun.outcome)) == "2 proposed"
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "playbook.recurred")).one()
        assert entry.details["remediations"] == [number]
    assert states(ids) == ["running"] * 2
    assert ran(clean_database, cloud, number, book, DUE) == "succeeded"
    assert states(ids) == ["stopped"] * 2


def test_a_playbook_that_fails_keeps_no_other_from_its_date(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own date is over, so that it is told once and not every quarter of an hour."""
    idle(clean_database, 1)
    good = weekly()
    bad = Playbook.model_validate({**good.model_dump(), "name": "a-bad"})

    def planned(playbook: Playbook, *rest: Any) -> Any:
        if playbook.name == bad.name:
            raise KeyError("broken")
        return make_plans(playbook, *rest)

    monkeypatch.setattr(runs, "make_plans", planned)
    books = {bad.name: bad, good.name: good}
    with Session(clean_database.app) as session, pytest.raises(KeyError):
        propose_due(session, books, lambda: cloud, HOUSE, DUE)
    with Session(clean_database.app) as session:
        assert propose_due(session, books, lambda: cloud, HOUSE, DUE + timedelta(minutes=15)) == []
        found = session.execute(sa.select(RecurringRun.playbook, RecurringRun.outcome)).all()
        assert {(run.playbook, run.outcome) for run in found} == {
            (bad.name, "failed: KeyError"),
            (good.name, "1 proposed"),
        }


def test_two_people_approve_where_a_playbook_asks_for_two(clean_database: Database, cloud: Cloud) -> None:
    """The product, which asks, is nobody who approves; the same person twice is one."""
    idle(clean_database, 1)
    said = weekly().model_dump()
    book = Playbook.model_validate({**said, "approval": {**said["approval"], "count": 2, "not_requester": True}})
    [number] = proposed(clean_database, cloud, book)
    books = {book.name: book}
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(life.approve(session, number, replace(APPROVER, id=SYSTEM.id), DUE, books), Denied)
        assert not isinstance(life.approve(session, number, APPROVER, DUE, books), Denied)
        assert isinstance(life.approve(session, number, APPROVER, DUE, books), Denied)
        assert session.get_one(Remediation, number).state == "proposed"
        second = replace(APPROVER, id="U0SECOND1", name="Oda")
        assert isinstance(life.approve(session, number, second, DUE, books), life.Approved)


def test_a_run_proposes_no_more_than_its_cap_and_names_the_others(clean_database: Database, cloud: Cloud) -> None:
    """Those that save most come first."""
    ids = idle(clean_database, 4)
    [number] = proposed(clean_database, cloud, weekly(maximum_resources_a_run=3))
    assert resources_of(clean_database, number) == ids[:3]
    with Session(clean_database.app) as session:
        [left_out] = session.get_one(Remediation, number).plan["left_out"]
        assert left_out["reason"] == "the recurring run may propose 3 now"
        assert (
            session.scalar(sa.select(RecurringRun.outcome))
            == "3 proposed, 1 left for later by the caps or another proposal"
        )


def test_the_cap_of_a_run_holds_over_all_its_plans(clean_database: Database, cloud: Cloud) -> None:
    """Two teams are two plans of one run."""
    idle(clean_database, 2), idle(clean_database, 2, team="shop")
    numbers = proposed(clean_database, cloud, weekly(maximum_resources_a_run=3))
    assert sorted(len(resources_of(clean_database, number)) for number in numbers) == [1, 2]


def test_what_waits_counts_for_the_month(clean_database: Database, cloud: Cloud) -> None:
    """Three a month: two wait for their approval, so that the next run proposes one."""
    ids, book = idle(clean_database, 4), weekly(maximum_resources_a_run=2, maximum_resources_a_month=3)
    early = DUE - timedelta(days=14)
    [first] = proposed(clean_database, cloud, book, early)
    [second] = proposed(clean_database, cloud, book, early + timedelta(days=7))
    assert [resources_of(clean_database, number) for number in (first, second)] == [ids[:2], ids[2:3]]
    assert proposed(clean_database, cloud, book, early + timedelta(days=14)) == []


def test_the_cap_of_a_month_is_counted_again_before_a_run(clean_database: Database, cloud: Cloud) -> None:
    """What a person proposes by the same playbook does not pass the cap either; the next month begins anew."""
    ids, book = idle(clean_database, 2), weekly(maximum_resources_a_run=1, maximum_resources_a_month=1)
    [first] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session, session.begin():
        of_person = propose_all(session, book, cloud, HOUSE, "U0MAYA0001", DUE)
        assert isinstance(of_person, list)
    assert ran(clean_database, cloud, first, book, DUE) == "succeeded"
    assert ran(clean_database, cloud, of_person[0], book, DUE) == "void"
    with Session(clean_database.app) as session, session.begin():
        assert "the limit is 1 a month" in str(session.get_one(Remediation, of_person[0]).reason)
        december = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
        again = propose_all(session, book, cloud, HOUSE, "U0MAYA0001", december)
        assert isinstance(again, list)
    assert states(ids) == ["stopped", "running"]
    assert ran(clean_database, cloud, again[0], book, december) == "succeeded"


@pytest.mark.parametrize(
    ("scope", "count"),
    [({"teams": ["shop"]}, 1), ({"environments": ["prod"]}, 0), ({"accounts": ["123456789012"], "teams": ["web"]}, 2)],
)
def test_only_what_is_in_scope_is_proposed(
    clean_database: Database, cloud: Cloud, scope: dict[str, list[str]], count: int
) -> None:
    idle(clean_database, 2), idle(clean_database, 1, team="shop")
    numbers = proposed(clean_database, cloud, weekly(scope=scope))
    assert sum(len(resources_of(clean_database, number)) for number in numbers) == count


def test_nothing_is_proposed_while_all_is_stopped_and_the_date_is_made_up_for(
    clean_database: Database, cloud: Cloud
) -> None:
    """Within a day; later it waits for the next date."""
    idle(clean_database, 1)
    for on, at, count in ((True, DUE, 0), (False, DUE + timedelta(days=1), 0), (False, DUE + timedelta(hours=23), 1)):
        with Session(clean_database.app) as session, session.begin():
            kill_switch.set_stop_all(session, APPROVER, at, on=on)
        assert len(proposed(clean_database, cloud, weekly(), at)) == count


@pytest.mark.parametrize("later", [{"at": "14:00"}, {"weekday": "fri"}, {"timezone": "Asia/Tokyo", "at": "23:00"}])
def test_a_date_that_is_moved_after_its_run_is_no_second_one(
    clean_database: Database, cloud: Cloud, later: dict[str, str]
) -> None:
    """A run was due this week and was done; the timetable shows the next that will be."""
    idle(clean_database, 2)
    assert proposed(clean_database, cloud, weekly(maximum_resources_a_run=1))
    moved = weekly(maximum_resources_a_run=1, **later)
    for hours in (6, 14, 80, 100):
        assert proposed(clean_database, cloud, moved, DUE + timedelta(hours=hours)) == []
    with Session(clean_database.app) as session:
        [row] = timetables(session, {moved.name: moved}, HOUSE, DUE + timedelta(minutes=1))
    assert DUE + timedelta(days=6) < row.next_due < DUE + timedelta(days=12)
    assert proposed(clean_database, cloud, moved, row.next_due)


def test_a_changed_playbook_voids_what_waits(clean_database: Database, cloud: Cloud) -> None:
    """An approval is of the file as it was: other caps are another file."""
    idle(clean_database, 1)
    [number] = proposed(clean_database, cloud, weekly())
    edited = weekly(maximum_resources_a_run=500)
    with Session(clean_database.app) as session, session.begin():
        decided = life.approve(session, number, APPROVER, DUE, {edited.name: edited})
    assert isinstance(decided, Denied)
    assert "was edited since" in decided.reason


@pytest.mark.parametrize(("mode", "active"), [("notify", True), ("approve", False)])
def test_what_is_not_switched_on_tells_and_proposes_nothing(
    clean_database: Database, cloud: Cloud, mode: str, active: bool
) -> None:
    idle(clean_database, 2)
    assert proposed(clean_database, cloud, weekly(mode, active=active)) == []
    with Session(clean_database.app) as session:
        message = session.scalars(sa.select(OutboxMessage)).one()
        assert (message.channel, message.kind) == ("#admins", "recurring")
        assert message.payload["told"] == "2 would be proposed now, worth $199 a month."
        assert message.payload["history"].startswith(
            "It would have saved nothing since 9 Nov, when the first of it was found, over 2 resources, 2"
        )


def test_what_somebody_switched_off_is_quiet(clean_database: Database, cloud: Cloud) -> None:
    """Its date is over, so that switching on again proposes at the next one, as its card says."""
    idle(clean_database, 1)
    book = weekly()
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(set_switch(session, book, OPERATOR, DUE, on=False), Allowed)
    assert proposed(clean_database, cloud, book) == []
    with Session(clean_database.app) as session, session.begin():
        assert session.scalars(sa.select(OutboxMessage)).all() == []
        assert session.scalar(sa.select(RecurringRun.outcome)) == "nothing proposed: Omar switched it off"
        set_switch(session, book, OPERATOR, DUE, on=True)
    assert proposed(clean_database, cloud, book, DUE + timedelta(hours=1)) == []
    assert len(proposed(clean_database, cloud, book, DUE + timedelta(days=7))) == 1


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("ec2-stop-idle", {"mode": "auto"}, "mode approve"),
        ("address-release", {}, "saves nothing before it deletes"),
        ("budget-escalate", {}, "needs steps"),
    ],
)
def test_what_must_not_recur_is_refused_when_it_is_read(name: str, changes: dict[str, Any], says: str) -> None:
    said = {**read_playbooks()[name].model_dump(), **changes, "recurring": {"every": "month"}}
    with pytest.raises(ValueError, match=says):
        Playbook.model_validate(said)


def test_what_saves_first_may_recur() -> None:
    """A volume is deleted after its snapshot; an address, which cannot be saved, only where the file says so."""
    volumes, addresses = (read_playbooks()[name].model_dump() for name in ("ebs-delete-unattached", "address-release"))
    assert Playbook.model_validate({**volumes, "recurring": {"every": "month"}}).typed_confirmation()
    assert Playbook.model_validate({**addresses, "recurring": {"every": "month", "snapshot": False}}).recurring
