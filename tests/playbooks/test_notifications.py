"""Messages about a remediation: one card brought up to date, a thread with lines, and who is shown."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import OutboxMessage, Remediation, RemediationStep
from playbooks.approval.lifecycle import propose
from playbooks.notifications import notify, summarise, update_card
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import NOW, REQUESTER


def proposed(session: Session, channel: str | None = "#web") -> Remediation:
    return propose(session, plan(2), BOOK, REQUESTER.id, NOW, channel=channel)


def left(session: Session) -> list[tuple[str, str | None, str | None]]:
    """Kind, the message that is replaced, the thread; of the first remediation's key the word card."""
    rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.kind, row.update_key, row.thread_key) for row in rows]


def last_line(session: Session) -> str:
    kind = OutboxMessage.kind == "remediation_progress"
    rows = session.scalars(sa.select(OutboxMessage).where(kind).order_by(OutboxMessage.id)).all()
    return str(rows[-1].payload["line"])


def test_a_card_is_left_once_and_then_brought_up_to_date(session: Session) -> None:
    """With a line in its thread for what changed."""
    made = proposed(session)
    key = f"remediation:{made.id}"
    assert left(session) == [("proposal", None, None)]
    made.state, made.reason = "rejected", "not now"
    notify(session, made, BOOK)
    assert left(session)[1:] == [("proposal", key, None), ("remediation_progress", None, key)]
    assert last_line(session) == f"Remediation {made.id} is rejected: not now."


def test_where_nobody_is_to_be_told_nothing_is_left(session: Session) -> None:
    made = proposed(session, channel=None)
    made.state = "rejected"
    notify(session, made, BOOK)
    assert not update_card(session, made, BOOK)
    assert left(session) == []


@pytest.mark.parametrize(
    ("state", "steps", "said"),
    [
        ("succeeded", ("verified", "verified"), "all 2 done and checked in 30 s."),
        ("partial", ("verified", "failed"), "succeeded in part, 1 of 2 done in 30 s: AWS said no."),
        ("failed", ("failed", "planned"), "failed, 0 of 2 done: AWS said no."),
    ],
)
def test_the_end_of_a_run_is_one_sentence(session: Session, state: str, steps: tuple[str, str], said: str) -> None:
    """What was done is counted from the steps, not from the state."""
    made = proposed(session)
    made.state, made.started_at, made.finished_at = state, NOW, NOW + timedelta(seconds=30)
    made.reason = None if state == "succeeded" else "AWS said no"
    of = sa.select(RemediationStep).where(RemediationStep.remediation_id == made.id).order_by(RemediationStep.position)
    for step, now in zip(session.scalars(of), steps, strict=True):
        step.state = now
    notify(session, made, BOOK)
    assert last_line(session).endswith(said)


def test_a_plan_that_was_touched_is_not_shown(session: Session) -> None:
    """Neither its steps' words nor its undo: nobody approves what was not proposed."""
    made = proposed(session)
    whole = summarise(session, made, BOOK)
    assert [step["says"] for step in whole["steps"]] == ["stop", "stop"]
    made.plan = {**made.plan, "undo": "nothing to worry about"}
    session.flush()
    touched = summarise(session, made, BOOK)
    assert touched["undo"] == ""
    assert {step["says"] for step in touched["steps"]} == {"The stored plan was changed since it was proposed"}
