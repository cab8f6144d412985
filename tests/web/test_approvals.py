"""Plans are decided about at the page by the very rules of Slack, and a run moves while one watches."""

from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, Remediation
from playbooks.run.log import RunContext, end, mark
from playbooks.schema import read_playbooks
from tests.web.builders import MAYA, NEEDS, PRIYA, WAIT, sign_in, sign_out
from tests.web.conftest import Visit

pytestmark = NEEDS
PLAN = "/approvals/3"  # 1 and 2 are of plans that were touched


def stored(database: Database, number: int) -> Remediation:
    with Session(database.app) as session:
        return session.get_one(Remediation, number)


def test_the_wrong_person_is_told_why_and_the_right_one_approves(visit: Visit, clean_database: Database) -> None:
    """Maya sees the plan and no button; Priya finds it in her list, approves it, and watches the run."""
    with Session(clean_database.app) as session, session.begin():
        card = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key == "remediation:3")).one()
        card.message_ts, card.channel = "17.5", "C0PAY"
    with visit() as page:
        page.goto(PLAN)
        sign_in(page, MAYA)
        expect(page.get_by_role("alert", name="Your approval would not count")).to_contain_text(
            "Approving needs the role approver", timeout=WAIT
        )
        expect(page.get_by_role("heading", name="Stop 3 idle EC2 instances in sandbox, dev")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        expect(page.get_by_role("table", name="Steps").locator("tbody tr")).to_have_count(3)
        link = page.get_by_role("link", name="Open in Slack")
        expect(link).to_have_attribute("href", "https://acme.slack.example/archives/C0PAY/p17.5")
        sign_out(page, MAYA)
        sign_in(page, PRIYA)
        page.get_by_role("navigation").get_by_role("link", name="Approvals").click()
        mine = page.get_by_role("listitem").filter(has_text="waits for you")
        expect(mine).to_have_count(1, timeout=WAIT)
        mine.get_by_role("link").click()
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_text("Approved; starting")).to_be_visible(timeout=WAIT)
        assert stored(clean_database, 3).state == "approved"
        run(clean_database, 3)
        steps = page.get_by_role("table", name="Steps")
        expect(steps.get_by_text("done and checked")).to_have_count(3, timeout=WAIT)
        expect(page.get_by_text("Done in").first).to_be_visible(timeout=WAIT)
    with Session(clean_database.app) as session:
        who = session.scalar(sa.select(AuditEntry.actor).where(AuditEntry.action == "remediation.approved"))
    assert who == "U0PRIYA001"


def run(database: Database, number: int) -> None:
    """What a worker writes, step by step; nobody reloads the page."""
    with Session(database.app) as session, session.begin():
        row = session.get_one(Remediation, number)
        row.state, row.started_at = "running", datetime.now(UTC)
    limits = RemediationSettings()
    worker = RunContext(database.app, Cloud(limits), limits, read_playbooks())
    for position in range(3):
        mark(worker, number, position, "acting")
        mark(worker, number, position, "verified")
    end(worker, number)


def test_some_are_chosen_and_the_rest_left_alone(visit: Visit, clean_database: Database) -> None:
    """Unticked resources stay as they are; the approval is of a plan of its own."""
    with visit() as page:
        page.goto(PLAN)
        sign_in(page, PRIYA)
        page.get_by_role("checkbox", name="web-0").click()
        expect(page.get_by_text("saves $306 a month")).to_be_visible()
        page.get_by_role("button", name="Approve 2 of 3").click()
        page.get_by_role("link", name="To remediation 4").click()
        expect(page.get_by_text("Approved; starting")).to_be_visible(timeout=WAIT)
        expect(page.get_by_text("web-0: not chosen")).to_be_visible()
    assert stored(clean_database, 3).state == "void"
    assert [step["resource_id"] for step in stored(clean_database, 4).plan["steps"]] == ["i-0001", "i-0002"]


def test_a_rejection_has_its_reason_and_is_seen_by_others_at_once(visit: Visit, clean_database: Database) -> None:
    """The keyboard is enough; who looks at the list sees it go, without a reload."""
    with visit() as watching, visit() as page:
        watching.goto("/approvals")
        sign_in(watching, MAYA)
        row = watching.get_by_role("listitem").filter(has_text="Stop 3 idle")
        expect(row).to_be_visible(timeout=WAIT)
        page.goto(PLAN)
        sign_in(page, PRIYA)
        page.get_by_role("button", name="Reject…").press("Enter")
        page.get_by_label("Why not?").fill("needed until <b>Friday</b>")
        page.get_by_label("Why not?").press("Enter")
        expect(page.get_by_text(f"Rejected: {PRIYA}: needed until <b>Friday</b>")).to_be_visible(timeout=WAIT)
        expect(row).to_have_count(0, timeout=WAIT)
    assert stored(clean_database, 3).state == "rejected"
