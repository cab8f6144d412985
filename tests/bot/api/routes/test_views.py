"""Kept views of the page: one's own, replaced by name, at most a hundred."""

from fastapi.testclient import TestClient

from bot.api.routes import views
from db.database import Database
from tests.bot.api.conftest import bearer

PATH = "/api/v1/views"


def test_a_view_is_kept_replaced_and_deleted(client: TestClient, clean_database: Database) -> None:
    """By its name, and by nobody else."""
    ann, ops = (bearer(clean_database, person, "read", "write") for person in ("U-ANN", "U-OPS"))
    for search in ({"by": "team"}, {"by": "service", "team": "payments & Söhne"}):
        assert client.put(f"{PATH}/My month", json={"search": search}, headers=ann).status_code == 204
    assert client.get(PATH, headers=ann).json() == {"items": [{"name": "My month", "search": search}]}
    assert client.get(PATH, headers=ops).json() == {"items": []}
    assert client.delete(f"{PATH}/My month", headers=ops).status_code == 404
    assert client.delete(f"{PATH}/My month", headers=ann).status_code == 204
    assert client.get(PATH, headers=ann).json() == {"items": []}


def test_what_no_address_holds_is_refused(client: TestClient, clean_database: Database, monkeypatch) -> None:
    """Too long, not text, too many; a token that only reads keeps none."""
    ann = bearer(clean_database, "U-ANN", "read", "write")
    for search in ({"by": "x" * 301}, {"by": 7}, {"x" * 41: ""}, {str(one): "" for one in range(31)}):
        assert client.put(f"{PATH}/a", json={"search": search}, headers=ann).status_code == 422
    monkeypatch.setattr(views, "MOST", 1)
    assert client.put(f"{PATH}/a", json={"search": {}}, headers=ann).status_code == 204
    assert client.put(f"{PATH}/a", json={"search": {}}, headers=ann).status_code == 204
    assert client.put(f"{PATH}/b", json={"search": {}}, headers=ann).status_code == 409
    assert (
        client.put(f"{PATH}/a", json={"search": {}}, headers=bearer(clean_database, "U-ANN", "read")).status_code == 403
    )
