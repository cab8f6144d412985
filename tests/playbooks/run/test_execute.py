"""The run of a remediation against moto and a real Postgres."""

from dataclasses import replace

import boto3
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from db import audit
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, Recommendation, Saving
from db.tables import Remediation as Stored
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.undo import request_undo
from playbooks.run.execute import RunContext, execute
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


def test_what_was_done_is_not_recommended_any_more(clean_database: Database, cloud: Cloud) -> None:
    """ "What is idle" does not wait for the next look; what is put back is idle again, and other advice stays."""
    ids = run_instances(2, {"team": "web"})
    with Session(clean_database.app) as session, session.begin():
        for kind, name in (("stop_idle", ids[0]), ("stop_idle", ids[1]), ("rightsize", ids[0]), ("stop_idle", "i-x")):
            advice = {"current_state": "running, idle", "proposed_state": "stopped", "currency": "USD"}
            session.add(
                Recommendation(
                    fingerprint=f"{kind}:{name}",
                    kind=kind,
                    resource_id=name,
                    confidence="high",
                    status="open",
                    **advice,
                )
            )

    def advised() -> list[str]:
        with Session(clean_database.app) as session:
            open_ones = sa.select(Recommendation.fingerprint).where(Recommendation.status == "open")
            return sorted(session.scalars(open_ones))

    before = advised()
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    execute(run_of(clean_database, cloud), number)
    assert advised() == sorted([f"rightsize:{ids[0]}", "stop_idle:i-x"])
    with Session(clean_database.app) as session, session.begin():
        undo = request_undo(session, number, APPROVER, NOW, PLAYBOOKS)
        assert isinstance(undo, Stored)
        undo_number = undo.id
    execute(run_of(clean_database, cloud), undo_number)
    assert advised() == before


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


def test_what_was_protected_since_the_approval_is_skipped_and_the_rest_runs(
    clean_database: Database, cloud: Cloud
) -> None:
    """One of three was protected after the approval: the two others stop, and step and run say what was skipped."""
    ids = run_instances(3, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    boto3.client("ec2", region_name="us-east-1").create_tags(
        Resources=[ids[1]], Tags=[{"Key": "do-not-stop", "Value": "true"}]
    )
    assert execute(run_of(clean_database, cloud), number) == "partial"
    assert states(ids) == ["stopped", "running", "stopped"]
    assert stored(clean_database, number) == ("partial", ["verified", "skipped", "verified"])
    with Session(clean_database.app) as session:
        why = "tag do-not-stop was absent and is true"
        assert session.get_one(Stored, number).reason == f"1 skipped: web-{ids[1][-4:]} ({why})"
        entries = sa.select(AuditEntry.details["error"].astext).where(AuditEntry.action == "step.skipped")
        assert list(session.scalars(entries)) == [why]
        assert set(session.scalars(sa.select(Saving.resource_id))) == {ids[0], ids[2]}


def test_what_vanished_since_the_approval_is_skipped_and_the_rest_runs(clean_database: Database, cloud: Cloud) -> None:
    """One of two was terminated by somebody else."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    boto3.client("ec2", region_name="us-east-1").terminate_instances(InstanceIds=ids[:1])
    assert execute(run_of(clean_database, cloud), number) == "partial"
    assert stored(clean_database, number) == ("partial", ["skipped", "verified"])


def test_what_changes_while_the_run_is_under_way_is_skipped_and_the_rest_runs(
    clean_database: Database, cloud: Cloud
) -> None:
    """The look before each step finds what the look before the run could not."""
    ids = run_instances(3, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    run = run_of(clean_database, cloud)

    def protect(name: str) -> None:
        if name == "after step 0":
            boto3.client("ec2", region_name="us-east-1").create_tags(
                Resources=[ids[1]], Tags=[{"Key": "do-not-stop", "Value": "true"}]
            )

    assert execute(replace(run, at_boundary=protect), number) == "partial"
    assert states(ids) == ["stopped", "running", "stopped"]
    assert stored(clean_database, number) == ("partial", ["verified", "skipped", "verified"])


def test_a_plan_of_which_nothing_may_be_touched_any_more_is_void(clean_database: Database, cloud: Cloud) -> None:
    """Every resource was protected after the approval: nothing is stopped and each is named with its reason."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    boto3.client("ec2", region_name="us-east-1").create_tags(
        Resources=ids, Tags=[{"Key": "do-not-stop", "Value": "true"}]
    )
    assert execute(run_of(clean_database, cloud), number) == "void"
    assert states(ids) == ["running"] * 2
    assert stored(clean_database, number) == ("void", ["skipped"] * 2)
    with Session(clean_database.app) as session:
        reason = str(session.get_one(Stored, number).reason)
        assert reason.startswith("nothing was touched: 2 skipped: ")
        assert reason.count("tag do-not-stop was absent and is true") == 2


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

    stopping = RunContext(run.engine, run.cloud, run.limits, run.playbooks, run.now, run.sleep, pull)
    assert execute(stopping, number) == "partial"
    assert states(ids) == ["stopped", "running"]
