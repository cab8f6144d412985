"""Commands, the Home tab, subscriptions and budgets, as people use them."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import BudgetAlert
from db.tables import AuditEntry, BudgetRow, Insight, Switch
from standins.slack import Handle
from tests.bot.builders import whispered
from tests.bot.conftest import MAYA, PRIYA, TOMAS, Prefect, Rules


def test_cost_asks_in_the_channel_and_quotes_the_question(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """The question stands above the answer, for nobody else saw it typed."""
    slack.slash(MAYA, "/cost", "what did EC2 cost?")
    card = slack.wait_for_message(lambda message: message["text"].startswith("$7.2k"))
    assert card["channel"] == "C0FINOPS01"
    assert "Maya asked: what did EC2 cost?" in str(card["blocks"][0])


def test_cost_where_the_bot_is_no_member_is_answered_privately(bot: Runtime, slack: Handle) -> None:
    """In the person's direct message with the bot."""
    slack.slash(MAYA, "/cost", "what did EC2 cost?", "#random")
    card = slack.wait_for_message(lambda message: message["text"].startswith("$7.2k"))
    assert card["channel"] == slack.workspace.store.im_of(MAYA)


@pytest.mark.parametrize("text", ["", "help", "gibberish"])
def test_help_shows_what_can_be_asked(text: str, bot: Runtime, slack: Handle) -> None:
    """Also for words that are no command, and that they are none."""
    slack.slash(MAYA, "/finops", text)
    assert "I answer questions" in whispered(slack, MAYA)
    assert ("There is no command `/finops gibberish`" in whispered(slack, MAYA)) == (text == "gibberish")


def test_status_says_how_fresh_the_bills_are(bot: Runtime, slack: Handle) -> None:
    """Without bills it says so."""
    slack.slash(MAYA, "/finops", "status")
    assert "Bills: none loaded yet" in whispered(slack, MAYA)


def test_insights_lists_what_is_open(bot: Runtime, slack: Handle) -> None:
    """Largest first."""
    with bot.session() as session:
        for number, impact in enumerate((10, 900)):
            row = Insight(
                fingerprint=str(number),
                kind="anomaly",
                severity="low",
                title=f"cause {impact}",
                currency="USD",
                impact_amount=Decimal(impact),
            )
            session.add(row)
    slack.slash(MAYA, "/finops", "insights")
    assert whispered(slack, MAYA).index("cause 900") < whispered(slack, MAYA).index("cause 10 ")


def test_refresh_by_command_starts_the_flow(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """An operator's."""
    slack.slash(TOMAS, "/finops", "refresh")
    slack.wait_until(lambda: prefect.runs)


def test_stop_all_is_for_operators_and_approvers(bot: Runtime, slack: Handle) -> None:
    """Kept in the database, audited, and taken back the same way."""
    slack.slash(MAYA, "/finops", "stop-all")
    assert "needs the role" in whispered(slack, MAYA)
    slack.slash(PRIYA, "/finops", "stop-all")
    assert "All remediation is stopped" in whispered(slack, PRIYA)
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(Switch.on)) is True
    slack.slash(TOMAS, "/finops", "resume-all")
    assert "goes on" in whispered(slack, TOMAS)


def test_a_budget_is_changed_by_an_operator(bot: Runtime, slack: Handle) -> None:
    """With a figure that is one; the old amount is said and audited."""
    with bot.session() as session:
        session.add(BudgetRow(name="payments", scope={"team": "payments"}, amount=Decimal(90_000), currency="USD"))
        warning = BudgetAlert(
            type="budget",
            budget="payments",
            scope="payments",
            amount=90_000,
            spent=58_200,
            forecast=96_000,
            currency="USD",
            crosses_on="2026-11-27",
        )
        outbox.enqueue(session, "C0PAYMENTS", warning, "b")
    card = slack.wait_for_message(lambda message: "payments will pass" in message["text"])
    slack.click(MAYA, card["ts"], "budget_change")
    assert "needs the role" in whispered(slack, MAYA)
    slack.click(TOMAS, card["ts"], "budget_change")
    slack.wait_for_view(TOMAS)
    assert "amount" in slack.submit(TOMAS, {"amount": "0"})
    assert slack.submit(TOMAS, {"amount": "95000"}) == {}
    slack.wait_until(lambda: len(slack.thread(card["ts"])) == 2)
    assert "to $95k a month, it was $90k" in slack.thread(card["ts"])[1]["text"]
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(BudgetRow.origin)) == "slack"
        assert session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("budget%"))).all() == [
            "budget.changed"
        ]


def test_opening_the_agent_offers_questions(bot: Runtime, slack: Handle, clean_database: Database) -> None:
    """The messages tab gets suggested prompts, the Home tab what is known, which here is nothing yet."""
    slack.open_home(MAYA, "messages")
    slack.wait_until(lambda: slack.workspace.store.prompts)
    slack.open_home(MAYA)
    slack.wait_until(lambda: slack.home(MAYA))
    assert "No bills are loaded yet" in str(slack.home(MAYA))
