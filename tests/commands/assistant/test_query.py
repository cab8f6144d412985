"""Queries on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from tests.nl2sql.builders import bill


@pytest.fixture
def home(settings: Settings, clean_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command works on the session's home, with a month of bills."""
    monkeypatch.setenv("FINOPS_HOME", str(settings.home))
    ingest([bill(tmp_path / "10.csv", 10)], clean_database, Organisation())


@pytest.mark.parametrize(("kind", "needed"), [("query", "period"), ("listing", "subject")])
def test_the_schema_is_printed(kind: str, needed: str) -> None:
    """Without a database; the names of the catalogue are in it."""
    done = CliRunner().invoke(cli.app, ["query", "schema", kind])
    schema = json.loads(done.stdout)
    assert schema["required"] == [needed]
    assert schema["additionalProperties"] is False


def test_a_query_from_stdin_is_answered(home: None) -> None:
    """As JSON."""
    given = json.dumps({"period": {"start": "2026-10-01", "end": "2026-11-01"}, "dimensions": ["team"]})
    done = CliRunner().invoke(cli.app, ["query", "run", "-", "--format", "json"], input=given)
    assert (done.exit_code, json.loads(done.stdout)["columns"]) == (0, ["team", "effective_cost"])


def test_what_is_no_query_is_said(home: None, tmp_path: Path) -> None:
    """By its field; what is no JSON at all ends the command."""
    file = tmp_path / "query.json"
    file.write_text('{"period": "october"}', encoding="utf-8")
    done = CliRunner().invoke(cli.app, ["query", "run", str(file)])
    assert (done.exit_code, done.stdout.split(":")[0]) == (0, "period")
    file.write_text("{", encoding="utf-8")
    assert "is not JSON" in str(CliRunner().invoke(cli.app, ["query", "run", str(file)]).exception)
