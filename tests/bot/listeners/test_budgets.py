"""Budgets made and changed in Slack: of any scope and period, with rollover, by who may."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from config.access import Actor
from config.organisation import Budget, Organisation, Scope
from db.outgoing import outbox
from db.outgoing.messages import BudgetAlert
from db.tables import AuditEntry, BudgetRow
from domain import budgets as budgets_room
from domain.budgets import take_over
from flows.ingest.loading.delivery import ingest
from standins.slack import Handle
from tests.bot.conftest import MAYA, TOMAS
from tests.flows.conftest import rows

CHANNEL = "#finops"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def bills(bot: Runtime, tmp_path: Path) -> None:
    """Costs of two teams in two environments, in dollars and euros."""
    content = [
        {
            **row,
            "Tags": f'{{"team": "{team}", "env": "{stage}"}}',
            "BillingCurrency": currency,
            "ResourceId": f"{team}-{stage}",
        }
        for team, stage, currency in (("payments", "prod", "USD"), ("checkout", "dev", "EUR"))
        for row in rows(1)
    ]
    path = tmp_path / "bill.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(content[0]))
        writer.writeheader()
        writer.writerows(content)
    assert not ingest([str(path)], bot.database, Organisation()).failed


def budgets(bot: Runtime) -> list[BudgetRow]:
    with Session(bot.database.app) as session:
        return list(session.scalars(sa.select(BudgetRow).order_by(BudgetRow.name)))


@pytest.mark.usefixtures("bills")
def test_a_budget_of_two_dimensions_a_quarter_and_rollover(bot: Runtime, slack: Handle) -> None:
    """Everything a budget of finops.yaml can say can be said in the modal; the channel reads who set what."""
    slack.slash(TOMAS, "/finops", "budget", CHANNEL)
    slack.wait_for_view(TOMAS)
    given = {
        "name": "payments in prod",
        "scope": "team:payments",
        "within": "environment:prod",
        "currency": "EUR",
        "amount": "12000.50",
        "period": "quarterly",
        "thresholds": "50, 90,100",
        "rollover": ["rollover"],
        "owner": MAYA,
    }
    assert slack.submit(TOMAS, given) == {}
    slack.wait_for_message(
        lambda message: "set the budget payments in prod (payments, prod) to €12k a quarter" in message["text"]
    )
    (row,) = budgets(bot)
    assert (row.scope, row.amount, row.currency, row.period) == (
        {"team": "payments", "environment": "prod"},
        Decimal("12000.50"),
        "EUR",
        "quarterly",
    )
    assert (row.thresholds, row.rollover, row.owner, row.origin) == ([0.5, 0.9, 1.0], True, MAYA, "slack")
    with Session(bot.database.app) as session:
        assert session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("budget%"))).all() == [
            "budget.changed"
        ]


@pytest.mark.usefixtures("bills")
def test_fields_that_cannot_be_are_refused_in_the_modal(bot: Runtime, slack: Handle) -> None:
    """Each field has its own sentence, and nothing is stored before all are right."""
    slack.slash(TOMAS, "/finops", "budget", CHANNEL)
    slack.wait_for_view(TOMAS)
    wrong = {"name": "x", "amount": "0", "period": "custom", "thresholds": "much", "start": None, "end": None}
    assert set(slack.submit(TOMAS, {**wrong, "amount": "5"})) == {"thresholds", "start", "end"}
    assert set(
        slack.submit(TOMAS, {**wrong, "amount": "5", "thresholds": "80", "start": "2026-12-01", "end": "2026-12-01"})
    ) == {"end"}
    assert budgets(bot) == []
    assert (
        slack.submit(TOMAS, {**wrong, "amount": "5", "thresholds": "80", "start": "2026-12-01", "end": "2026-12-05"})
        == {}
    )
    slack.wait_until(lambda: budgets(bot))
    assert (budgets(bot)[0].starts_on, budgets(bot)[0].ends_on, budgets(bot)[0].scope) == (
        date(2026, 12, 1),
        date(2026, 12, 5),
        {},
    )
    slack.slash(TOMAS, "/finops", "budget", CHANNEL)
    slack.wait_for_view(TOMAS)
    assert "There is a budget of this name" in slack.submit(TOMAS, {"name": "x", "amount": "7"})["name"]


@pytest.mark.usefixtures("bills")
def test_a_member_is_told_which_role_budgets_need(bot: Runtime, slack: Handle) -> None:
    """One private sentence, no modal."""
    slack.slash(MAYA, "/finops", "budget", CHANNEL)
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "operator" in slack.ephemerals(MAYA)[-1]["text"]
    assert budgets(bot) == []


OF_FILE = Budget(name="payments", scope=Scope(team="payments"), amount=Decimal(120_000))


def test_a_budget_of_the_file_that_is_changed_says_so_and_can_be_taken_back(bot: Runtime, slack: Handle) -> None:
    """The channel reads what the file says; the modal offers the way back; in between the file shadows nothing."""
    with bot.session() as session:
        take_over(session, Organisation(budgets=(OF_FILE,)))
        card = BudgetAlert(type="budget", budget="payments", amount=120_000, spent=60_000, currency="USD")
        outbox.enqueue(session, "C0PAYMENTS", card, "b")
    card = slack.wait_for_message(lambda message: "has used" in message["text"])["ts"]
    slack.click(TOMAS, card, "budget_change")
    assert "take_back" not in str(slack.wait_for_view(TOMAS))
    assert slack.submit(TOMAS, {"amount": "95000"}) == {}
    slack.wait_until(lambda: len(slack.thread(card)) == 2)
    assert "to $95k a month, it was $120k. finops.yaml says $120k a month." in slack.thread(card)[1]["text"]
    with bot.session() as session:
        take_over(session, Organisation(budgets=(OF_FILE,)))
    (row,) = budgets(bot)
    assert (row.amount, row.origin) == (Decimal(95_000), "slack")
    slack.click(TOMAS, card, "budget_change")
    assert "finops.yaml says $120k a month" in str(slack.wait_for_view(TOMAS))
    assert slack.submit(TOMAS, {"amount": "95000", "take_back": ["take_back"]}) == {}
    slack.wait_until(lambda: budgets(bot)[0].origin == "file")
    assert budgets(bot)[0].amount == 120_000


def opened(bot: Runtime, slack: Handle) -> str:
    """The form of a budget of the file, open for Tomás; the ts of its card."""
    with bot.session() as session:
        take_over(session, Organisation(budgets=(OF_FILE,)))
        card = BudgetAlert(type="budget", budget="payments", amount=120_000, spent=60_000, currency="USD")
        outbox.enqueue(session, "C0PAYMENTS", card, "b")
    card = slack.wait_for_message(lambda message: "has used" in message["text"])["ts"]
    slack.click(TOMAS, card, "budget_change")
    slack.wait_for_view(TOMAS)
    return str(card)


def test_a_change_that_came_in_between_is_shown_before_it_is_replaced(bot: Runtime, slack: Handle) -> None:
    """The form stays with what was typed and says who made it what; saved again it holds."""
    opened(bot, slack)
    priya = Actor("U0PRIYA001", "Priya", frozenset(), frozenset(), sees_all=True)
    with bot.session() as session:
        budgets_room.locked(session, "payments")
        between = OF_FILE.model_copy(update={"amount": Decimal(97_000)})
        assert isinstance(budgets_room.save(session, between, priya, "api", NOW), BudgetRow)
    typed = {"amount": "95000", "thresholds": "50, 100", "owner": MAYA}
    assert slack.submit(TOMAS, typed) == {}
    view = slack.view(TOMAS)
    assert view is not None
    assert "Priya changed this meanwhile: it is $97k a month. Save again to replace that." in str(view["blocks"])
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    begins = [inputs["amount"]["initial_value"], inputs["thresholds"]["initial_value"], inputs["owner"]["initial_user"]]
    assert begins == ["95000", "50, 100", MAYA]
    assert budgets(bot)[0].amount == 97_000
    assert slack.submit(TOMAS, typed) == {}
    assert (budgets(bot)[0].amount, budgets(bot)[0].owner) == (95_000, MAYA)
    slack.wait_for_message(lambda message: "to $95k a month, it was $97k" in message["text"])


def test_a_budget_that_went_meanwhile_is_not_made_anew_over_everything(bot: Runtime, slack: Handle) -> None:
    """The form says that it is gone, and stays."""
    opened(bot, slack)
    with bot.session() as session:
        take_over(session, Organisation())
    assert "no budget payments any more" in slack.submit(TOMAS, {"amount": "95000"})["amount"]
    assert budgets(bot) == []
