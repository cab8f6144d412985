"""A proposal, its modals and its run, against the stored steps."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards.messages import work_objects
from bot.cards.messages.remediation import proposal, proposal_modals
from config.access import Actor
from db.database import Database
from db.tables import Remediation, RemediationStep
from playbooks.approval import lifecycle
from playbooks.notifications import summarise
from playbooks.proposals.plan import Plan, PlannedStep
from playbooks.schema import read_playbooks
from tests.recomputed import said
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

_BOOK = read_playbooks()["ec2-stop-idle"]
_ASKER = Actor(id="U0MAYA0001", name="Maya")


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """As it is proposed, as it runs and when it is done, with as many resources as the seed says."""
    count = planted.chance.choice((1, 3, 25, 40))
    with Session(database.app) as session, session.begin():
        number = lifecycle.propose(session, plan(planted, count), _BOOK, _ASKER.id, planted.now, channel=None).id
    for state, done in (("proposed", 0), ("running", count // 2), ("succeeded", count)):
        with Session(database.app) as session, session.begin():
            row = session.get_one(Remediation, number)
            row.state = state
            if state != "proposed":
                row.started_at = planted.now
                row.finished_at = planted.now + timedelta(seconds=41) if state == "succeeded" else None
            steps = session.scalars(sa.select(RemediationStep).order_by(RemediationStep.position)).all()
            for step in steps[:done]:
                step.state = "verified"
            session.flush()
            payload = summarise(session, row, _BOOK)
        yield from _cards(database, number, state, payload)


def plan(planted: World, count: int) -> Plan:
    """A plan to stop so many idle instances."""
    saved = [round(planted.chance.uniform(0.5, 900), 2) for _ in range(count)]
    steps = tuple(
        PlannedStep(_id(at), _id(at), "sandbox", "us-east-1", _BOOK.steps[0].action, {}, 0, {}, "stop", "idle", worth)
        for at, worth in enumerate(saved)
    )
    made = planted.now.isoformat()
    return Plan(_BOOK.name, _BOOK.digest(), "sandbox", "sandbox", "web", "dev", "USD", steps, (), "start again", made)


def _id(at: int) -> str:
    return f"web-{chr(97 + at // 26)}{chr(97 + at % 26)}"


def _cards(database: Database, number: int, state: str, payload: Any) -> Iterator[Recomputed]:
    with database.owner.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT resource_id, expected_monthly_savings AS worth, state FROM finops.remediation_steps "
                "WHERE remediation_id = :number ORDER BY expected_monthly_savings DESC, resource_id"
            ),
            {"number": number},
        ).all()
    names = (str(payload["digest"])[:8], "EC2")
    worth = [said.money(float(row.worth)) for row in rows]
    whole, done = sum(float(row.worth) for row in rows), sum(row.state == "verified" for row in rows)
    told: dict[str, list[Said]] = {
        "proposed": [said.count(1), *([said.count(len(rows))] if len(rows) > 1 else [])],
        "running": [said.count(done), said.count(len(rows))],
        "succeeded": [said.count(41), said.count(done)],
    }
    shown = (
        worth
        if len(rows) <= 20
        else [*worth[:20], said.count(len(rows) - 20), said.money(whole - sum(w.value for w in worth[:20]))]
    )
    head = [said.count(len(rows)), said.money(whole)]
    yield Recomputed(
        f"the {state} proposal of {len(rows)}",
        proposal.card(payload),
        {"section": [*head, *told[state]], "table": shown},
        names=names,
    )
    task = work_objects.of_remediation(payload, datetime.now(UTC), "https://finops.example/approvals/1")
    unfurled: dict[str, Any] = {"text": "", "blocks": work_objects.as_blocks(task)}
    yield Recomputed(
        f"the {state} task",
        unfurled,
        {"section": head, "context": [said.money(whole), said.count(len(rows))]},
        names=(*names, _ASKER.id),
    )
    if state == "proposed":
        modal = {"text": "", **proposal_modals.confirm_modal(payload, "{}")}
        yield Recomputed("the typed confirmation", modal, {"section": head}, names=names)
        return
    line: Any = {"type": "remediation_progress", "run": True, **payload}
    progress = [
        said.count(number),
        said.count(done),
        said.count(len(rows)),
        *([said.count(30)] if len(rows) > 30 else []),
    ]
    yield Recomputed(
        f"the {state} run of {len(rows)}", proposal.progress(line), {"section": progress}, also=head, names=names
    )
