"""A recurring playbook as it is shown, switched on and approved, against its file and the stored steps."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards.messages.remediation import recurring
from config.access import Role
from config.organisation import Organisation
from config.sections.people import Person
from db.database import Database
from db.outgoing.remediation_messages import RecurringFields
from db.tables import StandingApproval
from playbooks.approval import lifecycle
from playbooks.recurring import standing, switch
from playbooks.recurring.overview import overview
from playbooks.recurring.standing import ApprovalRequest
from playbooks.schema import Playbook, read_playbooks
from tests.recomputed import said
from tests.recomputed.cases.remediations import plan
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

_HOUSE = Organisation(
    people=(
        Person(id="U0OPS00001", name="Ops", roles=(Role.OPERATOR,)),
        Person(id="U0ARI00001", name="Ari", roles=(Role.APPROVER,), approves_teams=("*",)),
    )
)
_DAYS = 30  # that the approval holds


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """Off, and then on with an approval of its next runs; so many of its resources wait as the seed says."""
    a_run, waiting = planted.chance.randint(1, 30), planted.chance.choice((0, 1, 25))
    a_month = a_run + planted.chance.randint(0, 40)
    caps = {"maximum_resources_a_run": a_run, "maximum_resources_a_month": a_month}
    idle = read_playbooks()["ec2-stop-idle"].model_dump()
    book = Playbook.model_validate({**idle, "mode": "approve", "recurring": {"every": "week", "active": False, **caps}})
    if waiting:
        with Session(database.app) as session, session.begin():
            lifecycle.propose(session, plan(planted, waiting), book, "U0MAYA0001", planted.now, channel=None)
    left = max(0, a_month - _open(database, book.name))
    bounds: list[Said] = [said.count(a_run), said.count(a_month), said.count(left)]
    until = planted.today + timedelta(days=_DAYS)
    for on in (False, True):
        with Session(database.app) as session, session.begin():
            if on:
                switch.set_switch(session, book, _HOUSE.actor("U0OPS00001"), planted.now, on=True)
                given = standing.give(
                    session, book, _HOUSE.actor("U0ARI00001"), _HOUSE, ApprovalRequest(until, str(a_run)), planted.now
                )
                assert isinstance(given, StandingApproval), given
            fields = overview(session, book, _HOUSE, planted.now)
        approved: Sequence[Said] = [said.day(until)] if on else [said.count(book.approval.count)]
        yield from _cards(fields, planted, on, bounds, approved)


def _cards(
    fields: RecurringFields, planted: World, on: bool, bounds: list[Said], approved: Sequence[Said]
) -> Iterator[Recomputed]:
    weeks, names = [said.count(8)], ("EC2",)
    yield Recomputed(
        f"recurring, {on=}", recurring.card(fields), {"section": [*weeks, *approved], "context": bounds}, names=names
    )
    yield Recomputed(f"its line, {on=}", recurring.listing([fields]), {"section": [] if on else weeks}, names=names)
    modal = recurring.approve_modal(fields, "", planted.today, standing.MOST_DAYS)
    yield Recomputed("its approval", {"text": "", **modal}, {"section": [*bounds, said.count(90)]}, names=names)


def _open(database: Database, playbook: str) -> int:
    with database.owner.connect() as connection:
        statement = sa.text(
            "SELECT count(DISTINCT s.resource_id) FROM finops.remediation_steps s JOIN finops.remediations r "
            "ON r.id = s.remediation_id WHERE r.playbook = :playbook AND r.state IN ('proposed', 'approved', 'running')"
        )
        return int(connection.scalar(statement, {"playbook": playbook}) or 0)
