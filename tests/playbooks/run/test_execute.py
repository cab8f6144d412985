"""The run of a remediation against moto and a real Postgres."""

import boto3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from db import audit
from db.database import Database
from db.tables import OutboxMessage, Saving
from db.tables import Remediation as Stored
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.undo import request_undo
from playbooks.run.execute import Run, execute
from tests.playbooks.builders import PLAYBOOKS, Killed, approve, propose, run_of, stored
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER, run_instances, states

BOUNDARIES = [
    "claimed",
    *(f"{name} step {step}" for step in range(3) for name in ("before", "recorded", "acted", "after")),
]


def test_stops_what_was_approved_and_leaves_the_protected_alone(clean_database: Database, cloud: Cloud) -> None:
    """Four idle instances stop, the protected one is named and keeps running,
    and the ledger opens with four entries.
    """
    idle = run_instances(4, {"team": "web"})
    protected = run_instances(1, {"team": "web", "do-not-stop": "true"})
    number = propose(clean_database, cloud, [*idle, *protected])
    approve(clean_database, number)
    assert execute(run_of(clean_database, cloud), number) == "succeeded"
    assert states(idle) == ["stopped"] * 4
    assert states(protected) == ["running"]
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Saving)) == 4
        left_out = session.get_one(Stored, number).plan["left_out"]
        assert [item["reason"] for item in left_out] == ["protected by tag do-not-stop=true"]
        assert isinstance(audit.verify(session), audit.Intact)
        assert session.scalars(sa.select(OutboxMessage.key)).first() == f"remediation:{number}"


def test_undo_starts_them_again_and_reverses_the_ledger(clean_database: Database, cloud: Cloud) -> None:
    """Undo brings every instance back and the savings are no longer claimed."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    execute(run_of(clean_database, cloud), number)
    with Session(clean_database.app) as session, session.begin():
        undo = request_undo(session, number, APPROVER, NOW, PLAYBOOKS)
        assert isinstance(undo, Stored)
        undo_number = undo.id
    assert execute(run_of(clean_database, cloud), undo_number) == "succeeded"
    assert states(ids) == ["running"] * 2
    assert stored(clean_database, number) == ("undone", ["undone"] * 2)
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Saving.status))) == {"reversed"}


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_at_any_boundary_nothing_is_done_twice(clean_database: Database, cloud: Cloud, boundary: str) -> None:
    """A worker that dies at a boundary leaves a ledger that agrees with the
    account; the next worker settles it and repeats nothing.
    """
    ids = run_instances(3, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    with pytest.raises(Killed):
        execute(run_of(clean_database, cloud, boundary), number)
    before = states(ids)
    state = execute(run_of(clean_database, cloud), number)
    assert states(ids) == before
    found, steps = stored(clean_database, number)
    assert found == state
    assert found in {"succeeded", "partial", "failed", "unknown"}
    for step, instance in zip(steps, states(ids), strict=True):
        assert (step, instance) in {("verified", "stopped"), ("planned", "running"), ("unknown", "running")}
    assert execute(run_of(clean_database, cloud), number) == found


def test_a_changed_world_voids_the_plan_before_anything_is_touched(clean_database: Database, cloud: Cloud) -> None:
    """One of three was protected after the approval: nothing is stopped and the reason names it."""
    ids = run_instances(3, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    boto3.client("ec2", region_name="us-east-1").create_tags(
        Resources=[ids[1]], Tags=[{"Key": "do-not-stop", "Value": "true"}]
    )
    assert execute(run_of(clean_database, cloud), number) == "void"
    assert states(ids) == ["running"] * 3
    with Session(clean_database.app) as session:
        assert "tag do-not-stop was absent and is true" in str(session.get_one(Stored, number).reason)


def test_only_the_approved_runs(clean_database: Database, cloud: Cloud) -> None:
    """A proposal, a rejected one and an unknown number do nothing."""
    ids = run_instances(1, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    assert execute(run_of(clean_database, cloud), number) == "proposed"
    with Session(clean_database.app) as session, session.begin():
        life.reject(session, number, APPROVER, NOW, "not now", PLAYBOOKS)
    assert execute(run_of(clean_database, cloud), number) == "rejected"
    assert execute(run_of(clean_database, cloud), 999_999) == "missing"
    assert states(ids) == ["running"]


def test_the_requester_and_the_powerless_cannot_approve(clean_database: Database, cloud: Cloud) -> None:
    """Two people are needed, and the role."""
    number = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    with Session(clean_database.app) as session, session.begin():
        own = life.approve(session, number, REQUESTER, NOW, PLAYBOOKS)
        powerless = life.approve(session, number, VIEWER, NOW, PLAYBOOKS)
    assert own == Denied("You asked for this change, so somebody else has to approve it.")
    assert isinstance(powerless, Denied)
    assert "needs the role approver" in powerless.reason
    assert stored(clean_database, number)[0] == "proposed"


def test_stop_all_halts_a_run_between_steps(clean_database: Database, cloud: Cloud) -> None:
    """The kill switch is looked at before each step: the first is done, the second is not."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    run = run_of(clean_database, cloud)

    def pull(name: str) -> None:
        if name == "after step 0":
            with Session(clean_database.app) as session, session.begin():
                kill_switch.set_stop_all(session, APPROVER, NOW, on=True)

    assert execute(Run(run.engine, run.cloud, run.limits, run.playbooks, run.now, run.sleep, pull), number) == "partial"
    assert states(ids) == ["stopped", "running"]
