"""The flow that loads bills: what it answers to whom, in process and through Prefect's own server."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from db.database import Database
from db.tables import FlowRequest
from tests.flows.conftest import Bill, all_rows, rows

ORGANISATION = """
sources: [{name: fernhill, paths: ["%s"], schedule: hourly}]
channels: [{channel: "#finops-admin", admin: true}]
"""


@pytest.fixture
def configured(
    monkeypatch: pytest.MonkeyPatch, clean_database: Database, finops_home: Path, tmp_path: Path, bill: Bill
) -> Path:
    """The environment of a served flow, with one source; the path of its bill."""
    path = bill(rows(3))
    (tmp_path / "finops.yaml").write_text(ORGANISATION % path)
    monkeypatch.setenv("FINOPS_HOME", str(finops_home))
    monkeypatch.setenv("FINOPS_CONFIG", str(tmp_path / "finops.yaml"))
    return path


def _ask(database: Database, key: str) -> None:
    with Session(database.app) as session, session.begin():
        session.add(
            FlowRequest(
                key=key,
                deployment="ingest_costs/ingest_costs",
                state="triggered",
                requested_by="U1",
                channel="C1",
                thread_ts="1.2",
                created_at=datetime.now(UTC),
            )
        )


def _messages(database: Database) -> list[tuple[Any, ...]]:
    return all_rows(database, "SELECT channel, kind, thread_ts, payload FROM finops.outbox ORDER BY channel")


def test_a_click_is_answered_in_its_thread(configured: Path, clean_database: Database) -> None:
    """Rows, totals and what changed; the request is finished."""
    from flows.ingest.ingest_costs import ingest_costs

    _ask(clean_database, "click-1")
    ingest_costs.fn(source="fernhill", request_key="click-1")
    [(channel, kind, thread, payload)] = _messages(clean_database)
    assert (channel, kind, thread) == ("C1", "load", "1.2")
    assert (payload["rows"], payload["totals"]["USD"]["billed"], payload["totals"]["USD"]["effective"]) == (
        3,
        "3.75",
        "3.00",
    )
    assert all_rows(clean_database, "SELECT state, result ->> 'rows' FROM finops.flow_requests") == [("finished", "3")]


def test_the_schedule_picks_its_sources(configured: Path, clean_database: Database) -> None:
    """An hourly source is not loaded by the daily run, and nobody is told of a run that nobody asked for."""
    from flows.ingest.ingest_costs import ingest_costs

    assert ingest_costs.fn(schedule="daily") == {}
    assert list(ingest_costs.fn(schedule="hourly")) == ["fernhill"]
    assert _messages(clean_database) == []


def test_a_refused_bill_is_told_to_admins_and_to_the_thread(configured: Path, clean_database: Database) -> None:
    """The run ends as failed, with the sentence."""
    from flows.ingest.ingest_costs import ingest_costs

    configured.write_text("name,age\nbob,3\n")
    _ask(clean_database, "click-2")
    ended = ingest_costs.fn(source="fernhill", request_key="click-2")
    assert not isinstance(ended, dict)
    assert ended.is_failed()
    told = _messages(clean_database)
    assert [(channel, kind) for channel, kind, _, _ in told] == [("#finops-admin", "note"), ("C1", "note")]
    assert all("Not a FOCUS file" in payload["text"] for *_, payload in told)
    assert all_rows(clean_database, "SELECT state FROM finops.flow_requests") == [("failed",)]


def test_an_unknown_source_names_the_known(configured: Path, clean_database: Database) -> None:
    """What can be mended is said as it is."""
    from flows.ingest.ingest_costs import ingest_costs

    with pytest.raises(UserError, match="it has: fernhill"):
        ingest_costs.fn(source="fernhil")
    assert "it has: fernhill" in _messages(clean_database)[0][3]["text"]


def test_a_held_bill_waits_for_an_operator(configured: Path, clean_database: Database, bill: Bill) -> None:
    """Each delivery is asked about once, a newer one in its place; approved it is loaded as it is, as long as its files
    are the same.
    """
    from flows.ingest.ingest_costs import ingest_costs

    requests = "SELECT state, parameters->>'accept', result->>'reason' FROM finops.flow_requests ORDER BY id"
    ingest_costs.fn(source="fernhill")
    bill(rows(1))
    for _ in range(2):
        ingest_costs.fn(source="fernhill")
    with Session(clean_database.app) as session, session.begin():  # a no holds for the very same files
        session.execute(sa.update(FlowRequest).values(state="rejected", approved_by="U1"))
    ingest_costs.fn(source="fernhill")
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(FlowRequest).values(state="requested", approved_by=None))
    [(state, first, reason)] = all_rows(clean_database, requests)
    assert state == "requested"
    assert reason == ("Held back: 2026-09 stands with 3.75 USD and would stand with 1.25 USD. Nothing was changed.")
    [(channel, kind, _, payload)] = _messages(clean_database)
    assert (channel, kind, payload["what"]) == ("#finops-admin", "request", "Load the bills of fernhill")
    bill(rows(1, BilledCost="0.50"))
    ingest_costs.fn(source="fernhill", accept=first)
    (old, new) = all_rows(clean_database, requests)
    assert (old[0], old[2], new[0]) == ("rejected", "A newer delivery came.", "requested")
    ingest_costs.fn(source="fernhill", accept=new[1])
    assert all_rows(clean_database, "SELECT sum(billed_cost) FROM finops.daily_costs") == [(Decimal("0.50"),)]
