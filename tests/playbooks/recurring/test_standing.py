"""Standing approvals: whose, for how long, for which file; and what they start."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Actor, Denied
from config.organisation import Organisation
from db.database import Database
from db.tables import AuditEntry, FlowRequest, Remediation, StandingApproval
from playbooks.approval import kill_switch
from playbooks.recurring import standing
from playbooks.recurring.standing import ApprovalRequest, in_force, void
from playbooks.recurring.switch import set_switch
from playbooks.run.execute import RunContext, execute
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.conftest import states
from tests.playbooks.recurring.builders import ARI, DUE, HOUSE, ODA, OPERATOR, VIC, WIM, idle, proposed, weekly

GIVEN = DUE - timedelta(days=1)
UNTIL = date(2027, 1, 15)


def given(
    database: Database, book: Playbook, actor: Actor = ARI, until: date = UNTIL, typed: str | None = None
) -> StandingApproval | Denied:
    with Session(database.app, expire_on_commit=False) as session, session.begin():
        return standing.give(session, book, actor, HOUSE, ApprovalRequest(until, typed), GIVEN)


def denied(session: Session, book: Playbook, actor: Actor, until: date = UNTIL, **more: Any) -> str:
    made = standing.give(session, book, actor, HOUSE, ApprovalRequest(until, **more), GIVEN)
    assert isinstance(made, Denied)
    assert session.scalars(sa.select(AuditEntry.action)).all()[-1] == "playbook.denied"
    return made.reason


def started(database: Database, cloud: Cloud, number: int, book: Playbook) -> str:
    run = RunContext(database.app, cloud, HOUSE.remediation, {book.name: book}, now=lambda: DUE, sleep=lambda _: None)
    return execute(run, number)


def test_the_next_run_starts_by_itself_and_says_whose_yes_it_was(clean_database: Database, cloud: Cloud) -> None:
    """Nobody is asked for an approval that there is; the log binds run, plan and standing approval."""
    ids, book = idle(clean_database, 2), weekly()
    row = given(clean_database, book)
    assert isinstance(row, StandingApproval)
    [number] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session:
        remediation = session.get_one(Remediation, number)
        assert (remediation.state, remediation.approvers) == ("approved", [])
        assert [item["name"] for item in remediation.approvals] == ["Ari (for all runs until 15 Jan)"]
        assert session.scalar(sa.select(FlowRequest.key)) == f"remediation-{number}"
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "remediation.standing_approved")).one()
        assert entry.details["standing"] == row.id
        assert entry.details["plan_digest"] == remediation.plan_digest
    assert started(clean_database, cloud, number, book) == "succeeded"
    assert states(ids) == ["stopped"] * 2


@pytest.mark.parametrize(
    "later", [{"maximum_resources_a_run": 11}, {"maximum_resources_a_month": 21}, {"scope": {"teams": ["web"]}}]
)
def test_an_edit_of_caps_scope_or_file_voids_it(clean_database: Database, cloud: Cloud, later: dict[str, Any]) -> None:
    idle(clean_database, 1)
    given(clean_database, weekly())
    [number] = proposed(clean_database, cloud, edited := weekly(**later))
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, number).state == "proposed"
        row = session.scalars(sa.select(StandingApproval)).one()
        assert "changed since" in str(void(session, edited, HOUSE, row, DUE))


def test_it_ends_with_its_day_in_the_zone_of_the_timetable(clean_database: Database, cloud: Cloud) -> None:
    idle(clean_database, 1)
    book = weekly(timezone="America/New_York")
    row = given(clean_database, book, until=date(2026, 11, 23))
    assert isinstance(row, StandingApproval)
    assert f"{row.expires_at:%d %H:%M}" in ("24 05:00", "24 00:00")
    [number] = proposed(clean_database, cloud, book, DUE + timedelta(hours=6))
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, number).state == "proposed"


def test_a_withdrawn_one_starts_nothing_that_has_not_begun(clean_database: Database, cloud: Cloud) -> None:
    """What it approved a moment ago is void when its run begins."""
    ids, book = idle(clean_database, 1), weekly()
    given(clean_database, book)
    [number] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(standing.withdraw(session, book, VIC, DUE), Denied)
        assert standing.withdraw(session, book, WIM, DUE) == 1
    assert started(clean_database, cloud, number, book) == "void"
    assert states(ids) == ["running"]
    with Session(clean_database.app) as session:
        assert "its standing approval was withdrawn" in str(session.get_one(Remediation, number).reason)
        assert in_force(session, book, HOUSE, "web", DUE) == []


@pytest.mark.parametrize(
    ("column", "forged", "says"),
    [
        ("approver", "U0ODA00001", "nobody who gave it"),
        ("expires_at", DUE + timedelta(days=4000), "another end"),
        ("playbook_digest", None, "another playbook"),
    ],
)
def test_a_row_that_the_audit_log_does_not_know_approves_nothing(
    clean_database: Database, cloud: Cloud, column: str, forged: Any, says: str
) -> None:
    idle(clean_database, 1)
    book = weekly()
    given(clean_database, weekly(maximum_resources_a_run=9) if forged is None else book)
    with Session(clean_database.app) as session, session.begin():
        row = session.scalars(sa.select(StandingApproval)).one()
        setattr(row, column, book.digest() if forged is None else forged)
    [number] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, number).state == "proposed"
        row = session.scalars(sa.select(StandingApproval)).one()
        reason = void(session, book, HOUSE, row, DUE)
        assert says in str(reason) or (column == "approver" and "nobody who gave its" in str(reason))


def test_a_run_that_names_a_standing_approval_without_its_entry_is_refused(
    clean_database: Database, cloud: Cloud
) -> None:
    """Somebody who may write the row of a remediation is still nobody who approved it."""
    ids, book = idle(clean_database, 1), weekly()
    [number] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session, session.begin():
        row = session.get_one(Remediation, number)
        row.state, row.approved_at = "approved", DUE
        row.approvals = [{"actor": ARI.id, "name": "Ari", "at": DUE.isoformat(), "standing": 1}]
    assert started(clean_database, cloud, number, book) == "void"
    assert states(ids) == ["running"]


def test_two_people_are_two_standing_approvals(clean_database: Database, cloud: Cloud) -> None:
    """One of them leaves the run waiting for somebody else."""
    said = weekly().model_dump()
    book = Playbook.model_validate({**said, "approval": {**said["approval"], "count": 2}})
    idle(clean_database, 1)
    given(clean_database, book)
    given(clean_database, book)
    [first] = proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session, session.begin():
        remediation = session.get_one(Remediation, first)
        assert (remediation.state, len(remediation.approvals)) == ("proposed", 1)
        assert len(standing.unexpired(session, book.name, DUE)) == 1
        remediation.state = "rejected"
    given(clean_database, book, ODA)
    [second] = proposed(clean_database, cloud, book, DUE + timedelta(days=7))
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, second).state == "approved"


def test_who_lost_the_role_no_longer_approves(session: Session) -> None:
    """finops.yaml is asked at every run, not only when it was given."""
    book = weekly()
    row = standing.give(session, book, ARI, HOUSE, ApprovalRequest(UNTIL), GIVEN)
    assert isinstance(row, StandingApproval)
    assert [one.id for one in in_force(session, book, HOUSE, "web", DUE)] == [row.id]
    without = Organisation(people=tuple(person for person in HOUSE.people if person.name != "Ari"))
    assert in_force(session, book, without, "web", DUE) == []
    assert "no longer names" in str(void(session, book, without, row, DUE))


def test_an_approver_of_a_team_approves_what_looks_at_that_team_only(session: Session) -> None:
    assert "every team's resources" in denied(session, weekly(), WIM)
    assert isinstance(
        standing.give(session, weekly(scope={"teams": ["web"]}), WIM, HOUSE, ApprovalRequest(UNTIL), GIVEN),
        StandingApproval,
    )
    assert "You approve for web" in denied(session, weekly(scope={"teams": ["web", "shop"]}), WIM)


def test_who_switched_it_on_does_not_approve_its_runs(session: Session) -> None:
    """Neither before nor after: two people, as for every proposal."""
    book = weekly(active=False)
    set_switch(session, book, OPERATOR, GIVEN, on=True)
    assert "You switched this playbook on" in denied(session, book, OPERATOR)
    row = standing.give(session, book, ARI, HOUSE, ApprovalRequest(UNTIL), GIVEN)
    assert isinstance(row, StandingApproval)
    both = replace(ARI, roles=ARI.roles | OPERATOR.roles)
    set_switch(session, book, both, GIVEN, on=True)
    assert "somebody else" in str(void(session, book, HOUSE, row, DUE))


@pytest.mark.parametrize(
    ("actor", "book", "until", "says"),
    [
        (VIC, weekly(), UNTIL, "needs the role approver"),
        (replace(ARI, id="U0GUEST001", known_as=frozenset()), weekly(), UNTIL, "does not name you"),
        (ARI, weekly(), date(2027, 2, 22), "ends within 90 days"),
        (ARI, weekly(), date(2026, 11, 22), "ends within 90 days"),
        (ARI, weekly("notify"), UNTIL, "no next runs"),
        (ARI, read_playbooks()["ec2-stop-idle"], UNTIL, "no next runs"),
    ],
)
def test_who_may_not_and_what_cannot_be_approved_is_refused(
    session: Session, actor: Actor, book: Playbook, until: date, says: str
) -> None:
    assert says in denied(session, book, actor, until)


def test_what_was_shown_is_what_is_approved_and_nothing_while_all_is_stopped(session: Session) -> None:
    assert "edited since this was shown" in denied(session, weekly(), ARI, shown_digest="another")
    kill_switch.set_stop_all(session, ARI, GIVEN, on=True)
    assert "stopped" in denied(session, weekly(), ARI)


def test_what_deletes_is_typed(session: Session) -> None:
    """The most that one run may touch."""
    said = {**read_playbooks()["ebs-delete-unattached"].model_dump(), "recurring": {"every": "month"}}
    book = Playbook.model_validate({**said, "mode": "approve"})
    assert "type how many resources a run may touch (10)" in denied(session, book, ARI, confirmation="20")
    made = standing.give(session, book, ARI, HOUSE, ApprovalRequest(UNTIL, "10"), GIVEN)
    assert isinstance(made, StandingApproval)
