"""Budgets, forecasts and statements at the page."""

import re

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import AuditEntry, BudgetRow
from tests.web.builders import MAYA, NEEDS, PRIYA, TOMAS, WAIT, sign_in, sign_out
from tests.web.conftest import Visit

pytestmark = NEEDS


def test_a_budget_is_made_and_changed_by_who_may(visit: Visit, clean_database: Database) -> None:
    """Maya sees how it stands; Priya changes the amount and makes one for her team, and for no other."""
    with visit() as page:
        page.goto("/budgets")
        sign_in(page, MAYA)
        budgets = page.get_by_role("list", name="Budgets")
        expect(budgets.get_by_role("listitem")).to_have_count(1, timeout=WAIT)
        expect(budgets).to_contain_text("$270")
        expect(page.get_by_role("button", name="New budget")).to_have_count(0)
        page.get_by_role("link", name="payments budget").click()
        expect(page.get_by_role("table", name="Periods").locator("tbody tr")).to_have_count(2, timeout=WAIT)
        held = re.compile(r"An earlier forecast of \d+ of the last 30 days was")
        expect(page.get_by_text(held)).to_be_visible(timeout=WAIT)
        expect(page.get_by_role("heading", name="Change it")).to_have_count(0)
        sign_out(page, MAYA)
        sign_in(page, PRIYA)
        amount = page.get_by_label("Amount, USD")
        amount.fill("nothing")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Write an amount above zero")).to_be_visible(timeout=WAIT)
        amount.fill("95,000")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("$95k monthly for payments")).to_be_visible(timeout=WAIT)
        expect(page.get_by_text("payments budget is saved")).to_be_visible(timeout=WAIT)
        page.get_by_role("link", name="All budgets").click()
        page.get_by_role("button", name="New budget").click()
        page.get_by_label("Name").fill("launch")
        page.get_by_label("Which team").fill("search")
        page.get_by_label("Amount").fill("500")
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("alert")).to_contain_text("one of your teams", timeout=WAIT)
        page.get_by_label("Which team").fill("payments")
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("button", name="New budget")).to_be_visible(timeout=WAIT)
    with Session(clean_database.app) as session:
        assert session.get_one(BudgetRow, "payments budget").amount == 95_000
        assert session.get_one(BudgetRow, "launch").scope == {"team": "payments"}
        changed = session.scalars(sa.select(AuditEntry.subject).where(AuditEntry.action == "budget.changed")).all()
    assert changed == ["payments budget", "launch"]


def test_what_if_is_worked_out_beside_the_budgets(visit: Visit) -> None:
    """Growth of a scope from its forecast, and the day on which a budget is passed; what is not known is said."""
    with visit() as page:
        page.goto("/budgets")
        sign_in(page, MAYA)
        panel = page.get_by_role("region", name="What if")
        work_out = panel.get_by_role("button", name="Work it out")
        expect(work_out).to_be_disabled(timeout=WAIT)
        panel.get_by_label("Team, service or account").fill("payments")
        work_out.click()
        expect(panel).to_contain_text("If payments grows 20 % from tomorrow on, it costs $360", timeout=WAIT)
        panel.get_by_label("Suppose").click()
        page.get_by_role("option", name="A budget goes on at this pace").click()
        work_out.click()
        expect(panel.get_by_text("payments budget").last).to_be_visible(timeout=WAIT)
        expect(panel.get_by_role("link", name="Go on asking")).to_be_visible(timeout=WAIT)


def test_a_statement_is_of_ones_team_and_can_be_printed(visit: Visit) -> None:
    """Maya's own team alone; an admin opens one from the list; on paper there is no menu."""
    with visit() as page:
        page.goto("/showback")
        sign_in(page, MAYA)
        teams = page.get_by_role("table", name="Teams")
        expect(teams.locator("tbody tr")).to_have_count(1, timeout=WAIT)
        expect(teams.locator("tfoot")).to_contain_text("312.00 USD")
        sign_out(page, MAYA)
        sign_in(page, TOMAS)
        expect(teams.locator("tfoot")).to_contain_text("612.00 USD", timeout=WAIT)
        teams.get_by_role("link", name="payments").click()
        expect(page.get_by_role("heading", name="Statement of payments")).to_be_visible(timeout=WAIT)
        expect(page.get_by_role("region", name="In all, USD")).to_contain_text("312.00")
        expect(page.get_by_role("table", name="Shared costs")).to_contain_text("network")
        expect(page.get_by_role("table", name="Own cost").locator("tfoot")).to_contain_text("USD", timeout=WAIT)
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        expect(page.get_by_text("by finops-bot for")).to_be_visible()
