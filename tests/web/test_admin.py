"""What is kept and looked after, at the page: for operators and admins."""

from playwright.sync_api import expect

from tests.web.builders import MAYA, NEEDS, PRIYA, TOMAS, WAIT, sign_in, sign_out
from tests.web.conftest import Visit

pytestmark = NEEDS


def test_the_log_is_searched_and_its_chain_verified(visit: Visit) -> None:
    """An admin finds who signed in; a member has no such page and is told so; an operator sees no sums of all teams."""
    with visit() as page:
        page.goto("/admin?tab=audit")
        sign_in(page, TOMAS)
        log = page.get_by_role("table", name="Audit log")
        expect(log).to_contain_text("session.started", timeout=WAIT)
        page.get_by_label("Action").fill("remediation.proposed")
        page.get_by_role("button", name="Search").click()
        expect(log.locator("tbody tr")).to_have_count(1, timeout=WAIT)
        assert "action=remediation.proposed" in page.url
        page.get_by_role("button", name="Verify the chain").click()
        expect(page.get_by_text("The chain is intact.")).to_be_visible(timeout=WAIT)
        page.get_by_text("Bills", exact=True).click()
        expect(page.get_by_role("table", name="Files")).to_contain_text("bill.csv", timeout=WAIT)
        expect(page.get_by_role("heading", name="Reconciliation")).to_be_visible()
        page.get_by_text("People", exact=True).click()
        expect(page.get_by_role("table", name="People")).to_contain_text(MAYA, timeout=WAIT)
        page.get_by_text("Health", exact=True).click()
        expect(page.get_by_text("Nothing was set aside.")).to_be_visible(timeout=WAIT)
        sign_out(page, TOMAS)
        sign_in(page, MAYA)
        expect(page.get_by_text("You may not see this").first).to_be_visible(timeout=WAIT)
        expect(page.get_by_role("navigation").get_by_role("link", name="Admin")).to_have_count(0)
        sign_out(page, MAYA)
        sign_in(page, PRIYA)
        page.get_by_text("Bills", exact=True).click()
        expect(page.get_by_role("table", name="Files")).to_contain_text("bill.csv", timeout=WAIT)
        expect(page.get_by_role("heading", name="Reconciliation")).to_have_count(0)
