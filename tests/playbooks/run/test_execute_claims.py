"""Who runs a plan, and when it does not run: claims, windows, clocks, caps, the kill switch."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import boto3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import Channel, Organisation, RemediationSettings
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, RemediationStep, Switch
from db.tables import Remediation as Stored
from flows.remediation.sweep_remediations import sweep
from playbooks.approval import kill_switch
from playbooks.guards import ChangeWindow
from playbooks.run.execute import execute, run_queue_of_account
from playbooks.run.housekeeping import sweep as look
from tests.playbooks.builders import STOP, Killed, approve, propose, run_of, stored
from tests.playbooks.conftest import APPROVER, NOW, run_instances, states
from tests.playbooks.run.builders import GONE, approved, failing_at, running


def test_a_worker_that_lost_its_claim_does_not_go_on(clean_database: Database, cloud: Cloud) -> None:
    """Its connection died, so another settled the run; the first one stops
    before its next step and says what the other found.
    """
    ids = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, ids)

    def settled_by_another(name: str) -> None:
        if name == "after step 0":
            with Session(clean_database.app) as session, session.begin():
                session.get_one(Stored, number).state = "partial"

    assert execute(running(clean_database, cloud, at_boundary=settled_by_another), number) == "partial"
    assert states(ids) == ["stopped", "running"]


def test_two_workers_at_once_are_one_execution(clean_database: Database, cloud: Cloud) -> None:
    """The second finds the account busy; what it came for is done by the first when it is free."""
    first, second = (approved(clean_database, cloud, run_instances(1, {"team": "web"})) for _ in range(2))
    started, go_on = Event(), Event()

    def hold(name: str) -> None:
        if name == "claimed":
            started.set()
            go_on.wait(60)

    worker = Thread(target=lambda: run_queue_of_account(running(clean_database, cloud, at_boundary=hold), first))
    worker.start()
    started.wait(60)
    assert run_queue_of_account(running(clean_database, cloud), first) == "waiting"
    assert run_queue_of_account(running(clean_database, cloud), second) == "waiting"
    go_on.set()
    worker.join()
    assert [stored(clean_database, number)[0] for number in (first, second)] == ["succeeded"] * 2
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "step.acting")) == 2


def test_a_plan_waits_for_its_window_and_no_longer_than_its_approval(clean_database: Database, cloud: Cloud) -> None:
    """Said once in the thread, started when the window opens, void when the approval has run out."""
    windows = (ChangeWindow(days=("mon",), start=NOW.replace(hour=12).time(), end=NOW.replace(hour=13).time()),)
    book = STOP.model_copy(update={"guards": STOP.guards.model_copy(update={"windows": windows})})
    first, second = (approved(clean_database, cloud, run_instances(1, {"team": "web"}), book) for _ in range(2))
    for _ in range(2):
        assert execute(running(clean_database, cloud, book), first) == "deferred"
    with Session(clean_database.app) as session:
        texts = [
            row["text"] for row in session.scalars(sa.select(OutboxMessage.payload).where(OutboxMessage.kind == "note"))
        ]
        assert look(session, NOW + timedelta(minutes=2), {book.name: book}).waiting == ()
        assert look(session, NOW + timedelta(hours=2), {book.name: book}).waiting == (first, second)
    assert len(texts) == 1
    assert "waits: outside the change window" in texts[0]
    assert execute(running(clean_database, cloud, book, now=lambda: NOW + timedelta(hours=2)), first) == "succeeded"
    assert execute(running(clean_database, cloud, book, now=lambda: NOW + timedelta(hours=25)), second) == "void"


@pytest.mark.parametrize(
    ("now", "says"),
    [(NOW - timedelta(minutes=6), "clock is behind"), (NOW + timedelta(hours=24), "before its approval ran out")],
)
def test_a_wrong_clock_and_a_late_start_void_the_plan(
    clean_database: Database, cloud: Cloud, now: datetime, says: str
) -> None:
    """Both are said."""
    ids = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    assert execute(running(clean_database, cloud, now=lambda: now), number) == "void"
    assert states(ids) == ["running"]
    with Session(clean_database.app) as session:
        assert says in str(session.get_one(Stored, number).reason)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        ({"approvals": []}, "nobody's approval"),
        ({"plan": {"steps": [], "left_out": []}}, "not the one that was frozen"),
        ({"playbook_digest": "x"}, "edited or removed"),
    ],
)
def test_a_state_set_by_hand_does_not_run(
    clean_database: Database, cloud: Cloud, tamper: dict[str, Any], says: str
) -> None:
    """What is stored has to agree with itself."""
    ids = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(Stored).values(**tamper))
    if "plan" in tamper:
        with Session(clean_database.app) as session, session.begin():
            session.execute(sa.delete(RemediationStep))
            row = session.get_one(Stored, number)
            row.plan = {**tamper["plan"], "made_at": "", "undo": ""}
    assert execute(running(clean_database, cloud), number) == "void"
    assert states(ids) == ["running"]
    with Session(clean_database.app) as session:
        assert says in str(session.get_one(Stored, number).reason)


def test_the_days_cap_counts_what_runs_and_what_ran(clean_database: Database, cloud: Cloud) -> None:
    """Two and two of a cap of three: the second plan is void and says the figures; tomorrow counts anew."""
    limits = RemediationSettings(maximum_resources_a_day=3)
    first, second = (approved(clean_database, cloud, run_instances(2, {"team": "web"})) for _ in range(2))
    assert execute(running(clean_database, cloud, limits=limits), first) == "succeeded"
    assert execute(running(clean_database, cloud, limits=limits), second) == "void"
    with Session(clean_database.app) as session:
        assert "2 resources were changed today and this would add 2" in str(session.get_one(Stored, second).reason)


def test_the_kill_switch_halts_starts_and_undo(clean_database: Database, cloud: Cloud) -> None:
    """Nothing starts while it is on; what was approved starts afterwards."""
    ids = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    with Session(clean_database.app) as session, session.begin():
        kill_switch.set_stop_all(session, APPROVER, NOW, on=True)
    assert execute(running(clean_database, cloud), number) == "stopped"
    assert states(ids) == ["running"]
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(Switch).values(on=False))
    assert execute(running(clean_database, cloud, limits=RemediationSettings(enabled=False)), number) == "stopped"
    assert execute(running(clean_database, cloud), number) == "succeeded"


def test_the_sweep_expires_starts_settles_and_reports(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once: an old proposal, an approval whose start was lost, a dead
    worker's run, and one that AWS does not let it settle.
    """
    organisation = Organisation(channels=(Channel(channel="#admins", admin=True),))
    old = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    lost = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    approve(clean_database, lost)
    dead = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    approve(clean_database, dead)
    with pytest.raises(Killed):
        execute(run_of(clean_database, cloud, "recorded step 0"), dead)
    started: list[tuple[int, str]] = []

    def swept(now: datetime) -> dict[str, list[int]]:
        return sweep(
            replace(run_of(clean_database, cloud), now=lambda: now), organisation, lambda *call: started.append(call)
        )

    assert swept(NOW + timedelta(seconds=30)) == {"started": [], "settled": [], "stuck": []}
    with monkeypatch.context() as patched:
        failing_at(patched, "observe", 0, GONE)
        assert swept(NOW + timedelta(minutes=31)) == {"started": [lost], "settled": [], "stuck": [dead]}
    assert swept(NOW + timedelta(hours=23)) == {"started": [lost], "settled": [dead], "stuck": []}
    swept(NOW + timedelta(hours=25))
    assert stored(clean_database, old)[0] == "expired"
    assert stored(clean_database, dead) == ("unknown", ["unknown"])
    assert len({key for _, key in started}) == len(started)
    with Session(clean_database.app) as session:
        assert len(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.channel == "#admins")).all()) == 1


def test_a_large_batch_does_not_flood_its_thread(clean_database: Database, cloud: Cloud) -> None:
    """Ten lines of progress at most, besides the start and the end."""
    ids = run_instances(24, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    assert execute(running(clean_database, cloud), number) == "succeeded"
    with Session(clean_database.app) as session:
        lines = session.scalars(sa.select(OutboxMessage.id).where(OutboxMessage.kind == "remediation_progress")).all()
    assert len(lines) <= 13


def test_a_resource_of_another_plan_is_not_stopped_twice(clean_database: Database, cloud: Cloud) -> None:
    """Two plans for one instance, both approved: the second finds the world changed."""
    ids = run_instances(1, {"team": "web"})
    first, second = (approved(clean_database, cloud, ids) for _ in range(2))
    assert run_queue_of_account(running(clean_database, cloud), first) == "succeeded"
    assert stored(clean_database, second)[0] == "void"
    boto3.client("ec2", region_name="us-east-1").start_instances(InstanceIds=ids)
    assert execute(running(clean_database, cloud), second) == "void"
    assert states(ids) == ["running"]
