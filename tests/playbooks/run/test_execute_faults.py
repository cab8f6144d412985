"""The run of a remediation when something fails: AWS at each call, the worker
while undoing or rolling back, the claim, the clock, the window, the day's cap.
"""

from dataclasses import replace
from typing import Any

import boto3
import pytest
import sqlalchemy as sa
from botocore.exceptions import ClientError
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from config.organisation import RemediationSettings
from db import audit
from db.database import Database
from db.tables import OutboxMessage, Saving
from db.tables import Remediation as Stored
from playbooks.actions import ACTIONS
from playbooks.approval.undo import request_undo
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import execute
from playbooks.run.recovery import recheck
from playbooks.schema import Condition
from tests.playbooks.builders import STOP, Killed, run_of, stored, target, undone_by
from tests.playbooks.conftest import APPROVER, NOW, VIEWER, run_instances, states
from tests.playbooks.run.builders import GONE, approved, failing_at, running

ROLLS_BACK = STOP.model_copy(update={"roll_back_on_failure": True})


DENIED = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "StopInstances")


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
    plans = make_plans(book, [target(run_instances(1, {"team": "web"})[0])], cloud, RemediationSettings(), NOW)
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
