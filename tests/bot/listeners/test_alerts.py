"""An alert's buttons change the one insight, its cards and its thread, by who may."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.context import Context
from bot.process.runtime import Runtime
from db.database import Database
from db.outgoing import outbox
from db.outgoing.message_keys import insight_key
from db.outgoing.messages import Alert
from db.tables import AuditEntry, Insight
from domain.messages.insight_cards import card_of, payload_of
from nl2sql.deps import Deps
from standins.slack import Handle
from tests.bot.api.conftest import bearer
from tests.bot.builders import proposed, remediations
from tests.bot.conftest import MAYA, PRIYA, TOMAS

CHANNEL = "C0CHECKOUT"
CAUSE = {
    "what": "3 new db.r6g.4xlarge",
    "why": "usage, not price",
    "contributions": [{"name": "orders-1", "amount": 800.0}, {"name": "orders-2", "amount": 440.0}],
}


@pytest.fixture
def alert(bot: Runtime, slack: Handle, clean_database: Database) -> dict[str, Any]:
    """An alert as the detection leaves it, delivered."""
    with Session(clean_database.app) as session, session.begin():
        insight = Insight(
            fingerprint="f",
            kind="anomaly",
            severity="high",
            title="RDS is up $1,240 a day",
            team="checkout",
            impact_amount=Decimal(1240),
            currency="USD",
            evidence={"cause": CAUSE},
            channels=[CHANNEL],
            detected_at=datetime.now(UTC),
        )
        session.add(insight)
        session.flush()
        outbox.enqueue(session, CHANNEL, card_of(insight, None), insight_key(insight.id, CHANNEL))
    bot.delivery.wake.set()
    return slack.wait_for_message(lambda message: "RDS is up" in message["text"])


def insight_of(bot: Runtime) -> Insight:
    with Session(bot.database.app) as session:
        return session.scalars(sa.select(Insight)).one()


def test_investigate_explains_in_the_thread_once(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """The five W's with contributions that add up; a second press says that they are there."""
    slack.click(MAYA, alert["ts"], "insight_investigate")
    slack.wait_until(lambda: len(slack.thread(alert["ts"])) == 2)
    slack.click(TOMAS, alert["ts"], "insight_investigate")
    slack.wait_until(lambda: slack.ephemerals(TOMAS))
    table = next(block for block in slack.thread(alert["ts"])[1]["blocks"] if block["type"] == "table")
    assert [cell["text"] for cell in table["rows"][-1]][:2] == ["Total", "+1,240.00"]
    assert insight_of(bot).status == "acknowledged"


@pytest.mark.parametrize(("button", "status"), [("insight_expected", "expected"), ("insight_snooze", "snoozed")])
def test_expected_and_snoozed_keep_reason_and_expiry(
    button: str, status: str, bot: Runtime, slack: Handle, alert: dict[str, Any]
) -> None:
    """The card says it, the thread says who, the audit log keeps it, and the detector finds it in the table."""
    slack.click(MAYA, alert["ts"], button)
    slack.wait_for_view(MAYA)
    assert slack.submit(MAYA, {"reason": "load test <!channel>", "days": "30"}) == {}
    slack.wait_until(lambda: len(slack.thread(alert["ts"])) == 2)
    slack.wait_until(lambda: status.capitalize() in str(slack.thread(alert["ts"])[0]["blocks"]))
    assert "<!channel>" not in slack.thread(alert["ts"])[1]["text"]
    insight = insight_of(bot)
    assert insight.status == status
    assert insight.status_until is not None
    assert (insight.status_until - datetime.now(UTC)).days == 29
    with Session(bot.database.app) as session:
        assert session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("insight%"))).all() == [
            f"insight.{status}"
        ]


def test_assigning_mentions_the_owner_once(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """In the thread; the card names the owner from then on."""
    slack.click(MAYA, alert["ts"], "insight_assign")
    slack.wait_for_view(MAYA)
    slack.submit(MAYA, {"owner": TOMAS})
    slack.wait_until(lambda: len(slack.thread(alert["ts"])) == 2)
    assert slack.thread(alert["ts"])[1]["text"].startswith(f"<@{TOMAS}> looks after this now")
    assert insight_of(bot).owner == TOMAS


def test_feedback_counts_for_the_alerts_precision(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """Useful or noise; noise closes the alert, and the card says what follows from it."""
    slack.click(MAYA, alert["ts"], "insight_feedback", "positive")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert (insight_of(bot).feedback, insight_of(bot).status) == ("useful", "open")
    slack.click(MAYA, alert["ts"], "insight_feedback", "negative")
    slack.wait_for_view(MAYA)
    assert (insight_of(bot).feedback, insight_of(bot).status) == ("useful", "open")  # first it is asked why
    slack.submit(MAYA, {"reason": "a load test"})
    slack.wait_until(lambda: len(slack.ephemerals(MAYA)) == 2)
    assert (insight_of(bot).feedback, insight_of(bot).status) == ("noise", "resolved")
    slack.wait_until(lambda: "a load test; the next" in str(slack.thread(alert["ts"])[0]["blocks"]))


def test_fewer_of_these_is_explained_asked_and_taken_back(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """Nothing changes before the reason is given; the alert stays open, Useful takes it back."""
    with Session(bot.database.app) as session, session.begin():
        levels = [
            {"level": "fewer", "now": False, "alerts_a_month": 0.42, "recall": 0.5, "precision": 0.905},
            {"level": "usual", "now": True, "alerts_a_month": 1.25, "recall": 0.75, "precision": None},
        ]
        session.execute(sa.update(Insight).values(scope={"service": "RDS"}, evidence={"levels": levels}))
    slack.click(MAYA, alert["ts"], "insight_fewer")
    view = slack.wait_for_view(MAYA)
    measured = "*fewer*: 0.4 alerts a month, 50 % of planted events found, 90 % of what is told is one of them"
    assert measured in str(view)
    assert "*usual*" not in str(view)  # its precision is not known
    assert "Alerts of RDS will have to stand out 1.4 times as far as usual. Why?" in str(view)
    assert insight_of(bot).feedback is None
    slack.submit(MAYA, {"reason": "it breathes"})
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "Useful under this alert takes it back" in slack.ephemerals(MAYA)[0]["text"]
    assert (insight_of(bot).feedback, insight_of(bot).status) == ("fewer", "open")
    with Session(bot.database.app) as session:
        details = session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "insight.feedback")).one()
    assert details == {"feedback": "fewer", "reason": "it breathes"}
    slack.click(MAYA, alert["ts"], "insight_feedback", "positive")
    slack.wait_until(lambda: len(slack.ephemerals(MAYA)) == 2)
    assert insight_of(bot).feedback == "useful"


def test_a_viewer_may_look_but_not_change(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """One private sentence names the role that is needed."""
    jonas = "U0JONAS001"
    slack.click(jonas, alert["ts"], "insight_snooze")
    slack.wait_until(lambda: slack.ephemerals(jonas))
    assert "needs the role" in slack.ephemerals(jonas)[0]["text"]
    assert slack.view(jonas) is None
    assert insight_of(bot).status == "open"


def test_proposing_without_a_recommendation_says_so(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """No proposal is made from nothing."""
    with bot.session() as session:
        insight = session.scalars(sa.select(Insight)).one()
        insight.playbook = "ec2-stop-idle"
        outbox.enqueue(session, CHANNEL, card_of(insight, None), "with-fix")
    card = slack.wait_for_message(lambda message: "insight_propose" in str(message.get("blocks")))
    slack.click(PRIYA, card["ts"], "insight_propose")
    slack.wait_until(lambda: slack.ephemerals(PRIYA))
    assert "Nothing to propose" in slack.ephemerals(PRIYA)[0]["text"]


def test_a_card_follows_its_fix(bot: Runtime, slack: Handle, alert: dict[str, Any]) -> None:
    """While a fix is proposed none can be proposed again, from an old card neither; a rejected one gives it back."""
    with bot.session() as session:
        session.execute(sa.update(Insight).values(playbook="ec2-stop-idle"))
    proposal = proposed(bot, slack, 2, insight_of(bot).id)

    def card() -> str:
        return str(slack.thread(alert["ts"])[0]["blocks"])

    slack.wait_until(lambda: "Fix proposed" in card(), 30)
    assert f"/p{proposal['ts'].replace('.', '')}" in card()  # either leads to the other
    assert f"/p{alert['ts'].replace('.', '')}" in str(proposal["blocks"])
    assert "insight_propose" not in card()
    number = remediations(bot)[0].id
    with bot.session() as session:
        old = Alert(type="alert", **payload_of(insight_of(bot)))
        old["evidence"] = {}
        outbox.enqueue(session, CHANNEL, old, "old-card")
    stale = slack.wait_for_message(lambda message: "insight_propose" in str(message.get("blocks")))
    slack.click(PRIYA, stale["ts"], "insight_propose")
    slack.wait_until(lambda: slack.ephemerals(PRIYA))
    assert f"remediation {number} in C0FINOPS01" in slack.ephemerals(PRIYA)[0]["text"]
    slack.click(PRIYA, proposal["ts"], "remediation_reject")
    slack.wait_for_view(PRIYA)
    slack.submit(PRIYA, {"reason": "not now"})
    slack.wait_until(lambda: "is rejected" in card(), 30)
    assert "insight_propose" in card()
    slack.wait_until(lambda: len(slack.thread(alert["ts"])) == 3)
    assert [reply["text"] for reply in slack.thread(alert["ts"])[1:]] == [
        f"Remediation {number} in sandbox is proposed.",
        f"Remediation {number} in sandbox is rejected by Priya: not now.",
    ]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("expected", "Expected for 7 days, says Maya: <!here> test"),
        ("acknowledged", "Acknowledged, says Maya: <!here> test"),
    ],
)
def test_a_decision_through_the_api_is_drawn_and_said_like_a_button(
    status: str, says: str, bot: Runtime, slack: Handle, alert: dict[str, Any]
) -> None:
    """The card says it and its thread says who; once."""
    context = Context(bot.settings, bot.organisation, bot.database, Deps(bot.database, bot.settings, bot.organisation))
    headers = bearer(bot.database, MAYA, "read", "write")
    days = {"days": 7} if status == "expected" else {}
    with TestClient(create_app(context)) as client:
        answer = client.patch(
            f"/api/v1/insights/{insight_of(bot).id}",
            json={"status": status, "reason": "<!here> test", **days},
            headers=headers,
        )
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    bot.delivery.wake.set()
    slack.wait_until(lambda: len(slack.thread(alert["ts"])) == 2)
    slack.wait_until(lambda: status.capitalize() in str(slack.thread(alert["ts"])[0]["blocks"]))
    assert slack.thread(alert["ts"])[1]["text"].replace("&lt;", "<").replace("&gt;", ">") == says
    assert "<!here>" not in slack.thread(alert["ts"])[1]["text"]
