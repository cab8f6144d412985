"""One browser, one sign-in provider and one server for the journeys of a file; rows of two teams for each."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.auth.oidc import SignIn
from bot.api.context import Context
from bot.api.http.limits import Buckets
from bot.process.http import served
from config.settings import Settings
from db.database import Database
from db.tables import BudgetPeriod, ForecastRow, Load, Showback, Source
from nl2sql.deps import Deps
from playbooks.approval.lifecycle import propose
from playbooks.schema import read_playbooks
from standins.slack import Handle, running_workspace
from tests.bot.api.conftest import NOW, fill
from tests.bot.builders import plan_of
from tests.web.builders import CHROMIUM, FLAGS, STAFF, visited

BOOK = "ec2-stop-idle"
MONTH = NOW.date().replace(day=1)


class Visit(Protocol):
    """A new browser profile at the page."""

    def __call__(self, width: int = 1280, *, dark: bool = False) -> AbstractContextManager[Page]: ...


@pytest.fixture(scope="module")  # what runs after it in this process has event loops of its own
def chromium() -> Iterator[Browser]:
    """One browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[Handle]:
    """Slack's stand-in, which signs people in."""
    with running_workspace() as handle:
        yield handle


@pytest.fixture(scope="module")
def server(database: Database, settings: Settings, provider: Handle) -> Iterator[str]:
    """The API with the page."""
    known = settings.model_copy(update={"oidc_client_secret": SecretStr(provider.client_secret)})
    wide = Buckets(rate=1e6, burst=1e6)
    context = Context(
        known,
        STAFF,
        database,
        Deps(database, known, STAFF, today=NOW.date()),
        SignIn(provider.url, provider.client_id, "sub"),
        buckets=wide,
        strangers=wide,
        conversation=lambda channel: f"C-{channel.lstrip('#')}",
        message_link=lambda channel, ts: f"https://acme.slack.example/archives/{channel}/p{ts}",
    )
    with served(create_app(context), "127.0.0.1", 0) as at:
        yield at


@pytest.fixture
def address(server: str, clean_database: Database) -> str:
    """The server, over sixty days of 10 a day for each of two teams; a budget, a forecast, a proposal, a statement."""
    with clean_database.owner.begin() as connection:  # plans have the numbers that the journeys go to
        connection.exec_driver_sql("TRUNCATE finops.remediations RESTART IDENTITY CASCADE")
    fill(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add(Source(name="aws"))
        session.add(Load(delivery="d", path="/bill.csv", status="loaded", rows=118, started_at=NOW, finished_at=NOW))
        plan = replace(plan_of(BOOK, 3), team="payments")
        propose(session, plan, read_playbooks()[BOOK], "U0OMAR00001", NOW, channel="#payments", requester_name="Omar")
        session.flush()
        for back in (0, 1):
            session.add(_period(back))
        session.add_all(_forecast(day) for day in range(-30, 40) if day != 1)  # that of tomorrow is there
        for team, shared, cost in (("payments", None, 300), ("payments", "network", 12), ("search", None, 300)):
            month = (MONTH - timedelta(days=1)).replace(day=1)
            session.add(Showback(month=month, team=team, shared_cost=shared, cost=Decimal(cost), currency="USD"))
    return server


def _period(back: int) -> BudgetPeriod:
    start = MONTH if back == 0 else (MONTH - timedelta(days=1)).replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1)
    return BudgetPeriod(
        budget="payments budget",
        period_start=start,
        period_end=end,
        amount=Decimal(320),
        spent=Decimal(270),
        forecast=Decimal(300),
        status="warning",
        evaluated_at=NOW,
    )


def _forecast(day: int) -> ForecastRow:
    """Those of the past were made a month before them."""
    on = NOW.date() + timedelta(days=day)
    made: date = NOW.date() - timedelta(days=0 if day >= 0 else 40)
    spread = {"low_80": 8, "high_80": 12, "low_95": 7, "high_95": 13}
    return ForecastRow(
        scope_kind="team",
        scope="payments",
        currency="USD",
        made_on=made,
        forecast_date=on,
        model="ensemble",
        expected_cost=Decimal(10),
        **{name: Decimal(value) for name, value in spread.items()},
    )


@pytest.fixture
def visit(chromium: Browser, address: str, provider: Handle) -> Visit:
    """Open the page; any error of it, and any request to elsewhere, fails the test."""

    def opened(width: int = 1280, *, dark: bool = False) -> AbstractContextManager[Page]:
        return visited(chromium, address, provider.url, NOW, width, dark=dark)

    return opened
