"""What somebody keeps at the page, and what a channel receives because of it."""

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import SavedView, SlackEvent, Subscription
from tests.web.builders import MAYA, NEEDS, WAIT, sign_in
from tests.web.conftest import Visit

pytestmark = NEEDS


def test_a_view_is_kept_opened_again_and_deleted(visit: Visit, clean_database: Database) -> None:
    """Its address is the whole of it."""
    with visit() as page:
        page.goto("/explore?by=account&period=last-30-days&grain=week")
        sign_in(page, MAYA)
        page.get_by_role("button", name="My views").click()
        expect(page.get_by_text("You keep no view yet.")).to_be_visible(timeout=WAIT)
        page.get_by_label("Keep this view as").fill("Accounts, four weeks")
        page.get_by_role("button", name="Keep", exact=True).click()
        kept = page.get_by_role("list", name="My views")
        expect(kept.get_by_role("link")).to_have_text(["Accounts, four weeks"], timeout=WAIT)
        with Session(clean_database.app) as session:
            [row] = session.scalars(sa.select(SavedView)).all()
        assert (row.person, row.search) == (
            "U0MAYA0001",
            {"by": "account", "period": "last-30-days", "grain": "week"},
        )
        page.goto("/explore")
        page.get_by_role("button", name="My views").click()
        kept.get_by_role("link").click()
        expect(page.get_by_text("Effective cost by account", exact=False).first).to_be_visible(timeout=WAIT)
        assert "by=account" in page.url
        page.get_by_role("button", name="Delete the view Accounts, four weeks").click()
        expect(page.get_by_text("You keep no view yet.")).to_be_visible(timeout=WAIT)


def test_a_view_is_sent_and_subscribed(visit: Visit, clean_database: Database) -> None:
    """To a channel of one's team; what is sent is a question that the assistant answers."""
    with visit() as page:
        page.goto("/explore?by=team&period=last-30-days")
        sign_in(page, MAYA)
        page.get_by_role("button", name="Send to Slack").click()
        where = page.get_by_label("Where")
        expect(where.locator("option")).to_have_text(["to me", "#payments"], timeout=WAIT)
        where.select_option("#payments")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("the answer comes in Slack")).to_be_visible(timeout=WAIT)
        page.get_by_text("again and again").click()
        for day in ("Tue", "Wed", "Thu", "Fri"):
            page.get_by_text(day, exact=True).click()
        page.get_by_label("At (").fill("08:30")
        page.get_by_role("button", name="Subscribe").click()
        mine = page.get_by_role("list", name="Subscriptions")
        expect(mine.get_by_role("listitem")).to_have_count(1, timeout=WAIT)
        expect(mine).to_contain_text("every Monday at 08:30")
        with Session(clean_database.app) as session:
            [event], [row] = (
                session.scalars(sa.select(SlackEvent)).all(),
                session.scalars(sa.select(Subscription)).all(),
            )
        assert (event.body["channel"], event.body["user"]) == ("C-payments", "U0MAYA0001")
        assert event.body["text"] == row.question == "effective cost by team last 30 days"
        mine.get_by_role("button", name="End").click()
        expect(mine).to_have_count(0, timeout=WAIT)
        page.goto(f"/ask?q={row.question}")
        expect(page.get_by_role("table", name="Rows").locator("tbody tr")).to_have_count(1, timeout=WAIT)
