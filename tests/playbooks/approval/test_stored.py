"""A stored plan that somebody edited in the database: whatever is missing or of
another type, the answer is a reason, kept in the audit log.
"""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from db import audit
from db.database import Database
from db.tables import AuditEntry
from db.tables import Remediation as Stored
from playbooks.approval import lifecycle as life
from playbooks.approval.decisions import decide, shown
from playbooks.approval.undo import request_undo
from playbooks.proposals.plan import digest, frozen
from playbooks.run.execute import execute
from playbooks.run.recovery import recheck
from tests.playbooks.builders import PLAYBOOKS, Killed, approve, propose, run_of, stored
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, run_instances, states

SAYS = "The stored plan is not the one that was frozen"


def _without(plan: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != key}


TOUCHES: dict[str, Any] = {
    "no steps": lambda plan: _without(plan, "steps"),
    "no left_out": lambda plan: _without(plan, "left_out"),
    "nothing at all": lambda _: {},
    "a list": lambda _: [],
    "a text": lambda _: "stop everything",
    "steps are a number": lambda plan: {**plan, "steps": 7},
    "steps are texts": lambda plan: {**plan, "steps": ["i-1"]},
    "a step without its action": lambda plan: {**plan, "steps": [_without(plan["steps"][0], "action")]},
    "an unknown key of a step": lambda plan: {**plan, "steps": [{**plan["steps"][0], "also": "terminate"}]},
    "another account": lambda plan: {**plan, "account_id": "999999999999"},
    "undo is null": lambda plan: {**plan, "undo": None},
}
touched = pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES.keys())


def _touch(database: Database, number: int, touch: Any) -> None:
    with Session(database.app) as session, session.begin():
        session.get_one(Stored, number).plan = touch(session.get_one(Stored, number).plan)


def _audited(database: Database) -> list[str]:
    with Session(database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)
        entries = session.execute(sa.select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    return [
        f"{action}: {details.get('reason')}"
        for action, details in entries
        if "not the one that was frozen" in str(details)
    ]


@touched
def test_it_is_neither_approved_nor_narrowed_and_can_be_rejected(
    clean_database: Database, cloud: Cloud, touch: Any
) -> None:
    """Each refusal says the same; the card is drawn all the same, and closing it is possible."""
    number = propose(clean_database, cloud, run_instances(2, {"team": "web"}))
    _touch(clean_database, number, touch)
    with Session(clean_database.app) as session, session.begin():
        assert not life.may_approve(session, number, APPROVER, NOW, PLAYBOOKS)
        for refused in (
            life.approve(session, number, APPROVER, NOW, PLAYBOOKS),
            life.choose(session, number, APPROVER, NOW, ["i-1"], PLAYBOOKS),
            request_undo(session, number, APPROVER, NOW, PLAYBOOKS),
        ):
            assert isinstance(refused, Denied)
            assert SAYS in refused.reason
    assert len(_audited(clean_database)) == 3
    assert shown(clean_database, number)["left_out"] == []
    assert decide(clean_database, number, REQUESTER, "reject", "odd") == f"Remediation {number} is rejected."


@touched
def test_it_does_not_run(clean_database: Database, cloud: Cloud, touch: Any) -> None:
    """Edited after the approval: void before anything is touched; edited after the claim: the same."""
    ids = run_instances(1, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    _touch(clean_database, number, touch)
    assert execute(run_of(clean_database, cloud), number) == "void"
    assert states(ids) == ["running"]
    assert len(_audited(clean_database)) == 1


@touched
def test_edited_at_the_claim_it_is_void(clean_database: Database, cloud: Cloud, touch: Any) -> None:
    """Between the claim and the first step nothing was touched yet."""
    ids = run_instances(1, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    run = replace(
        run_of(clean_database, cloud),
        at_boundary=lambda name: _touch(clean_database, number, touch) if name == "claimed" else None,
    )
    assert execute(run, number) == "void"
    assert states(ids) == ["running"]
    assert len(_audited(clean_database)) == 1


@touched
def test_what_a_dead_worker_left_stays_unknown(clean_database: Database, cloud: Cloud, touch: Any) -> None:
    """The plan does not say any more where to look, so a person has to; a look from Slack says why it cannot be had."""
    ids = run_instances(1, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    with pytest.raises(Killed):
        execute(run_of(clean_database, cloud, "recorded step 0"), number)
    _touch(clean_database, number, touch)
    assert execute(run_of(clean_database, cloud), number) == "unknown"
    assert stored(clean_database, number) == ("unknown", ["unknown"])
    looked = recheck(run_of(clean_database, cloud), number, APPROVER)
    assert isinstance(looked, Denied)
    assert "cannot be checked from here" in looked.reason
    assert states(ids) == ["running"]


@touched
def test_a_digest_made_to_fit_does_not_make_it_a_plan(clean_database: Database, cloud: Cloud, touch: Any) -> None:
    """What cannot be read is no plan, whatever its digest; one that reads as
    before is, and its step's other keys are nothing to it.
    """
    number = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    with Session(clean_database.app) as session:
        content = touch(session.get_one(Stored, number).plan)
    assert (frozen(content, digest(content)) is None) == (
        touch not in (TOUCHES["another account"], TOUCHES["an unknown key of a step"])
    )
