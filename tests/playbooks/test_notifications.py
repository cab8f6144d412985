"""Messages about a remediation: one card brought up to date, a thread with lines, and who is shown."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing.message_keys import insight_key, remediation_key
from db.tables import Insight, OutboxMessage, Remediation, RemediationStep
from playbooks.approval.lifecycle import propose
from playbooks.guards import ChangeWindow, Freeze
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
    made.state, made.reason = "rejected", "Priya: not now"
    notify(session, made, BOOK)
    assert left(session)[1:] == [("proposal", key, None), ("remediation_progress", None, key)]
    assert last_line(session) == f"Remediation {made.id} is rejected by Priya: not now."


def test_it_stands_in_its_insights_thread_where_that_has_a_card(session: Session) -> None:
    """In the same channel; elsewhere it starts alone."""
    for number, channel in ((1, "#web"), (2, "#other")):
        insight = Insight(fingerprint=f"idle:{number}", kind="idle", severity="low", title="t", currency="USD")
        session.add(insight)
        session.flush()
        card = insight_key(insight.id, channel)
        session.add(OutboxMessage(key=card, channel=channel, kind="alert", payload={}))
        session.flush()
        made = propose(session, plan(2), BOOK, REQUESTER.id, NOW, channel="#web", insight_id=insight.id)
        key = sa.select(OutboxMessage.thread_key).where(OutboxMessage.key == remediation_key(made.id))
        assert session.scalar(key) == (card if channel == "#web" else None)


def test_it_does_not_wait_for_the_quiet_hours_of_its_insights_card(session: Session) -> None:
    """Somebody asked for it: it starts alone while the card is held back."""
    insight = Insight(fingerprint="idle:1", kind="idle", severity="low", title="t", currency="USD")
    session.add(insight)
    session.flush()
    until = datetime.now(UTC) + timedelta(hours=5)
    card = insight_key(insight.id, "#web")
    session.add(OutboxMessage(key=card, channel="#web", kind="alert", payload={}, not_before=until))
    session.flush()
    made = propose(session, plan(2), BOOK, REQUESTER.id, NOW, channel="#web", insight_id=insight.id)
    key = sa.select(OutboxMessage.thread_key).where(OutboxMessage.key == remediation_key(made.id))
    assert session.scalar(key) is None


def test_an_approval_that_waits_for_its_window_says_when_it_opens(session: Session) -> None:
    """Monday 10:04 is outside of Tuesday's window; inside of it nothing waits."""
    window = ChangeWindow(days=("tue",), start=time(6), end=time(8))
    book = BOOK.model_copy(update={"guards": BOOK.guards.model_copy(update={"windows": (window,)})})
    made = proposed(session)
    made.state, made.approved_at = "approved", NOW
    made.approvals = [{"actor": "U1", "name": "Ari", "at": NOW.isoformat()}]
    notify(session, made, book)
    assert last_line(session).endswith("it waits for its change window, which opens Tue 24 Nov 06:00 UTC.")
    shown = summarise(session, made, book)
    assert (shown["waits_until"], shown["approval_ends"]) == ("2026-11-24T06:00+00:00", None)
    made.approved_at = NOW.replace(day=24, hour=7)
    assert summarise(session, made, book)["waits_until"] is None


@pytest.mark.parametrize("days", [1, 90])
def test_a_window_that_opens_after_the_approval_ends_is_no_promise(session: Session, days: int) -> None:
    """Nor is one that does not open in two months."""
    window = ChangeWindow(days=("tue",), start=time(6), end=time(8))
    freeze = Freeze(start=NOW.date(), end=NOW.date() + timedelta(days=days), reason="the end of the year")
    book = BOOK.model_copy(
        update={
            "guards": BOOK.guards.model_copy(update={"windows": (window,), "freezes": (freeze,)}),
            "approval": BOOK.approval.model_copy(update={"expires_hours": 24}),
        }
    )
    made = proposed(session)
    made.state, made.approved_at = "approved", NOW
    made.approvals = [{"actor": "U1", "name": "Ari", "at": NOW.isoformat()}]
    notify(session, made, book)
    ends = NOW + timedelta(hours=24)
    said = f"no change window opens before the approval ends, {ends:%a %d %b %H:%M} UTC, so nothing will run."
    assert last_line(session).endswith(said)
    assert summarise(session, made, book)["approval_ends"] == ends.isoformat(timespec="minutes")


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
