"""`finops notes`."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

import cli
from config.settings import Settings
from db.database import Database
from db.tables import TaughtNote


@pytest.fixture
def number(settings: Settings, clean_database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """A note that waits, in the home on which the command works."""
    monkeypatch.setenv("FINOPS_HOME", str(settings.home))
    row = TaughtNote(
        text="phoenix = payments",
        words="phoenix",
        dimension="team",
        values=["payments"],
        label="payments",
        teams=[],
        valid_through=date(2027, 5, 31),
        state="waiting",
        taught_by="U0MAYA0001",
        taught_at=datetime(2026, 11, 3, tzinfo=UTC),
    )
    with Session(clean_database.app) as session, session.begin():
        session.add(row)
        session.flush()
        return row.id


def test_notes_are_listed_decided_and_taken_back(number: int) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(cli.app, ["notes", *words])
        return done.stdout if done.exit_code == 0 else str(done.exception)

    (listed,) = json.loads(run("--format", "json"))
    assert (listed["state"], listed["means"], listed["valid_through"]) == ("waiting", "team payments", "2027-05-31")
    assert run("--approve", str(number)) == f"Note {number} is approved: “phoenix = payments”\n"
    assert "approved already" in run("--reject", str(number))
    assert "is withdrawn" in run("--withdraw", str(number))
    assert "withdrawn" in run()
