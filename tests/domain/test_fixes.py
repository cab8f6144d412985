"""An insight's card shows how far its fixes are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing.message_keys import insight_key
from db.tables import Insight, OutboxMessage, Remediation, RemediationStep, Saving
from domain import fixes
from domain.messages.insight_cards import card_of

NOW = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


@pytest.fixture
def insight(session: Session) -> Insight:
    """Four idle instances, told in #web."""
    insight = Insight(
        fingerprint="idle:web",
        kind="idle",
        severity="low",
        status="open",
        title="Stop 4 idle instances",
        currency="USD",
        playbook="ec2-stop-idle",
        channels=["#web"],
        evidence={"confidence": "high"},
    )
    session.add(insight)
    session.flush()
    card = card_of(insight, None)
    session.add(OutboxMessage(key=insight_key(insight.id, "#web"), channel="#web", kind="alert", payload=dict(card)))
    session.flush()
    return insight


def fix(session: Session, insight: Insight, state: str = "proposed", **more: Any) -> Remediation:
    remediation = Remediation(
        playbook="ec2-stop-idle",
        playbook_digest="d",
        plan={},
        plan_digest="d",
        state=state,
        account="sandbox",
        channel="#web",
        insight_id=insight.id,
        requested_by="U1",
        requested_at=NOW,
        expires_at=NOW,
        **more,
    )
    session.add(remediation)
    session.flush()
    return remediation


def shown(session: Session) -> list[list[tuple[str, str | None]]]:
    """The states and verdicts of each update of the card, in order."""
    fixes.follow(session, NOW)
    session.flush()
    updates = session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.update_key.is_not(None)).order_by(OutboxMessage.id)
    )
    return [[(one["state"], one["verdict"]) for one in update.payload["evidence"]["fixes"]] for update in updates]


def test_each_step_of_a_fix_is_shown_once(session: Session, insight: Insight) -> None:
    """Proposed, approved, done, and the bill's verdict; nothing twice."""
    assert shown(session) == []
    remediation = fix(session, insight)
    assert shown(session) == shown(session) == [[("proposed", None)]]
    remediation.state = "succeeded"
    saving = Saving(
        remediation_id=remediation.id,
        resource_id="i-1",
        applied_on=date(2026, 11, 1),
        expected_monthly_savings=Decimal(100),
        window_days=14,
        currency="USD",
        status="pending",
    )
    session.add(saving)
    assert shown(session)[1:] == [[("succeeded", None)]]
    saving.status, saving.realized_monthly_savings = "validated", Decimal(98)
    (state, verdict), *_ = shown(session)[-1]
    assert state == "succeeded"
    assert verdict is not None
    assert "$98" in verdict
    assert insight.evidence["confidence"] == "high"
    lines = session.scalars(sa.select(OutboxMessage.payload["text"]).where(OutboxMessage.kind == "note"))
    assert [line.partition(" (")[0].rstrip(".") for line in lines] == [
        f"Remediation {remediation.id} in sandbox is proposed",
        f"Remediation {remediation.id} in sandbox is done",
        f"Remediation {remediation.id} in sandbox is done",
    ]


def test_what_came_to_nothing_gives_way_to_what_followed(session: Session, insight: Insight) -> None:
    """A rejected plan is told as long as it is the last word; what it was narrowed to takes its place."""
    fix(session, insight, "rejected", reason="not now")
    assert shown(session)[-1] == [("rejected", None)]
    fix(session, insight, "void")
    fix(session, insight)
    assert shown(session)[-1] == [("proposed", None)]
    assert len(shown(session)) == 2


def test_a_fix_for_some_of_the_resources_names_them(session: Session, insight: Insight) -> None:
    """So that its card does not say that all is fixed."""
    insight.evidence = {**insight.evidence, "resources": ["i-1", "i-2", "i-3"]}
    whole, part = fix(session, insight, "failed"), fix(session, insight, "succeeded")
    for remediation, ids in ((whole, ("i-1", "i-2", "i-3")), (part, ("i-3", "i-1"))):
        for position, name in enumerate(ids):
            step = {"position": position, "action": "ec2.stop", "parameters": {}, "state": "planned"}
            session.add(RemediationStep(remediation_id=remediation.id, resource_id=name, resource_name=name, **step))
    session.flush()
    fixes.follow(session, NOW)
    assert [one.get("part") for one in insight.evidence["fixes"]] == [None, ["i-1", "i-3"]]


def test_who_rejected_it_is_said_in_a_sentence(session: Session, insight: Insight) -> None:
    """The stored reason begins with their name."""
    fix(session, insight, "rejected", reason="Priya: not now")
    fixes.follow(session, NOW)
    assert insight.evidence["fixes"][0]["says"].endswith("in sandbox is rejected by Priya: not now")


def test_only_what_may_still_act_is_an_open_fix(session: Session, insight: Insight) -> None:
    """A second press leads to it, and proposes anew once it is over."""
    assert fixes.open_fix(session, insight.id) is None
    remediation = fix(session, insight)
    assert fixes.open_fix(session, insight.id) is remediation
    remediation.state = "failed"
    session.flush()
    assert fixes.open_fix(session, insight.id) is None
