"""Costs of the API: groups, values over time and the days before agree with each other and with the rows."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from bot.api.cost_sql import CostRequest
from db.database import Database
from db.tables import daily_costs
from tests.bot.api.conftest import NOW, bearer

TODAY = NOW.date()
SINCE, UNTIL = str(TODAY - timedelta(days=10)), str(TODAY)


def get(client: TestClient, headers: dict[str, str], **parameters: Any) -> Any:
    """The body of `/costs`."""
    response = client.get("/api/v1/costs", params={"since": SINCE, "until": UNTIL, **parameters}, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def test_groups_add_up_to_the_total_and_to_the_days(client: TestClient, clean_database: Database) -> None:
    """Two teams at 10 a day: ten days of each, and as many before."""
    body = get(client, bearer(clean_database, "U-ROOT", "read"), group_by="team,service", grain="day")
    assert [(row["team"], row["cost"], row["before"]) for row in body["items"]] == [
        ("payments", 100.0, 100.0),
        ("search", 100.0, 100.0),
    ]
    assert body["totals"] == [{"currency": "USD", "cost": 200.0, "before": 200.0}]
    assert sum(row["cost"] for row in body["periods"]) == sum(row["cost"] for row in body["series"]) == 200
    assert len(body["periods"]) == 10
    assert body["data_through"] == str(TODAY - timedelta(days=1))
    assert "daily_costs" in body["sql"]


def test_a_page_leaves_the_total_whole(client: TestClient, clean_database: Database) -> None:
    """What is cut off is still in the total, and comes with the next page."""
    root = bearer(clean_database, "U-ROOT", "read")
    first = get(client, root, group_by="team", limit=1)
    assert first["next_offset"] == 1
    assert first["totals"][0]["cost"] == 200
    assert get(client, root, group_by="team", limit=1, offset=1)["items"][0]["team"] == "search"


def test_everybody_sees_the_costs_of_their_teams(client: TestClient, clean_database: Database) -> None:
    """Groups, totals, days and the file are narrowed alike."""
    ann = bearer(clean_database, "U-ANN", "read")
    body = get(client, ann, group_by="team", grain="day")
    assert [row["team"] for row in body["items"]] == ["payments"]
    assert body["totals"][0]["cost"] == sum(row["cost"] for row in body["periods"]) == 100
    file = client.get(f"/api/v1/costs.csv?since={SINCE}&until={UNTIL}&group_by=team", headers=ann)
    assert file.text.splitlines() == ["Team,Currency,Cost,Before", "payments,USD,100.0,100.0"]
    assert get(client, ann, team="search")["items"] == []
    assert get(client, ann, team="pay\u200bments")["items"] == []


def test_an_empty_filter_is_what_has_none(client: TestClient, clean_database: Database) -> None:
    """`team=` is unallocated cost, and a tag that is a formula stays text in the file."""
    row = {
        "usage_date": TODAY - timedelta(days=2),
        "source_id": 1,
        "billing_period_start": NOW,
        "provider": "AWS",
        "account_id": "1",
        "account": "=1+1",
        "service": "odd",
        "charge_category": "Usage",
        "effective_cost": 7,
        "billed_cost": 7,
        "list_cost": 7,
        "contracted_cost": 7,
        "currency": "USD",
    }
    with clean_database.owner.begin() as connection:
        connection.execute(sa.insert(daily_costs), [row])
    root = bearer(clean_database, "U-ROOT", "read")
    body = get(client, root, team="", group_by="account", grain="week")
    assert [(row["account"], row["cost"]) for row in body["items"]] == [("=1+1", 7.0)]
    file = client.get(f"/api/v1/costs.csv?since={SINCE}&until={UNTIL}&team=&group_by=account", headers=root)
    assert file.text.splitlines()[1] == "'=1+1,USD,7.0,"


@pytest.mark.parametrize(
    "wrong",
    [
        {"group_by": "colour"},
        {"group_by": "team,service,region"},
        {"since": UNTIL, "until": SINCE},
        {"until": "10:00"},
        {"colour": "red"},
        {"grain": "hour"},
    ],
)
def test_what_cannot_be_meant_is_said(client: TestClient, clean_database: Database, wrong: dict[str, Any]) -> None:
    """A mistyped dimension must not mean everything."""
    parameters = {"since": SINCE, "until": UNTIL, **wrong}
    answer = client.get("/api/v1/costs", params=parameters, headers=bearer(clean_database, "U-ROOT", "read"))
    assert answer.status_code == 422, answer.text


def test_a_day_of_another_age_is_no_day_of_bills(client: TestClient, clean_database: Database) -> None:
    """Before 1970 and after 2199 there is nothing to ask about."""
    parameters = {"since": "1900-01-01", "until": UNTIL}
    answer = client.get("/api/v1/costs", params=parameters, headers=bearer(clean_database, "U-ROOT", "read"))
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    ("since", "until", "through", "compared"),
    [
        ("2026-11-01", "2026-12-01", "2026-11-26", ("2026-10-01", "2026-10-27")),
        ("2026-10-01", "2026-11-01", "2026-11-26", ("2026-09-01", "2026-10-01")),
        ("2026-03-01", "2026-04-01", "2026-03-30", ("2026-02-01", "2026-03-01")),
        ("2026-11-10", "2026-11-20", "2026-11-26", ("2026-10-31", "2026-11-10")),
        ("2026-11-10", "2026-11-20", "2026-11-14", ("2026-11-05", "2026-11-10")),
        ("2026-01-01", "2026-12-31", "2026-11-26", ("2025-02-05", "2026-01-01")),
        ("2026-11-10", "2026-11-20", None, ("2026-10-31", "2026-11-10")),
    ],
)
def test_like_is_compared_with_like(since: str, until: str, through: str | None, compared: tuple[str, str]) -> None:
    """A running month with the same days of the month before, other days with as many days before them."""
    whole = CostRequest((), "effective", date.fromisoformat(since), date.fromisoformat(until), {})
    found = whole.until_data(date.fromisoformat(through) if through else None).compared
    assert tuple(day.isoformat() for day in found) == compared
