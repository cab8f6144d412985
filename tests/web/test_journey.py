"""A person's way through the page in Chromium: the built page, the API, Postgres and a sign-in provider, all real."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.api import page as served_page
from bot.api.app import create_app
from bot.api.auth.oidc import SignIn
from bot.api.context import Context
from bot.api.limits import Buckets
from bot.http import served
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import AuditEntry, Insight, Load
from nl2sql.deps import Deps
from standins.slack import Handle, running_workspace
from tests.bot.api.conftest import NOW, fill
from tests.web.builders import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(
        not (served_page.BUILT / "index.html").is_file(), reason="the page is not built (make web, which needs Node)"
    ),
]
MAYA, TOMAS = "Maya Lindqvist", "Tomás Oliveira"
STAFF = Organisation.model_validate(
    {
        "name": "Acme",
        "visibility": "own_teams",
        "people": [
            {"id": "U0MAYA0001", "name": MAYA, "roles": ["member"], "teams": ["payments"]},
            {"id": "U0TOMAS001", "name": TOMAS, "roles": ["admin"]},
        ],
    }
)
_WAIT = 30_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def provider() -> Iterator[Handle]:
    """Slack's stand-in, which signs people in."""
    with running_workspace() as handle:
        yield handle


@pytest.fixture
def address(clean_database: Database, settings: Settings, provider: Handle) -> Iterator[str]:
    """The API with the page, over rows of two teams: sixty days of 10 a day each."""
    fill(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add(Load(delivery="d", path="/bill", status="loaded", started_at=NOW, finished_at=NOW))
    known = settings.model_copy(update={"oidc_client_secret": SecretStr(provider.client_secret)})
    wide = Buckets(rate=1e6, burst=1e6)
    context = Context(
        known,
        STAFF,
        clean_database,
        Deps(clean_database, known, STAFF, today=NOW.date()),
        SignIn(provider.url, provider.client_id, "sub"),
        buckets=wide,
        strangers=wide,
    )
    with served(create_app(context), "127.0.0.1", 0) as at:
        yield at


@contextmanager
def visit(chromium: Browser, address: str, provider: Handle) -> Iterator[Page]:
    """A new browser profile; any error of the page, and any request to elsewhere, fails the test."""
    context: BrowserContext = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(_WAIT)
    page = context.new_page()
    page.clock.set_fixed_time(NOW)  # the day of the rows, though it may be over meanwhile
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if is_fault(message, address) else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((f"{address}/", f"{provider.url}/", "data:"))
            else wrong.append(f"asked elsewhere: {request.url}")
        ),
    )
    yield page
    context.close()
    assert wrong == []


def is_fault(message: ConsoleMessage, address: str) -> bool:
    """Whether the page complains; a refusal of the API is logged by Chromium itself."""
    refusal = message.location["url"].startswith(f"{address}/api/") and message.text.startswith("Failed to load")
    return message.type == "error" and message.location["url"].startswith(address) and not refusal


def sign_in(page: Page, person: str) -> None:
    """From the page through the provider and back."""
    page.get_by_role("link", name="Sign in as somebody else").click()
    page.get_by_role("link", name=person).click()
    expect(page.get_by_role("button", name=person)).to_be_visible(timeout=_WAIT)


def test_costs_are_narrowed_and_table_file_and_database_agree(
    chromium: Browser, address: str, provider: Handle, clean_database: Database, tmp_path: Path
) -> None:
    """Maya sees her team alone, at the address that she was sent; after her an admin sees both."""
    view = f"{address}/explore?by=team&period=last-30-days&grain=week"
    with visit(chromium, address, provider) as page:
        page.goto(view)
        sign_in(page, MAYA)
        assert page.url == view
        costs = page.get_by_role("table", name="Costs")
        expect(costs.locator("tbody tr")).to_have_count(1, timeout=_WAIT)
        expect(costs.locator("tbody tr").first).to_contain_text("payments")
        expect(costs.locator("tfoot")).to_contain_text("300.00 USD")
        expect(page.locator(".recharts-surface").first).to_be_visible(timeout=_WAIT)
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
        assert [(row["team"], float(row["cost"])) for row in rows] == [("payments", float(total))]

        page.get_by_role("button", name=MAYA).click()
        page.get_by_role("menuitem", name="Sign out", exact=True).click()
        sign_in(page, TOMAS)
        expect(costs.locator("tbody tr")).to_have_count(2, timeout=_WAIT)
        expect(costs.locator("tfoot")).to_contain_text("600.00 USD")
        costs.get_by_role("button", name="search").click()
        expect(costs.locator("tbody tr")).to_contain_text(["search service"], timeout=_WAIT)
        assert "team=search" in page.url


def test_a_question_is_answered_with_its_sql(chromium: Browser, address: str, provider: Handle) -> None:
    """Headline, rows and statement; what is unsafe is refused, as everywhere."""
    with visit(chromium, address, provider) as page:
        page.goto(f"{address}/ask")
        sign_in(page, TOMAS)
        box = page.get_by_role("textbox", name="Question")
        box.fill("what did we spend in the last 30 days by team?")
        box.press("Enter")
        rows = page.get_by_role("table", name="Rows")
        expect(rows.locator("tbody tr")).to_have_count(2, timeout=_WAIT)
        expect(rows).to_contain_text("300.00")
        page.get_by_role("button", name="Show SQL").click()
        expect(page.locator("pre").first).to_contain_text("daily_costs")
        page.get_by_role("button", name="and by account?").click()
        expect(page.get_by_role("table", name="Rows").nth(1)).to_contain_text("main", timeout=_WAIT)
        box.fill("drop table charges")
        box.press("Enter")
        expect(page.get_by_role("alert").get_by_text("Not run")).to_be_visible(timeout=_WAIT)


def test_an_anomaly_is_decided_and_the_decision_audited(
    chromium: Browser, address: str, provider: Handle, clean_database: Database
) -> None:
    """From the overview to the anomaly of one's team; that of another team is not there."""
    with visit(chromium, address, provider) as page:
        page.goto(f"{address}/")
        sign_in(page, MAYA)
        expect(page.get_by_text("canary search")).to_have_count(0)
        page.get_by_role("link", name="canary payments").click()
        page.get_by_label("Reason").fill("the load test of this week")
        page.get_by_role("button", name="Decide").click()
        expect(page.get_by_role("status")).to_contain_text("It is acknowledged now.", timeout=_WAIT)
        page.goto(f"{address}/anomalies/2")
        expect(page.get_by_role("alert")).to_contain_text("There is no insight 2.", timeout=_WAIT)
    with Session(clean_database.app) as session:
        insight = session.get_one(Insight, 1)
        assert (insight.status, insight.status_reason) == ("acknowledged", f"the load test of this week ({MAYA})")
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor == "U0MAYA0001")).all()
    assert actions == ["session.started", "insight.acknowledged"]
