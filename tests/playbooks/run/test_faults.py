"""The run of a remediation when something fails: AWS at each call, the worker
while undoing or rolling back, the claim, the clock, the window, the day's cap.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, cast

import boto3
import pytest
import sqlalchemy as sa
from botocore.exceptions import ClientError, EndpointConnectionError
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from config.organisation import Channel, Organisation, Remediation
from db import audit
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, RemediationStep, Saving, Switch
from db.tables import Remediation as Stored
from flows.remediation.sweep_remediations import sweep
from playbooks.actions import ACTIONS
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.undo import request_undo
from playbooks.plan import Plan
from playbooks.planning import make_plans
from playbooks.run.execute import Run, execute, run_queue_of_account
from playbooks.run.housekeeping import sweep as look
from playbooks.run.recovery import recheck
from playbooks.schema import Condition, Playbook, Window
from tests.playbooks.builders import STOP, Killed, approve, propose, run_of, stored, target, undone_by
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER, run_instances, states

ROLLS_BACK = STOP.model_copy(update={"roll_back_on_failure": True})
DENIED = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "StopInstances")
GONE = EndpointConnectionError(endpoint_url="https://ec2")


def approved(database: Database, cloud: Cloud, ids: list[str], book: Playbook = STOP) -> int:
    """A remediation of a playbook, approved."""
    plans = make_plans(book, [target(one) for one in ids], cloud, Remediation(), NOW)
    assert isinstance(plans, list)
    plan: Plan = plans[0]
    with Session(database.app) as session, session.begin():
        number = life.propose(session, plan, book, REQUESTER.id, NOW, channel="#web").id
        assert isinstance(life.approve(session, number, APPROVER, NOW, {book.name: book}), life.Approved)
    return number


def running(database: Database, cloud: Cloud, book: Playbook = STOP, **changes: Any) -> Run:
    return replace(run_of(database, cloud), playbooks={book.name: book}, **changes)


def failing_at(monkeypatch: pytest.MonkeyPatch, part: str, call: int, error: Exception) -> None:
    """The n-th call of `observe`, `apply` or `undo` of ec2.stop raises; `apply` may have worked nevertheless."""
    action, calls = ACTIONS["ec2.stop"], iter(range(1_000))
    real: Callable[..., Any] = getattr(action, part)

    def sometimes(*arguments: Any) -> Any:
        if next(calls) == call:
            raise error
        return real(*arguments)

    monkeypatch.setitem(ACTIONS, "ec2.stop", replace(action, **cast(dict[str, Any], {part: sometimes})))


def moto_agrees(database: Database, number: int, ids: list[str]) -> None:
    """The ledger never says less than what happened to an instance, and the audit log holds."""
    for step, instance in zip(stored(database, number)[1], states(ids), strict=True):
        assert (step, instance) not in {
            ("verified", "running"),
            ("planned", "stopped"),
            ("failed", "stopped"),
            ("undone", "stopped"),
        }
    with Session(database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)


@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize("error", [DENIED, GONE])
def test_aws_down_at_any_look(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, call: int, error: Exception
) -> None:
    """Two looks before, then one before and one after each step: whichever fails, the run ends with the truth."""
    ids = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    failing_at(monkeypatch, "observe", call, error)
    state = execute(running(clean_database, cloud), number)
    assert state == {0: "failed", 1: "failed", 2: "failed", 3: "unknown", 4: "partial"}[call]
    moto_agrees(clean_database, number, ids)
    assert execute(running(clean_database, cloud), number) == state


def test_a_denial_names_the_permissions_and_stops_the_run(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first step is done, the second was refused, the third is not tried: partial."""
    ids = run_instances(3, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    failing_at(monkeypatch, "apply", 1, DENIED)
    assert execute(running(clean_database, cloud), number) == "partial"
    assert stored(clean_database, number)[1] == ["verified", "failed", "planned"]
    with Session(clean_database.app) as session:
        assert "the role needs ec2:DescribeInstanceAttribute" in str(session.get_one(Stored, number).reason)
    moto_agrees(clean_database, number, ids)


def test_an_error_after_the_deed_is_looked_up(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke after AWS had done it: the step counts as done, because it is."""
    ids = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    action = ACTIONS["ec2.stop"]

    def breaks_off(*arguments: Any) -> Any:
        action.apply(*arguments)
        raise GONE

    monkeypatch.setitem(ACTIONS, "ec2.stop", replace(action, apply=breaks_off))
    assert execute(running(clean_database, cloud), number) == "succeeded"
    moto_agrees(clean_database, number, ids)


def test_what_was_done_is_rolled_back_where_the_playbook_says_so(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third is denied: the first two run again, and nothing is claimed as saved."""
    ids = run_instances(3, {"team": "web"})
    number = approved(clean_database, cloud, ids, ROLLS_BACK)
    failing_at(monkeypatch, "apply", 2, DENIED)
    assert execute(running(clean_database, cloud, ROLLS_BACK), number) == "undone"
    assert states(ids) == ["running"] * 3
    assert stored(clean_database, number)[1] == ["undone", "undone", "failed"]
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(Saving.id)).all() == []


@pytest.mark.parametrize(
    "boundary", ["recorded roll back 1", "acted roll back 1", "recorded roll back 0", "acted roll back 0"]
)
def test_killed_while_rolling_back(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    """What was under way is looked up; what runs again is not called stopped."""
    ids = run_instances(3, {"team": "web"})
    number = approved(clean_database, cloud, ids, ROLLS_BACK)
    failing_at(monkeypatch, "apply", 2, DENIED)
    with pytest.raises(Killed):
        execute(replace(run_of(clean_database, cloud, boundary), playbooks={STOP.name: ROLLS_BACK}), number)
    before = states(ids)
    assert execute(running(clean_database, cloud, ROLLS_BACK), number) in {"partial", "unknown", "undone"}
    assert states(ids) == before
    moto_agrees(clean_database, number, ids)


@pytest.mark.parametrize(
    "boundary", [f"{name} undo {step}" for step in range(2) for name in ("before", "recorded", "acted")]
)
def test_killed_while_undoing(clean_database: Database, cloud: Cloud, boundary: str) -> None:
    """The first remediation's books follow what its undo did; what is left can be undone again."""
    ids = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    execute(running(clean_database, cloud), number)
    undo = undone_by(clean_database, number)
    with pytest.raises(Killed):
        execute(run_of(clean_database, cloud, boundary), undo)
    before = states(ids)
    execute(running(clean_database, cloud), undo)
    assert states(ids) == before
    moto_agrees(clean_database, number, ids)
    with Session(clean_database.app) as session:
        claimed = set(session.scalars(sa.select(Saving.resource_id).where(Saving.status == "pending")))
    assert claimed == {one for one, state in zip(ids, before, strict=True) if state == "stopped"}
    if "stopped" in before:
        assert execute(running(clean_database, cloud), undone_by(clean_database, number)) == "succeeded"
        assert states(ids) == ["running"] * 2


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
    windows = (Window(days=("mon",), start=NOW.replace(hour=12).time(), end=NOW.replace(hour=13).time()),)
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
    limits = Remediation(maximum_resources_a_day=3)
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
    assert execute(running(clean_database, cloud, limits=Remediation(enabled=False)), number) == "stopped"
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


def test_what_the_playbook_wants_verified_is_looked_at_last(clean_database: Database, cloud: Cloud) -> None:
    """The action did what it says, but not what the playbook is for: a person
    has to look, and nothing is claimed as saved.
    """
    book = STOP.model_copy(update={"verify": (Condition(field="instance_type", equals="m5.large"),)})
    ids = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, ids, book)
    assert execute(running(clean_database, cloud, book), number) == "unknown"
    assert stored(clean_database, number)[1] == ["unknown", "planned"]
    with Session(clean_database.app) as session:
        assert "done, but instance_type is m5.2xlarge, not m5.large" in str(session.get_one(Stored, number).reason)
        assert session.scalars(sa.select(Saving.id)).all() == []


def test_a_step_that_the_playbook_does_not_take_back_stays(
    clean_database: Database, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither rolled back nor offered for undo."""
    step = STOP.steps[0].model_copy(update={"undo": False})
    book = ROLLS_BACK.model_copy(update={"steps": (step,)})
    ids = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, ids, book)
    failing_at(monkeypatch, "apply", 1, DENIED)
    assert execute(running(clean_database, cloud, book), number) == "partial"
    assert states(ids) == ["stopped", "running"]
    with Session(clean_database.app) as session, session.begin():
        refused = request_undo(session, number, APPROVER, NOW, {book.name: book})
    assert refused == Denied("There is nothing left to undo, or it is being undone already.")


def test_what_is_not_known_of_a_resource_does_not_hold(cloud: Cloud) -> None:
    """A misspelt field protects instead of passing."""
    book = STOP.model_copy(update={"preconditions": (Condition(field="atached_to", absent=True),)})
    plans = make_plans(book, [target(run_instances(1, {"team": "web"})[0])], cloud, Remediation(), NOW)
    assert not isinstance(plans, list)
    assert plans.left_out[0].reason == "nothing is known of its atached_to"


@pytest.mark.parametrize(
    ("since", "state", "steps"),
    [
        (None, "failed", ["failed"]),
        ("stop", "succeeded", ["verified"]),
        ("resize", "unknown", ["unknown"]),
        ("terminate", "unknown", ["unknown"]),
    ],
)
def test_a_person_asks_for_another_look(
    clean_database: Database, cloud: Cloud, since: str | None, state: str, steps: list[str]
) -> None:
    """Killed after the record, so nobody knows; then the live resource decides,
    and what was done late counts for the ledger.
    """
    ids = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, ids)
    with pytest.raises(Killed):
        execute(run_of(clean_database, cloud, "recorded step 0"), number)
    run = running(clean_database, cloud)
    assert execute(run, number) == "unknown"
    assert isinstance(recheck(run, number, VIEWER), Denied)
    api = boto3.client("ec2", region_name="us-east-1")
    if since == "stop":
        api.stop_instances(InstanceIds=ids)
    elif since == "resize":
        api.modify_instance_attribute(InstanceId=ids[0], InstanceType={"Value": "m5.large"})
    elif since == "terminate":
        api.terminate_instances(InstanceIds=ids)
    assert recheck(run, number, APPROVER) == state
    assert stored(clean_database, number) == (state, steps)
    with Session(clean_database.app) as session:
        assert len(session.scalars(sa.select(Saving.id)).all()) == (1 if state == "succeeded" else 0)
        asked = [row for row in session.scalars(sa.select(OutboxMessage.payload)) if row.get("ask")]
        assert asked[0]["ask"] == [APPROVER.id]
        assert isinstance(audit.verify(session), audit.Intact)
    if state != "unknown":
        assert recheck(run, number, APPROVER) == Denied(f"There is nothing to check: it is {state}.")
