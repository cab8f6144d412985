"""The API over a real application and a real database, with rows of two teams."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.auth import tokens
from bot.api.context import Context
from bot.api.http.limits import Buckets
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import BudgetRow, ForecastRow, Insight, Remediation, Resource, daily_costs
from nl2sql.deps import Deps
from playbooks.proposals.plan import Plan

NOW = datetime.now(UTC)
ORGANISATION = Organisation.model_validate(
    {
        "visibility": "own_teams",
        "people": [
            {"id": "U-ANN", "name": "Ann", "email": "ann@example.com", "roles": ["member"], "teams": ["payments"]},
            {"id": "U-OPS", "name": "Ops", "roles": ["operator"], "teams": ["search"]},
            {
                "id": "U-APP",
                "name": "App",
                "roles": ["approver"],
                "teams": ["payments"],
                "approves_teams": ["payments"],
            },
            {"id": "U-ROOT", "name": "Root", "roles": ["admin"]},
        ],
    }
)

Bearing = Callable[..., dict[str, str]]


def bearer(
    database: Database, person: str, *scopes: tokens.Scope, lifetime: timedelta = timedelta(days=1)
) -> dict[str, str]:
    """The header of a new token."""
    with Session(database.app) as session, session.begin():
        return {"Authorization": f"Bearer {tokens.issue(session, person, scopes, NOW, lifetime, 'test')}"}


@pytest.fixture
def context(clean_database: Database, settings: Settings) -> Context:
    """A context that nobody exhausts."""
    wide = Buckets(rate=1e6, burst=1e6)
    deps = Deps(clean_database, settings, ORGANISATION)
    return Context(settings, ORGANISATION, clean_database, deps, buckets=wide, strangers=Buckets(rate=1e6, burst=1e6))


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    """The API with costs, insights, a budget, a forecast, a resource and a proposal of two teams."""
    fill(context.database)
    with TestClient(create_app(context), raise_server_exceptions=False) as client:
        yield client


def fill(database: Database) -> None:
    """Rows of two teams."""
    today = NOW.date()
    with Session(database.app) as session, session.begin():
        for team in ("payments", "search"):
            session.add(
                Insight(
                    fingerprint=team,
                    kind="anomaly",
                    severity="high",
                    title=f"canary {team}",
                    team=team,
                    currency="USD",
                    impact_amount=5,
                )
            )
            session.add(Resource(resource_id=f"i-{team}", team=team, provider="AWS", account="main"))
            session.add(
                BudgetRow(
                    name=f"{team} budget", scope={"team": team}, amount=Decimal(100), currency="USD", origin="file"
                )
            )
            session.add(_proposal(team))
            session.add(_forecast(team, today))
    with database.owner.begin() as connection:
        connection.execute(
            sa.insert(daily_costs),
            [_cost(team, today - timedelta(days=back)) for team in ("payments", "search") for back in range(1, 60)],
        )


def _cost(team: str, day: date) -> dict[str, object]:
    return {
        "usage_date": day,
        "source_id": 1,
        "billing_period_start": datetime(day.year, day.month, 1, tzinfo=UTC),
        "provider": "AWS",
        "account_id": "1",
        "account": "main",
        "service": f"{team} service",
        "team": team,
        "charge_category": "Usage",
        "effective_cost": 10,
        "billed_cost": 10,
        "list_cost": 10,
        "contracted_cost": 10,
        "currency": "USD",
    }


def _forecast(team: str, today: date) -> ForecastRow:
    money = {name: Decimal(10) for name in ("expected_cost", "low_80", "high_80", "low_95", "high_95")}
    return ForecastRow(
        scope_kind="team",
        scope=team,
        currency="USD",
        made_on=today,
        forecast_date=today + timedelta(days=1),
        model="ensemble",
        **money,
    )


def _proposal(team: str) -> Remediation:
    plan = Plan("ec2-stop-idle", "x", "1", "main", team, "dev", "USD", (), (), "start again", NOW.isoformat())
    return Remediation(
        playbook="ec2-stop-idle",
        playbook_digest="x",
        plan=plan.to_json(),
        plan_digest="x",
        state="proposed",
        account="main",
        team=team,
        requested_by="U-OPS",
        expires_at=NOW + timedelta(days=1),
    )
