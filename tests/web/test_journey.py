"""A person's way through the page in Chromium: the built page, the API, Postgres and a sign-in provider, all real."""

import csv
import io
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import AuditEntry, Insight, daily_costs
from tests.bot.api.conftest import NOW
from tests.web.builders import MAYA, NEEDS, TOMAS, WAIT, sign_in, sign_out
from tests.web.conftest import Visit

pytestmark = NEEDS


def test_costs_are_narrowed_and_table_file_and_database_agree(
    visit: Visit, address: str, clean_database: Database, tmp_path: Path
) -> None:
    """Maya sees her team alone, at the address that she was sent; after her an admin sees both."""
    view = f"{address}/explore?by=team&period=last-30-days&grain=week"
    with visit() as page:
        page.goto(view)
        sign_in(page, MAYA)
        assert page.url == view
        costs = page.get_by_role("table", name="Costs")
        expect(costs.locator("tbody tr")).to_have_count(1, timeout=WAIT)
        expect(costs.locator("tbody tr").first).to_contain_text("payments")
        expect(costs.locator("tfoot")).to_contain_text("300.00 USD")
        expect(page.locator(".recharts-surface").first).to_be_visible(timeout=WAIT)
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        download.value.save_as(tmp_path / "costs.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "costs.csv").read_text())))
        with clean_database.app.connect() as connection:
            total = connection.scalar(
                sa.text(
                    "SELECT sum(effective_cost) FROM reporting.daily_costs "
                    "WHERE team = 'payments' AND usage_date >= CAST(:today AS date) - 30 AND usage_date < :today"
                ),
                {"today": NOW.date()},
            )
        assert [(row["Team"], float(row["Cost"])) for row in rows] == [("payments", float(total))]

        sign_out(page, MAYA)
        sign_in(page, TOMAS)
        expect(costs.locator("tbody tr")).to_have_count(2, timeout=WAIT)
        expect(costs.locator("tfoot")).to_contain_text("600.00 USD")
        costs.get_by_role("button", name="search").click()
        expect(costs.locator("tbody tr")).to_contain_text(["search service"], timeout=WAIT)
        assert "team=search" in page.url


def test_ten_thousand_groups_are_scrolled_to_their_end(visit: Visit, clean_database: Database) -> None:
    """The dearest first, the cheapest last, the total below; those near the window alone are in the page."""
    with Session(clean_database.owner) as session, session.begin():
        like = dict(
            session.execute(sa.select(daily_costs).where(daily_costs.c.team == "payments")).mappings().first() or {}
        )
        session.execute(sa.delete(daily_costs))
        rows = [{**like, "service": f"service {n:05}", "effective_cost": 10_001 - n} for n in range(1, 10_001)]
        session.execute(sa.insert(daily_costs), rows)
    with visit() as page:
        page.goto("/explore?by=service&period=last-90-days")
        sign_in(page, MAYA)
        table = page.get_by_role("table", name="Costs", exact=True)
        expect(table.get_by_role("button", name="service 00001")).to_be_visible(timeout=WAIT)
        last = table.get_by_role("button", name="service 10000")
        for pages in range(1, 21):
            expect(table).to_have_attribute("aria-rowcount", str(500 * pages + 1), timeout=WAIT)
            page.keyboard.press("End")
        expect(last).to_be_visible(timeout=WAIT)
        expect(table.locator("tfoot")).to_contain_text("50,005,000.00")
        assert table.locator("tbody tr").count() < 200
        page.keyboard.press("Home")
        expect(table.get_by_role("button", name="service 00001")).to_be_visible(timeout=WAIT)


def test_a_question_is_answered_with_its_sql(visit: Visit) -> None:
    """Headline, rows and statement; what is unsafe is refused, as everywhere."""
    with visit() as page:
        page.goto("/ask")
        sign_in(page, TOMAS)
        box = page.get_by_role("textbox", name="Question")
        box.fill("what did we spend in the last 30 days by team?")
        box.press("Enter")
        rows = page.get_by_role("table", name="Rows")
        expect(rows.locator("tbody tr")).to_have_count(2, timeout=WAIT)
        expect(rows).to_contain_text("300.00")
        page.get_by_role("button", name="Show SQL").click()
        expect(page.locator("pre").first).to_contain_text("daily_costs")
        page.get_by_role("button", name="and by account?").click()
        expect(page.get_by_role("table", name="Rows").nth(1)).to_contain_text("main", timeout=WAIT)
        box.fill("drop table charges")
        box.press("Enter")
        expect(page.get_by_role("alert").get_by_text("Not run")).to_be_visible(timeout=WAIT)


def test_fewer_of_an_anomaly_are_wanted_after_what_that_would_have_told_is_shown(
    visit: Visit, clean_database: Database
) -> None:
    """The levels stand beside the button; useful takes it back."""
    levels = [
        {"level": "fewer", "now": False, "alerts_a_month": 0.42, "recall": 0.5, "precision": 0.9},
        {"level": "usual", "now": True, "alerts_a_month": 1.25, "recall": 0.75, "precision": 0.8},
    ]
    with Session(clean_database.owner) as session, session.begin():
        session.get_one(Insight, 1).evidence = {"levels": levels}
    with visit() as page:
        page.goto("/anomalies/1")
        sign_in(page, MAYA)
        table = page.get_by_role("table", name="What each sensitivity would have told")
        expect(table.locator("tbody tr").nth(1)).to_contain_text("usual (now)", timeout=WAIT)
        expect(table.locator("tbody tr").nth(0)).to_contain_text("0.4")
        page.get_by_role("textbox", name="Why").fill("it breathes")
        page.get_by_role("button", name="Fewer of these").click()
        expect(page.get_by_role("status")).to_contain_text("they have to stand out further", timeout=WAIT)
        expect(table.locator("tbody tr").nth(0)).to_contain_text("fewer (now)")
        page.get_by_role("button", name="Useful").click()
        expect(page.get_by_role("status")).to_contain_text("called useful", timeout=WAIT)
    with Session(clean_database.app) as session:
        details = session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "insight.feedback")).all()
    assert details == [
        {"feedback": "fewer", "reason": "it breathes"},
        {"feedback": "useful", "reason": "it breathes"},
    ]


def test_an_anomaly_is_decided_and_the_decision_audited(visit: Visit, clean_database: Database) -> None:
    """From the overview to the anomaly of one's team; that of another team is not there."""
    with visit() as page:
        page.goto("/")
        sign_in(page, MAYA)
        expect(page.get_by_text("canary search")).to_have_count(0)
        page.get_by_role("link", name="canary payments").click()
        page.get_by_label("Reason").fill("the load test of this week")
        page.get_by_role("button", name="Decide").click()
        expect(page.get_by_role("status")).to_contain_text("It is acknowledged now.", timeout=WAIT)
        page.goto("/anomalies/2")
        expect(page.get_by_role("alert")).to_contain_text("There is no insight 2.", timeout=WAIT)
    with Session(clean_database.app) as session:
        insight = session.get_one(Insight, 1)
        assert (insight.status, insight.status_reason) == ("acknowledged", f"the load test of this week ({MAYA})")
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor == "U0MAYA0001")).all()
    assert actions == ["session.started", "insight.acknowledged"]
